//! The pallet's logic, by topic.

mod appeal;
mod deposits;
mod eligibility;
mod office;
mod restriction;
mod try_state;
