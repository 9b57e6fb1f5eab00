//! The registry's logic, by topic.

mod deposits;
mod enhancements;
mod listing;
mod market;
mod policy;
mod registration;
mod registry;
mod try_state;
