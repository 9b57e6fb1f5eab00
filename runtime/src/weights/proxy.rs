//! Weights of `pallet_proxy`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_proxy`
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

/// Weights of `pallet_proxy`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_proxy::WeightInfo for Measured<D> {
    /// Storage: `Proxy::Proxies` (r:1 w:0)
    /// The range of component `p` is `[1, 31]`.
    fn proxy(p: u32) -> Weight {
        // Least time: 12_969 ns.
        Weight::from_parts(14_411_881, 0)
            // Standard error: 1_612
            .saturating_add(Weight::from_parts(42_371, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:0)
    /// Storage: `Proxy::Announcements` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `a` is `[0, 31]`.
    /// The range of component `p` is `[1, 31]`.
    fn proxy_announced(a: u32, p: u32) -> Weight {
        // Least time: 38_282 ns.
        Weight::from_parts(43_010_639, 0)
            // Standard error: 11_473
            .saturating_add(Weight::from_parts(208_571, 0).saturating_mul(a.into()))
            // Standard error: 11_863
            .saturating_add(Weight::from_parts(49_233, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Proxy::Announcements` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `a` is `[0, 31]`.
    /// The range of component `p` is `[1, 31]`.
    fn remove_announcement(a: u32, _p: u32) -> Weight {
        // Least time: 25_750 ns.
        Weight::from_parts(31_401_554, 0)
            // Standard error: 36_024
            .saturating_add(Weight::from_parts(510_669, 0).saturating_mul(a.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Proxy::Announcements` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `a` is `[0, 31]`.
    /// The range of component `p` is `[1, 31]`.
    fn reject_announcement(a: u32, _p: u32) -> Weight {
        // Least time: 26_494 ns.
        Weight::from_parts(50_010_100, 0)
            // Standard error: 16_878
            .saturating_add(Weight::from_parts(321_100, 0).saturating_mul(a.into()))
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:0)
    /// Storage: `Proxy::Announcements` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// The range of component `a` is `[0, 31]`.
    /// The range of component `p` is `[1, 31]`.
    fn announce(a: u32, p: u32) -> Weight {
        // Least time: 38_106 ns.
        Weight::from_parts(62_683_383, 0)
            // Standard error: 34_918
            .saturating_add(Weight::from_parts(276_555, 0).saturating_mul(a.into()))
            // Standard error: 36_104
            .saturating_add(Weight::from_parts(21_336, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:1)
    /// The range of component `p` is `[1, 31]`.
    fn add_proxy(p: u32) -> Weight {
        // Least time: 24_254 ns.
        Weight::from_parts(26_596_602, 0)
            // Standard error: 2_650
            .saturating_add(Weight::from_parts(57_254, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:1)
    /// The range of component `p` is `[1, 31]`.
    fn remove_proxy(p: u32) -> Weight {
        // Least time: 24_048 ns.
        Weight::from_parts(25_850_292, 0)
            // Standard error: 1_473
            .saturating_add(Weight::from_parts(53_974, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:1)
    /// The range of component `p` is `[1, 31]`.
    fn remove_proxies(p: u32) -> Weight {
        // Least time: 24_023 ns.
        Weight::from_parts(24_385_764, 0)
            // Standard error: 2_128
            .saturating_add(Weight::from_parts(1_723_602, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:1)
    /// The range of component `p` is `[1, 31]`.
    fn create_pure(p: u32) -> Weight {
        // Least time: 27_557 ns.
        Weight::from_parts(29_672_653, 0)
            // Standard error: 2_736
            .saturating_add(Weight::from_parts(45_779, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:1)
    /// The range of component `p` is `[0, 30]`.
    fn kill_pure(p: u32) -> Weight {
        // Least time: 25_041 ns.
        Weight::from_parts(27_912_543, 0)
            // Standard error: 3_381
            .saturating_add(Weight::from_parts(47_150, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Proxy::Proxies` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Proxy::Announcements` (r:1 w:1)
    fn poke_deposit() -> Weight {
        // Least time: 44_954 ns.
        Weight::from_parts(47_860_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(3))
    }
}
