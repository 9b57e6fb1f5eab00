//! The weight of an empty extrinsic, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh base`, 200 samples
//! * Measured on 2026-11-23 with frame-omni-bencher 0.28.0, machine: Intel(R) Xeon(R) Processor

use frame_support::{
    parameter_types,
    weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
    /// Weight of executing a NO-OP extrinsic, for example `System::remark`.
    /// Calculated by multiplying the *Average* with `1.0` and adding `0`.
    ///
    /// Stats nanoseconds:
    ///   Min, Max: 128_237, 198_779
    ///   Average:  138_107
    ///   Median:   132_366
    ///   Std-Dev:  13432.21
    ///
    /// Percentiles nanoseconds:
    ///   99th: 187_451
    ///   95th: 168_619
    ///   75th: 141_228
    pub const ExtrinsicBaseWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_NANOS.saturating_mul(138_107), 0);
}
