//! The genesis of the production chain, from a file that its founders write.
//!
//! The pots and their sizes are fixed here; the file names who receives them and who verifies. Nothing in it may be a key
//! that everybody has. `docs/production.md` explains the file.

use super::accounts::{CONTROLLER_KEY, ROLES, SUPERVISOR_EXCHANGE_KEY};
use crate::{
    AccountId, AuthoritiesConfig, Balance, BalancesConfig, BlockNumber, FundsConfig, MotionsConfig,
    RewardsConfig, Runtime, RuntimeGenesisConfig, SessionConfig, SessionKeys,
    StorageProvidersConfig, SupervisorsConfig, VestingConfig,
    constants::{MAX_VERIFIERS, SS58_PREFIX, currency::CFX, motions, rounds, time},
};
use chainflix_primitives::emission::EmissionPreset;
use codec::Decode;
use frame_support::build_struct_json_patch;
use pallet_funds::{Fund, founders_pot};
use serde::Deserialize;
use serde_json::Value;
use sp_core::crypto::Ss58Codec;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::traits::OpaqueKeys;
use std::collections::BTreeSet;

/// The token sale's pot: liquid, of a multisig account.
pub const TOKEN_SALE: Balance = 1_000_000_000 * CFX;
/// The founding team's pot: nothing of it before [`FOUNDERS_ROUND`], all of it then.
pub const FOUNDING_TEAM: Balance = 1_000_000_000 * CFX;
/// What the verifiers spend by motion.
pub const FUNDS: [(Fund, Balance); 4] = [
    (Fund::Development, 500_000_000 * CFX),
    (Fund::Mentors, 350_000_000 * CFX),
    (Fund::Bounty, 100_000_000 * CFX),
    (Fund::Bonus, 50_000_000 * CFX),
];
/// All of it: 60 % of what will ever exist. Mining is never minted at genesis.
pub const TOTAL: Balance = 3_000_000_000 * CFX;

/// The round from which the founding team's pot is free: two years of the paper.
pub const FOUNDERS_ROUND: BlockNumber = 2 * rounds::YEAR;
/// The smallest set of verifiers: it survives one fault of any kind.
pub const MINIMUM_SET: u32 = 4;
/// Most that a second of playtime pays in the first year, 0.01 CFX: an empty network does not pay a round's emission for one
/// minute.
pub const FIRST_YEAR_RATE: Balance = CFX / 100;

/// The prefix of addresses in the generic format of Substrate.
const GENERIC_PREFIX: u16 = 42;

/// Who receives the pots and who verifies: what the file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductionAccounts {
    /// Receives the token sale's pot.
    pub token_sale: Multisig,
    /// Receives the founding team's pot when it is free.
    pub founding_team: Multisig,
    /// The first verifiers.
    pub verifiers: Vec<Verifier>,
    /// Supervisors in office from the start; others come by motion.
    #[serde(default)]
    pub supervisors: Vec<Supervisor>,
    /// Storage controllers from the start; others come by motion.
    #[serde(default)]
    pub controllers: Vec<Controller>,
    /// Where new nodes find the network: multiaddresses with peer ids.
    #[serde(default)]
    pub boot_nodes: Vec<String>,
}

/// An account as an address: of this chain, which begins with `cf`, or in the generic format of Substrate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(pub AccountId);

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(address: String) -> Result<Self, String> {
        match AccountId::from_ss58check_with_version(&address) {
            Ok((account, format)) if [SS58_PREFIX, GENERIC_PREFIX].contains(&format.into()) => {
                Ok(Self(account))
            }
            Ok(_) => Err(format!("{address} is an address of another chain")),
            Err(_malformed) => Err(format!("{address} is no address")),
        }
    }
}

/// An account that several people hold together.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Multisig {
    /// Their accounts as addresses.
    pub signatories: Vec<Address>,
    /// How many of them have to agree, at least two.
    pub threshold: u16,
}

/// A verifier of the first set.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verifier {
    /// Its account as an address.
    pub account: Address,
    /// Its public session keys as `author_rotateKeys` of its node returns them: 96 bytes in hexadecimal.
    pub session_keys: String,
}

/// A supervisor.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Supervisor {
    /// Its account as an address.
    pub account: Address,
    /// Name of the institution.
    pub name: String,
    /// X25519 key to which dossiers are sealed: 32 bytes in hexadecimal.
    pub exchange_key: String,
}

