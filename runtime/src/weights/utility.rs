//! Weights of `pallet_utility`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_utility`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_utility::WeightInfo for Measured<D> {
    fn batch(c: u32) -> Weight {
        // Least time: 6_580 ns.
        Weight::from_parts(6_589_000, 0)
            // Standard error: 755_529
            .saturating_add(Weight::from_parts(10_710_706, 0).saturating_mul(c.into()))
    }

    fn as_derivative() -> Weight {
        // Least time: 6_640 ns.
        Weight::from_parts(7_057_000, 0)
    }

    fn batch_all(c: u32) -> Weight {
        // Least time: 7_214 ns.
        Weight::from_parts(7_931_000, 0)
            // Standard error: 962_745
            .saturating_add(Weight::from_parts(12_872_305, 0).saturating_mul(c.into()))
    }

    fn dispatch_as() -> Weight {
        // Least time: 9_653 ns.
        Weight::from_parts(11_461_000, 0)
    }

    fn force_batch(c: u32) -> Weight {
        // Least time: 7_076 ns.
        Weight::from_parts(1_210_213_000, 0)
            // Standard error: 810_851
            .saturating_add(Weight::from_parts(11_265_129, 0).saturating_mul(c.into()))
    }

    fn dispatch_as_fallible() -> Weight {
        // Least time: 10_050 ns.
        Weight::from_parts(12_380_000, 0)
    }

    fn if_else() -> Weight {
        // Least time: 12_054 ns.
        Weight::from_parts(13_161_000, 0)
    }
}
