//! Weights of `pallet_collective`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_collective`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_collective::WeightInfo for Measured<D> {
    fn set_members(m: u32, n: u32, p: u32) -> Weight {
        // Least time: 16_306 ns.
        Weight::from_parts(17_080_000, 0)
            // Standard error: 3_228_650
            .saturating_add(Weight::from_parts(2_009_591, 0).saturating_mul(m.into()))
            // Standard error: 3_228_650
            .saturating_add(Weight::from_parts(1_734_060, 0).saturating_mul(n.into()))
            // Standard error: 10_089_533
            .saturating_add(Weight::from_parts(6_325_276, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().reads(1).saturating_mul(p.into()))
            .saturating_add(D::get().writes(2))
            .saturating_add(D::get().writes(1).saturating_mul(p.into()))
    }

    fn execute(b: u32, m: u32) -> Weight {
        // Least time: 17_252 ns.
        Weight::from_parts(19_026_852, 0)
            // Standard error: 2_393
            .saturating_add(Weight::from_parts(1_701, 0).saturating_mul(b.into()))
            // Standard error: 24_614
            .saturating_add(Weight::from_parts(10_788, 0).saturating_mul(m.into()))
            .saturating_add(D::get().reads(1))
    }

    fn propose_execute(_b: u32, m: u32) -> Weight {
        // Least time: 19_592 ns.
        Weight::from_parts(24_482_497, 0)
            // Standard error: 23_997
            .saturating_add(Weight::from_parts(21_163, 0).saturating_mul(m.into()))
            .saturating_add(D::get().reads(2))
    }

    fn propose_proposed(_b: u32, m: u32, p: u32) -> Weight {
        // Least time: 67_416 ns.
        Weight::from_parts(60_008_745, 0)
            // Standard error: 142_471
            .saturating_add(Weight::from_parts(190_195, 0).saturating_mul(m.into()))
            // Standard error: 445_364
            .saturating_add(Weight::from_parts(2_552_752, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(4))
    }

    fn vote(m: u32) -> Weight {
        // Least time: 35_256 ns.
        Weight::from_parts(38_915_689, 0)
            // Standard error: 49_059
            .saturating_add(Weight::from_parts(84_885, 0).saturating_mul(m.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    fn close_early_disapproved(m: u32, p: u32) -> Weight {
        // Least time: 36_531 ns.
        Weight::from_parts(37_869_722, 0)
            // Standard error: 28_301
            .saturating_add(Weight::from_parts(68_322, 0).saturating_mul(m.into()))
            // Standard error: 86_511
            .saturating_add(Weight::from_parts(799_923, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(3))
    }

    fn close_early_approved(b: u32, m: u32, p: u32) -> Weight {
        // Least time: 52_336 ns.
        Weight::from_parts(42_063_388, 0)
            // Standard error: 18_131
            .saturating_add(Weight::from_parts(14_818, 0).saturating_mul(b.into()))
            // Standard error: 193_064
            .saturating_add(Weight::from_parts(265_644, 0).saturating_mul(m.into()))
            // Standard error: 589_908
            .saturating_add(Weight::from_parts(1_127_412, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    fn close_disapproved(m: u32, p: u32) -> Weight {
        // Least time: 39_643 ns.
        Weight::from_parts(49_528_821, 0)
            // Standard error: 62_488
            .saturating_add(Weight::from_parts(18_352, 0).saturating_mul(m.into()))
            // Standard error: 191_012
            .saturating_add(Weight::from_parts(723_924, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    fn close_approved(_b: u32, _m: u32, p: u32) -> Weight {
        // Least time: 50_602 ns.
        Weight::from_parts(93_857_234, 0)
            // Standard error: 203_521
            .saturating_add(Weight::from_parts(921_748, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    fn disapprove_proposal(p: u32) -> Weight {
        // Least time: 19_469 ns.
        Weight::from_parts(22_698_696, 0)
            // Standard error: 78_198
            .saturating_add(Weight::from_parts(543_322, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(3))
    }

    fn kill(d: u32, p: u32) -> Weight {
        // Least time: 25_037 ns.
        Weight::from_parts(39_685_616, 0)
            // Standard error: 5_703_822
            .saturating_add(Weight::from_parts(28_646_136, 0).saturating_mul(d.into()))
            // Standard error: 175_214
            .saturating_add(Weight::from_parts(1_421_039, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().reads(2).saturating_mul(d.into()))
            .saturating_add(D::get().writes(3))
            .saturating_add(D::get().writes(1).saturating_mul(d.into()))
    }

    fn release_proposal_cost() -> Weight {
        // Least time: 88_010 ns.
        Weight::from_parts(97_214_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }
}
