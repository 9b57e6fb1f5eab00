//! Weights of `pallet_multisig`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_multisig`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_multisig::WeightInfo for Measured<D> {
    fn as_multi_threshold_1(z: u32) -> Weight {
        // Least time: 34_907 ns.
        Weight::from_parts(86_723_000, 0)
            // Standard error: 1_705
            .saturating_add(Weight::from_parts(2_196, 0).saturating_mul(z.into()))
    }

    fn as_multi_create(s: u32, z: u32) -> Weight {
        // Least time: 63_871 ns.
        Weight::from_parts(57_565_700, 0)
            // Standard error: 117_156
            .saturating_add(Weight::from_parts(636_543, 0).saturating_mul(s.into()))
            // Standard error: 1_150
            .saturating_add(Weight::from_parts(4_016, 0).saturating_mul(z.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn as_multi_approve(s: u32, z: u32) -> Weight {
        // Least time: 40_740 ns.
        Weight::from_parts(29_533_157, 0)
            // Standard error: 86_049
            .saturating_add(Weight::from_parts(406_172, 0).saturating_mul(s.into()))
            // Standard error: 836
            .saturating_add(Weight::from_parts(2_944, 0).saturating_mul(z.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn as_multi_complete(s: u32, z: u32) -> Weight {
        // Least time: 81_997 ns.
        Weight::from_parts(29_198_236, 0)
            // Standard error: 113_027
            .saturating_add(Weight::from_parts(808_057, 0).saturating_mul(s.into()))
            // Standard error: 1_109
            .saturating_add(Weight::from_parts(6_294, 0).saturating_mul(z.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn approve_as_multi_create(s: u32) -> Weight {
        // Least time: 40_903 ns.
        Weight::from_parts(43_992_336, 0)
            // Standard error: 98_482
            .saturating_add(Weight::from_parts(501_184, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn approve_as_multi_approve(s: u32) -> Weight {
        // Least time: 21_546 ns.
        Weight::from_parts(27_724_700, 0)
            // Standard error: 40_164
            .saturating_add(Weight::from_parts(328_363, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn cancel_as_multi(s: u32) -> Weight {
        // Least time: 41_006 ns.
        Weight::from_parts(50_453_489, 0)
            // Standard error: 147_538
            .saturating_add(Weight::from_parts(406_086, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn poke_deposit(s: u32) -> Weight {
        // Least time: 39_005 ns.
        Weight::from_parts(43_085_800, 0)
            // Standard error: 48_964
            .saturating_add(Weight::from_parts(308_012, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }
}
