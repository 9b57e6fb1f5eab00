//! How the pallets are configured.

mod accounts;
#[cfg(any(test, feature = "runtime-benchmarks"))]
pub(crate) mod benchmarking;
mod consensus;
mod governance;
mod payment;
mod proof_of_view;
mod registry;
mod system;

pub use accounts::ProxyType;
#[cfg(any(feature = "std", feature = "runtime-benchmarks"))]
pub(crate) use consensus::KeyDeposit;
#[cfg(any(test, feature = "simulation"))]
pub(crate) use governance::Enactable;
#[cfg(test)]
pub(crate) use governance::Urgent;
pub use governance::{MoreThanHalf, TwoThirds, VerifierCollective};
pub use payment::TreasuryAccount;
#[cfg(feature = "std")]
pub(crate) use proof_of_view::SettlementCost;
