//! Weights of `pallet_scheduler`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_scheduler`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_scheduler::WeightInfo for Measured<D> {
    fn service_agendas_base() -> Weight {
        // Least time: 7_445 ns.
        Weight::from_parts(7_681_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn service_agenda_base(s: u32) -> Weight {
        // Least time: 5_088 ns.
        Weight::from_parts(6_520_733, 0)
            // Standard error: 43_479
            .saturating_add(Weight::from_parts(751_366, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn service_task_base() -> Weight {
        // Least time: 4_208 ns.
        Weight::from_parts(4_613_000, 0)
    }

    /// The runtime keeps no preimages: no task is fetched, and each is as heavy as one that is not.
    fn service_task_fetched(_s: u32) -> Weight {
        Self::service_task_base()
    }

    fn service_task_named() -> Weight {
        // Least time: 5_913 ns.
        Weight::from_parts(6_137_000, 0).saturating_add(D::get().writes(1))
    }

    fn service_task_periodic() -> Weight {
        // Least time: 4_351 ns.
        Weight::from_parts(4_923_000, 0)
    }

    fn execute_dispatch_signed() -> Weight {
        // Least time: 3_184 ns.
        Weight::from_parts(3_585_000, 0)
    }

    fn execute_dispatch_unsigned() -> Weight {
        // Least time: 3_603 ns.
        Weight::from_parts(3_800_000, 0)
    }

    fn schedule(s: u32) -> Weight {
        // Least time: 13_855 ns.
        Weight::from_parts(17_357_315, 0)
            // Standard error: 411_750
            .saturating_add(Weight::from_parts(1_472_379, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn cancel(s: u32) -> Weight {
        // Least time: 21_774 ns.
        Weight::from_parts(26_524_796, 0)
            // Standard error: 245_429
            .saturating_add(Weight::from_parts(742_049, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(3))
    }

    fn schedule_named(s: u32) -> Weight {
        // Least time: 18_041 ns.
        Weight::from_parts(23_431_060, 0)
            // Standard error: 240_698
            .saturating_add(Weight::from_parts(1_018_852, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn cancel_named(s: u32) -> Weight {
        // Least time: 24_184 ns.
        Weight::from_parts(24_324_266, 0)
            // Standard error: 207_919
            .saturating_add(Weight::from_parts(1_370_813, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(3))
    }

    fn schedule_retry(s: u32) -> Weight {
        // Least time: 13_013 ns.
        Weight::from_parts(14_817_144, 0)
            // Standard error: 93_540
            .saturating_add(Weight::from_parts(403_616, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(2))
    }

    fn set_retry() -> Weight {
        // Least time: 23_655 ns.
        Weight::from_parts(31_754_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn set_retry_named() -> Weight {
        // Least time: 28_965 ns.
        Weight::from_parts(46_383_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn cancel_retry() -> Weight {
        // Least time: 22_629 ns.
        Weight::from_parts(24_413_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn cancel_retry_named() -> Weight {
        // Least time: 28_536 ns.
        Weight::from_parts(30_473_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }
}
