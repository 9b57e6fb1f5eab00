//! Weights of `pallet_vesting`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_vesting`
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

/// Weights of `pallet_vesting`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_vesting::WeightInfo for Measured<D> {
    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[1, 28]`.
    fn vest_locked(l: u32, s: u32) -> Weight {
        // Least time: 43_607 ns.
        Weight::from_parts(45_489_444, 0)
            // Standard error: 7_833
            .saturating_add(Weight::from_parts(45_222, 0).saturating_mul(l.into()))
            // Standard error: 14_105
            .saturating_add(Weight::from_parts(144_686, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[1, 28]`.
    fn vest_unlocked(l: u32, s: u32) -> Weight {
        // Least time: 45_204 ns.
        Weight::from_parts(47_892_100, 0)
            // Standard error: 23_866
            .saturating_add(Weight::from_parts(106_179, 0).saturating_mul(l.into()))
            // Standard error: 42_977
            .saturating_add(Weight::from_parts(177_454, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[1, 28]`.
    fn vest_other_locked(l: u32, _s: u32) -> Weight {
        // Least time: 47_121 ns.
        Weight::from_parts(68_577_378, 0)
            // Standard error: 46_521
            .saturating_add(Weight::from_parts(474_595, 0).saturating_mul(l.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[1, 28]`.
    fn vest_other_unlocked(l: u32, s: u32) -> Weight {
        // Least time: 48_177 ns.
        Weight::from_parts(51_627_888, 0)
            // Standard error: 20_887
            .saturating_add(Weight::from_parts(57_800, 0).saturating_mul(l.into()))
            // Standard error: 37_612
            .saturating_add(Weight::from_parts(165_638, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[0, 27]`.
    fn vested_transfer(l: u32, _s: u32) -> Weight {
        // Least time: 93_000 ns.
        Weight::from_parts(149_570_271, 0)
            // Standard error: 82_204
            .saturating_add(Weight::from_parts(67_888, 0).saturating_mul(l.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `System::Account` (r:2 w:2)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[0, 27]`.
    fn force_vested_transfer(l: u32, s: u32) -> Weight {
        // Least time: 93_477 ns.
        Weight::from_parts(97_326_916, 0)
            // Standard error: 90_255
            .saturating_add(Weight::from_parts(152_008, 0).saturating_mul(l.into()))
            // Standard error: 162_524
            .saturating_add(Weight::from_parts(612_372, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[2, 28]`.
    fn not_unlocking_merge_schedules(l: u32, s: u32) -> Weight {
        // Least time: 44_123 ns.
        Weight::from_parts(43_260_800, 0)
            // Standard error: 8_742
            .saturating_add(Weight::from_parts(88_168, 0).saturating_mul(l.into()))
            // Standard error: 16_324
            .saturating_add(Weight::from_parts(158_066, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[2, 28]`.
    fn unlocking_merge_schedules(l: u32, s: u32) -> Weight {
        // Least time: 46_215 ns.
        Weight::from_parts(48_014_937, 0)
            // Standard error: 5_632
            .saturating_add(Weight::from_parts(43_072, 0).saturating_mul(l.into()))
            // Standard error: 10_518
            .saturating_add(Weight::from_parts(90_636, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Vesting::Vesting` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Locks` (r:1 w:1)
    /// Storage: `Balances::Freezes` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `l` is `[0, 49]`.
    /// The range of component `s` is `[2, 28]`.
    fn force_remove_vesting_schedule(l: u32, s: u32) -> Weight {
        // Least time: 50_319 ns.
        Weight::from_parts(55_963_591, 0)
            // Standard error: 15_038
            .saturating_add(Weight::from_parts(62_131, 0).saturating_mul(l.into()))
            // Standard error: 28_082
            .saturating_add(Weight::from_parts(113_636, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }
}
