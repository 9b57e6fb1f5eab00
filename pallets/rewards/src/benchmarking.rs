//! What the calls cost, and what other pallets make this one do.
//!
//! Every benchmark takes the longest way through: accounts that are created, records that are removed, roots that the
//! whole set votes for. Paths of Merkle proofs are as long as they can be, or a component.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that can't be set up has to stop"
)]

mod settled;
mod trees;

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Round,
    campaign::MAX_PAID_CAMPAIGNS,
    emission::{CFX, EmissionPreset},
    merkle::MAX_PROOF_LEN,
    report::{EARNINGS_VERSION, EarningsTriple, MAX_VERIFIERS},
    rounds::PRODUCTION_ROUND_MS,
};
use frame_benchmarking::{account, v2::*};
use frame_support::{
    BoundedVec,
    pallet_prelude::TransactionSource,
    traits::{Authorize, EnsureOrigin},
};
use frame_system::RawOrigin;

use crate::{
    AccountTotal, Adopted, AdoptedEarnings, AdoptedOrder, BenchmarkHelper, CLAIMABLE_ROOTS, Call,
    Claim, Claimed, Config, EarningsVote, LastAdopted, LaterTotal, LifetimeTotals, MAX_CLAIMS,
    MAX_OPEN_VOTES, MAX_RATE_CHANGES, OpenVotes, Pallet, RateChange, RateChanges, RewardRules,
    Rules, SettledEntry, SettledOrder, SettledPlaces, SettledRounds, SettledSpan, Signers, Totals,
    Votes,
};
use settled::{fill_settled, judged_blocks, paid_campaigns};

/// What every account of these benchmarks has earned, in units.
const TOTAL: u128 = 1_000 * CFX;

/// Rules under which one can claim at once, and vote as of every round.
fn set_rules<T: Config>() {
    Rules::<T>::put(RewardRules {
        emission: EmissionPreset::Whitepaper,
        round_ms: PRODUCTION_ROUND_MS,
        max_rate_per_second: None,
        max_rate_until: None,
        earnings_interval: 1,
        claim_delay: 0,
    });
    LifetimeTotals::<T>::put(Totals {
        settled: u128::MAX / 4,
        paid: 0,
        advertised: u128::MAX / 4,
    });
}

/// A full list of changes of the most rate, none of which can be forgotten yet.
fn fill_rate_changes<T: Config>(changes: u32) {
    let change = |number| RateChange {
        from_round: number + 1,
        max_rate_per_second: Some(CFX),
    };
    let changes: Vec<_> = (0..changes).map(change).collect();
    RateChanges::<T>::put(BoundedVec::truncate_from(changes));
}

fn triple(as_of: Round, root: [u8; 32], count: u32) -> EarningsTriple {
    EarningsTriple {
        as_of,
        root,
        count,
        sum: TOTAL,
        version: EARNINGS_VERSION,
    }
}

/// Adopts a root as number `number`; it is the last until the next.
fn adopt<T: Config>(triple: EarningsTriple, number: u32) {
    let adopted = AdoptedEarnings {
        triple,
        adopted_in: 0,
        number,
    };
    let signers = (0..MAX_VERIFIERS).map(T::BenchmarkHelper::bonded_verifier);
    Signers::<T>::insert(
        triple.as_of,
        BoundedVec::truncate_from(signers.collect::<Vec<_>>()),
    );
    AdoptedOrder::<T>::insert(number, triple.as_of);
    Adopted::<T>::insert(triple.as_of, &adopted);
    LastAdopted::<T>::put(adopted);
}

/// A claim of a new account under a root of its own, with a path of `steps` steps.
fn claim_of<T: Config>(number: u32, steps: u32) -> Claim<T::AccountId> {
    let account: T::AccountId = account("earner", number, 0);
    let tree = trees::with_first_leaf(&AccountId(account.clone().into()), TOTAL, steps);
    let as_of = number + 1;
    let triple = triple(as_of, tree.root, tree.count);
    let adopted = AdoptedEarnings {
        triple,
        adopted_in: 0,
        number,
    };
    Adopted::<T>::insert(as_of, adopted);
    Claim {
        account,
        as_of,
        total: TOTAL,
        index: 0,
        count: tree.count,
        proof: tree.proof,
    }
}

