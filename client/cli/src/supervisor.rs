//! `chainflix supervisor`: who may publish, and what must not be watched.

use std::fmt::Debug;
use std::path::PathBuf;

use chainflix_client::account;
use chainflix_client::chain::{Decision, RefusalReason, ReinstatementReason, RestrictionReason};
use chainflix_content::MagnetLink;
use chainflix_primitives::{AccountId, Magnet, Round, hash::Hash32, registry::VideoState};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::applications::{application_json, application_words, reason_name};
use crate::options::{ActingOptions, address, hash_of};
use crate::progress::Progress;

/// Reasons for which a producer is refused or its approval taken back.
const REFUSALS: [RefusalReason; 7] = [
    RefusalReason::DossierIncomplete,
    RefusalReason::IdentityNotEstablished,
    RefusalReason::RightsNotShown,
    RefusalReason::UnlawfulContent,
    RefusalReason::OutsideRemit,
    RefusalReason::DossierUntrue,
    RefusalReason::ConditionsNotMet,
];

/// Reasons for which a video is restricted.
const RESTRICTIONS: [RestrictionReason; 6] = [
    RestrictionReason::Copyright,
    RestrictionReason::LegalOrder,
    RestrictionReason::UnlawfulContent,
    RestrictionReason::ProtectionOfMinors,
    RestrictionReason::Privacy,
    RestrictionReason::Deception,
];

/// Reasons for which a restriction is lifted.
const REINSTATEMENTS: [ReinstatementReason; 5] = [
    ReinstatementReason::RightsShown,
    ReinstatementReason::OrderLifted,
    ReinstatementReason::FoundLawful,
    ReinstatementReason::ConsentGiven,
    ReinstatementReason::ImposedInError,
];

/// Options of `chainflix supervisor`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix supervisor applications --wallet supervisor.key\n  \
    chainflix supervisor approve cfJZiCsPvDHaxpBDGVggFGH77fXS47HrG14NfcBojqM5wNywh --wallet supervisor.key\n  \
    chainflix supervisor restrict 5a… --reason copyright --evidence notice.pdf --wallet supervisor.key\n\n\
    The verifiers put supervisors in office by motion: docs/governance.md.")]
