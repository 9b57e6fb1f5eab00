//! Tests of the pallet, one file per behaviour.

mod applications;
mod approvals;
mod deposits;
mod office;
mod privacy;
mod restrictions;
