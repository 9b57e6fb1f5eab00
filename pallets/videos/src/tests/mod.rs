//! Tests of the registry, one file per behaviour.

mod deposits;
mod listing;
mod publishing;
mod removal;
mod state;
mod state_model;
