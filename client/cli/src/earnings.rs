//! `chainflix earnings`: what accounts have earned by views, and where it stands.

use anyhow::{Context, bail};
use chainflix_client::chain::Chain;
use chainflix_client::earnings::EarningsSummary;
use chainflix_client::secrets;
use chainflix_client::units::format_cfx;
use chainflix_client::verifiers::{Identity, Verifiers};
use chainflix_client::{account, wallet::Wallet};
use chainflix_primitives::AccountId;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

use crate::options::{ChainOptions, address};

/// Options of `chainflix earnings`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix earnings --wallet viewer.key\n  \
    chainflix earnings cfGMDxCm8GBcR6p3JM1YCjEzQJqztYXJaZjiYUHaUWb13z4LT --json\n\n\
    lifetime = pending + claimable + claimed. Pending becomes claimable when the verifiers adopt the next earnings root.")]
pub(crate) struct Earnings {
    /// Accounts by address, or by public key in hex.
    #[arg(value_name = "ACCOUNT", value_parser = address)]
    accounts: Vec<AccountId>,

    #[command(flatten)]
    chain: ChainOptions,

    /// Wallet file whose account is meant, instead of addresses.
    #[arg(long, value_name = "FILE", env = "CHAINFLIX_WALLET")]
    wallet: Option<PathBuf>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Earnings {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let mut accounts = self.accounts.clone();
        if let Some(wallet) = self.wallet.as_ref().filter(|_| accounts.is_empty()) {
            accounts.push(Wallet::read(wallet)?.account());
        }
        if accounts.is_empty() {
            bail!("name an account, or a wallet with --wallet");
        }
        let chain = Chain::connect(&self.chain.chain).await?;
        // Earnings are public: whoever asks needs an identity of the moment only.
        let secret = secrets::random_key()?;
        let nobody = Wallet::from_uri(&format!("0x{}", hex::encode(*secret)));
        let identity = Identity::new(nobody.context("no key can be drawn")?, &chain).await?;
        let verifiers = Verifiers::find(chain.clone(), Arc::new(identity)).await?;
        let mut found = Vec::new();
        for account in accounts {
            let earned = verifiers.earnings(&account).await?;
            let claimed = chain.claimed(&account).await?;
            let balance = chain.balance(&account).await?;
            found.push((
                account,
                EarningsSummary::new(&earned, claimed),
                balance.free,
            ));
        }
        Ok(if self.json {
            Value::from_iter(found.iter().map(as_json)).to_string()
        } else {
            let texts: Vec<String> = found.iter().map(as_text).collect();
            texts.join("\n")
        })
    }
}

fn as_json((account, earned, balance): &(AccountId, EarningsSummary, u128)) -> Value {
    json!({
        "account": account::address(account),
        "as_of_round": earned.as_of,
        "lifetime_cfx": format_cfx(earned.lifetime),
        "pending_cfx": format_cfx(earned.pending),
        "claimable_cfx": format_cfx(earned.claimable),
        "claimed_cfx": format_cfx(earned.claimed),
        "balance_cfx": format_cfx(*balance),
    })
}

fn as_text((account, earned, balance): &(AccountId, EarningsSummary, u128)) -> String {
    let as_of = match earned.as_of {
        Some(round) => format!(" by round {round}"),
        None => String::new(),
    };
    format!(
        "{}\n  earned{as_of}  {} CFX\n    pending    {} CFX\n    claimable  {} CFX\n    claimed    {} CFX\n  balance      {} CFX",
        account::address(account),
        format_cfx(earned.lifetime),
        format_cfx(earned.pending),
        format_cfx(earned.claimable),
        format_cfx(earned.claimed),
        format_cfx(*balance),
    )
}
