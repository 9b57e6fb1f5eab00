//! The registry's logic, by topic.

mod deposits;
mod listing;
mod registration;
mod registry;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
