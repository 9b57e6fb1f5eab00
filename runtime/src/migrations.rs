//! Storage migrations, run in the first block of a new runtime.

/// Migrations of the release that is being prepared. They move out when it is live everywhere.
pub type Unreleased = ();

/// Migrations that every release runs.
pub type Permanent = ();

/// All of them, in order.
pub type SingleBlockMigrations = (Unreleased, Permanent);
