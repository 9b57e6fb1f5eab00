//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + reads + writes`, where a read and a write cost what the runtime's database weight says. A call is
//! charged for the longest way through it; the only loop is over the enhancements of a removed video, 64 at most, of which
//! those that there were are charged. Storage proofs are not limited on a
//! chain of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 20 µs, in picoseconds.
const BASE: u64 = 20_000_000;

/// Weights of the calls.
pub trait WeightInfo {
    /// Publishing a video.
    fn publish() -> Weight;
    /// Withdrawing a video.
    fn withdraw() -> Weight;
    /// Removing the record of a withdrawn video with so many enhancements.
    fn remove(enhancements: u32) -> Weight;
    /// Proposing an enhancement.
    fn propose_enhancement() -> Weight;
    /// Accepting one.
    fn accept_enhancement() -> Weight;
    /// Ending one.
    fn end_enhancement() -> Weight;
    /// Removing the record of one that ended.
    fn remove_enhancement() -> Weight;
    /// Pricing one.
    fn set_enhancement_price() -> Weight;
    /// Buying one.
    fn buy_enhancement() -> Weight;
    /// Giving one away.
    fn transfer_enhancement() -> Weight;
    /// Setting a policy.
    fn set_acceptance_policy() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(reads: u64, writes: u64) -> Weight {
        Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Reads eligibility (approval, supervisor, round), key epoch, video, upload, count, and twice account and
    /// holds; writes video, upload, listing, count, and twice account and holds.
    fn publish() -> Weight {
        Self::of(11, 8)
    }

    /// Reads video and round; writes the video.
    fn withdraw() -> Weight {
        Self::of(2, 1)
    }

    /// Reads video, round, account, holds and list of enhancements; writes all but the round, and the listing. Of each
    /// enhancement reads and writes its record, and its owner's account and holds.
    fn remove(enhancements: u32) -> Weight {
        let each = u64::from(enhancements).saturating_mul(3);
        Self::of(5u64.saturating_add(each), 5u64.saturating_add(each))
    }

    /// Reads video, round, next id, policy, list, account and holds; writes the record, next id, list or proposal, account
    /// and holds.
    fn propose_enhancement() -> Weight {
        Self::of(7, 5)
    }

    /// Reads record, video, round and list; writes record, list and proposal.
    fn accept_enhancement() -> Weight {
        Self::of(4, 3)
    }

    /// Reads record, video, round, account and holds; writes record, proposal, account and holds.
    fn end_enhancement() -> Weight {
        Self::of(5, 4)
    }

    /// Reads record, round, list, account and holds; writes all but the round.
    fn remove_enhancement() -> Weight {
        Self::of(5, 4)
    }

    /// The record.
    fn set_enhancement_price() -> Weight {
        Self::of(1, 1)
    }

    /// Reads record and round, accounts and holds of buyer and seller; writes all but the round.
    fn buy_enhancement() -> Weight {
        Self::of(6, 5)
    }

    /// Reads record and round, accounts and holds of both; writes all but the round.
    fn transfer_enhancement() -> Weight {
        Self::of(6, 5)
    }

    /// Policy, account and holds.
    fn set_acceptance_policy() -> Weight {
        Self::of(3, 3)
    }
}