pub(crate) struct Supervisor {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the applications to the wallet's account.
    Applications {
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Approve a producer that applied to the wallet's account.
    Approve {
        /// The producer's account.
        #[arg(value_name = "ACCOUNT", value_parser = address)]
        producer: AccountId,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Refuse a producer that applied to the wallet's account.
    Refuse {
        /// The producer's account.
        #[arg(value_name = "ACCOUNT", value_parser = address)]
        producer: AccountId,
        /// Why, which anybody can read on chain.
        #[arg(long, value_name = "REASON", value_parser = refusal)]
        reason: RefusalReason,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Take an approval back; what is published already stays.
    Revoke {
        /// The producer's account.
        #[arg(value_name = "ACCOUNT", value_parser = address)]
        producer: AccountId,
        /// Why, which anybody can read on chain.
        #[arg(long, value_name = "REASON", value_parser = refusal)]
        reason: RefusalReason,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Restrict a video: nobody gets its keys from two rounds later on.
    #[command(
        after_help = "Without limit for the supervisor that approved the producer, for a week for any other."
    )]
    Restrict {
        /// The video's link, or its id in hex.
        #[arg(value_name = "MAGNET")]
        video: MagnetLink,
        /// Why, which anybody can read on chain.
        #[arg(long, value_name = "REASON", value_parser = restriction)]
        reason: RestrictionReason,
        /// The evidence; it stays with you, only its SHA-256 goes on chain.
        #[arg(long, value_name = "FILE")]
        evidence: PathBuf,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Lift a restriction, two rounds later.
    Reinstate {
        /// The video's link, or its id in hex.
        #[arg(value_name = "MAGNET")]
        video: MagnetLink,
        /// Why, which anybody can read on chain.
        #[arg(long, value_name = "REASON", value_parser = reinstatement)]
        reason: ReinstatementReason,
        /// The evidence; it stays with you, only its SHA-256 goes on chain.
        #[arg(long, value_name = "FILE")]
        evidence: PathBuf,
        #[command(flatten)]
        acting: ActingOptions,
    },
}

impl Supervisor {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        match &self.action {
            Action::Applications { acting } => applications(acting).await,
            Action::Approve { producer, acting } => {
                decide(acting, producer, Decision::Approve).await
            }
            Action::Refuse {
                producer,
                reason,
                acting,
            } => decide(acting, producer, Decision::Refuse(*reason)).await,
            Action::Revoke {
                producer,
                reason,
                acting,
            } => {
                let (chain, wallet) = acting.connect().await?;
                let progress = Progress::new();
                progress.step("taking the approval back");
                let done = chain.revoke_approval(&wallet, producer, *reason).await?;
                let producer = account::address(producer);
                let said = format!("has taken back that {producer} may publish");
                Ok(acting.done(&wallet, &done, json!({ "producer": producer }), &said))
            }
            Action::Restrict {
                video,
                reason,
                evidence,
                acting,
            } => {
                let hash = hash_of(evidence)?;
                let (chain, wallet) = acting.connect().await?;
                let progress = Progress::new();
                progress.step("restricting on chain");
                let done = chain
                    .restrict_video(&wallet, &video.magnet, *reason, hash)
                    .await?;
                let state = VideoState::Restricted;
                let from = chain.in_state_from(&video.magnet, state).await?;
                let fields = ordered(&video.magnet, hash, from);
                let said = format!("has restricted {}; {}", video.magnet, holds(from));
                Ok(acting.done(&wallet, &done, fields, &said))
            }
            Action::Reinstate {
                video,
                reason,
                evidence,
                acting,
            } => {
                let hash = hash_of(evidence)?;
                let (chain, wallet) = acting.connect().await?;
                let progress = Progress::new();
                progress.step("lifting the restriction");
                let done = chain
                    .reinstate_video(&wallet, &video.magnet, *reason, hash)
                    .await?;
                let state = VideoState::Active;
                let from = chain.in_state_from(&video.magnet, state).await?;
                let fields = ordered(&video.magnet, hash, from);
                let said = format!("has reinstated {}; {}", video.magnet, holds(from));
                Ok(acting.done(&wallet, &done, fields, &said))
            }
        }
    }
}

/// What an order about a video comes to, as JSON.
fn ordered(video: &Magnet, evidence: Hash32, from: Option<Round>) -> serde_json::Value {
    json!({ "magnet": video.to_string(), "evidence_sha256": hex::encode(evidence), "from_round": from })
}

/// From when on an order holds.
fn holds(from: Option<Round>) -> String {
    match from {
        Some(round) => format!("it holds from round {round} on"),
        None => "it holds two rounds from now".to_owned(),
    }
}

async fn applications(acting: &ActingOptions) -> anyhow::Result<String> {
    let (chain, wallet) = acting.connect().await?;
    let found = chain.applications_to(&wallet.account()).await?;
    let lines = found.iter().map(|(producer, application)| {
        let producer = account::address(producer);
        if acting.json {
            let mut line = application_json(application);
            line["producer"] = producer.into();
            line.to_string()
        } else {
            format!("{producer}: {}", application_words(application))
        }
    });
    let lines: Vec<String> = lines.collect();
    Ok(match (acting.json, lines.is_empty()) {
        (true, _) => format!("[{}]", lines.join(",")),
        (false, true) => "no applications".to_owned(),
        (false, false) => lines.join("\n"),
    })
}

async fn decide(
    acting: &ActingOptions,
    producer: &AccountId,
    decision: Decision,
) -> anyhow::Result<String> {
    let (chain, wallet) = acting.connect().await?;
    let progress = Progress::new();
    progress.step("deciding on chain");
    let done = chain
        .decide_application(&wallet, producer, decision)
        .await?;
    drop(progress);
    let producer = account::address(producer);
    let said = match decision {
        Decision::Approve => format!("has decided that {producer} may publish"),
        Decision::Refuse(_) => format!("has refused {producer}"),
    };
    Ok(acting.done(&wallet, &done, json!({ "producer": producer }), &said))
}

fn one_of<R: Copy + Debug>(reasons: &[R], text: &str) -> Result<R, String> {
    let found = reasons.iter().find(|reason| reason_name(reason) == text);
    found.copied().ok_or_else(|| {
        let all: Vec<String> = reasons.iter().map(reason_name).collect();
        format!("a reason is one of {}", all.join(", "))
    })
}

fn refusal(text: &str) -> Result<RefusalReason, String> {
    one_of(&REFUSALS, text)
}

fn reinstatement(text: &str) -> Result<ReinstatementReason, String> {
    one_of(&REINSTATEMENTS, text)
}

fn restriction(text: &str) -> Result<RestrictionReason, String> {
    one_of(&RESTRICTIONS, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_written_in_words_and_any_other_is_answered_with_the_list() {
        assert_eq!(
            refusal("rights-not-shown"),
            Ok(RefusalReason::RightsNotShown)
        );
        assert_eq!(
            restriction("legal-order"),
            Ok(RestrictionReason::LegalOrder)
        );
        let refused = restriction("dislike").expect_err("no reason");
        assert!(refused.contains("protection-of-minors"), "{refused}");
    }
}
