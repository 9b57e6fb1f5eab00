//! The genesis of the chains that this runtime knows by name.
//!
//! | preset | `--chain` | verifiers | accounts |
//! |---|---|---|---|
//! | `development` | `dev` | Alice | the well-known ones, funded |
//! | `local_testnet` | `local` | Alice, Bob, Charlie, Dave | the same |
//!
//! The keys of both are public. The production chain gets its genesis from a file instead: [`production`], `--chain production
//! --accounts FILE` of `chainflix-node export-chain-spec`.

pub mod accounts;
#[cfg(feature = "std")]
pub mod production;

use crate::{
    AccountId, AuthoritiesConfig, Balance, BalancesConfig, BlockNumber, MotionsConfig, PovConfig,
    RewardsConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys, StorageProvidersConfig,
    SupervisorsConfig,
    constants::{currency::CFX, motions::LEAST_DELAY, time},
};
use accounts::DevelopmentVerifier;
use alloc::{vec, vec::Vec};
use chainflix_primitives::emission::EmissionPreset;
use frame_support::build_struct_json_patch;
use pallet_funds::{FUNDS, Fund};
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

/// Length of a round in both presets: three slots. Emission is scaled by length, halvings stay where they are in time.
pub const SHORT_ROUND_MS: u32 = 7_200;

/// Rounds from the adoption of an earnings root until it can be claimed in both presets.
pub const SHORT_CLAIM_DELAY: u32 = 2;

/// Views of one address group that may earn in a round in both presets: everybody watches from one address there.
pub const SHORT_ROUND_VIEWS_PER_GROUP: u32 = 100;

/// Blocks from a decision of two thirds to its enactment in both presets: 24 s.
pub const SHORT_MOTION_DELAY: BlockNumber = LEAST_DELAY;

/// Where the storage controller of both presets is reached.
pub const CONTROLLER_ENDPOINT: &str = "http://127.0.0.1:8090";

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
        DEV_RUNTIME_PRESET => genesis(DEVELOPMENT_VERIFIERS, 1),
        LOCAL_TESTNET_RUNTIME_PRESET => genesis(LOCAL_VERIFIERS, 3),
        _ => return None,
    };
    serde_json::to_vec(&patch).ok()
}

/// A genesis with these verifiers and all well-known accounts, one supervisor and one controller.
fn genesis(verifiers: &[DevelopmentVerifier], minimum_set: u32) -> Value {
    let endowed = accounts::well_known().chain(FUNDS.map(Fund::account));
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: endowed.map(|who| (who, ENDOWMENT)).collect()
        },
        // Aura and GRANDPA take their authorities from here.
        session: SessionConfig {
            keys: verifiers.iter().map(session_keys_entry).collect()
        },
        // And so does the collective, through this one.
        authorities: AuthoritiesConfig {
            minimum_set,
            session_length: time::SESSION,
        },
        motions: MotionsConfig {
            delay: SHORT_MOTION_DELAY,
        },
        supervisors: SupervisorsConfig {
            supervisors: vec![(
                accounts::supervisor(),
                "Supervisor of the local network".into(),
                accounts::SUPERVISOR_EXCHANGE_KEY,
            )],
        },
        storage_providers: StorageProvidersConfig {
            controllers: vec![(accounts::CONTROLLER_KEY, CONTROLLER_ENDPOINT.into())],
        },
        pov: PovConfig {
            round_ms: SHORT_ROUND_MS,
            earnings_interval: 1,
            views_per_group: SHORT_ROUND_VIEWS_PER_GROUP,
        },
        rewards: RewardsConfig {
            emission: EmissionPreset::Whitepaper,
            round_ms: SHORT_ROUND_MS,
            earnings_interval: 1,
            claim_delay: SHORT_CLAIM_DELAY,
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
