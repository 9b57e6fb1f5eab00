//! Weights of `pallet_balances`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_balances`
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

/// Weights of `pallet_balances`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_balances::WeightInfo for Measured<D> {
    /// Storage: `System::Account` (r:1 w:1)
    fn transfer_allow_death() -> Weight {
        // Least time: 70_197 ns.
        Weight::from_parts(74_168_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `System::Account` (r:1 w:1)
    fn transfer_keep_alive() -> Weight {
        // Least time: 45_511 ns.
        Weight::from_parts(48_007_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `System::Account` (r:1 w:1)
    fn force_set_balance_creating() -> Weight {
        // Least time: 21_544 ns.
        Weight::from_parts(23_619_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `System::Account` (r:1 w:1)
    fn force_set_balance_killing() -> Weight {
        // Least time: 21_950 ns.
        Weight::from_parts(25_191_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `System::Account` (r:2 w:2)
    fn force_transfer() -> Weight {
        // Least time: 73_094 ns.
        Weight::from_parts(76_824_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `System::Account` (r:1 w:1)
    fn transfer_all() -> Weight {
        // Least time: 55_682 ns.
        Weight::from_parts(58_471_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `System::Account` (r:1 w:1)
    fn force_unreserve() -> Weight {
        // Least time: 18_174 ns.
        Weight::from_parts(20_277_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `System::Account` (r:1000 w:1000)
    /// The range of component `u` is `[1, 1000]`.
    fn upgrade_accounts(u: u32) -> Weight {
        // Least time: 24_777 ns.
        Weight::from_parts(1_863_204_083, 0)
            // Standard error: 437_499
            .saturating_add(Weight::from_parts(16_483_152, 0).saturating_mul(u.into()))
            .saturating_add(D::get().reads(1).saturating_mul(u.into()))
            .saturating_add(D::get().writes(1).saturating_mul(u.into()))
    }

    fn force_adjust_total_issuance() -> Weight {
        // Least time: 5_808 ns.
        Weight::from_parts(6_697_000, 0)
    }

    fn burn_allow_death() -> Weight {
        // Least time: 47_531 ns.
        Weight::from_parts(50_175_000, 0)
    }

    fn burn_keep_alive() -> Weight {
        // Least time: 22_714 ns.
        Weight::from_parts(24_155_000, 0)
    }
}
