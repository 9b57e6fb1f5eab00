//! What benchmarks of a pallet arrange in the pallets around it. Each of our pallets says what it needs in a trait
//! `BenchmarkHelper` in its `benchmarking.rs`.

use crate::Runtime;
use chainflix_primitives::Round;
use pallet_pov::types::RoundProgress;

/// The runtime around a pallet.
pub(crate) struct Surroundings;

impl Surroundings {
    /// Lets `round` be the current one.
    pub(crate) fn begin_round(round: Round) {
        pallet_pov::Progress::<Runtime>::put(RoundProgress { round, blocks: 1 });
    }
}
