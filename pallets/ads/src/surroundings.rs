//! What benchmarks need around the pallet. A trait of every build, so that unit tests of the runtime compile what it does for them.

use chainflix_primitives::{Magnet, Round};

/// What the surroundings of the pallet arrange for its benchmarks.
pub trait BenchmarkHelper {
    /// Puts a video of one cell on record that is active from round 0 on, with as many later changes of its state as there
    /// may be.
    fn register_creative(creative: Magnet);
    /// Lets `round` be the current one.
    fn begin_round(round: Round);
}
