//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + reads + writes`, where a read and a write cost what the runtime's database weight says. A call is
//! charged for the longest way through it; none has a loop but over the 64 providers that one account may have, and over
//! the 1,024 of one page. An
//! account and its holds are two reads and two writes each time something is held or released. Storage proofs are not
//! limited on a chain of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 20 µs, in picoseconds.
const BASE: u64 = 20_000_000;

/// Counting 1,024 providers and decoding and encoding 8 KiB: 40 µs, in picoseconds.
const COUNTING: u64 = 40_000_000;
/// Checking one sr25519 signature through the host: 64 µs were measured, 80 µs with the way there, in picoseconds.
const SIGNATURE: u64 = 80_000_000;

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
    /// Noting a heartbeat.
    fn attest() -> Weight;
    /// Letting a heartbeat in.
    fn authorize_attest() -> Weight;
    /// Having an absent provider declared to be at home.
    fn demote() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(reads: u64, writes: u64) -> Weight {
        Self::with(0, reads, writes)
    }

    fn with(time: u64, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(BASE.saturating_add(time), 0)
            .saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Round, peer key, next index, pages, owner's list, account and holds; writes all but the round, and the provider.
    fn register() -> Weight {
        Self::of(7, 7)
    }

    /// Provider, round and its page; writes the provider.
    fn update() -> Weight {
        Self::of(3, 1)
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

    /// Set, round, pages, tally and liveness of a page; writes the last two.
    fn attest() -> Weight {
        Self::with(COUNTING, 5, 2)
    }

    /// Set, round, pages, tally, genesis hash and session keys; one signature.
    fn authorize_attest() -> Weight {
        Self::with(SIGNATURE, 6, 0)
    }

    /// Provider, round and its page; writes the provider.
    fn demote() -> Weight {
        Self::of(3, 1)
    }
}
