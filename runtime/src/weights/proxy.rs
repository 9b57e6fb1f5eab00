//! Weights of `pallet_proxy`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_proxy`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_proxy::WeightInfo for Measured<D> {
    fn proxy(p: u32) -> Weight {
        // Least time: 17_489 ns.
        Weight::from_parts(22_114_689, 0)
            // Standard error: 101_199
            .saturating_add(Weight::from_parts(31_365, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
    }

    fn proxy_announced(_a: u32, p: u32) -> Weight {
        // Least time: 53_016 ns.
        Weight::from_parts(93_518_404, 0)
            // Standard error: 523_723
            .saturating_add(Weight::from_parts(142_669, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    fn remove_announcement(a: u32, p: u32) -> Weight {
        // Least time: 35_502 ns.
        Weight::from_parts(48_391_641, 0)
            // Standard error: 220_769
            .saturating_add(Weight::from_parts(185_678, 0).saturating_mul(a.into()))
            // Standard error: 229_548
            .saturating_add(Weight::from_parts(24_011, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn reject_announcement(a: u32, p: u32) -> Weight {
        // Least time: 34_800 ns.
        Weight::from_parts(45_558_336, 0)
            // Standard error: 144_615
            .saturating_add(Weight::from_parts(358_441, 0).saturating_mul(a.into()))
            // Standard error: 150_366
            .saturating_add(Weight::from_parts(80_903, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn announce(a: u32, p: u32) -> Weight {
        // Least time: 45_675 ns.
        Weight::from_parts(46_345_367, 0)
            // Standard error: 214_525
            .saturating_add(Weight::from_parts(556_396, 0).saturating_mul(a.into()))
            // Standard error: 223_056
            .saturating_add(Weight::from_parts(250_525, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    fn add_proxy(p: u32) -> Weight {
        // Least time: 34_200 ns.
        Weight::from_parts(36_667_881, 0)
            // Standard error: 119_724
            .saturating_add(Weight::from_parts(192_323, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn remove_proxy(p: u32) -> Weight {
        // Least time: 34_437 ns.
        Weight::from_parts(39_464_637, 0)
            // Standard error: 71_159
            .saturating_add(Weight::from_parts(81_173, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn remove_proxies(p: u32) -> Weight {
        // Least time: 33_796 ns.
        Weight::from_parts(33_725_798, 0)
            // Standard error: 60_366
            .saturating_add(Weight::from_parts(2_508_942, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn create_pure(p: u32) -> Weight {
        // Least time: 37_746 ns.
        Weight::from_parts(39_452_961, 0)
            // Standard error: 82_463
            .saturating_add(Weight::from_parts(192_618, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn kill_pure(p: u32) -> Weight {
        // Least time: 35_356 ns.
        Weight::from_parts(37_689_349, 0)
            // Standard error: 136_532
            .saturating_add(Weight::from_parts(164_697, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn poke_deposit() -> Weight {
        // Least time: 66_541 ns.
        Weight::from_parts(70_623_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(3))
    }
}
