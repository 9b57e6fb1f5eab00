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
    /// Paying a claim with a path of `n` steps.
    fn claim(n: u32) -> Weight;
    /// Letting a claim without fee in, with a path of `n` steps.
    fn authorize_claim(n: u32) -> Weight;
    /// Paying `c` claims.
    fn claim_batch(c: u32) -> Weight;
    /// Letting `c` claims without fee in.
    fn authorize_batch(c: u32) -> Weight;
    /// Changing the most rate.
    fn set_max_rate() -> Weight;
    /// Voiding earnings and slashing all of their signers.
    fn prove_decrease() -> Weight;
    /// Settling a round with `b` view blocks for which `c` campaigns pay, without taking their money out of escrow.
    fn settle(b: u32, c: u32) -> Weight;
    /// Counting a vote for earnings and adopting them.
    fn vote_earnings() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn claim(n: u32) -> Weight {
        // Least time: 64_827 ns.
        Weight::from_parts(68_851_416, 0)
            // Standard error: 113_580
            .saturating_add(Weight::from_parts(578_487, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(3))
    }

    fn authorize_claim(n: u32) -> Weight {
        // Least time: 21_253 ns.
        Weight::from_parts(23_632_200, 0)
            // Standard error: 56_122
            .saturating_add(Weight::from_parts(368_395, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads(6))
    }

    fn claim_batch(c: u32) -> Weight {
        // Least time: 77_485 ns.
        Weight::from_parts(78_665_000, 0)
            // Standard error: 32_630_318
            .saturating_add(Weight::from_parts(153_851_292, 0).saturating_mul(c.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().reads(3).saturating_mul(c.into()))
            .saturating_add(D::get().writes(1))
            .saturating_add(D::get().writes(2).saturating_mul(c.into()))
    }

    fn authorize_batch(c: u32) -> Weight {
        // Least time: 33_193 ns.
        Weight::from_parts(15_279_916, 0)
            // Standard error: 267_985
            .saturating_add(Weight::from_parts(23_137_047, 0).saturating_mul(c.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().reads(3).saturating_mul(c.into()))
    }

    fn set_max_rate() -> Weight {
        // Least time: 21_459 ns.
        Weight::from_parts(23_121_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    fn prove_decrease() -> Weight {
        // Least time: 22_848_510 ns.
        Weight::from_parts(27_878_069_000, 0)
            .saturating_add(D::get().reads(409))
            .saturating_add(D::get().writes(304))
    }

    fn settle(b: u32, _c: u32) -> Weight {
        // Least time: 55_541 ns.
        Weight::from_parts(81_701_066, 0)
            // Standard error: 313_634
            .saturating_add(Weight::from_parts(1_143_340, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(8))
    }

    fn vote_earnings() -> Weight {
        // Least time: 210_670 ns.
        Weight::from_parts(303_409_000, 0)
            .saturating_add(D::get().reads(21))
            .saturating_add(D::get().writes(24))
    }
}
