//! Benchmarks of the calls, each at its longest way: full histories, the longest title, the most enhancements.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a benchmark that can't be set up has to fail"
)]

use super::*;
use crate::types::{MAX_LANGUAGE_BYTES, MAX_OWNERS, MAX_STATES, MAX_TRUSTED};
use alloc::vec;
use chainflix_primitives::manifest::{MAX_RENDITIONS, MAX_TITLE_BYTES};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;

/// The current round of every benchmark: later than any record is kept for.
const NOW: Round = 100_000_000;
/// What accounts hold, in units: 1,000 CFX.
const ENDOWMENT: u128 = 1_000_000_000_000_000;
/// What enhancements cost, in units.
const PRICE: u128 = 1_000_000_000_000;
/// The video of every benchmark.
const VIDEO: Magnet = Magnet([1; 32]);

/// An account with funds.
fn rich<T: Config>(name: &'static str, number: u32) -> T::AccountId {
    let account: T::AccountId = account(name, number, 0);
    T::Currency::set_balance(&account, ENDOWMENT);
    account
}

/// The caller, with funds.
fn caller<T: Config>() -> T::AccountId {
    let caller: T::AccountId = whitelisted_caller();
    T::Currency::set_balance(&caller, ENDOWMENT);
    caller
}

fn begin<T: Config>() {
    T::BenchmarkHelper::begin_round(NOW);
}

fn longest_title() -> Title {
    Title::truncate_from(vec![b'x'; MAX_TITLE_BYTES])
}

/// Registers [`VIDEO`] with so many states, the last since long ago.
fn register<T: Config>(producer: &T::AccountId, states: u32, last: VideoState) {
    let terms = VideoTerms {
        producer: Pallet::<T>::raw(producer),
        supervisor: Pallet::<T>::raw(producer),
        title: longest_title(),
        total_playtime_ms: 86_400_000,
        renditions: MAX_RENDITIONS,
        manifest_root: [7; 32],
        ratio: MiningRatio::whitepaper(),
        key_epoch: 0,
        upload_id: UploadId([1; 16]),
        from_round: 2,
    };
    Pallet::<T>::check_registration(producer.clone(), VIDEO, terms);
    Videos::<T>::mutate(VIDEO, |slot| {
        let record = slot.as_mut().expect("it was registered");
        // Older ones than are needed: the longest list is shortened first.
        record.states.clear();
        for number in 0..states {
            let state = if number + 1 == states {
                last
            } else {
                VideoState::Active
            };
            record.states.force_push(StateChange {
                from_round: 2 + number,
                state,
            });
        }
    });
}

impl<T: Config> Pallet<T> {
    /// Registers a video whatever the surroundings say of its producer and its keys.
    fn check_registration(producer: T::AccountId, magnet: Magnet, terms: VideoTerms) {
        let key_epoch = T::BenchmarkHelper::key_epoch();
        Self::register(producer, magnet, VideoTerms { key_epoch, ..terms })
            .expect("it may be registered");
    }
}

fn language() -> Language {
    Language::truncate_from(b"abcdefgh-1234567"[..MAX_LANGUAGE_BYTES as usize].to_vec())
}

/// An enhancement of [`VIDEO`] with the most owners, the last of them `owner`; listed where it belongs.
fn enhance<T: Config>(owner: &T::AccountId, state: EnhancementState) -> u32 {
    let id = NextEnhancement::<T>::get();
    let deposit = Pallet::<T>::deposit_of_enhancement().expect("it is a number");
    T::Currency::hold(&HoldReason::Enhancement.into(), owner, deposit).expect("there are funds");
    // One place is left for the next owner.
    let owners: Vec<_> = (0..MAX_OWNERS - 1)
        .map(|round| OwnerChange {
            from_round: NOW - MAX_OWNERS + round,
            owner: owner.clone(),
        })
        .collect();
    let enhancement = Enhancement {
        video: VIDEO,
        kind: EnhancementKind::Dub,
        language: language(),
        hash: [9; 32],
        price: Some(PRICE),
        owners: BoundedVec::truncate_from(owners),
        state,
        deposit,
    };
    if state == EnhancementState::Proposed {
        Proposals::<T>::insert(VIDEO, id, ());
    } else {
        Attached::<T>::mutate(VIDEO, |listed| listed.force_push(id));
    }
    Enhancements::<T>::insert(id, enhancement);
    NextEnhancement::<T>::put(id + 1);
    id
}

/// Attaches so many enhancements, each of another owner.
fn attach_others<T: Config>(count: u32) {
    for number in 0..count {
        let owner = rich::<T>("enhancer", number);
        enhance::<T>(&owner, ATTACHED);
    }
}

const ATTACHED: EnhancementState = EnhancementState::Attached { from_round: 2 };
const ENDED: EnhancementState = EnhancementState::Ended {
    from_round: 2,
    until_round: 3,
};

