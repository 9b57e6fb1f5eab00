//! What benchmarks need around the pallet. A trait of every build, so that unit tests of the runtime compile what it does for them.

use chainflix_primitives::Round;

/// What the surroundings of the pallet arrange for its benchmarks.
pub trait BenchmarkHelper<AccountId> {
    /// Lets `round` be the current one.
    fn begin_round(round: Round);
    /// Lets an account publish, by the longest way that eligibility is looked up.
    fn approve(producer: &AccountId);
    /// Brings a key epoch in force and returns it.
    fn key_epoch() -> u32;
}