/// A storage controller.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Controller {
    /// Its ed25519 key: 32 bytes in hexadecimal.
    pub key: String,
    /// Where it is reached, an `https://` URL.
    pub endpoint: String,
}

/// Why a file makes no production chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductionError {
    /// There are fewer verifiers than the chain needs, or more than it takes.
    VerifierCount(usize),
    /// A multisig needs two signatories, and a threshold from two to all of them.
    Threshold(&'static str),
    /// Something is named twice.
    Duplicate(String),
    /// Everybody has the secret of this key.
    DevelopmentKey(String),
    /// This is not hexadecimal, or not of the right length.
    Hexadecimal(String),
    /// The token sale and the founding team have the same account.
    SamePot,
}

impl core::fmt::Display for ProductionError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::VerifierCount(count) => write!(
                f,
                "the file names {count} verifiers, but a production chain needs {MINIMUM_SET} to {MAX_VERIFIERS}"
            ),
            Self::Threshold(of) => write!(
                f,
                "{of} needs two signatories at least, and a threshold from two to their number"
            ),
            Self::Duplicate(what) => write!(f, "{what} is there twice"),
            Self::DevelopmentKey(what) => write!(
                f,
                "{what} is a development key: everybody has its secret, so it can't be in a production chain"
            ),
            Self::Hexadecimal(what) => {
                write!(
                    f,
                    "{what} is not hexadecimal of the length that it must have"
                )
            }
            Self::SamePot => write!(
                f,
                "tokenSale and foundingTeam are the same account: they need different signatories or thresholds"
            ),
        }
    }
}

impl std::error::Error for ProductionError {}

impl Multisig {
    /// The account, as wallets compute it from signatories and threshold.
    pub fn account(&self) -> AccountId {
        let mut signatories: Vec<AccountId> =
            self.signatories.iter().map(|one| one.0.clone()).collect();
        signatories.sort();
        pallet_multisig::Pallet::<Runtime>::multi_account_id(&signatories, self.threshold)
    }

    fn check(&self, name: &'static str) -> Result<(), ProductionError> {
        let all = self.signatories.len();
        if self.threshold < 2 || all < usize::from(self.threshold) {
            return Err(ProductionError::Threshold(name));
        }
        refuse_duplicates(self.signatories.iter().map(|one| one.0.to_string()))?;
        self.signatories.iter().try_for_each(|signatory| {
            refuse_development(signatory.0.as_ref(), &format!("a signatory of {name}"))
        })
    }
}

impl ProductionAccounts {
    /// The genesis as JSON: a patch of the default genesis, whose balances sum to [`TOTAL`].
    ///
    /// # Errors
    /// When the file can't be right.
    pub fn genesis(&self) -> Result<Value, ProductionError> {
        self.token_sale.check("tokenSale")?;
        self.founding_team.check("foundingTeam")?;
        let (token_sale, founders) = (self.token_sale.account(), self.founding_team.account());
        if token_sale == founders {
            return Err(ProductionError::SamePot);
        }
        let keys = self.session_entries()?;
        let supervisors = self.supervisor_entries()?;
        let controllers = self.controller_entries()?;
        let funds = FUNDS.map(|(fund, amount)| (fund.account(), amount));
        let genesis = build_struct_json_patch!(RuntimeGenesisConfig {
            balances: BalancesConfig {
                balances: [(token_sale, TOKEN_SALE), (founders_pot(), FOUNDING_TEAM)]
                    .into_iter()
                    .chain(funds)
                    .collect(),
            },
            // One step, in the round before: nothing until then, all after it.
            vesting: VestingConfig {
                vesting: vec![(founders_pot(), FOUNDERS_ROUND.saturating_sub(1), 1, 0)],
            },
            funds: FundsConfig {
                founders: Some(founders)
            },
            session: SessionConfig { keys },
            authorities: AuthoritiesConfig {
                minimum_set: MINIMUM_SET,
                session_length: time::SESSION
            },
            motions: MotionsConfig {
                delay: motions::DELAY
            },
            supervisors: SupervisorsConfig { supervisors },
            storage_providers: StorageProvidersConfig { controllers },
            rewards: RewardsConfig {
                emission: EmissionPreset::Whitepaper,
                max_rate_per_second: Some(FIRST_YEAR_RATE),
                max_rate_until: Some(rounds::YEAR),
            },
        });
        Ok(generic_addresses(genesis))
    }

