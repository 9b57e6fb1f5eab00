//! The pallet's logic, by topic.

mod budgets;
mod deposits;
mod listing;
pub(crate) mod opening;
mod settlement;
mod states;
mod try_state;
