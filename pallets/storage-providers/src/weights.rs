//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_storage_providers`
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
    /// Of `register`.
    fn register() -> Weight;
    /// Of `update`.
    fn update() -> Weight;
    /// Of `exit`.
    fn exit() -> Weight;
    /// Of `remove`.
    fn remove() -> Weight;
    /// Of `set_controller`.
    fn set_controller() -> Weight;
    /// Of `remove_controller`.
    fn remove_controller() -> Weight;
    /// Of `attest`.
    fn attest() -> Weight;
    /// Of `authorize_attest`.
    fn authorize_attest() -> Weight;
    /// Of `demote`.
    fn demote() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `StorageProviders::PeerKeys` (r:1 w:1)
    /// Storage: `StorageProviders::NextIndex` (r:1 w:1)
    /// Storage: `StorageProviders::OwnedBy` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `StorageProviders::ProviderPages` (r:1 w:1)
    /// Storage: `StorageProviders::Providers` (r:0 w:1)
    fn register() -> Weight {
        // Least time: 87_216 ns.
        Weight::from_parts(94_104_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `StorageProviders::Providers` (r:1 w:1)
    /// Storage: `StorageProviders::Liveness` (r:1 w:0)
    fn update() -> Weight {
        // Least time: 28_746 ns.
        Weight::from_parts(31_470_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `StorageProviders::Providers` (r:1 w:1)
    fn exit() -> Weight {
        // Least time: 18_229 ns.
        Weight::from_parts(20_478_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `StorageProviders::Providers` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `StorageProviders::OwnedBy` (r:1 w:1)
    /// Storage: `StorageProviders::PeerKeys` (r:0 w:1)
    fn remove() -> Weight {
        // Least time: 78_151 ns.
        Weight::from_parts(83_500_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `StorageProviders::Controllers` (r:1 w:1)
    /// Storage: `StorageProviders::CounterForControllers` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    fn set_controller() -> Weight {
        // Least time: 22_661 ns.
        Weight::from_parts(24_817_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `StorageProviders::Controllers` (r:1 w:1)
    /// Storage: `StorageProviders::CounterForControllers` (r:1 w:1)
    fn remove_controller() -> Weight {
        // Least time: 13_920 ns.
        Weight::from_parts(15_988_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:0)
    /// Storage: `StorageProviders::HeartbeatTally` (r:1 w:1)
    /// Storage: `StorageProviders::Liveness` (r:1 w:1)
    fn attest() -> Weight {
        // Least time: 426_923 ns.
        Weight::from_parts(717_085_000, 0)
            .saturating_add(D::get().reads(104))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:0)
    /// Storage: `StorageProviders::HeartbeatTally` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    fn authorize_attest() -> Weight {
        // Least time: 309_548 ns.
        Weight::from_parts(340_460_000, 0).saturating_add(D::get().reads(106))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `StorageProviders::Providers` (r:1 w:1)
    /// Storage: `StorageProviders::Liveness` (r:1 w:0)
    fn demote() -> Weight {
        // Least time: 29_055 ns.
        Weight::from_parts(32_054_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }
}
