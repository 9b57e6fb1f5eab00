//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program: `docs/weights.md` says how to make it again.
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

/// Weights by the benchmark of the same name.
pub trait WeightInfo {
    /// Noting an announcement.
    fn announce() -> Weight;
    /// Letting an announcement in.
    fn authorize_announce() -> Weight;
    /// Noting a commitment to a set secret.
    fn commit_set_secret() -> Weight;
    /// Letting a commitment in.
    fn authorize_commit_set_secret() -> Weight;
    /// Noting an acknowledgement of a set secret.
    fn acknowledge_set_secret() -> Weight;
    /// Letting an acknowledgement in.
    fn authorize_acknowledge_set_secret() -> Weight;
    /// Noting an application.
    fn apply() -> Weight;
    /// Taking one back.
    fn withdraw_application() -> Weight;
    /// Changing a profile.
    fn update_profile() -> Weight;
    /// Admitting a candidate.
    fn admit() -> Weight;
    /// Removing a verifier.
    fn remove() -> Weight;
    /// Suspending.
    fn suspend() -> Weight;
    /// Lifting a suspension.
    fn readmit() -> Weight;
    /// Leaving.
    fn exit() -> Weight;
    /// Adding to a bond.
    fn top_up_bond() -> Weight;
    /// Taking a bond back.
    fn withdraw_bond() -> Weight;
    /// Removing session keys.
    fn forget_session_keys() -> Weight;
    /// Proving an equivocation of Aura by the keys that are remembered, and punishing it.
    fn report_aura_equivocation() -> Weight;
    /// Letting the proof in.
    fn authorize_report_aura_equivocation() -> Weight;
    /// Finding a key's owner under the root of a past session.
    fn key_owner_by_root() -> Weight;
    /// Finding a key's owner among the keys that are remembered.
    fn key_owner_by_set() -> Weight;
    /// Punishing one offender.
    fn punish() -> Weight;
    /// Planning a session. Runs within the block hook of pallet-session, which takes a whole block.
    fn new_session() -> Weight;
    /// Beginning a session in which everybody is another. Runs within the same hook.
    fn start_session() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    fn announce() -> Weight {
        // Least time: 100_752 ns.
        Weight::from_parts(104_006_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    fn authorize_announce() -> Weight {
        // Least time: 155_474 ns.
        Weight::from_parts(165_064_000, 0).saturating_add(D::get().reads(7))
    }

    fn commit_set_secret() -> Weight {
        // Least time: 111_396 ns.
        Weight::from_parts(115_769_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    fn authorize_commit_set_secret() -> Weight {
        // Least time: 154_257 ns.
        Weight::from_parts(163_452_000, 0).saturating_add(D::get().reads(7))
    }

    fn acknowledge_set_secret() -> Weight {
        // Least time: 119_171 ns.
        Weight::from_parts(125_558_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(3))
    }

    fn authorize_acknowledge_set_secret() -> Weight {
        // Least time: 148_963 ns.
        Weight::from_parts(160_811_000, 0).saturating_add(D::get().reads(8))
    }

    fn apply() -> Weight {
        // Least time: 101_410 ns.
        Weight::from_parts(107_001_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(3))
    }

    fn withdraw_application() -> Weight {
        // Least time: 81_551 ns.
        Weight::from_parts(92_612_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    fn update_profile() -> Weight {
        // Least time: 19_662 ns.
        Weight::from_parts(22_009_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn admit() -> Weight {
        // Least time: 260_954 ns.
        Weight::from_parts(273_601_000, 0)
            .saturating_add(D::get().reads(15))
            .saturating_add(D::get().writes(6))
    }

    fn remove() -> Weight {
        // Least time: 109_644 ns.
        Weight::from_parts(125_915_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(2))
    }

    fn suspend() -> Weight {
        // Least time: 57_925 ns.
        Weight::from_parts(66_353_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    fn readmit() -> Weight {
        // Least time: 66_551 ns.
        Weight::from_parts(73_937_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    fn exit() -> Weight {
        // Least time: 108_846 ns.
        Weight::from_parts(115_266_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(2))
    }

    fn top_up_bond() -> Weight {
        // Least time: 90_769 ns.
        Weight::from_parts(97_216_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(3))
    }

    fn withdraw_bond() -> Weight {
        // Least time: 139_927 ns.
        Weight::from_parts(143_723_000, 0)
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(6))
    }

    fn forget_session_keys() -> Weight {
        // Least time: 150_898 ns.
        Weight::from_parts(168_644_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(6))
    }

    fn report_aura_equivocation() -> Weight {
        // Least time: 1_325_528 ns.
        Weight::from_parts(1_522_561_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(9))
    }

    fn authorize_report_aura_equivocation() -> Weight {
        // Least time: 819_612 ns.
        Weight::from_parts(851_203_000, 0).saturating_add(D::get().reads(7))
    }

    fn key_owner_by_root() -> Weight {
        // Least time: 59_779 ns.
        Weight::from_parts(72_609_000, 0).saturating_add(D::get().reads(2))
    }

    fn key_owner_by_set() -> Weight {
        // Least time: 131_118 ns.
        Weight::from_parts(137_571_000, 0).saturating_add(D::get().reads(3))
    }

    fn punish() -> Weight {
        // Least time: 259_367 ns.
        Weight::from_parts(267_442_000, 0)
            .saturating_add(D::get().reads(11))
            .saturating_add(D::get().writes(7))
    }

    fn new_session() -> Weight {
        // Least time: 509_533 ns.
        Weight::from_parts(518_351_000, 0).saturating_add(D::get().reads(103))
    }

    fn start_session() -> Weight {
        // Least time: 1_583_792 ns.
        Weight::from_parts(6_053_658_000, 0)
            .saturating_add(D::get().reads(211))
            .saturating_add(D::get().writes(106))
    }
}
