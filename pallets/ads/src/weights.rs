//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_ads`
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
    /// Of `open`.
    fn open() -> Weight;
    /// Of `top_up`.
    fn top_up() -> Weight;
    /// Of `pause`.
    fn pause() -> Weight;
    /// Of `resume`.
    fn resume() -> Weight;
    /// Of `close`.
    fn close() -> Weight;
    /// Of `refund`.
    fn refund() -> Weight;
    /// Of `remove`.
    fn remove() -> Weight;
    /// Of `sum_debits`.
    ///
    /// `d`: 0 to 6400.
    fn sum_debits(d: u32) -> Weight;
    /// Of `pay_nothing`.
    fn pay_nothing() -> Weight;
    /// Of `pay`.
    ///
    /// `c`: 0 to 256.
    fn pay(c: u32) -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `Ads::NextCampaign` (r:1 w:1)
    /// Storage: `Ads::OpenedCount` (r:1 w:1)
    /// Storage: `Ads::LifetimeFunds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Ads::Listings` (r:0 w:1)
    /// Storage: `Ads::Campaigns` (r:0 w:1)
    fn open() -> Weight {
        // Least time: 118_382 ns.
        Weight::from_parts(129_146_000, 0)
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(7))
    }

    /// Storage: `Ads::Campaigns` (r:1 w:1)
    /// Storage: `Ads::LifetimeFunds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn top_up() -> Weight {
        // Least time: 66_423 ns.
        Weight::from_parts(71_383_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Ads::Campaigns` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    fn pause() -> Weight {
        // Least time: 22_377 ns.
        Weight::from_parts(24_948_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Ads::Campaigns` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    fn resume() -> Weight {
        // Least time: 22_556 ns.
        Weight::from_parts(41_206_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Ads::Campaigns` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    fn close() -> Weight {
        // Least time: 22_353 ns.
        Weight::from_parts(25_452_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Ads::Campaigns` (r:1 w:1)
    /// Storage: `Ads::LastSettled` (r:1 w:0)
    /// Storage: `Ads::LifetimeFunds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn refund() -> Weight {
        // Least time: 61_109 ns.
        Weight::from_parts(67_312_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Ads::Campaigns` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Ads::Listings` (r:0 w:1)
    fn remove() -> Weight {
        // Least time: 63_093 ns.
        Weight::from_parts(70_171_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    fn sum_debits(d: u32) -> Weight {
        // Least time: 222 ns.
        Weight::from_parts(1_960_386, 0)
            // Standard error: 939
            .saturating_add(Weight::from_parts(171_263, 0).saturating_mul(d.into()))
    }

    /// Storage: `Ads::LastSettled` (r:0 w:1)
    fn pay_nothing() -> Weight {
        // Least time: 395 ns.
        Weight::from_parts(1_040_000, 0).saturating_add(D::get().writes(1))
    }

    /// Storage: `Ads::LifetimeFunds` (r:1 w:1)
    /// Storage: `Ads::Campaigns` (r:256 w:256)
    /// Storage: `System::Account` (r:256 w:256)
    /// Storage: `Balances::Holds` (r:256 w:256)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Ads::LastSettled` (r:0 w:1)
    fn pay(c: u32) -> Weight {
        // Least time: 858 ns.
        Weight::from_parts(870_597_458, 0)
            // Standard error: 1_619_019
            .saturating_add(Weight::from_parts(59_161_525, 0).saturating_mul(c.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().reads(3).saturating_mul(c.into()))
            .saturating_add(D::get().writes(2))
            .saturating_add(D::get().writes(3).saturating_mul(c.into()))
    }
}
