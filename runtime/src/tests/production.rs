//! The genesis of the production chain.

use super::{chain_of, laid_over_default};
use crate::{
    AccountId, Balances, Funds, Runtime, RuntimeOrigin, Session, SessionKeys, Vesting,
    constants::{currency::CFX, motions, rounds},
    presets::{
        accounts::{DevelopmentVerifier, ROLES},
        production::{
            Address, Controller, FIRST_YEAR_RATE, FOUNDERS_ROUND, FOUNDING_TEAM, FUNDS,
            MINIMUM_SET, Multisig, ProductionAccounts, ProductionError, Supervisor, TOKEN_SALE,
            TOTAL, Verifier,
        },
    },
};
use chainflix_primitives::emission::EmissionPreset;
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_core::{Pair, ed25519, sr25519};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_runtime::MultiAddress;

fn account(name: &str) -> AccountId {
    AccountId::new(sr25519_key(name).0)
}

fn sr25519_key(name: &str) -> sr25519::Public {
    pair::<sr25519::Pair>(name).public()
}

fn pair<P: Pair<Seed = [u8; 32]>>(name: &str) -> P {
    P::from_seed(&sp_io::hashing::sha2_256(name.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}

fn session_keys(name: &str) -> SessionKeys {
    SessionKeys {
        aura: sr25519_key(&format!("{name} aura")).into(),
        grandpa: pair::<ed25519::Pair>(&format!("{name} grandpa"))
            .public()
            .into(),
        pov: sr25519_key(&format!("{name} pov")).into(),
    }
}

fn verifier(name: &str) -> Verifier {
    Verifier {
        account: Address(account(name)),
        session_keys: hex(&session_keys(name).encode()),
    }
}

/// A file that is right.
fn accounts() -> ProductionAccounts {
    let multisig = |names: [&str; 3]| Multisig {
        signatories: names.map(|name| Address(account(name))).to_vec(),
        threshold: 2,
    };
    ProductionAccounts {
        token_sale: multisig(["seller 1", "seller 2", "seller 3"]),
        founding_team: multisig(["founder 1", "founder 2", "founder 3"]),
        verifiers: ["verifier 1", "verifier 2", "verifier 3", "verifier 4"]
            .map(verifier)
            .to_vec(),
        supervisors: vec![Supervisor {
            account: Address(account("supervisor")),
            name: "A film board".into(),
            exchange_key: hex(&[3; 32]),
        }],
        controllers: vec![Controller {
            key: hex(&[4; 32]),
            endpoint: "https://controller.example".into(),
        }],
        boot_nodes: vec![],
    }
}

fn production() -> TestExternalities {
    let patch = accounts().genesis().expect("the file is right");
    chain_of(&laid_over_default(patch))
}

fn refused(change: impl FnOnce(&mut ProductionAccounts)) -> ProductionError {
    let mut accounts = accounts();
    change(&mut accounts);
    accounts.genesis().expect_err("the file is wrong")
}

#[test]
fn the_pots_of_genesis_sum_to_exactly_three_billion_cfx() {
    assert_eq!(TOTAL, 3_000_000_000 * CFX);
    let funds: u128 = FUNDS.iter().map(|(_, amount)| amount).sum();
    assert_eq!(TOKEN_SALE + FOUNDING_TEAM + funds, TOTAL);
    let accounts = accounts();
    production().execute_with(|| {
        assert_eq!(Balances::total_issuance(), TOTAL);
        let expected = [
            (accounts.token_sale.account(), 1_000_000_000),
            (pallet_funds::founders_pot(), 1_000_000_000),
            (pallet_funds::Fund::Development.account(), 500_000_000),
            (pallet_funds::Fund::Mentors.account(), 350_000_000),
            (pallet_funds::Fund::Bounty.account(), 100_000_000),
            (pallet_funds::Fund::Bonus.account(), 50_000_000),
        ];
        for (owner, cfx) in &expected {
            assert_eq!(Balances::free_balance(owner), cfx * CFX);
        }
        let owners = frame_system::Account::<Runtime>::iter()
            .filter(|(_, account)| account.data.free > 0)
            .count();
        assert_eq!(owners, expected.len(), "nobody else owns anything");
    });
}

#[test]
fn nothing_of_the_founders_pot_is_free_one_round_before_and_all_of_it_in_its_round() {
    assert_eq!(FOUNDERS_ROUND, 1_460_000);
    let pot: AccountId = pallet_funds::founders_pot();
    let (founders, friend) = (accounts().founding_team.account(), account("friend"));
    production().execute_with(|| {
        let enter = |round| pallet_pov::Progress::<Runtime>::mutate(|now| now.round = round);
        // Anybody may ask what is vested to be freed, and what is free to be sent.
        let anybody = || RuntimeOrigin::signed(friend.clone());
        let free = || Vesting::vest_other(anybody(), MultiAddress::Id(pot.clone()));
        for round in [0, FOUNDERS_ROUND / 2, FOUNDERS_ROUND - 1] {
            enter(round);
            assert_ok!(free());
            assert_eq!(Balances::usable_balance(&pot), 0);
            assert_noop!(
                Funds::release_founders_pot(anybody()),
                pallet_funds::Error::<Runtime>::FoundersPotLocked
            );
        }
        enter(FOUNDERS_ROUND);
        assert_ok!(free());
        assert_ok!(Funds::release_founders_pot(anybody()));
        assert_eq!(Balances::free_balance(&founders), FOUNDING_TEAM);
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(founders),
            MultiAddress::Id(friend.clone()),
            FOUNDING_TEAM
        ));
        assert_eq!(Balances::free_balance(&friend), FOUNDING_TEAM);
    });
}

