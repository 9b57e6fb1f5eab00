//! The pallet's logic, by topic.

mod announcements;
mod authorization;
mod session;
mod set_secret;
mod submission;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
