//! Weights of `pallet_multisig`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_multisig`
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

/// Weights of `pallet_multisig`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_multisig::WeightInfo for Measured<D> {
    /// The range of component `z` is `[0, 10000]`.
    fn as_multi_threshold_1(z: u32) -> Weight {
        // Least time: 24_029 ns.
        Weight::from_parts(31_211_481, 0)
            // Standard error: 43
            .saturating_add(Weight::from_parts(3_035, 0).saturating_mul(z.into()))
    }

    /// Storage: `Multisig::Multisigs` (r:1 w:1)
    /// The range of component `s` is `[2, 100]`.
    /// The range of component `z` is `[0, 10000]`.
    fn as_multi_create(s: u32, z: u32) -> Weight {
        // Least time: 46_631 ns.
        Weight::from_parts(35_613_955, 0)
            // Standard error: 5_398
            .saturating_add(Weight::from_parts(193_195, 0).saturating_mul(s.into()))
            // Standard error: 53
            .saturating_add(Weight::from_parts(2_993, 0).saturating_mul(z.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Multisig::Multisigs` (r:1 w:1)
    /// The range of component `s` is `[3, 100]`.
    /// The range of component `z` is `[0, 10000]`.
    fn as_multi_approve(s: u32, z: u32) -> Weight {
        // Least time: 32_502 ns.
        Weight::from_parts(20_378_560, 0)
            // Standard error: 4_832
            .saturating_add(Weight::from_parts(187_632, 0).saturating_mul(s.into()))
            // Standard error: 47
            .saturating_add(Weight::from_parts(3_175, 0).saturating_mul(z.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Multisig::Multisigs` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `s` is `[2, 100]`.
    /// The range of component `z` is `[0, 10000]`.
    fn as_multi_complete(s: u32, z: u32) -> Weight {
        // Least time: 60_178 ns.
        Weight::from_parts(41_186_946, 0)
            // Standard error: 12_907
            .saturating_add(Weight::from_parts(260_853, 0).saturating_mul(s.into()))
            // Standard error: 127
            .saturating_add(Weight::from_parts(3_439, 0).saturating_mul(z.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Multisig::Multisigs` (r:1 w:1)
    /// The range of component `s` is `[2, 100]`.
    fn approve_as_multi_create(s: u32) -> Weight {
        // Least time: 29_260 ns.
        Weight::from_parts(32_763_415, 0)
            // Standard error: 2_810
            .saturating_add(Weight::from_parts(185_392, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Multisig::Multisigs` (r:1 w:1)
    /// The range of component `s` is `[2, 100]`.
    fn approve_as_multi_approve(s: u32) -> Weight {
        // Least time: 17_343 ns.
        Weight::from_parts(19_608_526, 0)
            // Standard error: 2_835
            .saturating_add(Weight::from_parts(182_372, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Multisig::Multisigs` (r:1 w:1)
    /// The range of component `s` is `[2, 100]`.
    fn cancel_as_multi(s: u32) -> Weight {
        // Least time: 30_326 ns.
        Weight::from_parts(33_592_172, 0)
            // Standard error: 2_839
            .saturating_add(Weight::from_parts(172_706, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Multisig::Multisigs` (r:1 w:1)
    /// The range of component `s` is `[2, 100]`.
    fn poke_deposit(s: u32) -> Weight {
        // Least time: 28_249 ns.
        Weight::from_parts(36_141_112, 0)
            // Standard error: 16_462
            .saturating_add(Weight::from_parts(286_501, 0).saturating_mul(s.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }
}
