//! The weights of a read and a write of the state, measured. Made by a program: `docs/weights.md` says how to make
//! it again.
//!
//! * Command: `scripts/weights.sh database`; method: `node/database-weights/src/main.rs`
//! * Machine: Intel(R) Xeon(R) Processor; ParityDB, 1_000_000 accounts, trie cache of 1 GiB
//! * Read, ns of processor time: average 17_491, median 16_593, 95th percentile 23_556
//! * Write, ns of processor time of the thread that imports: average 44_800, median 39_714, 95th percentile 54_674; of all threads: average 78_400
//! * Weight: the average

use frame_support::{
    parameter_types,
    weights::{RuntimeDbWeight, constants::WEIGHT_REF_TIME_PER_NANOS},
};

parameter_types! {
    /// What a read and a write of the state weigh.
    pub const Database: RuntimeDbWeight = RuntimeDbWeight {
        read: 17_491 * WEIGHT_REF_TIME_PER_NANOS,
        write: 44_800 * WEIGHT_REF_TIME_PER_NANOS,
    };
}
