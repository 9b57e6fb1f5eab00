//! Weights of `pallet_utility`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_utility`
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

/// Weights of `pallet_utility`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_utility::WeightInfo for Measured<D> {
    /// The range of component `c` is `[0, 1000]`.
    fn batch(c: u32) -> Weight {
        // Least time: 4_799 ns.
        Weight::from_parts(35_034_333, 0)
            // Standard error: 42_805
            .saturating_add(Weight::from_parts(3_032_588, 0).saturating_mul(c.into()))
    }

    fn as_derivative() -> Weight {
        // Least time: 4_244 ns.
        Weight::from_parts(4_862_000, 0)
    }

    /// The range of component `c` is `[0, 1000]`.
    fn batch_all(c: u32) -> Weight {
        // Least time: 4_565 ns.
        Weight::from_parts(5_161_000, 0)
            // Standard error: 2_168
            .saturating_add(Weight::from_parts(3_131_766, 0).saturating_mul(c.into()))
    }

    fn dispatch_as() -> Weight {
        // Least time: 6_271 ns.
        Weight::from_parts(11_890_000, 0)
    }

    /// The range of component `c` is `[0, 1000]`.
    fn force_batch(c: u32) -> Weight {
        // Least time: 4_687 ns.
        Weight::from_parts(18_518_660, 0)
            // Standard error: 5_216
            .saturating_add(Weight::from_parts(2_828_814, 0).saturating_mul(c.into()))
    }

    fn dispatch_as_fallible() -> Weight {
        // Least time: 6_296 ns.
        Weight::from_parts(7_157_000, 0)
    }

    fn if_else() -> Weight {
        // Least time: 7_618 ns.
        Weight::from_parts(8_598_000, 0)
    }
}
