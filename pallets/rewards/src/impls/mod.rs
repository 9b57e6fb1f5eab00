//! The pallet's logic, by topic.

mod authorization;
mod claims;
mod decrease;
mod emission;
mod history;
mod rates;
mod settlement;
mod try_state;
mod votes;
