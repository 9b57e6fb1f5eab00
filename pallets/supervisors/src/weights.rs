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
    /// Putting a supervisor in office.
    fn add_supervisor() -> Weight;
    /// Removing a supervisor.
    fn remove_supervisor() -> Weight;
    /// Replacing a profile.
    fn update_profile() -> Weight;
    /// Applying.
    fn apply() -> Weight;
    /// Withdrawing an application.
    fn withdraw_application() -> Weight;
    /// Deciding an application.
    fn decide() -> Weight;
    /// Taking an approval back.
    fn revoke_approval() -> Weight;
    /// Removing an approval.
    fn remove_approval() -> Weight;
    /// Restricting a video.
    fn restrict() -> Weight;
    /// Confirming a restriction.
    fn confirm_restriction() -> Weight;
    /// Lifting a restriction.
    fn reinstate() -> Weight;
    /// Lifting a restriction that has lapsed.
    fn lift_lapsed() -> Weight;
    /// Appealing.
    fn appeal() -> Weight;
    /// Deciding an appeal.
    fn decide_appeal() -> Weight;
    /// Closing an appeal.
    fn close_appeal() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn add_supervisor() -> Weight {
        // Least time: 47_466 ns.
        Weight::from_parts(53_350_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    fn remove_supervisor() -> Weight {
        // Least time: 32_977 ns.
        Weight::from_parts(36_176_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn update_profile() -> Weight {
        // Least time: 32_084 ns.
        Weight::from_parts(36_648_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn apply() -> Weight {
        // Least time: 240_191 ns.
        Weight::from_parts(262_291_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    fn withdraw_application() -> Weight {
        // Least time: 112_344 ns.
        Weight::from_parts(128_813_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn decide() -> Weight {
        // Least time: 330_071 ns.
        Weight::from_parts(358_560_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(4))
    }

    fn revoke_approval() -> Weight {
        // Least time: 36_886 ns.
        Weight::from_parts(41_645_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn remove_approval() -> Weight {
        // Least time: 156_794 ns.
        Weight::from_parts(217_696_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    fn restrict() -> Weight {
        // Least time: 55_761 ns.
        Weight::from_parts(83_259_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    fn confirm_restriction() -> Weight {
        // Least time: 64_319 ns.
        Weight::from_parts(66_988_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    fn reinstate() -> Weight {
        // Least time: 152_334 ns.
        Weight::from_parts(199_271_000, 0)
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(5))
    }

    fn lift_lapsed() -> Weight {
        // Least time: 169_630 ns.
        Weight::from_parts(236_917_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(5))
    }

    fn appeal() -> Weight {
        // Least time: 162_127 ns.
        Weight::from_parts(184_947_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    fn decide_appeal() -> Weight {
        // Least time: 158_087 ns.
        Weight::from_parts(179_685_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(5))
    }

    fn close_appeal() -> Weight {
        // Least time: 113_132 ns.
        Weight::from_parts(123_720_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }
}
