//! What benchmarks need around the pallet. A trait of every build, so that unit tests of the runtime compile what it does for them.

use alloc::vec::Vec;
use chainflix_primitives::{AccountId, Round, Signature64};

/// What the surroundings of the pallet arrange for its benchmarks.
pub trait BenchmarkHelper {
    /// Lets `round` be the current one.
    fn begin_round(round: Round);
    /// Brings a set of so many verifiers in force; returns their accounts, ascending.
    fn verifiers(count: u32) -> Vec<AccountId>;
    /// Signs with the `pov` session key of a verifier of that set.
    fn sign(verifier: &AccountId, payload: &[u8]) -> Signature64;
}
