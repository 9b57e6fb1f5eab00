//! What benchmarks of a pallet need the others to be like.

use crate::{Authorities, Runtime, constants::time};
use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId as RawAccount, Magnet,
    registry::{VideoState, VideoTerms},
};
use frame_benchmarking::account;
use frame_support::BoundedVec;

/// A runtime in the state that a benchmark asks for.
pub struct Prepared;

/// Verifier `number` with a bond, in the set.
fn bonded_verifier(number: u32) -> RawAccount {
    let verifier = account("verifier", number, 0);
    if pallet_authorities::Verifiers::<Runtime>::get(&verifier).is_none() {
        Authorities::make_member(&verifier);
    }
    RawAccount(verifier.into())
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

    fn endow(account: &RawAccount, amount: u128) {
        Authorities::endow(&account.0.into(), amount);
    }

    fn set_now(now_ms: u64) {
        let slot = now_ms / time::SLOT_MS;
        pallet_aura::CurrentSlot::<Runtime>::put(sp_consensus_aura::Slot::from(slot));
    }
}
