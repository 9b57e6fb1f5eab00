//! The weight of an empty block, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Measured on 2026-11-22 as the average processor time of 50 executions of an empty block, machine: Intel(R) Xeon(R) Processor, two cores, busy with other
//!   work
//! * To measure again: `scripts/weights.sh base`

use frame_support::{
    parameter_types,
    weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
    /// Weight of executing an empty block.
    pub const BlockExecutionWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_NANOS.saturating_mul(290_716), 0);
}
