//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_videos`
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
    /// Of `publish`.
    fn publish() -> Weight;
    /// Of `withdraw`.
    fn withdraw() -> Weight;
    /// Of `remove`.
    ///
    /// `e`: 0 to 64.
    fn remove(e: u32) -> Weight;
    /// Of `propose_enhancement`.
    fn propose_enhancement() -> Weight;
    /// Of `accept_enhancement`.
    fn accept_enhancement() -> Weight;
    /// Of `end_enhancement`.
    fn end_enhancement() -> Weight;
    /// Of `remove_enhancement`.
    fn remove_enhancement() -> Weight;
    /// Of `set_enhancement_price`.
    fn set_enhancement_price() -> Weight;
    /// Of `buy_enhancement`.
    fn buy_enhancement() -> Weight;
    /// Of `transfer_enhancement`.
    fn transfer_enhancement() -> Weight;
    /// Of `set_acceptance_policy`.
    fn set_acceptance_policy() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Supervisors::Approvals` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `Authorities::EpochInForce` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:1)
    /// Storage: `Videos::Uploads` (r:1 w:1)
    /// Storage: `Videos::PublishedCount` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Videos::Listings` (r:0 w:1)
    fn publish() -> Weight {
        // Least time: 125_424 ns.
        Weight::from_parts(132_152_000, 0)
            .saturating_add(D::get().reads(8))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Videos::Videos` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    fn withdraw() -> Weight {
        // Least time: 20_509 ns.
        Weight::from_parts(22_829_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Videos::Videos` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:65 w:65)
    /// Storage: `Videos::Attached` (r:1 w:1)
    /// Storage: `Videos::Enhancements` (r:64 w:64)
    /// Storage: `System::Account` (r:64 w:64)
    /// Storage: `Videos::Listings` (r:0 w:1)
    fn remove(e: u32) -> Weight {
        // Least time: 66_579 ns.
        Weight::from_parts(71_924_578, 0)
            // Standard error: 94_079
            .saturating_add(Weight::from_parts(47_165_520, 0).saturating_mul(e.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().reads(3).saturating_mul(e.into()))
            .saturating_add(D::get().writes(4))
            .saturating_add(D::get().writes(3).saturating_mul(e.into()))
    }

    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `Videos::NextEnhancement` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Videos::Attached` (r:1 w:1)
    /// Storage: `Videos::Policies` (r:1 w:0)
    /// Storage: `Videos::Enhancements` (r:0 w:1)
    fn propose_enhancement() -> Weight {
        // Least time: 103_230 ns.
        Weight::from_parts(110_628_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Videos::Enhancements` (r:1 w:1)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Videos::Attached` (r:1 w:1)
    /// Storage: `Videos::Proposals` (r:0 w:1)
    fn accept_enhancement() -> Weight {
        // Least time: 52_735 ns.
        Weight::from_parts(58_200_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Videos::Enhancements` (r:1 w:1)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Videos::Proposals` (r:0 w:1)
    fn end_enhancement() -> Weight {
        // Least time: 62_020 ns.
        Weight::from_parts(65_788_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Videos::Enhancements` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Videos::Attached` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn remove_enhancement() -> Weight {
        // Least time: 85_837 ns.
        Weight::from_parts(94_260_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Videos::Enhancements` (r:1 w:1)
    fn set_enhancement_price() -> Weight {
        // Least time: 13_428 ns.
        Weight::from_parts(15_550_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Videos::Enhancements` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:2 w:2)
    fn buy_enhancement() -> Weight {
        // Least time: 184_197 ns.
        Weight::from_parts(216_118_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Videos::Enhancements` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Storage: `System::Account` (r:1 w:1)
    fn transfer_enhancement() -> Weight {
        // Least time: 71_890 ns.
        Weight::from_parts(79_979_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Videos::Policies` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn set_acceptance_policy() -> Weight {
        // Least time: 85_470 ns.
        Weight::from_parts(138_230_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }
}