    fn session_entries(&self) -> Result<Vec<(AccountId, AccountId, SessionKeys)>, ProductionError> {
        let count = self.verifiers.len();
        if !(MINIMUM_SET as usize..=MAX_VERIFIERS as usize).contains(&count) {
            return Err(ProductionError::VerifierCount(count));
        }
        let mut entries = Vec::new();
        for verifier in &self.verifiers {
            let name = format!("verifier {}", verifier.account.0);
            let of_it = format!("sessionKeys of {name}");
            refuse_development(verifier.account.0.as_ref(), &name)?;
            let bytes = hexadecimal::<96>(&verifier.session_keys, &of_it)?;
            let keys = SessionKeys::decode(&mut &bytes[..])
                .map_err(|_malformed| ProductionError::Hexadecimal(of_it.clone()))?;
            for id in SessionKeys::key_ids() {
                refuse_development(keys.get_raw(*id), &of_it)?;
            }
            let account = &verifier.account.0;
            entries.push((account.clone(), account.clone(), keys));
        }
        refuse_duplicates(
            self.verifiers
                .iter()
                .map(|verifier| format!("verifier {}", verifier.account.0)),
        )?;
        // A key of two verifiers would be one voice counted twice.
        for id in SessionKeys::key_ids() {
            refuse_duplicates(
                entries
                    .iter()
                    .map(|(_, _, keys)| format!("session key 0x{}", hex(keys.get_raw(*id)))),
            )?;
        }
        Ok(entries)
    }

    fn supervisor_entries(&self) -> Result<Vec<(AccountId, String, [u8; 32])>, ProductionError> {
        refuse_duplicates(
            self.supervisors
                .iter()
                .map(|supervisor| format!("supervisor {}", supervisor.account.0)),
        )?;
        self.supervisors
            .iter()
            .map(|supervisor| {
                let name = format!("supervisor {}", supervisor.account.0);
                refuse_development(supervisor.account.0.as_ref(), &name)?;
                let of_it = format!("exchangeKey of {name}");
                let exchange_key = hexadecimal(&supervisor.exchange_key, &of_it)?;
                refuse_development(&exchange_key, &of_it)?;
                let account = supervisor.account.0.clone();
                Ok((account, supervisor.name.clone(), exchange_key))
            })
            .collect()
    }

    fn controller_entries(&self) -> Result<Vec<([u8; 32], String)>, ProductionError> {
        refuse_duplicates(
            self.controllers
                .iter()
                .map(|controller| format!("controller {}", controller.key)),
        )?;
        self.controllers
            .iter()
            .map(|controller| {
                let name = format!("key of the controller at {}", controller.endpoint);
                let key = hexadecimal(&controller.key, &name)?;
                refuse_development(&key, &name)?;
                Ok((key, controller.endpoint.clone()))
            })
            .collect()
    }
}

/// Writes every address in the generic format: the runtime that builds the genesis knows no other, and not its own.
fn generic_addresses(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(match AccountId::from_ss58check_with_version(&text) {
            Ok((account, _)) => account.to_ss58check_with_version(GENERIC_PREFIX.into()),
            Err(_no_address) => text,
        }),
        Value::Array(values) => values.into_iter().map(generic_addresses).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, generic_addresses(value)))
            .collect(),
        other => other,
    }
}

/// Refuses a key whose secret is published: those of the SDK's development accounts and of our presets.
fn refuse_development(key: &[u8], what: &str) -> Result<(), ProductionError> {
    let sr25519 = Sr25519Keyring::iter().any(|known| known.public().0 == key);
    let ed25519 = Ed25519Keyring::iter().any(|known| known.public().0 == key);
    let role = ROLES.iter().any(|(_, public)| public == key);
    let other = [CONTROLLER_KEY, SUPERVISOR_EXCHANGE_KEY]
        .iter()
        .any(|public| public == key);
    if sr25519 || ed25519 || role || other {
        return Err(ProductionError::DevelopmentKey(what.into()));
    }
    Ok(())
}

fn refuse_duplicates(names: impl Iterator<Item = String>) -> Result<(), ProductionError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            return Err(ProductionError::Duplicate(name));
        }
    }
    Ok(())
}

fn hexadecimal<const N: usize>(text: &str, what: &str) -> Result<[u8; N], ProductionError> {
    let wrong = || ProductionError::Hexadecimal(what.into());
    let bytes: sp_core::Bytes =
        serde_json::from_value(Value::String(text.into())).map_err(|_malformed| wrong())?;
    bytes.0.try_into().map_err(|_length| wrong())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
