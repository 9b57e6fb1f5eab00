//! What benchmarks need around the pallet. A trait of every build, so that unit tests of the runtime compile what it does for them.

use chainflix_primitives::{Magnet, Round};

/// What the surroundings of the pallet arrange for its benchmarks.
pub trait BenchmarkHelper<AccountId> {
    /// Lets `round` be the current one.
    fn begin_round(round: Round);
    /// Registers a video with the longest title and the fullest history of states.
    fn register(video: Magnet, producer: &AccountId, supervisor: &AccountId, restricted: bool);
}
