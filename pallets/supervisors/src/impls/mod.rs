//! The pallet's logic, by topic.

mod appeal;
mod deposits;
mod eligibility;
mod office;
mod restriction;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
