//! One file per behaviour.

mod accounts;
mod founders;
mod payments;
mod sums;
