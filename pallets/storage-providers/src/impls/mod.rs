//! The pallet's logic, by topic.

mod authorization;
mod controllers;
mod deposits;
mod heartbeats;
mod providers;
mod submission;
mod try_state;
