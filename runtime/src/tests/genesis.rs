//! What the chains start with.

use super::{chain, chain_of, genesis_json};
use crate::{
    AccountId, Balances, Grandpa, Runtime, Session, SessionKeys, StorageProviders, Supervisors,
    constants::SS58_PREFIX,
    presets::{
        self, DEVELOPMENT_VERIFIERS, ENDOWMENT, LOCAL_VERIFIERS, SHORT_ROUND_MS,
        accounts::{CONTROLLER_KEY, DevelopmentVerifier, ROLES, supervisor, well_known},
    },
};
use chainflix_primitives::registry::EligibleProducers;
use pallet_funds::{FUNDS, Fund};
use pallet_session::ShouldEndSession;
use serde_json::Value;
use sp_core::{
    Pair,
    crypto::{Ss58AddressFormat, Ss58Codec, key_types},
    ed25519, sr25519,
};
use sp_genesis_builder::PresetId;
use sp_runtime::traits::OpaqueKeys;
use std::collections::BTreeSet;

fn assert_verifiers(preset: &str, verifiers: &[DevelopmentVerifier]) {
    let accounts: Vec<AccountId> = verifiers.iter().map(|v| v.account()).collect();
    let keys: Vec<SessionKeys> = verifiers.iter().map(|v| v.session_keys()).collect();
    chain(preset).execute_with(|| {
        assert_eq!(Session::validators(), accounts);
        assert_eq!(
            pallet_aura::Authorities::<Runtime>::get().into_inner(),
            keys.iter().map(|k| k.aura.clone()).collect::<Vec<_>>(),
        );
        assert_eq!(
            Grandpa::grandpa_authorities(),
            keys.iter()
                .map(|k| (k.grandpa.clone(), 1))
                .collect::<Vec<_>>(),
        );
        for (account, keys) in accounts.iter().zip(keys) {
            assert_eq!(Session::load_keys(account), Some(keys));
        }
    });
}

#[test]
fn every_preset_is_one_of_the_two_that_are_documented() {
    let names = presets::preset_names();
    assert_eq!(names, ["development", "local_testnet"].map(PresetId::from));
    assert_eq!(presets::get_preset(&"staging".into()), None);
}

#[test]
fn the_development_chain_starts_with_alice_alone() {
    assert_eq!(DEVELOPMENT_VERIFIERS.len(), 1);
    assert_verifiers("development", DEVELOPMENT_VERIFIERS);
}

#[test]
fn the_local_chain_starts_with_four_verifiers() {
    assert_eq!(LOCAL_VERIFIERS.len(), 4);
    assert_verifiers("local_testnet", LOCAL_VERIFIERS);
}

#[test]
fn every_well_known_account_and_every_fund_is_funded_and_nothing_else_is() {
    for preset in ["development", "local_testnet"] {
        chain(preset).execute_with(|| {
            let owners: BTreeSet<AccountId> =
                well_known().chain(FUNDS.map(Fund::account)).collect();
            assert_eq!(owners.len(), 19, "no account is named twice");
            for owner in &owners {
                assert_eq!(Balances::free_balance(owner), ENDOWMENT);
            }
            assert_eq!(Balances::total_issuance(), 19 * ENDOWMENT);
        });
    }
}

#[test]
fn each_role_account_is_the_key_of_its_derivation() {
    for (derivation, public) in ROLES {
        let pair = sr25519::Pair::from_string(derivation, None).expect("the derivation is valid");
        assert_eq!(pair.public().0, public, "{derivation}");
    }
}

#[test]
fn the_controllers_key_is_the_one_of_its_published_seed() {
    let seed = sp_io::hashing::sha2_256(b"chainflix/development/controller");
    assert_eq!(ed25519::Pair::from_seed(&seed).public().0, CONTROLLER_KEY);
}

#[test]
fn both_presets_have_a_supervisor_a_controller_and_short_rounds() {
    for preset in ["development", "local_testnet"] {
        chain(preset).execute_with(|| {
            assert_eq!(supervisor(), AccountId::new(ROLES[2].1));
            assert!(Supervisors::is_supervisor(
                &<[u8; 32]>::from(supervisor()).into()
            ));
            assert!(StorageProviders::is_controller(CONTROLLER_KEY));
            assert_eq!(pallet_pov::RoundLength::<Runtime>::get(), SHORT_ROUND_MS);
        });
    }
}

#[test]
fn the_keys_of_a_development_verifier_are_those_that_its_flag_generates() {
    for (verifier, seed) in LOCAL_VERIFIERS
        .iter()
        .zip(["//Alice", "//Bob", "//Charlie", "//Dave"])
    {
        let sr25519 = sr25519::Pair::from_string(seed, None)
            .expect("the seed is valid")
            .public();
        let ed25519 = ed25519::Pair::from_string(seed, None)
            .expect("the seed is valid")
            .public();
        let keys = verifier.session_keys();
        assert_eq!(keys.get_raw(key_types::AURA), sr25519.0);
        assert_eq!(keys.get_raw(sp_consensus_grandpa::KEY_TYPE), ed25519.0);
        assert_eq!(keys.get_raw(pallet_pov::crypto::KEY_TYPE), sr25519.0);
    }
}

#[test]
fn a_genesis_that_names_the_pov_key_vrf_is_understood() {
    let mut genesis = genesis_json("local_testnet");
    let entries = genesis["session"]["keys"]
        .as_array_mut()
        .expect("there are session keys");
    for entry in entries {
        let keys = entry[2].as_object_mut().expect("keys are an object");
        let pov: Value = keys.remove("pov").expect("there is a pov key");
        keys.insert("vrf".into(), pov);
    }
    chain_of(&genesis).execute_with(|| {
        let alice = DevelopmentVerifier::Alice;
        assert_eq!(
            Session::load_keys(&alice.account()),
            Some(alice.session_keys())
        );
    });
}

#[test]
fn every_address_of_the_chain_begins_with_cf() {
    let format = Ss58AddressFormat::custom(SS58_PREFIX);
    assert!(!format.is_reserved());
    for account in [[0; 32], [0xff; 32]].map(AccountId::new) {
        let address = account.to_ss58check_with_version(format);
        assert!(address.starts_with("cf"), "{address}");
        assert_eq!(
            AccountId::from_ss58check_with_version(&address),
            Ok((account, format))
        );
    }
}

#[test]
fn sessions_last_as_many_blocks_as_genesis_says() {
    type Sessions = <Runtime as pallet_session::Config>::ShouldEndSession;
    let ends = |length: u32| {
        let mut genesis = genesis_json("local_testnet");
        genesis["authorities"]["sessionLength"] = length.into();
        chain_of(&genesis).execute_with(|| {
            (1..=100)
                .filter(|block| Sessions::should_end_session(*block))
                .collect::<Vec<u32>>()
        })
    };
    assert_eq!(ends(40), [40, 80]);
    assert_eq!(ends(100), [100]);
}

#[test]
#[should_panic(expected = "sessionLength must be at least 1")]
fn a_genesis_with_sessions_of_no_block_is_refused() {
    let mut genesis = genesis_json("local_testnet");
    genesis["authorities"]["sessionLength"] = 0.into();
    chain_of(&genesis);
}
