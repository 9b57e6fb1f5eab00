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
    /// Registering a provider.
    fn register() -> Weight;
    /// Changing what it declares.
    fn update() -> Weight;
    /// Leaving.
    fn exit() -> Weight;
    /// Removing the record of a provider that left.
    fn remove() -> Weight;
    /// Registering a controller.
    fn set_controller() -> Weight;
    /// Removing a controller.
    fn remove_controller() -> Weight;
    /// Noting a heartbeat.
    fn attest() -> Weight;
    /// Letting a heartbeat in.
    fn authorize_attest() -> Weight;
    /// Having an absent provider declared to be at home.
    fn demote() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn register() -> Weight {
        // Least time: 140_202 ns.
        Weight::from_parts(169_603_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(6))
    }

    fn update() -> Weight {
        // Least time: 33_673 ns.
        Weight::from_parts(36_229_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    fn exit() -> Weight {
        // Least time: 22_298 ns.
        Weight::from_parts(25_671_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn remove() -> Weight {
        // Least time: 123_423 ns.
        Weight::from_parts(143_627_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    fn set_controller() -> Weight {
        // Least time: 26_206 ns.
        Weight::from_parts(28_172_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    fn remove_controller() -> Weight {
        // Least time: 17_271 ns.
        Weight::from_parts(18_102_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn attest() -> Weight {
        // Least time: 57_400 ns.
        Weight::from_parts(93_649_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    fn authorize_attest() -> Weight {
        // Least time: 119_091 ns.
        Weight::from_parts(126_682_000, 0).saturating_add(D::get().reads(6))
    }

    fn demote() -> Weight {
        // Least time: 32_202 ns.
        Weight::from_parts(35_525_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }
}
