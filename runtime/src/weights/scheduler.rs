//! Weights of `pallet_scheduler`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_scheduler`
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

/// Weights of `pallet_scheduler`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_scheduler::WeightInfo for Measured<D> {
    /// Storage: `Scheduler::IncompleteSince` (r:1 w:1)
    fn service_agendas_base() -> Weight {
        // Least time: 5_666 ns.
        Weight::from_parts(6_393_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    /// The range of component `s` is `[0, 16]`.
    fn service_agenda_base(s: u32) -> Weight {
        // Least time: 3_837 ns.
        Weight::from_parts(7_085_714, 0)
            // Standard error: 3_400
            .saturating_add(Weight::from_parts(495_316, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn service_task_base() -> Weight {
        // Least time: 2_783 ns.
        Weight::from_parts(3_263_000, 0)
    }

    /// Storage: `Scheduler::Lookup` (r:0 w:1)
    fn service_task_named() -> Weight {
        // Least time: 4_250 ns.
        Weight::from_parts(5_366_000, 0).saturating_add(D::get().writes(1))
    }

    fn service_task_periodic() -> Weight {
        // Least time: 2_800 ns.
        Weight::from_parts(4_182_000, 0)
    }

    fn execute_dispatch_signed() -> Weight {
        // Least time: 1_973 ns.
        Weight::from_parts(3_811_000, 0)
    }

    fn execute_dispatch_unsigned() -> Weight {
        // Least time: 1_926 ns.
        Weight::from_parts(2_434_000, 0)
    }

    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    /// The range of component `s` is `[0, 15]`.
    fn schedule(s: u32) -> Weight {
        // Least time: 9_953 ns.
        Weight::from_parts(13_621_833, 0)
            // Standard error: 4_692
            .saturating_add(Weight::from_parts(538_807, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    /// Storage: `Scheduler::Retries` (r:0 w:1)
    /// Storage: `Scheduler::Lookup` (r:0 w:1)
    /// The range of component `s` is `[1, 16]`.
    fn cancel(s: u32) -> Weight {
        // Least time: 15_927 ns.
        Weight::from_parts(16_822_096, 0)
            // Standard error: 4_357
            .saturating_add(Weight::from_parts(635_085, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Scheduler::Lookup` (r:1 w:1)
    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    /// The range of component `s` is `[0, 15]`.
    fn schedule_named(s: u32) -> Weight {
        // Least time: 13_589 ns.
        Weight::from_parts(18_161_666, 0)
            // Standard error: 5_427
            .saturating_add(Weight::from_parts(669_441, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Scheduler::Lookup` (r:1 w:1)
    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    /// Storage: `Scheduler::Retries` (r:0 w:1)
    /// The range of component `s` is `[1, 16]`.
    fn cancel_named(s: u32) -> Weight {
        // Least time: 18_592 ns.
        Weight::from_parts(20_155_233, 0)
            // Standard error: 3_988
            .saturating_add(Weight::from_parts(729_886, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Scheduler::Agenda` (r:1 w:1)
    /// Storage: `Scheduler::Retries` (r:0 w:1)
    /// The range of component `s` is `[1, 16]`.
    fn schedule_retry(s: u32) -> Weight {
        // Least time: 9_807 ns.
        Weight::from_parts(10_975_254, 0)
            // Standard error: 2_473
            .saturating_add(Weight::from_parts(48_833, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Scheduler::Agenda` (r:1 w:0)
    /// Storage: `Scheduler::Retries` (r:0 w:1)
    fn set_retry() -> Weight {
        // Least time: 16_277 ns.
        Weight::from_parts(27_011_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Scheduler::Lookup` (r:1 w:0)
    /// Storage: `Scheduler::Agenda` (r:1 w:0)
    /// Storage: `Scheduler::Retries` (r:0 w:1)
    fn set_retry_named() -> Weight {
        // Least time: 28_754 ns.
        Weight::from_parts(38_320_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Scheduler::Agenda` (r:1 w:0)
    /// Storage: `Scheduler::Retries` (r:0 w:1)
    fn cancel_retry() -> Weight {
        // Least time: 15_432 ns.
        Weight::from_parts(26_031_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Scheduler::Lookup` (r:1 w:0)
    /// Storage: `Scheduler::Agenda` (r:1 w:0)
    /// Storage: `Scheduler::Retries` (r:0 w:1)
    fn cancel_retry_named() -> Weight {
        // Least time: 20_683 ns.
        Weight::from_parts(23_019_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// The runtime keeps no preimages: no task is fetched, and each is as heavy as one that is not.
    fn service_task_fetched(_s: u32) -> Weight {
        Self::service_task_base()
    }
}
