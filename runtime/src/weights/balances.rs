//! Weights of `pallet_balances`, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights of `pallet_balances`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> pallet_balances::WeightInfo for Measured<D> {
    fn transfer_allow_death() -> Weight {
        // Least time: 104_106 ns.
        Weight::from_parts(105_787_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn transfer_keep_alive() -> Weight {
        // Least time: 67_417 ns.
        Weight::from_parts(73_049_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn force_set_balance_creating() -> Weight {
        // Least time: 32_720 ns.
        Weight::from_parts(35_032_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn force_set_balance_killing() -> Weight {
        // Least time: 32_101 ns.
        Weight::from_parts(34_177_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn force_transfer() -> Weight {
        // Least time: 107_312 ns.
        Weight::from_parts(109_343_000, 0)
            .saturating_add(D::get().reads(2))
            .saturating_add(D::get().writes(2))
    }

    fn transfer_all() -> Weight {
        // Least time: 83_697 ns.
        Weight::from_parts(86_797_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn force_unreserve() -> Weight {
        // Least time: 26_516 ns.
        Weight::from_parts(27_642_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn upgrade_accounts(u: u32) -> Weight {
        // Least time: 25_962 ns.
        Weight::from_parts(26_151_000, 0)
            // Standard error: 1_521_845
            .saturating_add(Weight::from_parts(68_531_308, 0).saturating_mul(u.into()))
            .saturating_add(D::get().reads(1).saturating_mul(u.into()))
            .saturating_add(D::get().writes(1).saturating_mul(u.into()))
    }

    fn force_adjust_total_issuance() -> Weight {
        // Least time: 10_184 ns.
        Weight::from_parts(12_319_000, 0)
    }

    fn burn_allow_death() -> Weight {
        // Least time: 74_315 ns.
        Weight::from_parts(75_915_000, 0)
    }

    fn burn_keep_alive() -> Weight {
        // Least time: 33_803 ns.
        Weight::from_parts(35_358_000, 0)
    }
}
