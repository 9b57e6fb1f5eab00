//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + bytes + reads + writes`, where a read and a write cost what the runtime's database weight says. The
//! weight of an enacted call comes on top. Storage proofs are not limited on a chain of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 20 µs, in picoseconds.
const BASE: u64 = 20_000_000;
/// Decoding, encoding, hashing and storing one byte of a call: 5 ns, in picoseconds.
const PER_BYTE: u64 = 5_000;

/// Weights of the calls.
pub trait WeightInfo {
    /// Scheduling a call of so many bytes.
    fn schedule(bytes: u32) -> Weight;
    /// Cancelling.
    fn cancel() -> Weight;
    /// Enacting a call of so many bytes, without what the call itself weighs.
    fn enact(bytes: u32) -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(bytes: u32, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(BASE, 0)
            .saturating_add(Weight::from_parts(PER_BYTE, 0).saturating_mul(u64::from(bytes)))
            .saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Count, index, delay, call, and the scheduler's name and agenda; writes all but the delay.
    fn schedule(bytes: u32) -> Weight {
        Self::of(bytes, 6, 5)
    }

    /// Call, count, and the scheduler's name, agenda and retries; writes all.
    fn cancel() -> Weight {
        Self::of(0, 5, 5)
    }

    /// Call and count.
    fn enact(bytes: u32) -> Weight {
        Self::of(bytes, 2, 2)
    }
}
