//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_funds`
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

/// Weights by the benchmark of the same name.
pub trait WeightInfo {
    /// Of `pay`.
    fn pay() -> Weight;
    /// Of `release_founders_pot`.
    fn release_founders_pot() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `System::Account` (r:2 w:2)
    /// Storage: `Funds::PaymentCount` (r:1 w:1)
    /// Storage: `Funds::Paid` (r:1 w:1)
    fn pay() -> Weight {
        // Least time: 58_992 ns.
        Weight::from_parts(66_052_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Funds::Founders` (r:1 w:0)
    /// Storage: `System::Account` (r:2 w:2)
    fn release_founders_pot() -> Weight {
        // Least time: 64_914 ns.
        Weight::from_parts(67_749_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }
}
