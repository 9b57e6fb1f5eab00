//! Tests of the pallet, one file per behaviour.

mod appeals;
mod applications;
mod approvals;
mod deposits;
mod deposits_model;
mod office;
mod privacy;
mod restrictions;
