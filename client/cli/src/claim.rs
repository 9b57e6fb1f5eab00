//! `chainflix claim`: has the chain pay what the verifiers' adopted root proves.

use chainflix_client::account;
use chainflix_client::chain::ClaimOutcome;
use chainflix_client::units::format_cfx;
use chainflix_primitives::AccountId;
use clap::Args;
use serde_json::{Value, json};

use crate::options::{ClientOptions, address};
use crate::progress::Progress;

/// Options of `chainflix claim`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix claim --wallet viewer.key\n  \
    chainflix claim --wallet any.key --account cfGMDxCm8GBcR6p3JM1YCjEzQJqztYXJaZjiYUHaUWb13z4LT --json\n  \
    chainflix claim --wallet any.key --account cfGMDx… --account cfJ2sf…\n\n\
    A claim of 0.01 CFX or more costs no fee. Anybody may send it; it is the named account that is paid.")]
pub(crate) struct Claim {
    #[command(flatten)]
    client: ClientOptions,

    /// The account to be paid, if it is not the wallet's; several times for several accounts, which are claimed for together.
    #[arg(long = "account", value_name = "ACCOUNT", value_parser = address)]
    accounts: Vec<AccountId>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Claim {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let client = self.client.connect().await?;
        let progress = Progress::new();
        progress.step("claiming");
        if self.accounts.len() > 1 {
            let paid = client.claim_all(&self.accounts).await?;
            drop(progress);
            return Ok(all_paid(&self.accounts, &paid, self.json));
        }
        let account = self.accounts.first().copied();
        let account = account.unwrap_or_else(|| client.account());
        let outcome = client.claim(&account).await?;
        drop(progress);
        let address = account::address(&account);
        let (amount, block) = match outcome {
            ClaimOutcome::Paid { amount, finalized } => {
                (amount, Some(hex::encode(finalized.block)))
            }
            ClaimOutcome::NothingNew => (0, None),
        };
        let amount = format_cfx(amount);
        Ok(match (self.json, block) {
            (true, block) => {
                json!({ "account": address, "paid_cfx": amount, "block": block }).to_string()
            }
            (false, Some(block)) => format!("{address} was paid {amount} CFX in block 0x{block}"),
            (false, None) => format!("{address} has claimed everything that can be claimed by now"),
        })
    }
}

/// What several accounts were paid; those that were paid nothing have claimed everything before.
fn all_paid(accounts: &[AccountId], paid: &[(AccountId, u128)], is_json: bool) -> String {
    let paid_to = |account: &AccountId| {
        let found = paid.iter().find(|(to, _)| to == account);
        found.map_or(0, |(_, amount)| *amount)
    };
    let each = accounts.iter().map(|account| (account, paid_to(account)));
    if is_json {
        let each = each.map(|(account, amount)| {
            json!({ "account": account::address(account), "paid_cfx": format_cfx(amount) })
        });
        return Value::from_iter(each).to_string();
    }
    let lines: Vec<String> = each
        .map(|(account, amount)| {
            let address = account::address(account);
            match amount {
                0 => format!("{address} has claimed everything that can be claimed by now"),
                amount => format!("{address} was paid {} CFX", format_cfx(amount)),
            }
        })
        .collect();
    lines.join("\n")
}
