//! The weights of a read and a write of the state, measured. Made by a program: `docs/weights.md` says how to make
//! it again.
//!
//! * Command: `scripts/weights.sh database`; method: `node/examples/database_weights.rs`
//! * Machine: Intel(R) Xeon(R) Processor; ParityDB, 1_000_000 accounts, trie cache of 1 GiB
//! * Read, ns of processor time: average 19_132, median 17_209, 95th percentile 24_630
//! * Write, ns of processor time: average 102_427, median 86_925, 95th percentile 157_180
//! * Weight: median times 125 %

use frame_support::{
    parameter_types,
    weights::{RuntimeDbWeight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
    /// What a read and a write of the state weigh.
    pub const Database: RuntimeDbWeight = RuntimeDbWeight {
        read: 21_511 * WEIGHT_REF_TIME_PER_NANOS,
        write: 108_656 * WEIGHT_REF_TIME_PER_NANOS,
    };
}
