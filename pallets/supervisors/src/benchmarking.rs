//! Benchmarks of the calls, each at its longest way: the longest profile, the fullest history of a video, an appeal to close.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that can't be set up has to fail"
)]

use super::*;
use crate::types::MAX_NAME_BYTES;
use alloc::vec;
use chainflix_primitives::{
    Round,
    registry::{Endpoint, MAX_ENDPOINT_BYTES},
};
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, fungible::Mutate};
use frame_system::RawOrigin;

/// The current round of every benchmark.
const NOW: Round = 100_000_000;
/// What accounts hold, in units: 1,000 CFX.
const ENDOWMENT: u128 = 1_000_000_000_000_000;
/// The video of every benchmark.
const VIDEO: Magnet = Magnet([1; 32]);
/// What dossiers and evidence hash to.
const HASH: Hash32 = [9; 32];

/// An account with funds.
fn rich<T: Config>(name: &'static str) -> T::AccountId
where
    T::Currency: Mutate<T::AccountId>,
{
    let account: T::AccountId = account(name, 0, 0);
    T::Currency::mint_into(&account, ENDOWMENT).expect("it may have funds");
    account
}

/// The caller, with funds.
fn caller<T: Config>() -> T::AccountId
where
    T::Currency: Mutate<T::AccountId>,
{
    let caller: T::AccountId = whitelisted_caller();
    T::Currency::mint_into(&caller, ENDOWMENT).expect("it may have funds");
    caller
}

fn begin<T: Config>() {
    T::BenchmarkHelper::begin_round(NOW);
}

fn longest_profile() -> SupervisorProfile {
    SupervisorProfile {
        name: BoundedVec::truncate_from(vec![b'x'; MAX_NAME_BYTES as usize]),
        endpoint: Endpoint::truncate_from(vec![b'x'; MAX_ENDPOINT_BYTES as usize]),
        exchange_key: [7; 32],
    }
}

/// Puts an account in office.
fn appoint<T: Config>(supervisor: &T::AccountId) {
    Pallet::<T>::add(supervisor.clone(), longest_profile()).expect("there is room");
}

/// Lets a producer apply.
fn apply_to<T: Config>(supervisor: &T::AccountId, producer: &T::AccountId) {
    Pallet::<T>::open_application(producer.clone(), supervisor.clone(), HASH)
        .expect("there are funds");
}

/// Restricts [`VIDEO`] for a limited time, and appeals against it.
fn restrict_and_appeal<T: Config>(
    producer: &T::AccountId,
    imposer: &T::AccountId,
    approver: &T::AccountId,
) {
    T::BenchmarkHelper::register(VIDEO, producer, approver, true);
    Restrictions::<T>::insert(
        VIDEO,
        Restriction {
            supervisor: imposer.clone(),
            reason: RestrictionReason::Deception,
            evidence_hash: HASH,
            since: NOW,
            lapses: Some(NOW),
            appealed: false,
        },
    );
    Pallet::<T>::open_appeal(producer.clone(), VIDEO, HASH).expect("there are funds");
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
    // Unit tests are compiled without what the SDK knows of origins: in `mock.rs` it is root, or an account that stands for
    // motions.
    #[cfg(not(feature = "runtime-benchmarks"))]
    let origin = {
        let motion = T::AccountId::from(crate::mock::verifiers().into());
        [RawOrigin::Root, RawOrigin::Signed(motion)]
            .map(Into::into)
            .into_iter()
            .find(|origin: &T::RuntimeOrigin| O::try_origin(origin.clone()).is_ok())
            .ok_or(BenchmarkError::Weightless)?
    };
    Ok(origin)
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn add_supervisor() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::SupervisorOrigin>()?;
        begin::<T>();
        let supervisor: T::AccountId = account("supervisor", 0, 0);

        #[extrinsic_call]
        _(
            origin as T::RuntimeOrigin,
            supervisor.clone(),
            longest_profile(),
        );

        assert!(Supervisors::<T>::contains_key(supervisor));
        Ok(())
    }

    #[benchmark]
    fn remove_supervisor() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::SupervisorOrigin>()?;
        let supervisor: T::AccountId = account("supervisor", 0, 0);
        appoint::<T>(&supervisor);

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, supervisor.clone());

        assert!(!Supervisors::<T>::contains_key(supervisor));
        Ok(())
    }

    #[benchmark]
    fn update_profile() {
        let caller = caller::<T>();
        appoint::<T>(&caller);
        let profile = SupervisorProfile {
            exchange_key: [8; 32],
            ..longest_profile()
        };

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), profile.clone());

        assert_eq!(
            Supervisors::<T>::get(caller).map(|entry| entry.profile),
            Some(profile)
        );
    }

    /// In the place of an application that has lapsed.
    #[benchmark]
    fn apply() {
        begin::<T>();
        let caller = caller::<T>();
        let supervisor: T::AccountId = account("supervisor", 0, 0);
        appoint::<T>(&supervisor);
        apply_to::<T>(&supervisor, &caller);
        Applications::<T>::mutate(&caller, |slot| {
            let application = slot.as_mut().expect("it is open");
            application.state = ApplicationState::Open { lapses: NOW };
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), supervisor, [8; 32]);

        assert_eq!(
            Applications::<T>::get(caller).map(|application| application.dossier_hash),
            Some([8; 32])
        );
    }

    #[benchmark]
    fn withdraw_application() {
        begin::<T>();
        let caller = caller::<T>();
        let supervisor: T::AccountId = account("supervisor", 0, 0);
        appoint::<T>(&supervisor);
        apply_to::<T>(&supervisor, &caller);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(!Applications::<T>::contains_key(caller));
    }

    /// An approval, in the place of an earlier one.
    #[benchmark]
    fn decide() {
        begin::<T>();
        let supervisor = caller::<T>();
        appoint::<T>(&supervisor);
        let producer = rich::<T>("producer");
        apply_to::<T>(&supervisor, &producer);
        Pallet::<T>::approve(supervisor.clone(), producer.clone()).expect("it may be approved");
        apply_to::<T>(&supervisor, &producer);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(supervisor),
            producer.clone(),
            Decision::Approve,
        );

        assert!(!Applications::<T>::contains_key(&producer));
        assert!(Pallet::<T>::is_eligible(producer));
    }

    #[benchmark]
    fn revoke_approval() {
        begin::<T>();
        let supervisor = caller::<T>();
        appoint::<T>(&supervisor);
        let producer = rich::<T>("producer");
        apply_to::<T>(&supervisor, &producer);
        Pallet::<T>::approve(supervisor.clone(), producer.clone()).expect("it may be approved");

        #[extrinsic_call]
        _(
            RawOrigin::Signed(supervisor),
            producer.clone(),
            RefusalReason::ConditionsNotMet,
        );

        assert!(!Pallet::<T>::is_eligible(producer));
    }

    /// By somebody else, after its supervisor has left office.
    #[benchmark]
    fn remove_approval() {
        begin::<T>();
        let supervisor: T::AccountId = account("supervisor", 0, 0);
        appoint::<T>(&supervisor);
        let producer = rich::<T>("producer");
        apply_to::<T>(&supervisor, &producer);
        Pallet::<T>::approve(supervisor.clone(), producer.clone()).expect("it may be approved");
        // Put in office again later: the approval has to be held against it, and does not hold.
        Supervisors::<T>::mutate(&supervisor, |slot| {
            slot.as_mut().expect("it is in office").since = NOW + 1;
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(caller::<T>()), producer.clone());

        assert!(!Approvals::<T>::contains_key(producer));
    }

    /// A video that was removed with an open appeal, and published again.
    #[benchmark]
    fn restrict() {
        begin::<T>();
        let supervisor = caller::<T>();
        appoint::<T>(&supervisor);
        let (producer, approver) = (rich::<T>("producer"), rich::<T>("approver"));
        restrict_and_appeal::<T>(&producer, &rich::<T>("imposer"), &approver);
        T::BenchmarkHelper::register(VIDEO, &producer, &approver, false);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(supervisor),
            VIDEO,
            RestrictionReason::Copyright,
            HASH,
        );

        assert!(Restrictions::<T>::get(VIDEO).is_some_and(|restriction| !restriction.appealed));
    }

    /// By the supervisor that approved the producer.
    #[benchmark]
    fn confirm_restriction() {
        begin::<T>();
        let approver = caller::<T>();
        appoint::<T>(&approver);
        restrict_and_appeal::<T>(&rich::<T>("producer"), &rich::<T>("imposer"), &approver);

        #[extrinsic_call]
        _(RawOrigin::Signed(approver), VIDEO);

        let restriction = Restrictions::<T>::get(VIDEO).expect("it stays");
        assert_eq!(restriction.lapses, None);
    }

    /// By the supervisor that approved the producer; an open appeal is closed.
    #[benchmark]
    fn reinstate() {
        begin::<T>();
        let approver = caller::<T>();
        appoint::<T>(&approver);
        restrict_and_appeal::<T>(&rich::<T>("producer"), &rich::<T>("imposer"), &approver);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(approver),
            VIDEO,
            ReinstatementReason::RightsShown,
            HASH,
        );

        assert!(!Restrictions::<T>::contains_key(VIDEO));
        assert!(!Appeals::<T>::contains_key(VIDEO));
    }

    /// With an open appeal.
    #[benchmark]
    fn lift_lapsed() {
        begin::<T>();
        let (imposer, approver) = (rich::<T>("imposer"), rich::<T>("approver"));
        restrict_and_appeal::<T>(&rich::<T>("producer"), &imposer, &approver);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller::<T>()), VIDEO);

        assert!(!Restrictions::<T>::contains_key(VIDEO));
        assert!(!Appeals::<T>::contains_key(VIDEO));
    }

    #[benchmark]
    fn appeal() {
        begin::<T>();
        let producer = caller::<T>();
        let (imposer, approver) = (rich::<T>("imposer"), rich::<T>("approver"));
        restrict_and_appeal::<T>(&producer, &imposer, &approver);
        Pallet::<T>::end_appeal(VIDEO, AppealOutcome::Withdrawn).expect("it was open");
        Restrictions::<T>::mutate(VIDEO, |slot| {
            slot.as_mut().expect("it is restricted").appealed = false;
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(producer), VIDEO, HASH);

        assert!(Appeals::<T>::contains_key(VIDEO));
    }

    /// Granted: the restriction is lifted too.
    #[benchmark]
    fn decide_appeal() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::AppealOrigin>()?;
        begin::<T>();
        let (imposer, approver) = (rich::<T>("imposer"), rich::<T>("approver"));
        restrict_and_appeal::<T>(&rich::<T>("producer"), &imposer, &approver);

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, VIDEO, AppealVerdict::Granted);

        assert!(!Restrictions::<T>::contains_key(VIDEO));
        Ok(())
    }

    /// By somebody else, when its time is over.
    #[benchmark]
    fn close_appeal() {
        begin::<T>();
        let (imposer, approver) = (rich::<T>("imposer"), rich::<T>("approver"));
        restrict_and_appeal::<T>(&rich::<T>("producer"), &imposer, &approver);
        Appeals::<T>::mutate(VIDEO, |slot| {
            slot.as_mut().expect("it is open").until = NOW;
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(caller::<T>()), VIDEO);

        assert!(!Appeals::<T>::contains_key(VIDEO));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_state(), crate::mock::Test);
}
