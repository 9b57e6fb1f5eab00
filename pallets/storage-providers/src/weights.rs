//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + reads + writes`, where a read and a write cost what the runtime's database weight says. A call is
//! charged for the longest way through it; none has a loop but over the 64 providers that one account may have. An
//! account and its holds are two reads and two writes each time something is held or released. Storage proofs are not
//! limited on a chain of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 20 µs, in picoseconds.
const BASE: u64 = 20_000_000;

/// Weights of the calls.
pub trait WeightInfo {
    /// Registering a provider.
    fn register() -> Weight;
    /// Changing what it declares.
    fn update() -> Weight;
    /// Leaving.
    fn exit() -> Weight;
    /// Removing the record of a provider that left.
    fn remove() -> Weight;
    /// Registering a controller.
    fn set_controller() -> Weight;
    /// Removing a controller.
    fn remove_controller() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(reads: u64, writes: u64) -> Weight {
        Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Round, peer key, next index, owner's list, account and holds; writes all but the round, and the provider.
    fn register() -> Weight {
        Self::of(6, 6)
    }

    /// Provider.
    fn update() -> Weight {
        Self::of(1, 1)
    }

    /// Round and provider; writes the provider.
    fn exit() -> Weight {
        Self::of(2, 1)
    }

    /// Provider, round, owner's list, account and holds; writes all but the round, and the peer key.
    fn remove() -> Weight {
        Self::of(5, 5)
    }

    /// Controller, count, round; writes controller and count.
    fn set_controller() -> Weight {
        Self::of(3, 2)
    }

    /// Controller and count.
    fn remove_controller() -> Weight {
        Self::of(2, 2)
    }
}
