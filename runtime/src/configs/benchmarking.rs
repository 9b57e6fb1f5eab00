//! What benchmarks of a pallet need the others to be like.

use crate::{Runtime, constants::time};
use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId as RawAccount, Magnet, Round, Signature64,
    ratio::MiningRatio,
    registry::{VideoState, VideoTerms},
    window::CELL_MS,
};
use frame_benchmarking::account;
use frame_support::BoundedVec;

/// A runtime in the state that a benchmark asks for.
#[allow(
    unreachable_pub,
    reason = "with benchmarks it is a type of the pallets' configurations, which are public"
)]
pub struct Prepared;

/// What pallets do for benchmarks themselves, compiled for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
mod of_pallets {
    use super::{RawAccount, Signature64};
    use crate::{AccountId, Authorities, Pov};

    pub(super) fn make_member(verifier: &AccountId) {
        Authorities::make_member(verifier);
    }

    pub(super) fn endow(account: &AccountId, amount: u128) {
        Authorities::endow(account, amount);
    }

    pub(super) fn sign_as(verifier: &RawAccount, payload: &[u8]) -> Signature64 {
        Pov::sign_as(verifier, payload)
    }
}

/// As much of it as unit tests of the runtime need, for which the pallets are compiled without.
#[cfg(not(feature = "runtime-benchmarks"))]
mod of_pallets {
    use super::{RawAccount, Signature64};
    use crate::{AccountId, Balances, Pov, Runtime};
    use chainflix_primitives::registry::VerifierKeys;
    use frame_support::{BoundedVec, traits::fungible::Mutate};
    use pallet_authorities::{Members, VerifierRecord, VerifierStatus, Verifiers};
    use pallet_pov::{SetRounds, VerifierSets, crypto::Public, types::Verifier};
    use sp_runtime::RuntimeAppPublic;

    pub(super) fn make_member(verifier: &AccountId) {
        let record = VerifierRecord {
            status: VerifierStatus::Member,
            profile: None,
            deposit: 0,
            bond: 0,
            unlocks: 0,
            suspended: false,
        };
        Verifiers::<Runtime>::insert(verifier, record);
        Members::<Runtime>::mutate(|members| {
            let place = members.binary_search(verifier).expect_err("a new one");
            let room = members.try_insert(place, verifier.clone());
            room.expect("a hundred fit");
        });
    }

    pub(super) fn endow(account: &AccountId, amount: u128) {
        Balances::mint_into(account, amount).expect("an account takes it");
    }

    pub(super) fn sign_as(verifier: &RawAccount, payload: &[u8]) -> Signature64 {
        let alone = Verifier {
            account: *verifier,
            key: Public::generate_pair(None),
        };
        SetRounds::<Runtime>::put(BoundedVec::truncate_from(vec![0]));
        VerifierSets::<Runtime>::insert(0, BoundedVec::truncate_from(vec![alone]));
        <Pov as VerifierKeys>::sign(verifier, payload).expect("its key was made for it")
    }
}

/// Verifier `number` with a bond, in the set.
fn bonded_verifier(number: u32) -> RawAccount {
    let verifier = account("verifier", number, 0);
    if pallet_authorities::Verifiers::<Runtime>::get(&verifier).is_none() {
        of_pallets::make_member(&verifier);
    }
    RawAccount(verifier.into())
}

/// Puts a video on record with as many states as there may be, active in all.
fn register_video(video: Magnet, terms: VideoTerms) {
    let state = |number: u32| pallet_videos::StateChange {
        from_round: if number == 0 { 0 } else { u32::MAX - number },
        state: VideoState::Active,
    };
    let states: Vec<_> = (0..pallet_videos::types::MAX_STATES).map(state).collect();
    let record = pallet_videos::VideoRecord {
        terms,
        states: BoundedVec::truncate_from(states),
        listing: 0,
        deposit: 0,
    };
    pallet_videos::Videos::<Runtime>::insert(video, record);
}

/// Puts an enhancement on record that the first of as many owners as there may be has from `from` on.
fn attach_enhancement(enhancement: u32, video: Magnet, from: Round) {
    let owner = |number: u32| pallet_videos::OwnerChange {
        from_round: from.saturating_add(number),
        owner: account("enhancer", number, 0),
    };
    let owners: Vec<_> = (0..pallet_videos::types::MAX_OWNERS).map(owner).collect();
    let record = pallet_videos::Enhancement {
        video,
        kind: pallet_videos::EnhancementKind::Dub,
        language: Default::default(),
        hash: [7; 32],
        price: Some(1),
        owners: BoundedVec::truncate_from(owners),
        // All owners are looked at before it turns out that none had it yet.
        state: pallet_videos::EnhancementState::Attached { from_round: 0 },
        deposit: 0,
    };
    pallet_videos::Enhancements::<Runtime>::insert(enhancement, record);
}

/// Lets `round` be the current one.
fn begin_round(round: Round) {
    pallet_pov::Progress::<Runtime>::put(pallet_pov::types::RoundProgress { round, blocks: 1 });
}

/// Lets `slot` be that of the block.
fn set_slot(slot: u64) {
    pallet_aura::CurrentSlot::<Runtime>::put(sp_consensus_aura::Slot::from(slot));
}

impl pallet_rewards::BenchmarkHelper for Prepared {
    fn bonded_verifier(number: u32) -> RawAccount {
        bonded_verifier(number)
    }
}

impl pallet_pov::BenchmarkHelper for Prepared {
    fn bonded_verifier(number: u32) -> RawAccount {
        bonded_verifier(number)
    }

    fn register_video(video: Magnet, terms: VideoTerms) {
        register_video(video, terms);
    }

    fn attach_enhancement(enhancement: u32, video: Magnet, from: Round) {
        attach_enhancement(enhancement, video, from);
    }

    fn endow(account: &RawAccount, amount: u128) {
        of_pallets::endow(&account.0.into(), amount);
    }

    fn set_now(now_ms: u64) {
        set_slot(now_ms / time::SLOT_MS);
    }
}

impl pallet_authorities::BenchmarkHelper for Prepared {
    fn sign(verifier: &RawAccount, payload: &[u8]) -> Signature64 {
        of_pallets::sign_as(verifier, payload)
    }

    fn begin_round(round: Round) {
        begin_round(round);
    }

    fn set_slot(slot: u64) {
        set_slot(slot);
    }
}

impl pallet_ads::BenchmarkHelper for Prepared {
    fn register_creative(creative: Magnet) {
        let terms = VideoTerms {
            producer: RawAccount([1; 32]),
            supervisor: RawAccount([2; 32]),
            title: BoundedVec::truncate_from(b"Creative".to_vec()),
            total_playtime_ms: CELL_MS,
            renditions: 1,
            manifest_root: [3; 32],
            ratio: MiningRatio::whitepaper(),
            key_epoch: 0,
            upload_id: Default::default(),
            from_round: 0,
        };
        register_video(creative, terms);
    }

    fn begin_round(round: Round) {
        begin_round(round);
    }
}
