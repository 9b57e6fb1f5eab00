//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_motions`
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
    /// Of `schedule`.
    ///
    /// `b`: 16 to 4096.
    fn schedule(b: u32) -> Weight;
    /// Of `cancel`.
    fn cancel() -> Weight;
    /// Of `enact`.
    ///
    /// `b`: 16 to 4096.
    fn enact(b: u32) -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Motions::CounterForPending` (r:1 w:1)
    /// Storage: `Motions::Delay` (r:1 w:0)
    /// Storage: `Motions::NextIndex` (r:1 w:1)
    /// Storage: `Scheduler::Lookup` (r:1 w:1)
    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    /// Storage: `Motions::Pending` (r:1 w:1)
    fn schedule(b: u32) -> Weight {
        // Least time: 38_216 ns.
        Weight::from_parts(49_835_168, 0)
            // Standard error: 200
            .saturating_add(Weight::from_parts(1_684, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Motions::Pending` (r:1 w:1)
    /// Storage: `Motions::CounterForPending` (r:1 w:1)
    /// Storage: `Scheduler::Lookup` (r:1 w:1)
    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    fn cancel() -> Weight {
        // Least time: 45_736 ns.
        Weight::from_parts(52_901_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Motions::Pending` (r:1 w:1)
    /// Storage: `Motions::CounterForPending` (r:1 w:1)
    fn enact(b: u32) -> Weight {
        // Least time: 17_304 ns.
        Weight::from_parts(19_017_974, 0)
            // Standard error: 9
            .saturating_add(Weight::from_parts(518, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }
}
