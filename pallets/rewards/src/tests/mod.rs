//! Tests of the pallet, one file per behaviour.

mod claims;
mod collusion;
mod emission;
mod feeless;
mod genesis;
mod history;
mod model;
mod settlement;
mod votes;
