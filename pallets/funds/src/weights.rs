//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + reads + writes`, where a read and a write cost what the runtime's database weight says. Storage proofs
//! are not limited on a chain of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB, with a transfer: 60 µs, in picoseconds.
const BASE: u64 = 60_000_000;

/// Weights of the calls.
pub trait WeightInfo {
    /// Paying.
    fn pay() -> Weight;
    /// Releasing the founders' pot.
    fn release_founders_pot() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Fund's and receiver's account, payments, sum; writes all.
    fn pay() -> Weight {
        Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(4, 4))
    }

    /// Founders, pot with its locks, founders' account; writes both accounts.
    fn release_founders_pot() -> Weight {
        Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(4, 2))
    }
}
