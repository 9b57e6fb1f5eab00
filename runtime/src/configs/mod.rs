//! How the pallets are configured.

mod accounts;
mod consensus;
mod payment;
mod proof_of_view;
mod registry;
mod system;

pub use accounts::ProxyType;
pub use payment::TreasuryAccount;
