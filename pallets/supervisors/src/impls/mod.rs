//! The pallet's logic, by topic.

mod deposits;
mod eligibility;
mod office;
mod restriction;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
