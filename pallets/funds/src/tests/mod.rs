//! One file per behaviour.

mod accounts;
mod payments;
mod sums;
