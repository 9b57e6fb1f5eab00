//! `chainflix producer` and `chainflix supervisor`: who may publish.

use std::path::PathBuf;

use anyhow::Context;
use chainflix_client::account;
use chainflix_client::chain::Chain;
use chainflix_primitives::AccountId;
use clap::{Args, Subcommand};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::options::{ChainOptions, WalletOptions, address};
use crate::progress::Progress;

/// Options of `chainflix producer`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix producer apply --supervisor cfF8mtiGuZ3Ka4Udm2iP6CNYqP1X2gBqhoH3MAxUqYPkisK2z --dossier sealed.bin --wallet producer.key\n  \
    chainflix producer status --wallet producer.key\n\n\
    Applying takes a fee and a deposit. How the dossier is sealed and reaches the supervisor is between the two.")]
pub(crate) struct Producer {
    #[command(subcommand)]
    action: ProducerAction,
}

#[derive(Debug, Subcommand)]
enum ProducerAction {
    /// Apply to a supervisor for the right to publish.
    Apply {
        /// The supervisor's account.
        #[arg(long, value_name = "ACCOUNT", value_parser = address)]
        supervisor: AccountId,
        /// The dossier as it was sealed to the supervisor and sent to it; only its SHA-256 goes on chain.
        #[arg(long, value_name = "FILE")]
        dossier: PathBuf,
        #[command(flatten)]
        chain: ChainOptions,
        #[command(flatten)]
        wallet: WalletOptions,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say whether the account may publish.
    Status {
        #[command(flatten)]
        chain: ChainOptions,
        #[command(flatten)]
        wallet: WalletOptions,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Producer {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        match &self.action {
            ProducerAction::Apply {
                supervisor,
                dossier,
                chain,
                wallet,
                json,
            } => {
                let wallet = wallet.read()?;
                let sealed = std::fs::read(dossier)
                    .with_context(|| format!("the dossier {} can't be read", dossier.display()))?;
                let hash: [u8; 32] = Sha256::digest(sealed).into();
                let chain = Chain::connect(&chain.chain).await?;
                let progress = Progress::new();
                progress.step("applying on chain");
                let done = chain.apply_as_producer(&wallet, supervisor, hash).await?;
                drop(progress);
                let account = account::address(&wallet.account());
                Ok(if *json {
                    json!({ "account": account, "dossier_sha256": hex::encode(hash), "block": hex::encode(done.block) })
                        .to_string()
                } else {
                    format!("{account} has applied to {}", account::address(supervisor))
                })
            }
            ProducerAction::Status {
                chain,
                wallet,
                json,
            } => {
                let account = wallet.read()?.account();
                let chain = Chain::connect(&chain.chain).await?;
                let eligible = chain.is_eligible_producer(&account).await?;
                let account = account::address(&account);
                Ok(if *json {
                    json!({ "account": account, "may_publish": eligible }).to_string()
                } else if eligible {
                    format!("{account} may publish")
                } else {
                    format!(
                        "{account} may not publish: no supervisor's approval holds; unless an application is open, apply with `chainflix producer apply`"
                    )
                })
            }
        }
    }
}

/// Options of `chainflix supervisor`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    chainflix supervisor approve cfJZiCsPvDHaxpBDGVggFGH77fXS47HrG14NfcBojqM5wNywh --wallet supervisor.key\n\n\
    The chain's genesis names the supervisors. Who has applied is storage `supervisors.applications` in Polkadot.js Apps.")]
pub(crate) struct Supervisor {
    #[command(subcommand)]
    action: SupervisorAction,
}

#[derive(Debug, Subcommand)]
enum SupervisorAction {
    /// Approve a producer that applied to the wallet's account.
    Approve {
        /// The producer's account.
        #[arg(value_name = "ACCOUNT", value_parser = address)]
        producer: AccountId,
        #[command(flatten)]
        chain: ChainOptions,
        #[command(flatten)]
        wallet: WalletOptions,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Supervisor {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let SupervisorAction::Approve {
            producer,
            chain,
            wallet,
            json,
        } = &self.action;
        let wallet = wallet.read()?;
        let chain = Chain::connect(&chain.chain).await?;
        let progress = Progress::new();
        progress.step("approving on chain");
        let done = chain.approve_producer(&wallet, producer).await?;
        drop(progress);
        let producer = account::address(producer);
        Ok(if *json {
            json!({ "producer": producer, "block": hex::encode(done.block) }).to_string()
        } else {
            format!("{producer} may publish")
        })
    }
}
