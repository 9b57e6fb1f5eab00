//! Weights of `pallet_timestamp`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_timestamp`
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

/// Weights of `pallet_timestamp`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_timestamp::WeightInfo for Measured<D> {
    /// Storage: `Timestamp::Now` (r:1 w:1)
    /// Storage: `Aura::CurrentSlot` (r:1 w:0)
    fn set() -> Weight {
        // Least time: 6_482 ns.
        Weight::from_parts(7_612_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn on_finalize() -> Weight {
        // Least time: 901 ns.
        Weight::from_parts(1_782_000, 0)
    }
}
