//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_rewards`
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
    /// Of `claim`.
    ///
    /// `n`: 0 to 32.
    fn claim(n: u32) -> Weight;
    /// Of `authorize_claim`.
    ///
    /// `n`: 0 to 32.
    fn authorize_claim(n: u32) -> Weight;
    /// Of `claim_batch`.
    ///
    /// `c`: 1 to 20.
    fn claim_batch(c: u32) -> Weight;
    /// Of `authorize_batch`.
    ///
    /// `c`: 1 to 20.
    fn authorize_batch(c: u32) -> Weight;
    /// Of `set_max_rate`.
    fn set_max_rate() -> Weight;
    /// Of `prove_decrease`.
    fn prove_decrease() -> Weight;
    /// Of `settle`.
    ///
    /// `b`: 0 to 100.
    ///
    /// `c`: 0 to 256.
    fn settle(b: u32, c: u32) -> Weight;
    /// Of `vote_earnings`.
    fn vote_earnings() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Rewards::LifetimeTotals` (r:1 w:1)
    /// Storage: `Rewards::Adopted` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Rewards::Claimed` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    fn claim(n: u32) -> Weight {
        // Least time: 49_019 ns.
        Weight::from_parts(53_449_905, 0)
            // Standard error: 3_370
            .saturating_add(Weight::from_parts(315_755, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Rewards::LifetimeTotals` (r:1 w:0)
    /// Storage: `Rewards::Adopted` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Rewards::Claimed` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:0)
    fn authorize_claim(n: u32) -> Weight {
        // Least time: 19_833 ns.
        Weight::from_parts(21_414_073, 0)
            // Standard error: 592
            .saturating_add(Weight::from_parts(306_060, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads(6))
    }

    /// Storage: `Rewards::LifetimeTotals` (r:1 w:1)
    /// Storage: `Rewards::Adopted` (r:20 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Rewards::Claimed` (r:20 w:20)
    /// Storage: `System::Account` (r:20 w:20)
    fn claim_batch(c: u32) -> Weight {
        // Least time: 60_238 ns.
        Weight::from_parts(34_200_500, 0)
            // Standard error: 288_717
            .saturating_add(Weight::from_parts(64_982_500, 0).saturating_mul(c.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().reads(3).saturating_mul(c.into()))
            .saturating_add(D::get().writes(1))
            .saturating_add(D::get().writes(2).saturating_mul(c.into()))
    }

    /// Storage: `Rewards::LifetimeTotals` (r:1 w:0)
    /// Storage: `Rewards::Adopted` (r:20 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Rewards::Claimed` (r:20 w:0)
    /// Storage: `System::Account` (r:20 w:0)
    fn authorize_batch(c: u32) -> Weight {
        // Least time: 29_729 ns.
        Weight::from_parts(19_180_008, 0)
            // Standard error: 96_016
            .saturating_add(Weight::from_parts(20_843_682, 0).saturating_mul(c.into()))
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().reads(3).saturating_mul(c.into()))
    }

    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Rewards::SettledPlaces` (r:1 w:0)
    /// Storage: `Rewards::SettledOrder` (r:1 w:0)
    /// Storage: `Rewards::RateChanges` (r:1 w:1)
    fn set_max_rate() -> Weight {
        // Least time: 18_535 ns.
        Weight::from_parts(20_718_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Rewards::Adopted` (r:2 w:1)
    /// Storage: `Rewards::Signers` (r:1 w:1)
    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:100)
    /// Storage: `Balances::Holds` (r:100 w:100)
    /// Storage: `System::Account` (r:100 w:100)
    /// Storage: `Rewards::LastAdopted` (r:1 w:1)
    /// Storage: `Rewards::AdoptedOrder` (r:100 w:1)
    fn prove_decrease() -> Weight {
        // Least time: 6_073_285 ns.
        Weight::from_parts(6_281_402_000, 0)
            .saturating_add(D::get().reads(409))
            .saturating_add(D::get().writes(304))
    }

    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Rewards::SettledPlaces` (r:1 w:1)
    /// Storage: `Rewards::SettledOrder` (r:3 w:3)
    /// Storage: `Rewards::RateChanges` (r:1 w:0)
    /// Storage: `Rewards::LifetimeTotals` (r:1 w:1)
    /// Storage: `Rewards::SettledRounds` (r:0 w:3)
    fn settle(b: u32, c: u32) -> Weight {
        // Least time: 54_762 ns.
        Weight::from_parts(72_988_634, 0)
            // Standard error: 7_443
            .saturating_add(Weight::from_parts(1_210_212, 0).saturating_mul(b.into()))
            // Standard error: 2_913
            .saturating_add(Weight::from_parts(44_082, 0).saturating_mul(c.into()))
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(8))
    }

    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `Rewards::LastAdopted` (r:1 w:1)
    /// Storage: `Rewards::SettledPlaces` (r:1 w:0)
    /// Storage: `Rewards::SettledOrder` (r:14 w:0)
    /// Storage: `Rewards::OpenVotes` (r:1 w:1)
    /// Storage: `Rewards::Votes` (r:1 w:16)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Rewards::AdoptedOrder` (r:1 w:2)
    /// Storage: `Rewards::Adopted` (r:0 w:2)
    /// Storage: `Rewards::Signers` (r:0 w:2)
    fn vote_earnings() -> Weight {
        // Least time: 147_392 ns.
        Weight::from_parts(221_180_000, 0)
            .saturating_add(D::get().reads(21))
            .saturating_add(D::get().writes(24))
    }
}
