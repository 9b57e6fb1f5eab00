//! Weights of `frame_system`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `frame_system`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> frame_system::WeightInfo for Measured<D> {
    fn remark(b: u32) -> Weight {
        // Least time: 6_452 ns.
        Weight::from_parts(645_261_333, 0)
            // Standard error: 890
            .saturating_add(Weight::from_parts(2_192, 0).saturating_mul(b.into()))
    }

    fn remark_with_event(b: u32) -> Weight {
        // Least time: 8_051 ns.
        Weight::from_parts(1_374_694_800, 0)
            // Standard error: 819
            .saturating_add(Weight::from_parts(4_031, 0).saturating_mul(b.into()))
    }

    fn set_heap_pages() -> Weight {
        // Least time: 6_008 ns.
        Weight::from_parts(6_594_000, 0).saturating_add(D::get().writes(1))
    }

    fn set_code() -> Weight {
        // Least time: 407_180_219 ns.
        Weight::from_parts(416_136_929_000, 0).saturating_add(D::get().writes(1))
    }

    fn set_storage(i: u32) -> Weight {
        // Least time: 3_446 ns.
        Weight::from_parts(256_456_866, 0)
            // Standard error: 821_500
            .saturating_add(Weight::from_parts(1_334_086, 0).saturating_mul(i.into()))
            .saturating_add(D::get().writes(1).saturating_mul(i.into()))
    }

    fn kill_storage(i: u32) -> Weight {
        // Least time: 3_613 ns.
        Weight::from_parts(4_201_000, 0)
            // Standard error: 34_032
            .saturating_add(Weight::from_parts(1_018_183, 0).saturating_mul(i.into()))
            .saturating_add(D::get().writes(1).saturating_mul(i.into()))
    }

    fn kill_prefix(p: u32) -> Weight {
        // Least time: 6_812 ns.
        Weight::from_parts(3_096_606_000, 0)
            // Standard error: 1_113_566
            .saturating_add(Weight::from_parts(6_317_302, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1).saturating_mul(p.into()))
            .saturating_add(D::get().writes(1).saturating_mul(p.into()))
    }

    fn authorize_upgrade() -> Weight {
        // Least time: 46_820 ns.
        Weight::from_parts(47_459_000, 0).saturating_add(D::get().writes(1))
    }

    fn apply_authorized_upgrade() -> Weight {
        // Least time: 429_652_021 ns.
        Weight::from_parts(444_924_624_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(2))
    }
}
