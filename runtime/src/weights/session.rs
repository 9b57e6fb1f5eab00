//! Weights of `pallet_session`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_session`
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

/// Weights of `pallet_session`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_session::WeightInfo for Measured<D> {
    /// Storage: `Session::NextKeys` (r:1 w:1)
    /// Storage: `Session::ExternallySetKeys` (r:1 w:1)
    /// Storage: `Session::KeyOwner` (r:3 w:6)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn set_keys() -> Weight {
        // Least time: 212_219 ns.
        Weight::from_parts(246_247_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(9))
    }

    /// Storage: `Session::NextKeys` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Session::ExternallySetKeys` (r:1 w:0)
    /// Storage: `Session::KeyOwner` (r:0 w:3)
    fn purge_keys() -> Weight {
        // Least time: 61_367 ns.
        Weight::from_parts(70_663_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(5))
    }
}
