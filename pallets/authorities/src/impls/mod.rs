//! The pallet's logic, by topic.

mod announcements;
mod applications;
mod aura_equivocation;
mod authorization;
mod bonds;
mod disabling;
mod key_epochs;
pub(crate) mod key_owners;
mod membership;
mod offences;
pub(crate) mod session;
mod set_secret;
mod submission;
mod try_state;

pub use aura_equivocation::{AuraEquivocation, MAX_HEADER_BYTES};
pub use disabling::DisableAtMostAThird;
pub use offences::NewOffences;
