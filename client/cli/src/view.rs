//! `chainflix view`: what became of views, one view in full, and its proof against the chain.

mod archives;
mod missing;
mod shown;
mod watching;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use chainflix_client::chain::Chain;
use chainflix_client::verifiers::{Identity, Verifiers};
use chainflix_client::views;
use chainflix_client::wallet::Wallet;
use chainflix_primitives::Hash32;
use chainflix_primitives::api::ViewRecord;
use clap::{Args, Subcommand};
use codec::{DecodeAll, Encode};
use serde_json::Value;

use crate::options::{ChainOptions, WalletOptions};
use shown::{outcome_json, record_json, record_text, status_json, status_text, verified_text};

/// Options of `chainflix view`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix view list --wallet viewer.key\n  \
    chainflix view watch --wallet viewer.key\n  \
    chainflix view show 5a… --wallet viewer.key --save view.proof\n  \
    chainflix view verify 5a… --wallet viewer.key --json\n  \
    chainflix view verify --proof view.proof\n  \
    chainflix view claim-missing --wallet viewer.key --list\n  \
    chainflix view verify-archive rounds/*.cfa\n\n\
    Verifiers show a view to whom it pays: its viewer, the producer and supervisor of its video, its enhancers, its storage providers. \
    Whoever is given a saved proof can verify it against any node of the chain.")]
pub(crate) struct View {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the latest views of the wallet's account, and what became of them.
    List {
        #[command(flatten)]
        asking: Asking,
        /// How many at most, from each verifier.
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=512))]
        limit: u16,
    },
    /// Follow what happens to views of the wallet's account, as it happens, until Ctrl-C.
    #[command(
        after_help = "Verifiers tell by themselves; one without subscriptions is asked every few seconds. With --json each line is one event: standing, accepted, refused, in_block, judged, waits, decided."
    )]
    Watch(watching::Watch),
    /// Show one view.
    Show {
        /// The view's id, 64 hex digits, as `chainflix view list` names it.
        #[arg(value_name = "ID", value_parser = id)]
        view: Hash32,
        #[command(flatten)]
        asking: Asking,
        /// Also keep the view and its proof in this file.
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
    },
    /// Check one view against what the chain has finalized.
    #[command(
        after_help = "Exit code 1 when anything does not hold, and why is said. Checked are the Merkle path under the root on chain, the wallet's consent, the viewer's signature, time, nonce, enhancements, assignment of the verifier, and the value by the settled block. Not checked are the ticket's path, openings and receipts: those the verifiers check."
    )]
    Verify {
        /// The view's id, 64 hex digits; or none, with --proof.
        #[arg(value_name = "ID", value_parser = id, required_unless_present = "proof", conflicts_with = "proof")]
        view: Option<Hash32>,
        /// A proof that `chainflix view show --save` kept. It takes no wallet.
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
        #[command(flatten)]
        chain: ChainOptions,
        /// Key file of an account that the view pays.
        #[arg(
            long,
            value_name = "FILE",
            env = "CHAINFLIX_WALLET",
            required_unless_present = "proof"
        )]
        wallet: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Claim what verifiers owe for views of the wallet's account that they accepted and put into no block.
    #[command(
        after_help = "The player keeps its acceptances for a cycle. Once the last of the 21 blocks that may hold a view is settled, other verifiers show between which neighbours it would stand; what they show is checked against the chain before anything is sent. The wallet pays no fee for a claim that holds. Exit code 1 when something that is owed could not be claimed."
    )]
    ClaimMissing(missing::ClaimMissing),
    /// Check archives of settled rounds, which a verifier wrote, against themselves and against the chain.
    #[command(
        after_help = "Exit code 1 when anything does not hold, and why is said. Checked are digest, order and roots of all view blocks, the wallets' consent and the viewers' signatures, and whether the settled rounds are those of the chain, which keeps them for some cycles."
    )]
    VerifyArchive {
        /// The files.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        chain: ChainOptions,
        /// Ask no node: whether the rounds are those of the chain stays open.
        #[arg(long, conflicts_with = "chain")]
        offline: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Whom the verifiers answer.
#[derive(Debug, Args)]
struct Asking {
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    wallet: WalletOptions,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl View {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        match &self.action {
            Action::List { asking, limit } => list(asking, *limit).await,
            Action::Show { view, asking, save } => {
                let chain = Chain::connect(&asking.chain.chain).await?;
                let verifiers = find(chain, asking.wallet.read()?).await?;
                let record = verifiers.view(view).await?;
                if let Some(file) = save {
                    let text = hex::encode(record.encode());
                    std::fs::write(file, text)
                        .with_context(|| format!("{} can't be written", file.display()))?;
                }
                Ok(if asking.json {
                    record_json(&record).to_string()
                } else {
                    record_text(&record)
                })
            }
            Action::Verify {
                view,
                proof,
                chain,
                wallet,
                json,
            } => {
                let chain = Chain::connect(&chain.chain).await?;
                let record = match (proof, view, wallet) {
                    (Some(file), _, _) => saved(file)?,
                    (None, Some(view), Some(wallet)) => {
                        let wallet = Wallet::read(wallet)?;
                        find(chain.clone(), wallet).await?.view(view).await?
                    }
                    _ => bail!("name a view and a wallet, or a saved proof with --proof"),
                };
                verify(&chain, &record, *json).await
            }
            Action::Watch(watch) => watch.run().await,
            Action::ClaimMissing(claim) => claim.run().await,
            Action::VerifyArchive {
                files,
                chain,
                offline,
                json,
            } => {
                let chain = match offline {
                    true => None,
                    false => Some(Chain::connect(&chain.chain).await?),
                };
                archives::verify(chain.as_ref(), files, *json).await
            }
        }
    }
}

async fn find(chain: Chain, wallet: Wallet) -> anyhow::Result<Verifiers> {
    let identity = Identity::new(wallet, &chain).await?;
    Ok(Verifiers::find(chain, Arc::new(identity)).await?)
}

async fn list(asking: &Asking, limit: u16) -> anyhow::Result<String> {
    let chain = Chain::connect(&asking.chain.chain).await?;
    let verifiers = find(chain, asking.wallet.read()?).await?;
    let views = verifiers.views_at(&verifiers.known(), limit).await?;
    if asking.json {
        return Ok(Value::from_iter(views.iter().map(status_json)).to_string());
    }
    if views.is_empty() {
        return Ok("no verifier has accepted a view of this account in the last cycles".to_owned());
    }
    let lines: Vec<String> = views.iter().map(status_text).collect();
    Ok(lines.join("\n"))
}

/// Reads a saved proof.
fn saved(file: &Path) -> anyhow::Result<ViewRecord> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} can't be read", file.display()))?;
    let bytes = hex::decode(text.trim()).ok();
    let record = bytes.and_then(|bytes| ViewRecord::decode_all(&mut bytes.as_slice()).ok());
    record.with_context(|| {
        format!(
            "{} holds no proof of a view; `chainflix view show --save` makes one",
            file.display()
        )
    })
}

async fn verify(chain: &Chain, record: &ViewRecord, is_json: bool) -> anyhow::Result<String> {
    let facts = chain.view_facts(record).await?;
    let facts = facts.context("the view was issued before the chain began")?;
    let outcome = views::check(record, &facts);
    if is_json {
        let mut shown = record_json(record);
        if let Value::Object(shown) = &mut shown {
            let problem = outcome.as_ref().err().map(ToString::to_string);
            shown.insert("verified".to_owned(), outcome.is_ok().into());
            shown.insert("problem".to_owned(), problem.into());
            shown.insert("finalized_block".to_owned(), facts.block.into());
            let outcome = outcome.as_ref().ok().map(outcome_json);
            shown.insert("outcome".to_owned(), outcome.into());
        }
        if outcome.is_err() {
            println!("{shown}");
            bail!("the view does not hold; why is said above");
        }
        return Ok(shown.to_string());
    }
    let outcome = outcome?;
    Ok(format!(
        "{}\n{}",
        record_text(record),
        verified_text(&outcome, &facts)
    ))
}

/// Reads a view's id, for clap.
fn id(text: &str) -> Result<Hash32, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let bytes = hex::decode(digits).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| "a view's id is 64 hex digits; `chainflix view list` names them".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_id_is_refused_with_a_hint() {
        assert!(id("5a").unwrap_err().contains("view list"));
        assert_eq!(id(&"0x5a".replace("5a", &"5a".repeat(32))), Ok([0x5a; 32]));
    }

    #[test]
    fn a_file_that_holds_no_proof_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("view.proof");
        std::fs::write(&file, "5a5a").unwrap();
        let error = saved(&file).unwrap_err().to_string();
        assert!(
            error.contains("view.proof") && error.contains("--save"),
            "{error}"
        );
    }
}
