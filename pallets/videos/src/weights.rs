//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + reads + writes`, where a read and a write cost what the runtime's database weight says. A call is
//! charged for the longest way through it; none has a loop that grows with state. Storage proofs are not limited on a
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
    /// Removing the record of a withdrawn video.
    fn remove() -> Weight;
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

    /// Reads video, round, account and holds; writes video, listing, account and holds.
    fn remove() -> Weight {
        Self::of(4, 4)
    }
}
