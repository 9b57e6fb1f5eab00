//! Storage migrations, run in the first block of a new runtime.
//!
//! Each takes one pallet from one storage version to the next and is a `VersionedMigration`: it runs when the chain has the
//! version that it starts from, notes the next one, and does nothing any more after that. `runtime/src/tests/migrations.rs`
//! takes a chain of an earlier version through them.
//!
//! Whoever changes the format of a storage item raises the pallet's `STORAGE_VERSION`, puts the step into [`Unreleased`],
//! and adds its test.

use crate::Runtime;
use pallet_session::migrations::v1::{InitOffenceSeverity, MigrateV0ToV1};

/// Migrations of the release that is being prepared. They move to [`Permanent`] when it is out.
pub type Unreleased = (pallet_pov::migrations::ToCountedAges<Runtime>,);

/// Migrations that every release runs, so that a chain that left releases out gets through all of them in order.
pub type Permanent = (DisabledWithSeverity,);

/// All of them, in order.
pub type SingleBlockMigrations = (Permanent, Unreleased);

/// Session 0 to 1: with each disabled verifier goes how bad its offence was. Whoever was disabled before stays so.
pub type DisabledWithSeverity = MigrateV0ToV1<Runtime, InitOffenceSeverity<Runtime>>;
