//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_pov`
//! * Measured on 2026-11-24 with the pallet command of frame-benchmarking-cli 64.0.0, machine: Intel(R) Xeon(R) Processor
//!
//! Times are in picoseconds. Storage proofs are not limited on a chain of its own, so the proof size is 0.

#![allow(unused_imports, reason = "some calls access no storage")]
#![allow(unused_variables, reason = "some components make no difference")]

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// Weights by the benchmark of the same name.
pub trait WeightInfo {
    /// Of `begin_block`.
    fn begin_block() -> Weight;
    /// Of `close_round`.
    fn close_round() -> Weight;
    /// Of `begin_cycle`.
    fn begin_cycle() -> Weight;
    /// Of `fix_draw`.
    ///
    /// `r`: 0 to 100.
    fn fix_draw(r: u32) -> Weight;
    /// Of `judge_round`.
    ///
    /// `h`: 0 to 100.
    ///
    /// `v`: 1 to 100.
    fn judge_round(h: u32, v: u32) -> Weight;
    /// Of `prune`.
    ///
    /// `r`: 1 to 8.
    ///
    /// `i`: 0 to 400.
    fn prune(r: u32, i: u32) -> Weight;
    /// Of `punish_approvers`.
    ///
    /// `a`: 1 to 100.
    fn punish_approvers(a: u32) -> Weight;
    /// Of `change_set`.
    fn change_set() -> Weight;
    /// Of `authorize_report`.
    ///
    /// `v`: 0 to 100.
    ///
    /// `d`: 0 to 64.
    ///
    /// `l`: 0 to 20.
    ///
    /// `o`: 0 to 5.
    fn authorize_report(v: u32, d: u32, l: u32, o: u32) -> Weight;
    /// Of `report`.
    ///
    /// `v`: 0 to 100.
    ///
    /// `d`: 0 to 64.
    ///
    /// `l`: 0 to 20.
    fn report(v: u32, d: u32, l: u32) -> Weight;
    /// Of `header_opening`.
    fn header_opening() -> Weight;
    /// Of `personal_opening`.
    fn personal_opening() -> Weight;
    /// Of `count_active`.
    fn count_active() -> Weight;
    /// Of `set_parameters`.
    fn set_parameters() -> Weight;
    /// Of `set_cycle_rounds`.
    fn set_cycle_rounds() -> Weight;
    /// Of `fault_of_leaf`.
    fn fault_of_leaf() -> Weight;
    /// Of `fault_of_enhancement`.
    fn fault_of_enhancement() -> Weight;
    /// Of `fault_of_ticket`.
    fn fault_of_ticket() -> Weight;
    /// Of `fault_of_two_leaves`.
    fn fault_of_two_leaves() -> Weight;
    /// Of `fault_of_assignment`.
    fn fault_of_assignment() -> Weight;
    /// Of `fault_of_possession`.
    fn fault_of_possession() -> Weight;
    /// Of `authorize_fault_of_leaf`.
    fn authorize_fault_of_leaf() -> Weight;
    /// Of `authorize_fault_of_enhancement`.
    fn authorize_fault_of_enhancement() -> Weight;
    /// Of `authorize_fault_of_ticket`.
    fn authorize_fault_of_ticket() -> Weight;
    /// Of `authorize_fault_of_two_leaves`.
    fn authorize_fault_of_two_leaves() -> Weight;
    /// Of `authorize_fault_of_assignment`.
    fn authorize_fault_of_assignment() -> Weight;
    /// Of `authorize_fault_of_possession`.
    fn authorize_fault_of_possession() -> Weight;
    /// Of `prove_fault_of_leaf`.
    fn prove_fault_of_leaf() -> Weight;
    /// Of `prove_fault_of_enhancement`.
    fn prove_fault_of_enhancement() -> Weight;
    /// Of `prove_fault_of_ticket`.
    fn prove_fault_of_ticket() -> Weight;
    /// Of `prove_fault_of_two_leaves`.
    fn prove_fault_of_two_leaves() -> Weight;
    /// Of `prove_fault_of_assignment`.
    fn prove_fault_of_assignment() -> Weight;
    /// Of `prove_fault_of_possession`.
    fn prove_fault_of_possession() -> Weight;
    /// Of `claim_missing`.
    ///
    /// `b`: 0 to 21.
    fn claim_missing(b: u32) -> Weight;
    /// Of `to_counted_ages`.
    ///
    /// `r`: 0 to 2000.
    fn to_counted_ages(r: u32) -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Aura::CurrentSlot` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::OpenFaults` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    fn begin_block() -> Weight {
        // Least time: 29_527 ns.
        Weight::from_parts(36_408_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:1)
    /// Storage: `Pov::CountedRounds` (r:1 w:1)
    /// Storage: `Pov::JudgedIn` (r:0 w:1)
    fn close_round() -> Weight {
        // Least time: 37_632 ns.
        Weight::from_parts(45_947_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::Draws` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:1)
    fn begin_cycle() -> Weight {
        // Least time: 32_463 ns.
        Weight::from_parts(38_618_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Reports` (r:101 w:0)
    /// Storage: `Pov::Draws` (r:0 w:1)
    fn fix_draw(r: u32) -> Weight {
        // Least time: 24_419 ns.
        Weight::from_parts(41_902_890, 0)
            // Standard error: 64_087
            .saturating_add(Weight::from_parts(4_245_882, 0).saturating_mul(r.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().reads(1).saturating_mul(r.into()))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:0)
    /// Storage: `Pov::Reports` (r:200 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::HeaderTrees` (r:1 w:1)
    /// Storage: `Pov::Issuers` (r:1 w:0)
    /// Storage: `Pov::Headers` (r:100 w:0)
    /// Storage: `Pov::Faults` (r:100 w:0)
    fn judge_round(h: u32, v: u32) -> Weight {
        // Least time: 849_449 ns.
        Weight::from_parts(868_420_000, 0)
            // Standard error: 2_542_361
            .saturating_add(Weight::from_parts(23_226_410, 0).saturating_mul(h.into()))
            // Standard error: 2_539_334
            .saturating_add(Weight::from_parts(14_410_158, 0).saturating_mul(v.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().reads(3).saturating_mul(h.into()))
            .saturating_add(D::get().reads(2).saturating_mul(v.into()))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::CountedRounds` (r:2 w:8)
    /// Storage: `Pov::PrunedTo` (r:1 w:1)
    /// Storage: `Pov::Reports` (r:408 w:400)
    /// Storage: `Pov::Commitments` (r:400 w:400)
    /// Storage: `Pov::SetRounds` (r:1 w:1)
    /// Storage: `Pov::VerifierSets` (r:0 w:1)
    /// Storage: `Pov::JudgedIn` (r:0 w:8)
    /// Storage: `Pov::Draws` (r:0 w:8)
    /// Storage: `Pov::Issuers` (r:0 w:8)
    fn prune(r: u32, i: u32) -> Weight {
        // Least time: 195_425 ns.
        Weight::from_parts(200_600_000, 0)
            // Standard error: 18_167_864
            .saturating_add(Weight::from_parts(46_523_250, 0).saturating_mul(r.into()))
            // Standard error: 373_289
            .saturating_add(Weight::from_parts(13_806_266, 0).saturating_mul(i.into()))
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().reads(1).saturating_mul(r.into()))
            .saturating_add(D::get().reads(2).saturating_mul(i.into()))
            .saturating_add(D::get().writes(3))
            .saturating_add(D::get().writes(4).saturating_mul(r.into()))
            .saturating_add(D::get().writes(2).saturating_mul(i.into()))
    }

    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Pov::JudgedIn` (r:1 w:0)
    /// Storage: `Pov::Issuers` (r:1 w:0)
    /// Storage: `Pov::Reports` (r:100 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:100)
    /// Storage: `Balances::Holds` (r:100 w:100)
    /// Storage: `System::Account` (r:100 w:100)
    fn punish_approvers(a: u32) -> Weight {
        // Least time: 224_391 ns.
        Weight::from_parts(159_609_400, 0)
            // Standard error: 11_778_989
            .saturating_add(Weight::from_parts(127_523_742, 0).saturating_mul(a.into()))
            .saturating_add(D::get().reads(10))
            .saturating_add(D::get().reads(4).saturating_mul(a.into()))
            .saturating_add(D::get().writes(1))
            .saturating_add(D::get().writes(3).saturating_mul(a.into()))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Aura::CurrentSlot` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:1)
    /// Storage: `Pov::VerifierSets` (r:1 w:2)
    fn change_set() -> Weight {
        // Least time: 51_541 ns.
        Weight::from_parts(63_689_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::Reports` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `Pov::Commitments` (r:1 w:0)
    /// Storage: `Pov::CountedRounds` (r:1 w:0)
    /// Storage: `Pov::Issuers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    fn authorize_report(v: u32, d: u32, l: u32, o: u32) -> Weight {
        // Least time: 190_404 ns.
        Weight::from_parts(189_019_780, 0)
            // Standard error: 236_257
            .saturating_add(Weight::from_parts(195_520, 0).saturating_mul(v.into()))
            // Standard error: 367_874
            .saturating_add(Weight::from_parts(550_675, 0).saturating_mul(d.into()))
            // Standard error: 1_170_113
            .saturating_add(Weight::from_parts(295_818, 0).saturating_mul(l.into()))
            // Standard error: 4_504_083
            .saturating_add(Weight::from_parts(8_612_000, 0).saturating_mul(o.into()))
            .saturating_add(D::get().reads(12))
    }

    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::Reports` (r:2 w:2)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `Pov::Commitments` (r:1 w:1)
    /// Storage: `Pov::CountedRounds` (r:1 w:0)
    /// Storage: `Pov::Issuers` (r:2 w:1)
    /// Storage: `Pov::Draws` (r:1 w:0)
    /// Storage: `Pov::Headers` (r:1 w:1)
    /// Storage: `Pov::TicketsRoots` (r:0 w:21)
    fn report(v: u32, _d: u32, l: u32) -> Weight {
        // Least time: 235_089 ns.
        Weight::from_parts(330_791_706, 0)
            // Standard error: 549_330
            .saturating_add(Weight::from_parts(1_397_122, 0).saturating_mul(v.into()))
            // Standard error: 2_723_081
            .saturating_add(Weight::from_parts(2_051_454, 0).saturating_mul(l.into()))
            .saturating_add(D::get().reads(13))
            .saturating_add(D::get().writes(6))
            .saturating_add(D::get().writes(1).saturating_mul(l.into()))
    }

    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::CountedRounds` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
    fn header_opening() -> Weight {
        // Least time: 186_108 ns.
        Weight::from_parts(199_504_000, 0).saturating_add(D::get().reads(7))
    }

    /// Storage: `Pov::Draws` (r:1 w:0)
    /// Storage: `Pov::Reports` (r:1 w:1)
    /// Storage: `Pov::Issuers` (r:1 w:0)
    /// Storage: `Pov::Headers` (r:1 w:0)
    fn personal_opening() -> Weight {
        // Least time: 68_242 ns.
        Weight::from_parts(74_722_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:0)
    fn count_active() -> Weight {
        // Least time: 403_333 ns.
        Weight::from_parts(420_644_000, 0).saturating_add(D::get().reads(102))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:1)
    /// Storage: `Pov::PrunedTo` (r:1 w:0)
    fn set_parameters() -> Weight {
        // Least time: 30_033 ns.
        Weight::from_parts(33_903_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:1)
    /// Storage: `Pov::PrunedTo` (r:1 w:0)
    fn set_cycle_rounds() -> Weight {
        // Least time: 32_371 ns.
        Weight::from_parts(38_352_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn fault_of_leaf() -> Weight {
        // Least time: 307_747 ns.
        Weight::from_parts(343_427_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Videos::Enhancements` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn fault_of_enhancement() -> Weight {
        // Least time: 311_421 ns.
        Weight::from_parts(354_273_000, 0)
            .saturating_add(D::get().reads(20))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Pov::Headers` (r:22 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
    /// Storage: `Pov::CountedRounds` (r:61 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn fault_of_ticket() -> Weight {
        // Least time: 611_111 ns.
        Weight::from_parts(649_031_000, 0)
            .saturating_add(D::get().reads(102))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn fault_of_two_leaves() -> Weight {
        // Least time: 327_400 ns.
        Weight::from_parts(353_844_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn fault_of_assignment() -> Weight {
        // Least time: 358_305 ns.
        Weight::from_parts(379_074_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:2 w:2)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn fault_of_possession() -> Weight {
        // Least time: 364_828 ns.
        Weight::from_parts(394_611_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Faults` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::OpenFaults` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn authorize_fault_of_leaf() -> Weight {
        // Least time: 188_172 ns.
        Weight::from_parts(204_849_000, 0).saturating_add(D::get().reads(14))
    }

    /// Storage: `Pov::Faults` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::OpenFaults` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Videos::Enhancements` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn authorize_fault_of_enhancement() -> Weight {
        // Least time: 195_191 ns.
        Weight::from_parts(207_108_000, 0).saturating_add(D::get().reads(15))
    }

    /// Storage: `Pov::Faults` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Pov::Headers` (r:22 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::OpenFaults` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
    /// Storage: `Pov::CountedRounds` (r:61 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn authorize_fault_of_ticket() -> Weight {
        // Least time: 498_970 ns.
        Weight::from_parts(520_672_000, 0).saturating_add(D::get().reads(97))
    }

    /// Storage: `Pov::Faults` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::OpenFaults` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn authorize_fault_of_two_leaves() -> Weight {
        // Least time: 212_401 ns.
        Weight::from_parts(223_997_000, 0).saturating_add(D::get().reads(14))
    }

    /// Storage: `Pov::Faults` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::OpenFaults` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn authorize_fault_of_assignment() -> Weight {
        // Least time: 237_759 ns.
        Weight::from_parts(249_351_000, 0).saturating_add(D::get().reads(14))
    }

    /// Storage: `Pov::Faults` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn authorize_fault_of_possession() -> Weight {
        // Least time: 283_672 ns.
        Weight::from_parts(301_440_000, 0).saturating_add(D::get().reads(13))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn prove_fault_of_leaf() -> Weight {
        // Least time: 228_948 ns.
        Weight::from_parts(246_477_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Videos::Enhancements` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn prove_fault_of_enhancement() -> Weight {
        // Least time: 232_463 ns.
        Weight::from_parts(249_892_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Headers` (r:22 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
    /// Storage: `Pov::CountedRounds` (r:61 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn prove_fault_of_ticket() -> Weight {
        // Least time: 543_697 ns.
        Weight::from_parts(567_647_000, 0)
            .saturating_add(D::get().reads(101))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn prove_fault_of_two_leaves() -> Weight {
        // Least time: 254_561 ns.
        Weight::from_parts(272_338_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn prove_fault_of_assignment() -> Weight {
        // Least time: 280_694 ns.
        Weight::from_parts(296_519_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Headers` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn prove_fault_of_possession() -> Weight {
        // Least time: 283_350 ns.
        Weight::from_parts(295_353_000, 0)
            .saturating_add(D::get().reads(17))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::PaidTickets` (r:1 w:1)
    /// Storage: `Pov::CountedRounds` (r:1 w:0)
    /// Storage: `Pov::JudgedIn` (r:21 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Headers` (r:21 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:2 w:2)
    fn claim_missing(b: u32) -> Weight {
        // Least time: 572_052 ns.
        Weight::from_parts(606_693_682, 0)
            // Standard error: 389_428
            .saturating_add(Weight::from_parts(26_503_833, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(56))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Counted` (r:1 w:1)
    /// Storage: `Pov::JudgedIn` (r:2000 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::CountedRounds` (r:0 w:2001)
    fn to_counted_ages(r: u32) -> Weight {
        // Least time: 17_270 ns.
        Weight::from_parts(18_245_000, 0)
            // Standard error: 36_096
            .saturating_add(Weight::from_parts(4_931_978, 0).saturating_mul(r.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().reads(1).saturating_mul(r.into()))
            .saturating_add(D::get().writes(2))
            .saturating_add(D::get().writes(1).saturating_mul(r.into()))
    }
}
