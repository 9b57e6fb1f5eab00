//! `chainflix claim`: has the chain pay what the verifiers' adopted root proves.

use chainflix_client::account;
use chainflix_client::chain::ClaimOutcome;
use chainflix_client::units::format_cfx;
use chainflix_primitives::AccountId;
use clap::Args;
use serde_json::json;

use crate::options::{ClientOptions, address};
use crate::progress::Progress;

/// Options of `chainflix claim`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix claim --wallet viewer.key\n  \
    chainflix claim --wallet any.key --account cfGMDxCm8GBcR6p3JM1YCjEzQJqztYXJaZjiYUHaUWb13z4LT --json\n\n\
    A claim of 0.01 CFX or more costs no fee. Anybody may send it; it is the named account that is paid.")]
pub(crate) struct Claim {
    #[command(flatten)]
    client: ClientOptions,

    /// The account to be paid, if it is not the wallet's.
    #[arg(long, value_parser = address)]
    account: Option<AccountId>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Claim {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let client = self.client.connect().await?;
        let account = self.account.unwrap_or_else(|| client.account());
        let progress = Progress::new();
        progress.step("claiming");
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
