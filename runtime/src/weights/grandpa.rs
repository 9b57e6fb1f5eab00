//! Weights of `pallet_grandpa`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_grandpa`, with `D` as the weights of the database.
pub(crate) struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> Measured<D> {
    /// Of `check_equivocation_proof`.
    pub(crate) fn check_equivocation_proof(x: u32) -> Weight {
        // Least time: 94_196 ns.
        Weight::from_parts(95_193_400, 0)
            // Standard error: 536_186
            .saturating_add(Weight::from_parts(32_266, 0).saturating_mul(x.into()))
    }

    /// Of `note_stalled`.
    pub(crate) fn note_stalled() -> Weight {
        // Least time: 4_240 ns.
        Weight::from_parts(4_397_000, 0).saturating_add(D::get().writes(1))
    }
}
