//! The pallet's logic, by topic.

mod enactment;
mod schedule;
mod try_state;