fn claim_call<T: Config>(claim: Claim<T::AccountId>) -> Call<T> {
    Call::claim {
        account: claim.account,
        as_of: claim.as_of,
        total: claim.total,
        index: claim.index,
        count: claim.count,
        proof: claim.proof,
    }
}

/// As many claims with the longest paths, by ascending account.
fn claims_of<T: Config>(claims: u32) -> Vec<Claim<T::AccountId>> {
    let mut claims: Vec<_> = (0..claims)
        .map(|number| claim_of::<T>(number, MAX_PROOF_LEN as u32))
        .collect();
    claims.sort_by(|a, b| a.account.cmp(&b.account));
    claims
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

    /// `n`: steps of the path.
    #[benchmark]
    fn claim(n: Linear<0, { MAX_PROOF_LEN as u32 }>) {
        set_rules::<T>();
        let proven = claim_of::<T>(0, n);
        let who = proven.account.clone();

        #[extrinsic_call]
        _(
            RawOrigin::Authorized,
            proven.account,
            proven.as_of,
            proven.total,
            proven.index,
            proven.count,
            proven.proof,
        );

        assert_eq!(Claimed::<T>::get(who), TOTAL);
    }

    /// `n`: steps of the path.
    #[benchmark]
    fn authorize_claim(n: Linear<0, { MAX_PROOF_LEN as u32 }>) -> Result<(), BenchmarkError> {
        set_rules::<T>();
        let call = claim_call::<T>(claim_of::<T>(0, n));

        #[block]
        {
            call.authorize(TransactionSource::External)
                .ok_or("the call can be authorized")??;
        }
        Ok(())
    }

    /// `c`: claims, each with the longest path under a root of its own.
    #[benchmark]
    fn claim_batch(c: Linear<1, MAX_CLAIMS>) {
        set_rules::<T>();
        let claims = claims_of::<T>(c);
        let last = claims[claims.len() - 1].account.clone();

        #[extrinsic_call]
        _(RawOrigin::Authorized, BoundedVec::truncate_from(claims));

        assert_eq!(Claimed::<T>::get(last), TOTAL);
    }

    /// `c`: claims, each with the longest path under a root of its own.
    #[benchmark]
    fn authorize_batch(c: Linear<1, MAX_CLAIMS>) -> Result<(), BenchmarkError> {
        set_rules::<T>();
        let call = Call::<T>::claim_batch {
            claims: BoundedVec::truncate_from(claims_of::<T>(c)),
        };

        #[block]
        {
            call.authorize(TransactionSource::External)
                .ok_or("the call can be authorized")??;
        }
        Ok(())
    }

    #[benchmark]
    fn set_max_rate() -> Result<(), BenchmarkError> {
        let origin = open_to::<T, T::ParametersOrigin>()?;
        set_rules::<T>();
        fill_rate_changes::<T>(MAX_RATE_CHANGES - 1);
        SettledPlaces::<T>::put(SettledSpan { first: 0, next: 1 });
        SettledOrder::<T>::insert(0, SettledEntry { round: 0, total: 0 });

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Some(2 * CFX));

        assert_eq!(RateChanges::<T>::get().len(), MAX_RATE_CHANGES as usize);
        Ok(())
    }

    /// The account is not there at all under the later root, both of its neighbours are proved by the longest paths, a
    /// whole set had signed, and the last adopted before is as far back as it can be.
    #[benchmark]
    fn prove_decrease() {
        set_rules::<T>();
        let who: T::AccountId = account("earner", 0, 0);
        let raw = AccountId(who.clone().into());
        let steps = MAX_PROOF_LEN as u32;
        let earlier = trees::with_first_leaf(&raw, TOTAL, steps);
        let later = trees::without(TOTAL);
        adopt::<T>(triple(1, earlier.root, earlier.count), 0);
        adopt::<T>(triple(2, later.root, later.count), CLAIMABLE_ROOTS);
        let earlier = AccountTotal {
            total: TOTAL,
            index: 0,
            proof: earlier.proof,
        };
        let absent = LaterTotal::Absent {
            before: Some(later.before),
            after: Some(later.after),
        };
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), who, 1, earlier, 2, absent);

        assert!(Adopted::<T>::get(2).is_none());
        assert_eq!(
            LastAdopted::<T>::get().map(|last| last.triple.as_of),
            Some(1)
        );
    }

    /// Without what taking the money out of escrow costs.
    ///
    /// * `b`: view blocks, each with as many debits as it may have.
    /// * `c`: campaigns that paid.
    #[benchmark]
    fn settle(
        b: Linear<0, { MAX_VERIFIERS }>,
        c: Linear<0, { MAX_PAID_CAMPAIGNS }>,
    ) -> Result<(), BenchmarkError> {
        set_rules::<T>();
        LifetimeTotals::<T>::put(Totals::default());
        fill_rate_changes::<T>(MAX_RATE_CHANGES);
        let round = fill_settled::<T>() + 2;
        let blocks = judged_blocks(b);
        let reporters = (0..MAX_VERIFIERS).map(|number| AccountId([number as u8; 32]));
        let reporters: Vec<_> = reporters.collect();
        let ads = paid_campaigns(c);

        #[block]
        {
            Pallet::<T>::settle_or_refuse(round, blocks, reporters, |_, debits| {
                // Whoever pays sorts them.
                drop(debits);
                ads
            });
        }
        let settled = SettledRounds::<T>::get(round).ok_or("the round is settled")?;
        assert_eq!(settled.blocks.len(), b as usize);
        assert_eq!(SettledPlaces::<T>::get().first, 2);
        Ok(())
    }

    /// The vote that adopts: of a whole set of whom just enough agree, with votes for as many rounds before as are
    /// counted, and a root that is now too old.
    #[benchmark]
    fn vote_earnings() -> Result<(), BenchmarkError> {
        set_rules::<T>();
        let as_of = fill_settled::<T>();
        let too_old = triple(1, [1; 32], 1);
        adopt::<T>(too_old, 0);
        adopt::<T>(triple(2, [2; 32], 1), CLAIMABLE_ROOTS - 1);
        let first_open = as_of + 1 - MAX_OPEN_VOTES;
        let open: Vec<_> = (first_open..=as_of).collect();
        let ours = triple(as_of, [3; 32], u32::MAX);
        for round in &open {
            Votes::<T>::insert(round, votes(*round, ours));
        }
        OpenVotes::<T>::put(BoundedVec::truncate_from(open));
        let voter = AccountId([MAX_VERIFIERS as u8; 32]);

        #[block]
        {
            Pallet::<T>::vote(voter, ours, MAX_VERIFIERS);
        }
        let last = LastAdopted::<T>::get().ok_or("earnings are adopted")?;
        assert_eq!(last.triple, ours);
        assert!(OpenVotes::<T>::get().is_empty());
        assert!(Adopted::<T>::get(too_old.as_of).is_none());
        Ok(())
    }

    impl_benchmark_test_suite!(
        Pallet,
        crate::mock::externalities(EmissionPreset::Whitepaper, None),
        crate::mock::Test
    );
}

/// Votes of all verifiers but one: 51 agree, the others don't.
fn votes(
    as_of: Round,
    ours: EarningsTriple,
) -> BoundedVec<EarningsVote, frame_support::traits::ConstU32<MAX_VERIFIERS>> {
    let vote = |number: u32| EarningsVote {
        verifier: AccountId([number as u8; 32]),
        triple: EarningsTriple {
            as_of,
            root: if number < 51 {
                ours.root
            } else {
                [number as u8; 32]
            },
            ..ours
        },
    };
    BoundedVec::truncate_from((0..MAX_VERIFIERS - 1).map(vote).collect::<Vec<_>>())
}
