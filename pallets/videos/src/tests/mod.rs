//! Tests of the registry, one file per behaviour.

mod deposits;
mod deposits_model;
mod enhancements;
mod listing;
mod market;
mod policy;
mod publishing;
mod removal;
mod state;
mod state_model;
