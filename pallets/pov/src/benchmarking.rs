//! What the parts cost of which the pallet's work is made. `cost.rs` puts them together.
//!
//! Every benchmark takes the longest way through on a chain with the largest sets, full histories and the largest
//! headers. Paths have 32 steps, signatures are real, and what is proved holds.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that can't be set up has to stop"
)]

mod proofs;
mod reports;
mod settled;
mod uniform;
mod views;
mod world;

use alloc::{boxed::Box, vec::Vec};
use chainflix_primitives::{
    fault::FaultProof,
    missing::MOST_BLOCKS,
    registry::PovParameters,
    report::{
        DRAWN_LEAVES, HeaderOpening, MAX_DEBITS, MAX_LATE_TICKETS, MAX_VERIFIERS, PersonalOpening,
    },
    rounds::{CYCLE_ROUNDS, CycleRule},
};
use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_support::{
    BoundedVec,
    pallet_prelude::TransactionSource,
    traits::{
        Authorize, EnsureOrigin, OneSessionHandler, UncheckedOnRuntimeUpgrade,
        UnfilteredDispatchable,
    },
};
use frame_system::RawOrigin;

use crate::{
    BenchmarkHelper, Call, Commitments, Config, Counted, CountedRounds, CycleRules, CycleSeeds,
    Draws, Faults, Issuers, JudgedIn, OpenFaults, PaidTickets, Pallet, Parameters, Progress,
    PrunedTo, Reports, SetRounds, VerifierSets,
    impls::session::sign_with,
    migrations::{FromWhatWasJudged, LOOKED_THROUGH},
    types::{
        ITEMS_PRUNED_AT_ONCE, MAX_CYCLE_RULES, MAX_OPEN_FAULTS, MAX_PARAMETER_CHANGES, MAX_SETS,
        ROUNDS_PRUNED_AT_ONCE, RoundProgress, Since,
    },
};
use world::{HEADER, JUDGED, NOW, OPENED, SETTLED};

/// Most leaves that a report opens: those drawn of its header, and that of its personal root.
const MAX_OPENED: u32 = DRAWN_LEAVES + 1;

/// Whether a fault was noted.
fn is_noted<T: Config>(proof: &FaultProof) -> bool {
    Faults::<T>::contains_key(proof.round, proof.issuer) && OpenFaults::<T>::get().is_full()
}

/// Asks for the call what pool and block ask before they take it.
fn authorize<T: Config>(call: &Call<T>) -> Result<(), BenchmarkError> {
    call.authorize(TransactionSource::External)
        .ok_or("the call can be authorized")??;
    Ok(())
}

