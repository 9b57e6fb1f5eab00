//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Measured on 2026-11-22 with 5 steps of 5 repeats, machine: Intel(R) Xeon(R) Processor, two cores, busy with other work
//! * To measure again: `scripts/weights.sh PALLET`
//!
//! Times are in picoseconds. Storage proofs are not limited on a chain of its own, so the proof size is 0.

#![allow(unused_imports, reason = "some calls access no storage")]

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// Weights by the benchmark of the same name.
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

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn open() -> Weight {
        // Least time: 167_998 ns.
        Weight::from_parts(180_208_000, 0)
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(7))
    }

    fn top_up() -> Weight {
        // Least time: 91_679 ns.
        Weight::from_parts(94_912_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    fn pause() -> Weight {
        // Least time: 26_590 ns.
        Weight::from_parts(26_839_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn resume() -> Weight {
        // Least time: 28_235 ns.
        Weight::from_parts(36_696_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn close() -> Weight {
        // Least time: 28_107 ns.
        Weight::from_parts(33_565_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn refund() -> Weight {
        // Least time: 81_862 ns.
        Weight::from_parts(85_804_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    fn remove() -> Weight {
        // Least time: 82_594 ns.
        Weight::from_parts(84_736_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    fn sum_debits(d: u32) -> Weight {
        // Least time: 310 ns.
        Weight::from_parts(318_000, 0)
            // Standard error: 7_471
            .saturating_add(Weight::from_parts(184_963, 0).saturating_mul(d.into()))
    }

    fn pay(c: u32) -> Weight {
        // Least time: 1_139 ns.
        Weight::from_parts(1_160_000, 0)
            // Standard error: 3_617_795
            .saturating_add(Weight::from_parts(143_245_967, 0).saturating_mul(c.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().reads(3).saturating_mul(c.into()))
            .saturating_add(D::get().writes(1))
            .saturating_add(D::get().writes(3).saturating_mul(c.into()))
    }
}
