//! Tests of the pallet, one file per behaviour.

mod budgets;
mod escrow_model;
mod opening;
mod origins;
mod settlement;
mod states;
mod weights;
