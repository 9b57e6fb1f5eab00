//! Weights, estimated by counting what a call reads, writes and does.
//!
//! `weight = BASE + reads + writes`, where a read and a write cost what the runtime's database weight says. A call is
//! charged for the longest way through it; none has a loop that grows with state. Settlement is no call of its own: it
//! runs inside a hook of the `pov` pallet, which adds this weight to its own. Storage proofs are not limited on a chain
//! of its own, so the proof size is 0.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Decoding, checking and dispatching a call whose arguments are below 1 KiB: 20 µs, in picoseconds.
const BASE: u64 = 20_000_000;
/// Copying, sorting and adding one debit of a header: 1 µs, in picoseconds.
const PER_DEBIT: u64 = 1_000_000;
/// Decoding a campaign's record, paying, and encoding it: 15 µs, in picoseconds.
const PER_CAMPAIGN: u64 = 15_000_000;

/// Weights of the calls, and of what other pallets make this one do.
pub trait WeightInfo {
    /// Opening a campaign.
    fn open() -> Weight;
    /// Adding to a budget.
    fn top_up() -> Weight;
    /// Pausing a campaign.
    fn pause() -> Weight;
    /// Resuming a campaign.
    fn resume() -> Weight;
    /// Closing a campaign.
    fn close() -> Weight;
    /// Returning what is left.
    fn refund() -> Weight;
    /// Removing a campaign's record.
    fn remove() -> Weight;
    /// Adding up `d` debits of a settled round's headers.
    fn sum_debits(d: u32) -> Weight;
    /// Taking what `c` campaigns pay for a settled round out of their escrow.
    fn pay(c: u32) -> Weight;
}

/// The estimate, with the runtime's database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> EstimatedWeight<T> {
    fn of(reads: u64, writes: u64) -> Weight {
        Weight::from_parts(BASE, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
    }
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    /// Reads round, terms and state of the creative, the next number, the count, lifetime funds, and twice account and
    /// holds; writes campaign, listing, next number, count, lifetime funds, and twice account and holds.
    fn open() -> Weight {
        Self::of(10, 9)
    }

    /// Reads campaign, lifetime funds, round, account and holds; writes all but the round.
    fn top_up() -> Weight {
        Self::of(5, 4)
    }

    /// Reads campaign and round; writes the campaign.
    fn pause() -> Weight {
        Self::of(2, 1)
    }

    /// Reads campaign and round; writes the campaign.
    fn resume() -> Weight {
        Self::of(2, 1)
    }

    /// Reads campaign and round; writes the campaign.
    fn close() -> Weight {
        Self::of(2, 1)
    }

    /// Reads campaign, last settled round, lifetime funds, account and holds; writes all but the round.
    fn refund() -> Weight {
        Self::of(5, 4)
    }

    /// Reads campaign, round, account and holds; writes campaign, listing, account and holds.
    fn remove() -> Weight {
        Self::of(4, 4)
    }

    /// No storage.
    fn sum_debits(d: u32) -> Weight {
        Weight::from_parts(u64::from(d).saturating_mul(PER_DEBIT), 0)
    }

    /// Reads and writes each campaign that is paid, with account and holds of its advertiser; reads the round, and once
    /// reads and writes lifetime funds, issuance and the last settled round.
    fn pay(c: u32) -> Weight {
        let campaigns = u64::from(c);
        let accesses = campaigns.saturating_mul(3).saturating_add(4);
        let time = campaigns.saturating_mul(PER_CAMPAIGN);
        Self::of(accesses, accesses).saturating_add(Weight::from_parts(time, 0))
    }
}
