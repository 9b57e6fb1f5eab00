//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_pov`
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
        // Least time: 30_516 ns.
        Weight::from_parts(35_555_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:1)
    /// Storage: `Pov::JudgedIn` (r:0 w:1)
    fn close_round() -> Weight {
        // Least time: 25_576 ns.
        Weight::from_parts(30_859_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::Draws` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:1)
    fn begin_cycle() -> Weight {
        // Least time: 32_344 ns.
        Weight::from_parts(36_020_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Reports` (r:101 w:0)
    /// Storage: `Pov::Draws` (r:0 w:1)
    fn fix_draw(r: u32) -> Weight {
        // Least time: 25_226 ns.
        Weight::from_parts(42_094_940, 0)
            // Standard error: 47_553
            .saturating_add(Weight::from_parts(4_833_461, 0).saturating_mul(r.into()))
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
        // Least time: 1_008_496 ns.
        Weight::from_parts(164_168_550, 0)
            // Standard error: 856_078
            .saturating_add(Weight::from_parts(22_044_240, 0).saturating_mul(h.into()))
            // Standard error: 864_685
            .saturating_add(Weight::from_parts(11_211_465, 0).saturating_mul(v.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().reads(3).saturating_mul(h.into()))
            .saturating_add(D::get().reads(2).saturating_mul(v.into()))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::PrunedTo` (r:1 w:1)
    /// Storage: `Pov::Reports` (r:408 w:400)
    /// Storage: `Pov::Commitments` (r:400 w:400)
    /// Storage: `Pov::SetRounds` (r:1 w:1)
    /// Storage: `Pov::VerifierSets` (r:0 w:1)
    /// Storage: `Pov::JudgedIn` (r:0 w:8)
    /// Storage: `Pov::Draws` (r:0 w:8)
    /// Storage: `Pov::Issuers` (r:0 w:8)
    fn prune(r: u32, i: u32) -> Weight {
        // Least time: 183_571 ns.
        Weight::from_parts(190_136_000, 0)
            // Standard error: 3_479_230
            .saturating_add(Weight::from_parts(106_678_000, 0).saturating_mul(r.into()))
            // Standard error: 71_486
            .saturating_add(Weight::from_parts(14_071_376, 0).saturating_mul(i.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().reads(1).saturating_mul(r.into()))
            .saturating_add(D::get().reads(2).saturating_mul(i.into()))
            .saturating_add(D::get().writes(3))
            .saturating_add(D::get().writes(3).saturating_mul(r.into()))
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
        // Least time: 200_945 ns.
        Weight::from_parts(174_045_144, 0)
            // Standard error: 1_691_125
            .saturating_add(Weight::from_parts(69_151_561, 0).saturating_mul(a.into()))
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
        // Least time: 59_885 ns.
        Weight::from_parts(66_091_000, 0)
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
    /// Storage: `Pov::Issuers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    fn authorize_report(v: u32, d: u32, _l: u32, o: u32) -> Weight {
        // Least time: 210_769 ns.
        Weight::from_parts(245_630_365, 0)
            // Standard error: 59_307
            .saturating_add(Weight::from_parts(191_733, 0).saturating_mul(v.into()))
            // Standard error: 92_347
            .saturating_add(Weight::from_parts(116_948, 0).saturating_mul(d.into()))
            // Standard error: 1_130_655
            .saturating_add(Weight::from_parts(10_773_085, 0).saturating_mul(o.into()))
            .saturating_add(D::get().reads(11))
    }

    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::Reports` (r:2 w:2)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `Pov::Commitments` (r:1 w:1)
    /// Storage: `Pov::Issuers` (r:2 w:1)
    /// Storage: `Pov::Draws` (r:1 w:0)
    /// Storage: `Pov::Headers` (r:1 w:1)
    /// Storage: `Pov::TicketsRoots` (r:0 w:21)
    fn report(v: u32, d: u32, l: u32) -> Weight {
        // Least time: 220_038 ns.
        Weight::from_parts(248_872_765, 0)
            // Standard error: 223_467
            .saturating_add(Weight::from_parts(3_230_989, 0).saturating_mul(v.into()))
            // Standard error: 347_978
            .saturating_add(Weight::from_parts(437_750, 0).saturating_mul(d.into()))
            // Standard error: 1_107_749
            .saturating_add(Weight::from_parts(1_435_612, 0).saturating_mul(l.into()))
            .saturating_add(D::get().reads(12))
            .saturating_add(D::get().writes(6))
            .saturating_add(D::get().writes(1).saturating_mul(l.into()))
    }

    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
    fn header_opening() -> Weight {
        // Least time: 213_997 ns.
        Weight::from_parts(293_044_000, 0).saturating_add(D::get().reads(6))
    }

    /// Storage: `Pov::Draws` (r:1 w:0)
    /// Storage: `Pov::Reports` (r:1 w:1)
    /// Storage: `Pov::Issuers` (r:1 w:0)
    /// Storage: `Pov::Headers` (r:1 w:0)
    fn personal_opening() -> Weight {
        // Least time: 76_812 ns.
        Weight::from_parts(85_835_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:0)
    fn count_active() -> Weight {
        // Least time: 482_371 ns.
        Weight::from_parts(501_866_000, 0).saturating_add(D::get().reads(102))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:1)
    /// Storage: `Pov::PrunedTo` (r:1 w:0)
    fn set_parameters() -> Weight {
        // Least time: 35_409 ns.
        Weight::from_parts(43_284_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:1)
    /// Storage: `Pov::PrunedTo` (r:1 w:0)
    fn set_cycle_rounds() -> Weight {
        // Least time: 36_740 ns.
        Weight::from_parts(43_281_000, 0)
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
        // Least time: 357_244 ns.
        Weight::from_parts(533_264_000, 0)
            .saturating_add(D::get().reads(19))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Pov::Headers` (r:21 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
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
        // Least time: 485_665 ns.
        Weight::from_parts(574_133_000, 0)
            .saturating_add(D::get().reads(40))
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
        // Least time: 368_832 ns.
        Weight::from_parts(431_726_000, 0)
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
        // Least time: 438_772 ns.
        Weight::from_parts(630_655_000, 0)
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
        // Least time: 409_001 ns.
        Weight::from_parts(426_974_000, 0)
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
        // Least time: 222_055 ns.
        Weight::from_parts(242_308_000, 0).saturating_add(D::get().reads(14))
    }

    /// Storage: `Pov::Faults` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `Pov::Headers` (r:21 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::OpenFaults` (r:1 w:0)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
    /// Storage: `Pov::CycleSeeds` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn authorize_fault_of_ticket() -> Weight {
        // Least time: 369_238 ns.
        Weight::from_parts(414_558_000, 0).saturating_add(D::get().reads(35))
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
        // Least time: 248_474 ns.
        Weight::from_parts(269_401_000, 0).saturating_add(D::get().reads(14))
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
        // Least time: 275_004 ns.
        Weight::from_parts(298_842_000, 0).saturating_add(D::get().reads(14))
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
        // Least time: 339_684 ns.
        Weight::from_parts(383_154_000, 0).saturating_add(D::get().reads(13))
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
        // Least time: 259_319 ns.
        Weight::from_parts(284_984_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Pov::Headers` (r:21 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::Faults` (r:1 w:1)
    /// Storage: `Pov::OpenFaults` (r:1 w:1)
    /// Storage: `Pov::Clock` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Pov::TicketsRoots` (r:1 w:0)
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
        // Least time: 390_380 ns.
        Weight::from_parts(411_510_000, 0)
            .saturating_add(D::get().reads(39))
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
        // Least time: 282_403 ns.
        Weight::from_parts(306_384_000, 0)
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
        // Least time: 309_768 ns.
        Weight::from_parts(338_803_000, 0)
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
        // Least time: 316_325 ns.
        Weight::from_parts(337_329_000, 0)
            .saturating_add(D::get().reads(17))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Pov::PaidTickets` (r:1 w:1)
    /// Storage: `Pov::Draws` (r:21 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:2 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Headers` (r:21 w:0)
    /// Storage: `Pov::Parameters` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:2 w:2)
    fn claim_missing(b: u32) -> Weight {
        // Least time: 647_798 ns.
        Weight::from_parts(713_673_424, 0)
            // Standard error: 1_756_323
            .saturating_add(Weight::from_parts(29_464_666, 0).saturating_mul(b.into()))
            .saturating_add(D::get().reads(55))
            .saturating_add(D::get().writes(5))
    }
}
