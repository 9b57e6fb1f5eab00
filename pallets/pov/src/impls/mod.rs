//! The logic, by topic.

mod draws;
mod offchain;
mod openings;
pub(crate) mod pruning;
mod reports;
mod rounds;
mod session;
mod settlement;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod verdicts;
