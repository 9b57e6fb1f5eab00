//! The pallet's logic, by topic.

mod authorization;
mod controllers;
mod deposits;
mod heartbeats;
mod providers;
mod submission;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
