//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_supervisors`
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
    /// Of `add_supervisor`.
    fn add_supervisor() -> Weight;
    /// Of `remove_supervisor`.
    fn remove_supervisor() -> Weight;
    /// Of `update_profile`.
    fn update_profile() -> Weight;
    /// Of `apply`.
    fn apply() -> Weight;
    /// Of `withdraw_application`.
    fn withdraw_application() -> Weight;
    /// Of `decide`.
    fn decide() -> Weight;
    /// Of `revoke_approval`.
    fn revoke_approval() -> Weight;
    /// Of `remove_approval`.
    fn remove_approval() -> Weight;
    /// Of `restrict`.
    fn restrict() -> Weight;
    /// Of `confirm_restriction`.
    fn confirm_restriction() -> Weight;
    /// Of `reinstate`.
    fn reinstate() -> Weight;
    /// Of `lift_lapsed`.
    fn lift_lapsed() -> Weight;
    /// Of `appeal`.
    fn appeal() -> Weight;
    /// Of `decide_appeal`.
    fn decide_appeal() -> Weight;
    /// Of `close_appeal`.
    fn close_appeal() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Supervisors::Supervisors` (r:1 w:1)
    /// Storage: `Supervisors::CounterForSupervisors` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    fn add_supervisor() -> Weight {
        // Least time: 21_717 ns.
        Weight::from_parts(24_278_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:1)
    /// Storage: `Supervisors::CounterForSupervisors` (r:1 w:1)
    fn remove_supervisor() -> Weight {
        // Least time: 13_184 ns.
        Weight::from_parts(14_987_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:1)
    fn update_profile() -> Weight {
        // Least time: 13_308 ns.
        Weight::from_parts(15_260_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Supervisors::Applications` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn apply() -> Weight {
        // Least time: 98_244 ns.
        Weight::from_parts(102_711_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Supervisors::Applications` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn withdraw_application() -> Weight {
        // Least time: 46_051 ns.
        Weight::from_parts(49_076_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `Supervisors::Applications` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Supervisors::Approvals` (r:1 w:1)
    fn decide() -> Weight {
        // Least time: 137_473 ns.
        Weight::from_parts(144_207_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `Supervisors::Approvals` (r:1 w:1)
    fn revoke_approval() -> Weight {
        // Least time: 17_136 ns.
        Weight::from_parts(19_006_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Supervisors::Approvals` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn remove_approval() -> Weight {
        // Least time: 87_116 ns.
        Weight::from_parts(91_857_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Supervisors::Appeals` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Supervisors::Restrictions` (r:0 w:1)
    fn restrict() -> Weight {
        // Least time: 83_155 ns.
        Weight::from_parts(88_758_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `Supervisors::Restrictions` (r:1 w:1)
    /// Storage: `Videos::Videos` (r:1 w:0)
    fn confirm_restriction() -> Weight {
        // Least time: 28_116 ns.
        Weight::from_parts(30_632_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Supervisors::Supervisors` (r:1 w:0)
    /// Storage: `Supervisors::Restrictions` (r:1 w:1)
    /// Storage: `Videos::Videos` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Supervisors::Appeals` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn reinstate() -> Weight {
        // Least time: 86_434 ns.
        Weight::from_parts(92_121_000, 0)
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Supervisors::Restrictions` (r:1 w:1)
    /// Storage: `Videos::Videos` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Supervisors::Appeals` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn lift_lapsed() -> Weight {
        // Least time: 103_756 ns.
        Weight::from_parts(110_431_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Videos::Videos` (r:1 w:0)
    /// Storage: `Supervisors::Restrictions` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Supervisors::Appeals` (r:0 w:1)
    fn appeal() -> Weight {
        // Least time: 75_925 ns.
        Weight::from_parts(79_980_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Supervisors::Appeals` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Videos::Videos` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Supervisors::Restrictions` (r:0 w:1)
    fn decide_appeal() -> Weight {
        // Least time: 75_504 ns.
        Weight::from_parts(80_245_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(5))
    }

    /// Storage: `Supervisors::Appeals` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn close_appeal() -> Weight {
        // Least time: 81_961 ns.
        Weight::from_parts(86_865_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }
}
