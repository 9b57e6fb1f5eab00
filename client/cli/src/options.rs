//! Options that several verbs take, and what they stand for.

use std::path::{Path, PathBuf};

use anyhow::Context;
use chainflix_client::chain::{Chain, Finalized};
use chainflix_client::units::read_cfx;
use chainflix_client::wallet::Wallet;
use chainflix_client::{Client, Config, account};
use chainflix_primitives::{AccountId, Hash32};
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where a node of the chain is looked for when none is named.
const LOCAL_NODE: &str = "ws://127.0.0.1:9944";

/// How the chain is reached.
#[derive(Debug, Args)]
pub(crate) struct ChainOptions {
    /// Node of the chain; several, separated by commas, stand in for each other when one does not answer.
    #[arg(long, value_name = "URL", env = "CHAINFLIX_CHAIN", value_delimiter = ',', default_value = LOCAL_NODE)]
    pub(crate) chain: Vec<String>,
}

impl ChainOptions {
    /// Connects.
    pub(crate) async fn open(&self) -> anyhow::Result<Chain> {
        Ok(Chain::connect(&self.chain).await?)
    }
}

/// The account that acts.
#[derive(Debug, Args)]
pub(crate) struct WalletOptions {
    /// Key file: the account's secret phrase, hex seed or URI, in a file that only its owner can read.
    #[arg(long, value_name = "FILE", env = "CHAINFLIX_WALLET")]
    pub(crate) wallet: PathBuf,
}

impl WalletOptions {
    /// Reads the wallet.
    pub(crate) fn read(&self) -> anyhow::Result<Wallet> {
        Ok(Wallet::read(&self.wallet)?)
    }
}

/// What a verb needs that makes the wallet's account do one thing on chain.
#[derive(Debug, Args)]
pub(crate) struct ActingOptions {
    #[command(flatten)]
    chain: ChainOptions,

    #[command(flatten)]
    wallet: WalletOptions,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

impl ActingOptions {
    /// Reads the wallet and connects.
    pub(crate) async fn connect(&self) -> anyhow::Result<(Chain, Wallet)> {
        let wallet = self.wallet.read()?;
        Ok((Chain::connect(&self.chain.chain).await?, wallet))
    }

    /// What is printed of a finalized transaction: fields in JSON, or a sentence that begins with the account.
    pub(crate) fn done(
        &self,
        wallet: &Wallet,
        done: &Finalized,
        fields: Value,
        words: &str,
    ) -> String {
        let account = account::address(&wallet.account());
        if !self.json {
            return format!("{account} {words}");
        }
        let mut all = json!({ "account": account, "block": hex::encode(done.block) });
        if let (Value::Object(all), Value::Object(fields)) = (&mut all, fields) {
            all.extend(fields);
        }
        all.to_string()
    }
}

/// What a verb needs that publishes, watches or earns.
#[derive(Debug, Args)]
pub(crate) struct ClientOptions {
    #[command(flatten)]
    chain: ChainOptions,

    #[command(flatten)]
    wallet: WalletOptions,

    /// Storage controller; without it, the first that is registered on chain and answers.
    #[arg(long, value_name = "URL", env = "CHAINFLIX_CONTROLLER")]
    pub(crate) controller: Option<String>,

    /// Country that the controller is told, a code of two letters: of storage nodes with the same load, those there come
    /// first. Nothing is told without it.
    #[arg(long, value_name = "CC", value_parser = region, env = "CHAINFLIX_REGION")]
    region: Option<[u8; 2]>,
}

impl ClientOptions {
    /// Connects.
    pub(crate) async fn connect(&self) -> anyhow::Result<Client> {
        let config = Config {
            chain: self.chain.chain.clone(),
            controller: self.controller.clone(),
            wallet: self.wallet.read()?,
        };
        let client = Client::connect(config).await?.in_region(self.region);
        // Whoever has no home folder watches without.
        Ok(match kept_folder(None) {
            Ok(folder) => client.keeping_acceptances(&folder),
            Err(_) => client,
        })
    }
}

/// Reads an account's address, for clap.
pub(crate) fn address(text: &str) -> Result<AccountId, String> {
    account::read(text).ok_or_else(|| {
        "this is no address; one begins with cf, or is 64 hex digits; look for a mistyped character".to_owned()
    })
}

/// Reads an amount in CFX, for clap; nothing is an amount too.
pub(crate) fn amount(text: &str) -> Result<u128, String> {
    read_cfx(text).ok_or_else(|| "an amount in CFX is a number such as 20 or 0.5".to_owned())
}

/// Space in bytes: `10GB`, `500MB`, `2TB`, or a number of bytes.
pub(crate) fn space(text: &str) -> Result<u64, String> {
    let units = [
        ("TB", 1_000_000_000_000u64),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("KB", 1_000),
        ("B", 1),
    ];
    let text = text.trim().to_ascii_uppercase();
    let (digits, unit) = units
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))
        .unwrap_or((text.as_str(), 1));
    let number = digits.trim().parse::<u64>().ok();
    number
        .and_then(|number| number.checked_mul(unit))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "say how much as a whole number with a unit, such as 50GB or 2TB".to_owned())
}

/// Two letters, in capitals.
pub(crate) fn region(text: &str) -> Result<[u8; 2], String> {
    let letters: Option<[u8; 2]> = text.as_bytes().try_into().ok();
    letters
        .map(|letters| letters.map(|letter| letter.to_ascii_uppercase()))
        .filter(|letters| letters.iter().all(u8::is_ascii_uppercase))
        .ok_or_else(|| "a region is a country code of two letters, such as DE".to_owned())
}

/// SHA-256 of a file of which only that goes on chain.
pub(crate) fn hash_of(file: &Path) -> anyhow::Result<Hash32> {
    let content =
        std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    anyhow::ensure!(!content.is_empty(), "{} is empty", file.display());
    Ok(Sha256::digest(content).into())
}

/// A folder for a verb's state: the one that was named, or one below the user's.
pub(crate) fn state_folder(named: Option<&PathBuf>) -> anyhow::Result<PathBuf> {
    if let Some(folder) = named {
        return Ok(folder.clone());
    }
    let of = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty());
    let base = of("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(of("HOME")?).join(".local/state")))
        .context("there is no home folder to keep state in; name a folder with --state")?;
    Ok(base.join("chainflix"))
}

/// Where acceptances are kept: the folder that was named, or one below the user's.
pub(crate) fn kept_folder(named: Option<&PathBuf>) -> anyhow::Result<PathBuf> {
    match named {
        Some(folder) => Ok(folder.clone()),
        None => Ok(state_folder(None)?.join("acceptances")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_is_read_with_its_unit_and_nothing_else_is_taken_for_it() {
        assert_eq!(space("10GB"), Ok(10_000_000_000));
        assert_eq!(space("2 tb"), Ok(2_000_000_000_000));
        assert_eq!(space("4096"), Ok(4_096));
        for wrong in ["", "GB", "-1GB", "1.5GB", "0", "99999999999TB", "10 apples"] {
            assert!(space(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_mistyped_address_is_refused_with_a_hint() {
        let error = address("cfJ2sexAF8gWuhLHYgLXoDnyhGcJi717QtnMCqx6yjUXorneZ").unwrap_err();
        assert!(error.contains("mistyped"), "{error}");
    }

    #[test]
    fn a_region_is_two_letters_and_written_in_capitals() {
        assert_eq!(region("de"), Ok(*b"DE"));
        for wrong in ["", "D", "DEU", "D1", "é"] {
            assert!(region(wrong).is_err(), "{wrong}");
        }
    }
}