/// An origin that the call is open to.
#[cfg_attr(
    not(feature = "runtime-benchmarks"),
    allow(
        clippy::extra_unused_type_parameters,
        reason = "the SDK knows origins of benchmarks only"
    )
)]
fn open_to<T: Config, O: EnsureOrigin<T::RuntimeOrigin>>()
-> Result<T::RuntimeOrigin, BenchmarkError> {
    #[cfg(feature = "runtime-benchmarks")]
    let origin = O::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
    // Unit tests are compiled without what the SDK knows of origins: in `mock.rs` root may do everything.
    #[cfg(not(feature = "runtime-benchmarks"))]
    let origin = RawOrigin::Root.into();
    Ok(origin)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn begin_block() {
        world::make::<T>();
        world::fill_open_faults::<T>(MAX_OPEN_FAULTS);

        #[block]
        {
            Pallet::<T>::begin_block();
        }
        assert_eq!(Progress::<T>::get().blocks, 2);
    }

    #[benchmark]
    fn close_round() {
        world::make::<T>();
        // Drawing and settling, which later counted rounds bring about, are parts of their own.
        Counted::<T>::put(BoundedVec::truncate_from([JUDGED].to_vec()));
        CountedRounds::<T>::remove(HEADER);
        JudgedIn::<T>::remove(JUDGED);
        let closed = RoundProgress {
            round: HEADER,
            blocks: u32::MAX,
        };

        #[block]
        {
            Pallet::<T>::close_round(closed, &world::clock(), NOW);
        }
        assert_eq!(JudgedIn::<T>::get(JUDGED), Some(HEADER));
        assert!(CountedRounds::<T>::contains_key(HEADER));
    }

    #[benchmark]
    fn begin_cycle() {
        world::make::<T>();
        CycleRules::<T>::mutate(|rules| rules[0].length = NOW);
        Draws::<T>::insert(SETTLED, [4; 32]);

        #[block]
        {
            Pallet::<T>::begin_cycle(HEADER, NOW);
        }
        let last = CycleSeeds::<T>::get().last().map(|seed| seed.seed);
        assert_eq!(last, Some([4; 32]));
    }

    /// `r`: reports that reveal something.
    #[benchmark]
    fn fix_draw(r: Linear<0, MAX_VERIFIERS>) {
        world::make::<T>();
        settled::approve_all::<T>(&world::strangers(r), OPENED, JUDGED);

        #[block]
        {
            Pallet::<T>::fix_draw(OPENED, JUDGED);
        }
        assert!(Draws::<T>::contains_key(OPENED));
    }

    /// * `h`: headers.
    /// * `v`: verifiers in the set, all of whom voted.
    #[benchmark]
    fn judge_round(h: Linear<0, MAX_VERIFIERS>, v: Linear<1, MAX_VERIFIERS>) {
        settled::judgeable::<T>(h, v);
        let judged;

        #[block]
        {
            judged = Pallet::<T>::judge_round(SETTLED, OPENED);
        }
        assert_eq!(judged.blocks.len(), h as usize);
        assert!(judged.blocks.iter().all(|block| block.approved));
    }

    /// * `r`: rounds.
    /// * `i`: reports in all of them, each the last of its verifier.
    #[benchmark]
    fn prune(r: Linear<1, ROUNDS_PRUNED_AT_ONCE>, i: Linear<0, ITEMS_PRUNED_AT_ONCE>) {
        let (next, end) = settled::prunable::<T>(r, i);

        #[block]
        {
            Pallet::<T>::prune(&world::clock(), next);
        }
        assert_eq!(PrunedTo::<T>::get().records, end);
        assert_eq!(Commitments::<T>::iter().count(), 0);
        assert!(!VerifierSets::<T>::contains_key(0));
    }

    /// `a`: approvers.
    #[benchmark]
    fn punish_approvers(a: Linear<1, MAX_VERIFIERS>) {
        settled::punishable::<T>(a);

        #[block]
        {
            Pallet::<T>::punish_approvers();
        }
        assert!(!OpenFaults::<T>::get().is_full());
    }

    #[benchmark]
    fn change_set() {
        let reporter = world::make::<T>();
        let accounts: Vec<T::AccountId> = world::strangers(MAX_VERIFIERS)
            .into_iter()
            .map(|account| account.0.into())
            .collect();
        let members = || {
            accounts
                .iter()
                .map(|account| (account, reporter.key.clone()))
        };
        let from = NOW + chainflix_primitives::registry::ROUNDS_UNTIL_EFFECT;

        #[block]
        {
            <Pallet<T> as OneSessionHandler<T::AccountId>>::on_new_session(
                true,
                members(),
                members(),
            );
        }
        assert_eq!(SetRounds::<T>::get().len(), MAX_SETS as usize);
        assert_eq!(VerifierSets::<T>::get(from).len(), MAX_VERIFIERS as usize);
    }

    /// * `v`: verdicts, none of which is an approval.
    /// * `d`: debits in the header.
    /// * `l`: late tickets in the header.
    /// * `o`: opened leaves, the fifth that of the personal root.
    #[benchmark]
    fn authorize_report(
        v: Linear<0, MAX_VERIFIERS>,
        d: Linear<0, MAX_DEBITS>,
        l: Linear<0, MAX_LATE_TICKETS>,
        o: Linear<0, MAX_OPENED>,
    ) -> Result<(), BenchmarkError> {
        let reporter = world::make::<T>();
        let mut due = reports::due::<T>(&reporter, v, d, l);
        reports::open::<T>(&reporter, o, &mut due);
        let payload = due.signing_payload(&world::genesis::<T>());
        let call = Call::<T>::report {
            report: Box::new(due),
            signature: sign_with(&reporter.key, &payload).ok_or("the key was generated")?,
        };

        #[block]
        {
            authorize(&call)?;
        }
        Ok(())
    }

    /// * `v`: verdicts, none of which is an approval.
    /// * `d`: debits in the header.
    /// * `l`: late tickets in the header.
    #[benchmark]
    fn report(
        v: Linear<0, MAX_VERIFIERS>,
        d: Linear<0, MAX_DEBITS>,
        l: Linear<0, MAX_LATE_TICKETS>,
    ) {
        let reporter = world::make::<T>();
        let due = reports::due::<T>(&reporter, v, d, l);
        let signature = chainflix_primitives::Signature64([0; 64]);

        #[extrinsic_call]
        _(RawOrigin::Authorized, Box::new(due), signature);

        assert!(Reports::<T>::contains_key(HEADER, reporter.account));
        assert_eq!(Issuers::<T>::get(HEADER).len(), MAX_VERIFIERS as usize);
    }

    #[benchmark]
    fn header_opening() -> Result<(), BenchmarkError> {
        let reporter = world::make::<T>();
        world::publish::<T>();
        let (header, opening) = reports::opened_leaf::<T>(&reporter);
        let encoded = opening.encode();
        let judged;

        #[block]
        {
            let opening = HeaderOpening::decode(&mut encoded.as_slice())
                .map_err(|_| "what was encoded can be decoded")?;
            judged = Pallet::<T>::judge_leaf(reporter.account, OPENED, &header, &opening);
        }
        assert_eq!(judged, Ok(()));
        Ok(())
    }

    #[benchmark]
    fn personal_opening() -> Result<(), BenchmarkError> {
        let reporter = world::make::<T>();
        let mut due = reports::due::<T>(&reporter, 0, 0, 0);
        let encoded = reports::opened_personal_leaf::<T>(&reporter).encode();

        #[block]
        {
            let opening = PersonalOpening::decode(&mut encoded.as_slice())
                .map_err(|_| "what was encoded can be decoded")?;
            due.personal_opening = Some(opening);
            Pallet::<T>::note_personal_opening(&due, OPENED, JUDGED);
        }
        let record = Reports::<T>::get(JUDGED, reporter.account);
        let ballot = record.and_then(|record| record.ballot);
        assert!(ballot.is_some_and(|ballot| ballot.opened));
        Ok(())
    }

    #[benchmark]
    fn count_active() {
        world::make::<T>();
        let active;

        #[block]
        {
            active = Pallet::<T>::active_in(HEADER);
        }
        assert_eq!(active, MAX_VERIFIERS);
    }

    #[benchmark]
    fn set_parameters() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::ParametersOrigin>()?;
        world::make::<T>();
        let earlier = |round| Since {
            round,
            value: PovParameters::default(),
        };
        let history: Vec<_> = (0..MAX_PARAMETER_CHANGES - 1).map(earlier).collect();
        Parameters::<T>::put(BoundedVec::truncate_from(history));

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, PovParameters::default());

        assert!(Parameters::<T>::get().is_full());
        Ok(())
    }

    #[benchmark]
    fn set_cycle_rounds() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::ParametersOrigin>()?;
        world::make::<T>();
        let earlier = |round| CycleRule {
            first_round: round,
            first_cycle: round,
            length: 100,
        };
        let history: Vec<_> = (0..MAX_CYCLE_RULES - 1).map(earlier).collect();
        CycleRules::<T>::put(BoundedVec::truncate_from(history));

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, CYCLE_ROUNDS);

        assert!(CycleRules::<T>::get().is_full());
        Ok(())
    }

    #[benchmark]
    fn fault_of_leaf() {
        let (accuser, proof) = proofs::of_leaf::<T>();

        #[extrinsic_call]
        report_fault(RawOrigin::Signed(accuser), Box::new(proof.clone()));

        assert!(is_noted::<T>(&proof));
    }

    #[benchmark]
    fn fault_of_enhancement() {
        let (accuser, proof) = proofs::of_enhancement::<T>();

        #[extrinsic_call]
        report_fault(RawOrigin::Signed(accuser), Box::new(proof.clone()));

        assert!(is_noted::<T>(&proof));
    }

    #[benchmark]
    fn fault_of_ticket() {
        let (accuser, proof) = proofs::of_ticket::<T>();

        #[extrinsic_call]
        report_fault(RawOrigin::Signed(accuser), Box::new(proof.clone()));

        assert!(is_noted::<T>(&proof));
    }

    /// Both in one block: of two blocks the body shows nothing, and no approver has to be noted for punishment.
    #[benchmark]
    fn fault_of_two_leaves() {
        let (accuser, proof) = proofs::of_two_leaves::<T>();

        #[extrinsic_call]
        report_fault(RawOrigin::Signed(accuser), Box::new(proof.clone()));

        assert!(is_noted::<T>(&proof));
    }

    #[benchmark]
    fn fault_of_assignment() {
        let (accuser, proof) = proofs::of_assignment::<T>();

        #[extrinsic_call]
        report_fault(RawOrigin::Signed(accuser), Box::new(proof.clone()));

        assert!(is_noted::<T>(&proof));
    }

    #[benchmark]
    fn fault_of_possession() {
        let (accuser, proof) = proofs::of_possession::<T>();

        #[extrinsic_call]
        report_fault(RawOrigin::Signed(accuser), Box::new(proof.clone()));

        assert!(Faults::<T>::contains_key(proof.round, proof.issuer));
    }

    #[benchmark]
    fn authorize_fault_of_leaf() -> Result<(), BenchmarkError> {
        let (call, _) = proofs::by_verifier::<T>(proofs::of_leaf::<T>().1);

        #[block]
        {
            authorize(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_fault_of_enhancement() -> Result<(), BenchmarkError> {
        let (call, _) = proofs::by_verifier::<T>(proofs::of_enhancement::<T>().1);

        #[block]
        {
            authorize(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_fault_of_ticket() -> Result<(), BenchmarkError> {
        let (call, _) = proofs::by_verifier::<T>(proofs::of_ticket::<T>().1);

        #[block]
        {
            authorize(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_fault_of_two_leaves() -> Result<(), BenchmarkError> {
        let (call, _) = proofs::by_verifier::<T>(proofs::of_two_leaves::<T>().1);

        #[block]
        {
            authorize(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_fault_of_assignment() -> Result<(), BenchmarkError> {
        let (call, _) = proofs::by_verifier::<T>(proofs::of_assignment::<T>().1);

        #[block]
        {
            authorize(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn authorize_fault_of_possession() -> Result<(), BenchmarkError> {
        let (call, _) = proofs::by_verifier::<T>(proofs::of_possession::<T>().1);

        #[block]
        {
            authorize(&call)?;
        }
        Ok(())
    }

    #[benchmark]
    fn prove_fault_of_leaf() -> Result<(), BenchmarkError> {
        let (call, proof) = proofs::by_verifier::<T>(proofs::of_leaf::<T>().1);

        #[block]
        {
            call.dispatch_bypass_filter(RawOrigin::Authorized.into())?;
        }
        assert!(is_noted::<T>(&proof));
        Ok(())
    }

    #[benchmark]
    fn prove_fault_of_enhancement() -> Result<(), BenchmarkError> {
        let (call, proof) = proofs::by_verifier::<T>(proofs::of_enhancement::<T>().1);

        #[block]
        {
            call.dispatch_bypass_filter(RawOrigin::Authorized.into())?;
        }
        assert!(is_noted::<T>(&proof));
        Ok(())
    }

    #[benchmark]
    fn prove_fault_of_ticket() -> Result<(), BenchmarkError> {
        let (call, proof) = proofs::by_verifier::<T>(proofs::of_ticket::<T>().1);

        #[block]
        {
            call.dispatch_bypass_filter(RawOrigin::Authorized.into())?;
        }
        assert!(is_noted::<T>(&proof));
        Ok(())
    }

    #[benchmark]
    fn prove_fault_of_two_leaves() -> Result<(), BenchmarkError> {
        let (call, proof) = proofs::by_verifier::<T>(proofs::of_two_leaves::<T>().1);

        #[block]
        {
            call.dispatch_bypass_filter(RawOrigin::Authorized.into())?;
        }
        assert!(is_noted::<T>(&proof));
        Ok(())
    }

    #[benchmark]
    fn prove_fault_of_assignment() -> Result<(), BenchmarkError> {
        let (call, proof) = proofs::by_verifier::<T>(proofs::of_assignment::<T>().1);

        #[block]
        {
            call.dispatch_bypass_filter(RawOrigin::Authorized.into())?;
        }
        assert!(is_noted::<T>(&proof));
        Ok(())
    }

    #[benchmark]
    fn prove_fault_of_possession() -> Result<(), BenchmarkError> {
        let (call, proof) = proofs::by_verifier::<T>(proofs::of_possession::<T>().1);

        #[block]
        {
            call.dispatch_bypass_filter(RawOrigin::Authorized.into())?;
        }
        assert!(Faults::<T>::contains_key(proof.round, proof.issuer));
        Ok(())
    }

    /// `b`: blocks with leaves in which the view could stand.
    #[benchmark]
    fn claim_missing(b: Linear<0, MOST_BLOCKS>) {
        let reporter = world::make::<T>();
        let proof = proofs::missing::<T>(&reporter, b);
        let ticket = (proof.acceptance.round, proof.acceptance.ticket);
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), Box::new(proof));

        assert!(PaidTickets::<T>::contains_key(ticket.0, ticket.1));
    }

    /// `r`: rounds that are looked through, all of which counted.
    #[benchmark]
    fn to_counted_ages(r: Linear<0, LOOKED_THROUGH>) {
        settled::judged::<T>(r);

        #[block]
        {
            FromWhatWasJudged::<T>::on_runtime_upgrade();
        }
        assert_eq!(CountedRounds::<T>::iter_keys().count(), r as usize + 1);
    }

    impl_benchmark_test_suite!(
        Pallet,
        crate::mock::benchmark_externalities(),
        crate::mock::Test
    );
}
