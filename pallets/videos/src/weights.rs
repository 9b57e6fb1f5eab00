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
    /// Publishing a video.
    fn publish() -> Weight;
    /// Withdrawing a video.
    fn withdraw() -> Weight;
    /// Removing the record of a withdrawn video with `e` enhancements.
    fn remove(e: u32) -> Weight;
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

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn publish() -> Weight {
        // Least time: 172_690 ns.
        Weight::from_parts(177_176_000, 0)
            .saturating_add(D::get().reads(8))
            .saturating_add(D::get().writes(5))
    }

    fn withdraw() -> Weight {
        // Least time: 25_131 ns.
        Weight::from_parts(28_003_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn remove(e: u32) -> Weight {
        // Least time: 88_318 ns.
        Weight::from_parts(3_980_081_048, 0)
            // Standard error: 31_673_111
            .saturating_add(Weight::from_parts(136_109_968, 0).saturating_mul(e.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().reads(3).saturating_mul(e.into()))
            .saturating_add(D::get().writes(3))
            .saturating_add(D::get().writes(3).saturating_mul(e.into()))
    }

    fn propose_enhancement() -> Weight {
        // Least time: 175_379 ns.
        Weight::from_parts(217_549_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(4))
    }

    fn accept_enhancement() -> Weight {
        // Least time: 98_542 ns.
        Weight::from_parts(129_551_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    fn end_enhancement() -> Weight {
        // Least time: 83_546 ns.
        Weight::from_parts(98_080_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    fn remove_enhancement() -> Weight {
        // Least time: 138_306 ns.
        Weight::from_parts(141_316_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    fn set_enhancement_price() -> Weight {
        // Least time: 16_917 ns.
        Weight::from_parts(18_031_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn buy_enhancement() -> Weight {
        // Least time: 192_469 ns.
        Weight::from_parts(210_245_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    fn transfer_enhancement() -> Weight {
        // Least time: 95_812 ns.
        Weight::from_parts(101_042_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    fn set_acceptance_policy() -> Weight {
        // Least time: 127_362 ns.
        Weight::from_parts(132_780_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }
}
