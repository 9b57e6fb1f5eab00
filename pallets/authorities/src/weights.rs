//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + signatures + reads + writes`, where a read and a write cost what the runtime's database weight
//! says. The set is one read of at most 100 accounts, sorting it costs some microseconds and is in the base. Storage
//! proofs are not limited on a chain of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 30 µs, in picoseconds.
const BASE: u64 = 30_000_000;
/// Checking one sr25519 signature through the host: 64 µs were measured, 80 µs with the way there, in picoseconds.
const SIGNATURE: u64 = 80_000_000;

/// Weights of the calls.
pub trait WeightInfo {
    /// Noting an announcement.
    fn announce() -> Weight;
    /// Letting an announcement in.
    fn authorize_announce() -> Weight;
    /// Noting a commitment or acknowledgement.
    fn set_secret() -> Weight;
    /// Letting a commitment or acknowledgement in.
    fn authorize_set_secret() -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(time: u64, reads: u64, writes: u64) -> Weight {
        Weight::from_parts(time, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Reads the set, count, announcement and number of announcements; writes the last three.
    fn announce() -> Weight {
        Self::of(BASE, 4, 3)
    }

    /// Reads the set, count, announcement, genesis hash and session keys; one signature.
    fn authorize_announce() -> Weight {
        Self::of(BASE.saturating_add(SIGNATURE), 5, 0)
    }

    /// Reads the set, secret, round and acknowledgements; writes secret and acknowledgements.
    fn set_secret() -> Weight {
        Self::of(BASE, 4, 2)
    }

    /// Reads the set, secret, round, acknowledgements, genesis hash and session keys; one signature.
    fn authorize_set_secret() -> Weight {
        Self::of(BASE.saturating_add(SIGNATURE), 6, 0)
    }
}
