//! Weights of `frame_system_extensions`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 frame_system_extensions`
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

/// Weights of `frame_system_extensions`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> frame_system::ExtensionsWeightInfo for Measured<D> {
    fn check_genesis() -> Weight {
        // Least time: 1_948 ns.
        Weight::from_parts(2_232_000, 0)
    }

    fn check_mortality_mortal_transaction() -> Weight {
        // Least time: 4_089 ns.
        Weight::from_parts(4_521_000, 0)
    }

    fn check_mortality_immortal_transaction() -> Weight {
        // Least time: 4_098 ns.
        Weight::from_parts(4_498_000, 0)
    }

    fn check_non_zero_sender() -> Weight {
        // Least time: 647 ns.
        Weight::from_parts(780_000, 0)
    }

    /// Storage: `System::Account` (r:1 w:1)
    fn check_nonce() -> Weight {
        // Least time: 8_336 ns.
        Weight::from_parts(9_084_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn check_spec_version() -> Weight {
        // Least time: 490 ns.
        Weight::from_parts(600_000, 0)
    }

    fn check_tx_version() -> Weight {
        // Least time: 480 ns.
        Weight::from_parts(602_000, 0)
    }

    fn check_weight() -> Weight {
        // Least time: 3_782 ns.
        Weight::from_parts(4_328_000, 0)
    }

    fn weight_reclaim() -> Weight {
        // Least time: 2_217 ns.
        Weight::from_parts(2_536_000, 0)
    }
}