#[test]
fn the_token_sales_pot_is_liquid_from_the_start() {
    let (sale, buyer) = (accounts().token_sale.account(), account("buyer"));
    production().execute_with(|| {
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(sale),
            MultiAddress::Id(buyer),
            TOKEN_SALE
        ));
    });
}

#[test]
fn the_verifiers_and_the_rules_of_the_chain_are_those_of_the_file_and_the_design() {
    production().execute_with(|| {
        let mut expected: Vec<AccountId> = accounts()
            .verifiers
            .into_iter()
            .map(|verifier| verifier.account.0)
            .collect();
        assert_eq!(Session::validators(), expected);
        assert_eq!(
            Session::load_keys(&expected[1]),
            Some(session_keys("verifier 2"))
        );
        expected.sort();
        assert_eq!(
            pallet_collective::Members::<Runtime, crate::VerifierCollective>::get(),
            expected
        );
        assert_eq!(
            pallet_authorities::MinimumSet::<Runtime>::get(),
            MINIMUM_SET
        );
        assert_eq!(crate::Motions::delay(), motions::DELAY);
        assert_eq!(motions::DELAY, 252_000, "seven days of 2.4 s");
        assert_eq!(pallet_pov::RoundLength::<Runtime>::get(), 43_200);
        let rules = crate::Rewards::rules().expect("genesis has rules");
        assert_eq!(rules.emission, EmissionPreset::Whitepaper);
        assert_eq!(rules.round_ms, 43_200);
        assert_eq!(rules.max_rate_per_second, Some(FIRST_YEAR_RATE));
        assert_eq!(rules.max_rate_until, Some(rounds::YEAR));
    });
}

#[test]
fn no_development_key_gets_into_a_production_chain() {
    let is_refused = |change: &dyn Fn(&mut ProductionAccounts)| {
        assert!(matches!(
            refused(change),
            ProductionError::DevelopmentKey(_)
        ));
    };
    for known in Sr25519Keyring::iter() {
        let known = Address(known.to_account_id());
        is_refused(&|file| file.token_sale.signatories[0] = known.clone());
        is_refused(&|file| file.founding_team.signatories[1] = known.clone());
        is_refused(&|file| file.verifiers[2].account = known.clone());
        is_refused(&|file| file.supervisors[0].account = known.clone());
    }
    for (_, role) in ROLES {
        is_refused(&|file| file.founding_team.signatories[1] = Address(AccountId::new(role)));
        is_refused(&|file| file.supervisors[0].account = Address(AccountId::new(role)));
    }
    let mut borrowed = session_keys("verifier 1");
    borrowed.grandpa = DevelopmentVerifier::Bob.session_keys().grandpa;
    is_refused(&|file| file.verifiers[0].session_keys = hex(&borrowed.encode()));
    let controller = crate::presets::accounts::CONTROLLER_KEY;
    is_refused(&|file| file.controllers[0].key = hex(&controller));
    let exchange = crate::presets::accounts::SUPERVISOR_EXCHANGE_KEY;
    is_refused(&|file| file.supervisors[0].exchange_key = hex(&exchange));

    // And none is anywhere in a genesis that is accepted.
    let genesis = accounts().genesis().expect("the file is right").to_string();
    for known in Sr25519Keyring::iter() {
        assert!(!genesis.contains(&known.to_account_id().to_string()));
    }
}

#[test]
fn a_file_that_cannot_be_right_is_refused_with_the_reason() {
    assert_eq!(
        refused(|file| {
            file.verifiers.pop();
        }),
        ProductionError::VerifierCount(3)
    );
    assert_eq!(
        refused(|file| file.token_sale.threshold = 1),
        ProductionError::Threshold("tokenSale")
    );
    assert_eq!(
        refused(|file| file.founding_team.threshold = 4),
        ProductionError::Threshold("foundingTeam")
    );
    assert_eq!(
        refused(|file| file.founding_team = file.token_sale.clone()),
        ProductionError::SamePot
    );
    for wrong in ["0x00", "zz", ""] {
        assert!(matches!(
            refused(|file| file.verifiers[0].session_keys = wrong.into()),
            ProductionError::Hexadecimal(_)
        ));
    }
    assert!(matches!(
        refused(|file| file.verifiers[0] = file.verifiers[1].clone()),
        ProductionError::Duplicate(_)
    ));
    assert!(matches!(
        refused(|file| {
            file.verifiers[0].session_keys = file.verifiers[1].session_keys.clone();
        }),
        ProductionError::Duplicate(_)
    ));
    assert!(matches!(
        refused(|file| file.token_sale.signatories[0] = Address(account("seller 2"))),
        ProductionError::Duplicate(_)
    ));
}

#[test]
fn an_address_may_be_of_this_chain_or_generic_and_of_no_other() {
    use sp_core::crypto::Ss58Codec;
    let known = account("somebody");
    let address = |prefix: u16| known.to_ss58check_with_version(prefix.into());
    for prefix in [crate::constants::SS58_PREFIX, 42] {
        assert_eq!(
            Address::try_from(address(prefix)),
            Ok(Address(known.clone()))
        );
    }
    for wrong in [address(0), address(2), "Alice".into()] {
        assert!(Address::try_from(wrong).is_err());
    }
}

#[test]
fn the_file_of_the_documentation_is_read_and_unknown_fields_are_refused() {
    let example = include_str!("../../../docs/production-accounts.example.json");
    let file: ProductionAccounts = serde_json::from_str(example).expect("the example is read");
    assert!(file.genesis().is_ok());

    let misspelt = example.replacen("tokenSale", "tokensale", 1);
    let error = serde_json::from_str::<ProductionAccounts>(&misspelt)
        .expect_err("the field is unknown")
        .to_string();
    assert!(error.contains("tokensale"), "{error}");
}
