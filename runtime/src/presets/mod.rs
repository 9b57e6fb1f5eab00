//! The genesis of the chains that this runtime knows by name.
//!
//! | preset | `--chain` | verifiers | accounts |
//! |---|---|---|---|
//! | `development` | `dev` | Alice | the well-known ones, funded |
//! | `local_testnet` | `local` | Alice, Bob, Charlie, Dave | the same |
//!
//! The keys of both are public. A production chain gets its genesis from a file instead.

pub mod accounts;

use crate::{
    AccountId, Balance, BalancesConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys,
    TreasuryAccount, constants::currency::CFX,
};
use accounts::DevelopmentVerifier;
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};

/// What every account of a preset owns at genesis.
pub const ENDOWMENT: Balance = 1_000_000 * CFX;

/// The verifiers of the preset `development`: one.
pub const DEVELOPMENT_VERIFIERS: &[DevelopmentVerifier] = &[DevelopmentVerifier::Alice];

/// The verifiers of the preset `local_testnet`: four, the smallest set that survives one fault.
pub const LOCAL_VERIFIERS: &[DevelopmentVerifier] = &[
    DevelopmentVerifier::Alice,
    DevelopmentVerifier::Bob,
    DevelopmentVerifier::Charlie,
    DevelopmentVerifier::Dave,
];

/// The names of all presets.
pub fn preset_names() -> Vec<PresetId> {
    vec![
        PresetId::from(DEV_RUNTIME_PRESET),
        PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
    ]
}

/// The genesis of the preset `id` as JSON: a patch of the default genesis. `None` if there is no
/// preset of that name.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        DEV_RUNTIME_PRESET => genesis(DEVELOPMENT_VERIFIERS),
        LOCAL_TESTNET_RUNTIME_PRESET => genesis(LOCAL_VERIFIERS),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

/// A genesis with these verifiers and all well-known accounts.
fn genesis(verifiers: &[DevelopmentVerifier]) -> Value {
    let endowed = accounts::well_known().chain([TreasuryAccount::get()]);
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: endowed.map(|who| (who, ENDOWMENT)).collect()
        },
        // Aura and GRANDPA take their authorities from here.
        session: SessionConfig {
            keys: verifiers.iter().map(session_keys_entry).collect()
        },
    })
}

fn session_keys_entry(verifier: &DevelopmentVerifier) -> (AccountId, AccountId, SessionKeys) {
    (
        verifier.account(),
        verifier.account(),
        verifier.session_keys(),
    )
}
