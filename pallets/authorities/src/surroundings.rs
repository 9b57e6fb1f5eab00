//! What benchmarks need around the pallet. A trait of every build, so that unit tests of the runtime compile what it does for them.

use chainflix_primitives::{AccountId, Round, Signature64};

/// What the surroundings of the pallet arrange for its benchmarks.
pub trait BenchmarkHelper {
    /// A signature over `payload` by a key that is `verifier`'s `pov` session key from then on, in the largest set.
    fn sign(verifier: &AccountId, payload: &[u8]) -> Signature64;
    /// Lets `round` be the current one.
    fn begin_round(round: Round);
    /// Sets the slot of the block.
    fn set_slot(slot: u64);
}
