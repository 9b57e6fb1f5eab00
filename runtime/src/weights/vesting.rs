//! Weights of `pallet_vesting`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_vesting`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_vesting::WeightInfo for Measured<D> {
    fn vest_locked(_l: u32, s: u32) -> Weight {
        // Least time: 52_091 ns.
        Weight::from_parts(70_170_786, 0)
            // Standard error: 221_792
            .saturating_add(Weight::from_parts(657_731, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    fn vest_unlocked(l: u32, s: u32) -> Weight {
        // Least time: 57_184 ns.
        Weight::from_parts(59_599_290, 0)
            // Standard error: 107_373
            .saturating_add(Weight::from_parts(176_626, 0).saturating_mul(l.into()))
            // Standard error: 192_775
            .saturating_add(Weight::from_parts(862_099, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    fn vest_other_locked(l: u32, s: u32) -> Weight {
        // Least time: 58_568 ns.
        Weight::from_parts(49_200_152, 0)
            // Standard error: 173_530
            .saturating_add(Weight::from_parts(448_376, 0).saturating_mul(l.into()))
            // Standard error: 311_550
            .saturating_add(Weight::from_parts(1_232_408, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    fn vest_other_unlocked(l: u32, s: u32) -> Weight {
        // Least time: 59_310 ns.
        Weight::from_parts(70_030_402, 0)
            // Standard error: 102_190
            .saturating_add(Weight::from_parts(105_748, 0).saturating_mul(l.into()))
            // Standard error: 183_468
            .saturating_add(Weight::from_parts(783_515, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    fn vested_transfer(l: u32, s: u32) -> Weight {
        // Least time: 126_689 ns.
        Weight::from_parts(136_321_291, 0)
            // Standard error: 163_415
            .saturating_add(Weight::from_parts(259_679, 0).saturating_mul(l.into()))
            // Standard error: 293_391
            .saturating_add(Weight::from_parts(626_146, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    fn force_vested_transfer(l: u32, s: u32) -> Weight {
        // Least time: 124_782 ns.
        Weight::from_parts(107_679_479, 0)
            // Standard error: 434_450
            .saturating_add(Weight::from_parts(610_435, 0).saturating_mul(l.into()))
            // Standard error: 779_997
            .saturating_add(Weight::from_parts(2_235_393, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(4))
    }

    fn not_unlocking_merge_schedules(l: u32, s: u32) -> Weight {
        // Least time: 51_986 ns.
        Weight::from_parts(86_326_755, 0)
            // Standard error: 196_995
            .saturating_add(Weight::from_parts(949_129, 0).saturating_mul(l.into()))
            // Standard error: 369_890
            .saturating_add(Weight::from_parts(373_033, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    fn unlocking_merge_schedules(l: u32, s: u32) -> Weight {
        // Least time: 95_808 ns.
        Weight::from_parts(137_802_467, 0)
            // Standard error: 161_112
            .saturating_add(Weight::from_parts(347_366, 0).saturating_mul(l.into()))
            // Standard error: 302_515
            .saturating_add(Weight::from_parts(28_581, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    fn force_remove_vesting_schedule(l: u32, s: u32) -> Weight {
        // Least time: 67_335 ns.
        Weight::from_parts(122_402_855, 0)
            // Standard error: 210_774
            .saturating_add(Weight::from_parts(12_565, 0).saturating_mul(l.into()))
            // Standard error: 395_764
            .saturating_add(Weight::from_parts(1_185_445, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }
}
