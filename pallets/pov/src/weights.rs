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
    /// A block within a round.
    fn begin_block() -> Weight;
    /// Closing a round, without what follows from it.
    fn close_round() -> Weight;
    /// Setting the seed of a cycle.
    fn begin_cycle() -> Weight;
    /// Fixing a draw out of `r` reports.
    fn fix_draw(r: u32) -> Weight;
    /// Judging a round with `h` headers, on which `v` verifiers may have voted.
    fn judge_round(h: u32, v: u32) -> Weight;
    /// Dropping `r` rounds with `i` items.
    fn prune(r: u32, i: u32) -> Weight;
    /// Punishing `a` approvers of one block, at most.
    fn punish_approvers(a: u32) -> Weight;
    /// Noting the largest verifier set. Runs within the block hook of the pallet that changes sessions.
    fn change_set() -> Weight;
    /// Letting a report into the pool or a block: `v` verdicts, `d` debits, `l` late tickets, `o` leaves opened.
    fn authorize_report(v: u32, d: u32, l: u32, o: u32) -> Weight;
    /// Keeping a report: `v` verdicts, `d` debits, `l` late tickets. Without what it opens, and without earnings.
    fn report(v: u32, d: u32, l: u32) -> Weight;
    /// Judging one opened leaf of a header.
    fn header_opening() -> Weight;
    /// Judging the opened leaf of a personal root.
    fn personal_opening() -> Weight;
    /// Counting who is not suspended, for a vote for earnings.
    fn count_active() -> Weight;
    /// Changing the parameters.
    fn set_parameters() -> Weight;
    /// Changing the length of cycles.
    fn set_cycle_rounds() -> Weight;
    /// Proving what a leaf shows by itself: nonce, window, video.
    fn fault_of_leaf() -> Weight;
    /// Proving what stands at a ticket's index.
    fn fault_of_ticket() -> Weight;
    /// Proving what two leaves show.
    fn fault_of_two_leaves() -> Weight;
    /// Proving that an issuer was not assigned.
    fn fault_of_assignment() -> Weight;
    /// Proving wrong possession.
    fn fault_of_possession() -> Weight;
    /// Proving that a view is missing from `b` blocks, and paying for it.
    fn claim_missing(b: u32) -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn begin_block() -> Weight {
        // Least time: 40_029 ns.
        Weight::from_parts(46_072_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(1))
    }

    fn close_round() -> Weight {
        // Least time: 44_873 ns.
        Weight::from_parts(47_127_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn begin_cycle() -> Weight {
        // Least time: 50_395 ns.
        Weight::from_parts(57_787_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    fn fix_draw(r: u32) -> Weight {
        // Least time: 51_127 ns.
        Weight::from_parts(66_458_600, 0)
            // Standard error: 159_765
            .saturating_add(Weight::from_parts(5_635_662, 0).saturating_mul(r.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().reads(1).saturating_mul(r.into()))
            .saturating_add(D::get().writes(1))
    }

    fn judge_round(h: u32, v: u32) -> Weight {
        // Least time: 1_083_049 ns.
        Weight::from_parts(3_322_648_900, 0)
            // Standard error: 14_111_218
            .saturating_add(Weight::from_parts(60_791_563, 0).saturating_mul(h.into()))
            // Standard error: 14_111_115
            .saturating_add(Weight::from_parts(23_508_468, 0).saturating_mul(v.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().reads(3).saturating_mul(h.into()))
            .saturating_add(D::get().reads(2).saturating_mul(v.into()))
            .saturating_add(D::get().writes(1))
    }

    fn prune(r: u32, i: u32) -> Weight {
        // Least time: 221_318 ns.
        Weight::from_parts(695_814_152, 0)
            // Standard error: 174_574_108
            .saturating_add(Weight::from_parts(254_898_281, 0).saturating_mul(r.into()))
            // Standard error: 3_495_447
            .saturating_add(Weight::from_parts(43_676_239, 0).saturating_mul(i.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().reads(1).saturating_mul(r.into()))
            .saturating_add(D::get().reads(2).saturating_mul(i.into()))
            .saturating_add(D::get().writes(1))
            .saturating_add(D::get().writes(3).saturating_mul(r.into()))
            .saturating_add(D::get().writes(2).saturating_mul(i.into()))
    }

    fn punish_approvers(a: u32) -> Weight {
        // Least time: 398_047 ns.
        Weight::from_parts(2_615_754_772, 0)
            // Standard error: 19_307_114
            .saturating_add(Weight::from_parts(251_096_278, 0).saturating_mul(a.into()))
            .saturating_add(D::get().reads(10))
            .saturating_add(D::get().reads(4).saturating_mul(a.into()))
            .saturating_add(D::get().writes(1))
            .saturating_add(D::get().writes(3).saturating_mul(a.into()))
    }

    fn change_set() -> Weight {
        // Least time: 73_414 ns.
        Weight::from_parts(74_007_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    fn authorize_report(v: u32, d: u32, l: u32, o: u32) -> Weight {
        // Least time: 241_987 ns.
        Weight::from_parts(178_756_681, 0)
            // Standard error: 141_035
            .saturating_add(Weight::from_parts(248_941, 0).saturating_mul(v.into()))
            // Standard error: 220_367
            .saturating_add(Weight::from_parts(466_771, 0).saturating_mul(d.into()))
            // Standard error: 705_175
            .saturating_add(Weight::from_parts(1_241_199, 0).saturating_mul(l.into()))
            // Standard error: 2_670_769
            .saturating_add(Weight::from_parts(13_683_979, 0).saturating_mul(o.into()))
            .saturating_add(D::get().reads(10))
    }

    fn report(v: u32, d: u32, l: u32) -> Weight {
        // Least time: 290_015 ns.
        Weight::from_parts(296_934_000, 0)
            // Standard error: 2_209_140
            .saturating_add(Weight::from_parts(2_793_478, 0).saturating_mul(v.into()))
            // Standard error: 3_451_782
            .saturating_add(Weight::from_parts(50_307, 0).saturating_mul(d.into()))
            // Standard error: 11_045_703
            .saturating_add(Weight::from_parts(5_381_663, 0).saturating_mul(l.into()))
            .saturating_add(D::get().reads(12))
            .saturating_add(D::get().writes(6))
            .saturating_add(D::get().writes(1).saturating_mul(l.into()))
    }

    fn header_opening() -> Weight {
        // Least time: 272_183 ns.
        Weight::from_parts(278_007_000, 0).saturating_add(D::get().reads(6))
    }

    fn personal_opening() -> Weight {
        // Least time: 115_967 ns.
        Weight::from_parts(121_232_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    fn count_active() -> Weight {
        // Least time: 512_347 ns.
        Weight::from_parts(538_352_000, 0).saturating_add(D::get().reads(102))
    }

    fn set_parameters() -> Weight {
        // Least time: 61_920 ns.
        Weight::from_parts(70_827_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    fn set_cycle_rounds() -> Weight {
        // Least time: 59_982 ns.
        Weight::from_parts(62_246_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    fn fault_of_leaf() -> Weight {
        // Least time: 471_482 ns.
        Weight::from_parts(497_414_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(6))
    }

    fn fault_of_ticket() -> Weight {
        // Least time: 616_093 ns.
        Weight::from_parts(641_841_000, 0)
            .saturating_add(D::get().reads(40))
            .saturating_add(D::get().writes(6))
    }

    fn fault_of_two_leaves() -> Weight {
        // Least time: 506_781 ns.
        Weight::from_parts(551_673_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(6))
    }

    fn fault_of_assignment() -> Weight {
        // Least time: 586_679 ns.
        Weight::from_parts(728_647_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(6))
    }

    fn fault_of_possession() -> Weight {
        // Least time: 602_636 ns.
        Weight::from_parts(679_698_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(5))
    }

    fn claim_missing(b: u32) -> Weight {
        // Least time: 726_029 ns.
        Weight::from_parts(1_845_200_008, 0)
            // Standard error: 92_109_857
            .saturating_add(Weight::from_parts(46_457_443, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(55))
            .saturating_add(D::get().writes(5))
    }
}
