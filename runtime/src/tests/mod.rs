//! Claims about the runtime as a whole.

mod advertising;
mod audit;
mod blocks;
mod enactment;
mod equivocation;
mod faults;
mod formats;
mod fuzzing;
mod genesis;
mod interface;
mod invariants;
mod migrations;
mod money;
mod motions;
mod origins;
mod production;
mod refusals;
mod registry;
mod round_cost;
mod storage;
mod verifiers;
mod weights;

use crate::simulation::{
    genesis::{chain, chain_of, genesis_json, laid_over_default},
    walk,
};
