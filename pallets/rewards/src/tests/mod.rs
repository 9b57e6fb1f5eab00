//! Tests of the pallet, one file per behaviour.

mod advertising;
mod batches;
mod claims;
mod collusion;
mod decrease;
mod decrease_brought;
mod emission;
mod feeless;
mod genesis;
mod history;
mod invariants;
mod model;
mod rates;
mod settlement;
mod votes;
