//! What benchmarks need around the pallet. A trait of every build, so that unit tests of the runtime compile what it does for them.

use chainflix_primitives::AccountId;

/// What the surroundings of the pallet arrange for its benchmarks.
pub trait BenchmarkHelper {
    /// A verifier whose bond can be slashed; another for every number.
    fn bonded_verifier(number: u32) -> AccountId;
}
