//! `chainflix producer`: the right to publish, and appeals.

use std::path::PathBuf;

use chainflix_client::account;
use chainflix_content::MagnetLink;
use chainflix_primitives::AccountId;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::applications::{application_json, application_words};
use crate::options::{ActingOptions, address, hash_of};
use crate::progress::Progress;

/// Options of `chainflix producer`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix producer apply --supervisor cfF8mtiGuZ3Ka4Udm2iP6CNYqP1X2gBqhoH3MAxUqYPkisK2z --dossier sealed.bin --wallet producer.key\n  \
    chainflix producer status --wallet producer.key\n  \
    chainflix producer appeal 5a… --evidence licence.pdf --wallet producer.key\n\n\
    Applying and appealing take a fee and a deposit. How the dossier is sealed and reaches the supervisor is between the two.")]
pub(crate) struct Producer {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Apply to a supervisor for the right to publish.
    Apply {
        /// The supervisor's account.
        #[arg(long, value_name = "ACCOUNT", value_parser = address)]
        supervisor: AccountId,
        /// The dossier as it was sealed to the supervisor and sent to it; only its SHA-256 goes on chain.
        #[arg(long, value_name = "FILE")]
        dossier: PathBuf,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Say whether the account may publish, and where its application stands.
    Status {
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Take an application back, or remove a refused one; its deposit comes back.
    Withdraw {
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Appeal to the verifiers against the restriction of a video, once.
    Appeal {
        /// The video's link, or its id in hex.
        #[arg(value_name = "MAGNET")]
        video: MagnetLink,
        /// What you have to say; it goes to the verifiers, only its SHA-256 on chain.
        #[arg(long, value_name = "FILE")]
        evidence: PathBuf,
        #[command(flatten)]
        acting: ActingOptions,
    },
}

impl Producer {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let progress = Progress::new();
        match &self.action {
            Action::Apply {
                supervisor,
                dossier,
                acting,
            } => {
                let hash = hash_of(dossier)?;
                let (chain, wallet) = acting.connect().await?;
                progress.step("applying on chain");
                let done = chain.apply_as_producer(&wallet, supervisor, hash).await?;
                let fields = json!({ "dossier_sha256": hex::encode(hash) });
                let said = format!("has applied to {}", account::address(supervisor));
                Ok(acting.done(&wallet, &done, fields, &said))
            }
            Action::Status { acting } => status(acting).await,
            Action::Withdraw { acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("withdrawing the application");
                let done = chain.withdraw_producer_application(&wallet).await?;
                Ok(acting.done(&wallet, &done, json!({}), "has no application any more"))
            }
            Action::Appeal {
                video,
                evidence,
                acting,
            } => {
                let hash = hash_of(evidence)?;
                let (chain, wallet) = acting.connect().await?;
                progress.step("appealing on chain");
                let done = chain
                    .appeal_restriction(&wallet, &video.magnet, hash)
                    .await?;
                let fields = json!({ "evidence_sha256": hex::encode(hash) });
                let said = "has appealed; the verifiers decide by motion";
                Ok(acting.done(&wallet, &done, fields, said))
            }
        }
    }
}

async fn status(acting: &ActingOptions) -> anyhow::Result<String> {
    let (chain, wallet) = acting.connect().await?;
    let id = wallet.account();
    let eligible = chain.is_eligible_producer(&id).await?;
    let application = chain.producer_application(&id).await?;
    let account = account::address(&id);
    Ok(if acting.json {
        let application = application.as_ref().map(application_json);
        json!({ "account": account, "may_publish": eligible, "application": application })
            .to_string()
    } else if eligible {
        format!("{account} may publish")
    } else {
        let rest = application.as_ref().map_or_else(
            || "no supervisor's approval holds; apply with `chainflix producer apply`".to_owned(),
            application_words,
        );
        format!("{account} may not publish: {rest}")
    })
}
