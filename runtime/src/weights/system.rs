//! Weights of `frame_system`, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 frame_system`
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

/// Weights of `frame_system`, with `D` as the weights of the database.
pub struct Measured<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> frame_system::WeightInfo for Measured<D> {
    /// The range of component `b` is `[0, 3145728]`.
    fn remark(b: u32) -> Weight {
        // Least time: 2_009 ns.
        Weight::from_parts(2_254_000, 0)
            // Standard error: 1
            .saturating_add(Weight::from_parts(437, 0).saturating_mul(b.into()))
    }

    /// The range of component `b` is `[0, 3145728]`.
    fn remark_with_event(b: u32) -> Weight {
        // Least time: 5_432 ns.
        Weight::from_parts(5_574_000, 0)
            // Standard error: 4
            .saturating_add(Weight::from_parts(2_091, 0).saturating_mul(b.into()))
    }

    /// Storage: UNKNOWN KEY `0x3a686561707061676573` (r:0 w:1)
    fn set_heap_pages() -> Weight {
        // Least time: 3_785 ns.
        Weight::from_parts(4_540_000, 0).saturating_add(D::get().writes(1))
    }

    /// Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    fn set_code() -> Weight {
        // Least time: 155_103_152 ns.
        Weight::from_parts(157_745_963_000, 0).saturating_add(D::get().writes(1))
    }

    /// Storage: `Skipped::Metadata` (r:0 w:0)
    /// The range of component `i` is `[0, 1000]`.
    fn set_storage(i: u32) -> Weight {
        // Least time: 2_013 ns.
        Weight::from_parts(2_195_000, 0)
            // Standard error: 3_030
            .saturating_add(Weight::from_parts(920_320, 0).saturating_mul(i.into()))
            .saturating_add(D::get().writes(1).saturating_mul(i.into()))
    }

    /// Storage: `Skipped::Metadata` (r:0 w:0)
    /// The range of component `i` is `[0, 1000]`.
    fn kill_storage(i: u32) -> Weight {
        // Least time: 2_025 ns.
        Weight::from_parts(2_400_000, 0)
            // Standard error: 2_803
            .saturating_add(Weight::from_parts(679_273, 0).saturating_mul(i.into()))
            .saturating_add(D::get().writes(1).saturating_mul(i.into()))
    }

    /// Storage: `Skipped::Metadata` (r:0 w:0)
    /// The range of component `p` is `[0, 1000]`.
    fn kill_prefix(p: u32) -> Weight {
        // Least time: 4_141 ns.
        Weight::from_parts(4_450_000, 0)
            // Standard error: 4_219
            .saturating_add(Weight::from_parts(1_466_140, 0).saturating_mul(p.into()))
            .saturating_add(D::get().reads(1).saturating_mul(p.into()))
            .saturating_add(D::get().writes(1).saturating_mul(p.into()))
    }

    /// Storage: `System::AuthorizedUpgrade` (r:0 w:1)
    fn authorize_upgrade() -> Weight {
        // Least time: 21_816 ns.
        Weight::from_parts(25_692_000, 0).saturating_add(D::get().writes(1))
    }

    /// Storage: `System::AuthorizedUpgrade` (r:1 w:1)
    /// Storage: UNKNOWN KEY `0x3a636f6465` (r:0 w:1)
    fn apply_authorized_upgrade() -> Weight {
        // Least time: 154_556_315 ns.
        Weight::from_parts(155_444_595_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(2))
    }
}
