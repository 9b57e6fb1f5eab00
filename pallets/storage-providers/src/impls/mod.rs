//! The pallet's logic, by topic.

mod controllers;
mod deposits;
mod providers;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