/// The longest policy.
fn longest_policy<T: Config>(name: &'static str) -> AcceptancePolicy<T::AccountId> {
    let trusted: Vec<T::AccountId> = (0..MAX_TRUSTED).map(|n| account(name, n, 0)).collect();
    AcceptancePolicy::Trusted(BoundedVec::truncate_from(trusted))
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn publish() {
        begin::<T>();
        let caller = caller::<T>();
        T::BenchmarkHelper::approve(&caller);
        let key_epoch = T::BenchmarkHelper::key_epoch();

        #[extrinsic_call]
        _(
            RawOrigin::Signed(caller),
            VIDEO,
            longest_title(),
            86_400_000,
            MAX_RENDITIONS,
            [7; 32],
            MiningRatio::whitepaper(),
            key_epoch,
            UploadId([1; 16]),
        );

        assert!(Videos::<T>::contains_key(VIDEO));
    }

    #[benchmark]
    fn withdraw() {
        begin::<T>();
        let caller = caller::<T>();
        register::<T>(&caller, MAX_STATES, VideoState::Active);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), VIDEO);

        let record = Videos::<T>::get(VIDEO).expect("it stays");
        assert_eq!(
            record.last_change().map(|last| last.state),
            Some(VideoState::Withdrawn)
        );
    }

    /// `e` enhancements, each of another owner.
    #[benchmark]
    fn remove(e: Linear<0, MAX_ENHANCEMENTS_OF_VIDEO>) {
        begin::<T>();
        let caller = caller::<T>();
        register::<T>(&caller, MAX_STATES, VideoState::Withdrawn);
        attach_others::<T>(e);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), VIDEO);

        assert!(!Videos::<T>::contains_key(VIDEO));
        assert!(Enhancements::<T>::iter_keys().next().is_none());
    }

    /// Attached at once, as the last one that a longest policy covers and the last that the video has room for.
    #[benchmark]
    fn propose_enhancement() {
        begin::<T>();
        let caller = caller::<T>();
        let producer = rich::<T>("producer", 0);
        register::<T>(&producer, MAX_STATES, VideoState::Active);
        attach_others::<T>(MAX_ENHANCEMENTS_OF_VIDEO - 1);
        let mut trusted: Vec<T::AccountId> =
            (1..MAX_TRUSTED).map(|n| account("trusted", n, 0)).collect();
        trusted.push(caller.clone());
        let policy = AcceptancePolicy::Trusted(BoundedVec::truncate_from(trusted));
        Pallet::<T>::put_policy(producer, policy).expect("there are funds");
        let id = NextEnhancement::<T>::get();

        #[extrinsic_call]
        _(
            RawOrigin::Signed(caller),
            VIDEO,
            EnhancementKind::Dub,
            language(),
            [9; 32],
            Some(PRICE),
        );

        assert!(Attached::<T>::get(VIDEO).contains(&id));
    }

    #[benchmark]
    fn accept_enhancement() {
        begin::<T>();
        let caller = caller::<T>();
        register::<T>(&caller, MAX_STATES, VideoState::Active);
        attach_others::<T>(MAX_ENHANCEMENTS_OF_VIDEO - 1);
        let proposed = enhance::<T>(&rich::<T>("other", 0), EnhancementState::Proposed);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), proposed);

        assert!(Attached::<T>::get(VIDEO).contains(&proposed));
    }

    /// A proposal, by the producer: it is removed, and the deposit of its owner returned.
    #[benchmark]
    fn end_enhancement() {
        begin::<T>();
        let caller = caller::<T>();
        register::<T>(&caller, MAX_STATES, VideoState::Active);
        let proposed = enhance::<T>(&rich::<T>("other", 0), EnhancementState::Proposed);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), proposed);

        assert!(!Enhancements::<T>::contains_key(proposed));
    }

    /// The last of a full list, by somebody else.
    #[benchmark]
    fn remove_enhancement() {
        begin::<T>();
        let caller = caller::<T>();
        attach_others::<T>(MAX_ENHANCEMENTS_OF_VIDEO - 1);
        let ended = enhance::<T>(&rich::<T>("other", 0), ENDED);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ended);

        assert!(!Enhancements::<T>::contains_key(ended));
    }

    #[benchmark]
    fn set_enhancement_price() {
        begin::<T>();
        let caller = caller::<T>();
        let id = enhance::<T>(&caller, ATTACHED);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id, Some(2 * PRICE));

        let enhancement = Enhancements::<T>::get(id).expect("it stays");
        assert_eq!(enhancement.price, Some(2 * PRICE));
    }

    #[benchmark]
    fn buy_enhancement() {
        begin::<T>();
        let caller = caller::<T>();
        let id = enhance::<T>(&rich::<T>("other", 0), ATTACHED);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), id, PRICE);

        let enhancement = Enhancements::<T>::get(id).expect("it stays");
        assert_eq!(enhancement.owner(), Some(&caller));
    }

    #[benchmark]
    fn transfer_enhancement() {
        begin::<T>();
        let caller = caller::<T>();
        let id = enhance::<T>(&caller, ATTACHED);
        let to = rich::<T>("other", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id, to.clone());

        let enhancement = Enhancements::<T>::get(id).expect("it stays");
        assert_eq!(enhancement.owner(), Some(&to));
    }

    /// The longest in the place of another one as long.
    #[benchmark]
    fn set_acceptance_policy() {
        begin::<T>();
        let caller = caller::<T>();
        Pallet::<T>::put_policy(caller.clone(), longest_policy::<T>("trusted before"))
            .expect("there are funds");
        let policy = longest_policy::<T>("trusted");

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), policy.clone());

        assert_eq!(
            Policies::<T>::get(caller).map(|record| record.policy),
            Some(policy)
        );
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_state(), crate::mock::Test);
}
