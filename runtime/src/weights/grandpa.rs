//! Weights of `pallet_grandpa`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_grandpa`
//! * Measured on 2026-11-23 with frame-omni-bencher (frame-benchmarking-cli 64.0.0), machine: Intel(R) Xeon(R) Processor
//!
//! Times are in picoseconds. Storage proofs are not limited on a chain of its own, so the proof size is 0.

#![allow(unused_imports, reason = "some calls access no storage")]
#![allow(unused_variables, reason = "some components make no difference")]

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// Weights of `pallet_grandpa`, with `D` as the weights of the database.
pub(crate) struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> Measured<D> {
    /// Of `check_equivocation_proof`.
    ///
    /// The range of component `x` is `[0, 1]`.
    pub(crate) fn check_equivocation_proof(x: u32) -> Weight {
        // Least time: 91_179 ns.
        Weight::from_parts(93_271_016, 0)
            // Standard error: 108_222
            .saturating_add(Weight::from_parts(129_608, 0).saturating_mul(x.into()))
    }

    /// Of `note_stalled`.
    ///
    /// Storage: `Grandpa::Stalled` (r:0 w:1)
    pub(crate) fn note_stalled() -> Weight {
        // Least time: 2_267 ns.
        Weight::from_parts(3_136_000, 0).saturating_add(D::get().writes(1))
    }
}
