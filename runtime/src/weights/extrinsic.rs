//! The weight of an empty transaction, measured. Made by a program: `docs/weights.md` says how to make it again.
//!
//! * Measured on 2026-11-22 as the average processor time of 50 executions of a block of 1,000 `system.remark`, without what an empty
//!   block takes, machine: Intel(R) Xeon(R) Processor, two cores, busy with other work; ns: least 166_140, median 175_912, 95th percentile
//!   201_541
//! * To measure again: `scripts/weights.sh base`

use frame_support::{
    parameter_types,
    weights::{Weight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
    /// Weight of a transaction that does nothing, extensions and signature included.
    pub const ExtrinsicBaseWeight: Weight =
        Weight::from_parts(WEIGHT_REF_TIME_PER_NANOS.saturating_mul(179_504), 0);
}
