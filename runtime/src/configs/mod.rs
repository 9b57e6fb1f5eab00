//! How the pallets are configured.

mod accounts;
mod consensus;
mod payment;
mod system;

pub use accounts::ProxyType;
pub use payment::TreasuryAccount;
