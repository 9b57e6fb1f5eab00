//! Weights of `pallet_transaction_payment`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_transaction_payment`
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

/// Weights of `pallet_transaction_payment`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_transaction_payment::WeightInfo for Measured<D> {
    /// Storage: `System::Account` (r:1 w:1)
    fn charge_transaction_payment() -> Weight {
        // Least time: 59_755 ns.
        Weight::from_parts(63_398_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }
}
