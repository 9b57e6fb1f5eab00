//! The logic, by topic.

mod draws;
pub(crate) mod faults;
mod missing;
mod offchain;
mod openings;
mod parameters;
pub(crate) mod pruning;
mod reports;
mod rounds;
pub(crate) mod session;
mod settlement;
mod try_state;
mod verdicts;
