//! Claims about the runtime as a whole.

mod advertising;
mod audit;
mod blocks;
mod bounds;
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
mod numbers;
mod origins;
mod production;
mod refusals;
mod registry;
mod round_cost;
mod storage;
mod surroundings;
mod verifiers;
mod weights;

use crate::simulation::{
    genesis::{chain, chain_of, genesis_json, laid_over_default},
    walk,
};
use sp_io::TestExternalities;
use sp_keystore::{KeystoreExt, testing::MemoryKeystore};

/// The local chain before its first block, on a node that makes and holds keys.
pub(crate) fn chain_with_keys() -> TestExternalities {
    let mut chain = chain("local_testnet");
    chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    chain
}
