//! The weight of an empty block, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh base`, 200 samples
//! * Measured on 2026-11-23 with frame-omni-bencher 0.28.0, machine: Intel(R) Xeon(R) Processor

use frame_support::{
    parameter_types,
    weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
    /// Weight of executing an empty block.
    /// Calculated by multiplying the *Average* with `1.0` and adding `0`.
    ///
    /// Stats nanoseconds:
    ///   Min, Max: 171_983, 4_547_782
    ///   Average:  251_837
    ///   Median:   190_254
    ///   Std-Dev:  464563.46
    ///
    /// Percentiles nanoseconds:
    ///   99th: 2_628_300
    ///   95th: 247_249
    ///   75th: 194_965
    pub const BlockExecutionWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_NANOS.saturating_mul(251_837), 0);
}
