//! Weights of `pallet_collective`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_collective`
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

/// Weights of `pallet_collective`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_collective::WeightInfo for Measured<D> {
    /// Storage: `TechnicalCommittee::Members` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:0)
    /// Storage: `TechnicalCommittee::Voting` (r:32 w:32)
    /// Storage: `TechnicalCommittee::Prime` (r:0 w:1)
    /// The range of component `m` is `[0, 100]`.
    /// The range of component `n` is `[0, 100]`.
    /// The range of component `p` is `[0, 32]`.
    fn set_members(m: u32, n: u32, p: u32) -> Weight {
        // Least time: 20_054 ns.
        Weight::from_parts(101_720_830, 0)
            // Standard error: 113_801
            .saturating_add(Weight::from_parts(710_357, 0).saturating_mul(m.into()))
            // Standard error: 113_801
            .saturating_add(Weight::from_parts(661_504, 0).saturating_mul(n.into()))
            // Standard error: 353_848
            .saturating_add(Weight::from_parts(10_718_035, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().reads(1).saturating_mul(p.into()))
            .saturating_add(D::get().writes(2))
            .saturating_add(D::get().writes(1).saturating_mul(p.into()))
    }

    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// The range of component `b` is `[2, 1024]`.
    /// The range of component `m` is `[1, 100]`.
    fn execute(b: u32, m: u32) -> Weight {
        // Least time: 12_935 ns.
        Weight::from_parts(13_728_471, 0)
            // Standard error: 54
            .saturating_add(Weight::from_parts(1_319, 0).saturating_mul(b.into()))
            // Standard error: 560
            .saturating_add(Weight::from_parts(10_404, 0).saturating_mul(m.into()))
            .saturating_add(D::get().reads(1))
    }

    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// Storage: `TechnicalCommittee::ProposalOf` (r:1 w:0)
    /// The range of component `b` is `[2, 1024]`.
    /// The range of component `m` is `[1, 100]`.
    fn propose_execute(b: u32, m: u32) -> Weight {
        // Least time: 15_962 ns.
        Weight::from_parts(16_310_377, 0)
            // Standard error: 66
            .saturating_add(Weight::from_parts(1_589, 0).saturating_mul(b.into()))
            // Standard error: 683
            .saturating_add(Weight::from_parts(17_349, 0).saturating_mul(m.into()))
            .saturating_add(D::get().reads(2))
    }

    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// Storage: `TechnicalCommittee::ProposalOf` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `TechnicalCommittee::ProposalCount` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Voting` (r:0 w:1)
    /// Storage: `TechnicalCommittee::CostOf` (r:0 w:1)
    /// The range of component `b` is `[2, 1024]`.
    /// The range of component `m` is `[2, 100]`.
    /// The range of component `p` is `[1, 32]`.
    fn propose_proposed(b: u32, m: u32, p: u32) -> Weight {
        // Least time: 50_391 ns.
        Weight::from_parts(62_407_822, 0)
            // Standard error: 2_582
            .saturating_add(Weight::from_parts(13_898, 0).saturating_mul(b.into()))
            // Standard error: 26_814
            .saturating_add(Weight::from_parts(27_493, 0).saturating_mul(m.into()))
            // Standard error: 83_663
            .saturating_add(Weight::from_parts(1_289_829, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// Storage: `TechnicalCommittee::Voting` (r:1 w:1)
    /// The range of component `m` is `[5, 100]`.
    fn vote(m: u32) -> Weight {
        // Least time: 25_496 ns.
        Weight::from_parts(31_695_743, 0)
            // Standard error: 6_119
            .saturating_add(Weight::from_parts(39_600, 0).saturating_mul(m.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `TechnicalCommittee::Voting` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:1)
    /// Storage: `TechnicalCommittee::ProposalOf` (r:0 w:1)
    /// The range of component `m` is `[4, 100]`.
    /// The range of component `p` is `[1, 32]`.
    fn close_early_disapproved(m: u32, p: u32) -> Weight {
        // Least time: 28_930 ns.
        Weight::from_parts(28_881_324, 0)
            // Standard error: 5_301
            .saturating_add(Weight::from_parts(55_346, 0).saturating_mul(m.into()))
            // Standard error: 16_168
            .saturating_add(Weight::from_parts(581_481, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `TechnicalCommittee::Voting` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// Storage: `TechnicalCommittee::ProposalOf` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:1)
    /// The range of component `b` is `[2, 1024]`.
    /// The range of component `m` is `[4, 100]`.
    /// The range of component `p` is `[1, 32]`.
    fn close_early_approved(b: u32, m: u32, p: u32) -> Weight {
        // Least time: 37_603 ns.
        Weight::from_parts(42_736_907, 0)
            // Standard error: 1_078
            .saturating_add(Weight::from_parts(640, 0).saturating_mul(b.into()))
            // Standard error: 11_453
            .saturating_add(Weight::from_parts(12_033, 0).saturating_mul(m.into()))
            // Standard error: 34_925
            .saturating_add(Weight::from_parts(636_489, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `TechnicalCommittee::Voting` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// Storage: `TechnicalCommittee::Prime` (r:1 w:0)
    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:1)
    /// Storage: `TechnicalCommittee::ProposalOf` (r:0 w:1)
    /// The range of component `m` is `[4, 100]`.
    /// The range of component `p` is `[1, 32]`.
    fn close_disapproved(m: u32, p: u32) -> Weight {
        // Least time: 30_865 ns.
        Weight::from_parts(30_866_694, 0)
            // Standard error: 3_416
            .saturating_add(Weight::from_parts(35_614, 0).saturating_mul(m.into()))
            // Standard error: 10_420
            .saturating_add(Weight::from_parts(432_250, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `TechnicalCommittee::Voting` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Members` (r:1 w:0)
    /// Storage: `TechnicalCommittee::Prime` (r:1 w:0)
    /// Storage: `TechnicalCommittee::ProposalOf` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:1)
    /// The range of component `b` is `[2, 1024]`.
    /// The range of component `m` is `[4, 100]`.
    /// The range of component `p` is `[1, 32]`.
    fn close_approved(b: u32, m: u32, p: u32) -> Weight {
        // Least time: 40_986 ns.
        Weight::from_parts(44_683_772, 0)
            // Standard error: 1_110
            .saturating_add(Weight::from_parts(1_096, 0).saturating_mul(b.into()))
            // Standard error: 11_803
            .saturating_add(Weight::from_parts(29_420, 0).saturating_mul(m.into()))
            // Standard error: 35_990
            .saturating_add(Weight::from_parts(646_419, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:1)
    /// Storage: `TechnicalCommittee::Voting` (r:0 w:1)
    /// Storage: `TechnicalCommittee::ProposalOf` (r:0 w:1)
    /// The range of component `p` is `[1, 32]`.
    fn disapprove_proposal(p: u32) -> Weight {
        // Least time: 14_287 ns.
        Weight::from_parts(15_405_479, 0)
            // Standard error: 3_666
            .saturating_add(Weight::from_parts(339_165, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `TechnicalCommittee::ProposalOf` (r:1 w:0)
    /// Storage: `TechnicalCommittee::CostOf` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn release_proposal_cost() -> Weight {
        // Least time: 66_501 ns.
        Weight::from_parts(72_553_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    /// A motion holds no deposit here, which the benchmark needs: it ends as one that was disapproved does.
    fn kill(_d: u32, p: u32) -> Weight {
        Self::disapprove_proposal(p)
    }
}
