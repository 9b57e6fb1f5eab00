//! Weights of `frame_system_extensions`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `frame_system_extensions`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> frame_system::ExtensionsWeightInfo for Measured<D> {
    fn check_genesis() -> Weight {
        // Least time: 3_182 ns.
        Weight::from_parts(3_303_000, 0)
    }

    fn check_mortality_mortal_transaction() -> Weight {
        // Least time: 6_202 ns.
        Weight::from_parts(6_346_000, 0)
    }

    fn check_mortality_immortal_transaction() -> Weight {
        // Least time: 6_119 ns.
        Weight::from_parts(7_609_000, 0)
    }

    fn check_non_zero_sender() -> Weight {
        // Least time: 900 ns.
        Weight::from_parts(923_000, 0)
    }

    fn check_nonce() -> Weight {
        // Least time: 12_115 ns.
        Weight::from_parts(13_045_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn check_spec_version() -> Weight {
        // Least time: 741 ns.
        Weight::from_parts(782_000, 0)
    }

    fn check_tx_version() -> Weight {
        // Least time: 695 ns.
        Weight::from_parts(761_000, 0)
    }

    fn check_weight() -> Weight {
        // Least time: 6_167 ns.
        Weight::from_parts(6_505_000, 0)
    }

    fn weight_reclaim() -> Weight {
        // Least time: 3_598 ns.
        Weight::from_parts(3_804_000, 0)
    }
}
