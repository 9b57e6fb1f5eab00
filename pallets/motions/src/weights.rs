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
    /// Scheduling a call of `b` bytes.
    fn schedule(b: u32) -> Weight;
    /// Cancelling.
    fn cancel() -> Weight;
    /// Enacting a call of `b` bytes, without what the call itself weighs.
    fn enact(b: u32) -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn schedule(b: u32) -> Weight {
        // Least time: 48_131 ns.
        Weight::from_parts(89_576_859, 0)
            // Standard error: 4_150
            .saturating_add(Weight::from_parts(6_408, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(5))
    }

    fn cancel() -> Weight {
        // Least time: 111_780 ns.
        Weight::from_parts(170_898_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    fn enact(b: u32) -> Weight {
        // Least time: 39_891 ns.
        Weight::from_parts(50_251_962, 0)
            // Standard error: 1_439
            .saturating_add(Weight::from_parts(856, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }
}
