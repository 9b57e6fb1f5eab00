//! `chainflix verifier`: what the operator of a verifier does on chain.

mod measure;
mod profile;

use chainflix_client::account;
use chainflix_client::chain::{VerifierStanding, VerifierStatus, rotate_session_keys};
use chainflix_client::units::{format_cfx, read_cfx};
use chainflix_primitives::AccountId;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::options::ActingOptions;
use crate::progress::Progress;
use profile::Profile;

/// Options of `chainflix verifier`.
#[derive(Debug, Args)]
#[command(after_help = "Examples, in the order of a verifier's life:\n  \
    chainflix verifier register-keys --wallet verifier.key\n  \
    chainflix verifier apply --wallet verifier.key --endpoint wss://v.example --region DE --bandwidth-mbps 500 --service DIR\n  \
    chainflix verifier status --wallet verifier.key\n  \
    chainflix verifier exit --wallet verifier.key\n  \
    chainflix verifier withdraw-bond --wallet verifier.key\n  \
    chainflix verifier forget-keys --wallet verifier.key\n\n\
    Verifiers admit, suspend and remove each other by motions: docs/governance.md. Step by step: docs/joining.md.")]
pub(crate) struct Verifier {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Have your node make new session keys, and register them with the proof that it holds them.
    #[command(
        after_help = "Keys are in use two sessions later. Those before stay in the node's keystore, \
        so that it goes on without a gap.\n\n\
        Example:\n  chainflix verifier register-keys --wallet verifier.key"
    )]
    RegisterKeys {
        /// RPC of the verifier's own node: nodes make keys for callers on their own machine only.
        #[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:9944")]
        node: String,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Apply for a place in the set; run it on the verifier's machine, whose speed goes into the application.
    #[command(
        after_help = "The account needs session keys first. A deposit is held for the application, and a bond \
        at admission: `status` says how much.\n\n\
        Example:\n  chainflix verifier apply --wallet verifier.key --endpoint wss://v.example --region DE \
        --bandwidth-mbps 500 --service ~/.local/share/chainflix-node/chains/chainflix/verifier"
    )]
    Apply {
        #[command(flatten)]
        profile: Profile,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Say something else of a candidate or verifier than it said when it applied; run it on the verifier's machine.
    #[command(
        after_help = "All of it is said anew, and the machine measured again. Where players reach a verifier in force is \
        its node's --verifier-endpoint, which this does not change.\n\n\
        Example:\n  chainflix verifier update-profile --wallet verifier.key --endpoint wss://v.example --region FR \
        --bandwidth-mbps 1000 --service DIR"
    )]
    UpdateProfile {
        #[command(flatten)]
        profile: Profile,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Take an application back, and its deposit.
    Withdraw {
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Say where the account stands: application, place in the set, bond.
    Status {
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Leave the set two sessions from now. Keep the node running until then.
    Exit {
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Add to the bond.
    TopUp {
        /// How much, in CFX.
        #[arg(value_name = "CFX", value_parser = amount)]
        amount: u128,
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Take the bond back, two cycles after the verifier left the set.
    WithdrawBond {
        #[command(flatten)]
        acting: ActingOptions,
    },
    /// Have the chain forget the account's session keys, which returns their deposit; once it has left the set.
    ForgetKeys {
        #[command(flatten)]
        acting: ActingOptions,
    },
}

impl Verifier {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let progress = Progress::new();
        match &self.action {
            Action::RegisterKeys { node, acting } => register_keys(node, acting, &progress).await,
            Action::Apply { profile, acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("measuring this machine");
                let profile = profile.measured()?;
                progress.step("applying on chain");
                let done = chain.apply_as_verifier(&wallet, &profile).await?;
                let words = format!(
                    "has applied, with {} MiB/s of hashing; the verifiers decide by motion",
                    profile.hardware_score
                );
                Ok(acting.done(&wallet, &done, Value::Null, &words))
            }
            Action::UpdateProfile { profile, acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("measuring this machine");
                let profile = profile.measured()?;
                progress.step("changing the profile on chain");
                let done = chain.change_verifier_profile(&wallet, &profile).await?;
                let words = format!(
                    "has changed its profile, with {} MiB/s of hashing",
                    profile.hardware_score
                );
                Ok(acting.done(&wallet, &done, Value::Null, &words))
            }
            Action::Withdraw { acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("withdrawing the application");
                let done = chain.withdraw_verifier_application(&wallet).await?;
                Ok(acting.done(&wallet, &done, Value::Null, "has withdrawn its application"))
            }
            Action::Status { acting } => status(acting).await,
            Action::Exit { acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("leaving the set");
                let done = chain.leave_verifiers(&wallet).await?;
                let words =
                    "leaves the set two sessions from now; keep its node running until then";
                Ok(acting.done(&wallet, &done, Value::Null, words))
            }
            Action::TopUp { amount, acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("adding to the bond");
                let done = chain.top_up_verifier_bond(&wallet, *amount).await?;
                let words = format!("has added {} CFX to its bond", format_cfx(*amount));
                Ok(acting.done(&wallet, &done, Value::Null, &words))
            }
            Action::WithdrawBond { acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("withdrawing the bond");
                let done = chain.withdraw_verifier_bond(&wallet).await?;
                Ok(acting.done(&wallet, &done, Value::Null, "has its bond back"))
            }
            Action::ForgetKeys { acting } => {
                let (chain, wallet) = acting.connect().await?;
                progress.step("taking the session keys back");
                let done = chain.forget_session_keys(&wallet).await?;
                let words = "has no session keys any more, and their deposit back";
                Ok(acting.done(&wallet, &done, Value::Null, words))
            }
        }
    }
}

async fn register_keys(
    node: &str,
    acting: &ActingOptions,
    progress: &Progress,
) -> anyhow::Result<String> {
    let (chain, wallet) = acting.connect().await?;
    progress.step("making session keys in the node");
    let made = rotate_session_keys(node, &wallet.account().0).await?;
    progress.step("registering them on chain");
    let done = chain.set_session_keys(&wallet, &made).await?;
    let keys = format!("0x{}", hex::encode(&made.keys));
    let words = format!("has registered the session keys {keys}");
    let fields = json!({ "session_keys": keys });
    Ok(acting.done(&wallet, &done, fields, &words))
}

async fn status(acting: &ActingOptions) -> anyhow::Result<String> {
    let (chain, wallet) = acting.connect().await?;
    let id = wallet.account();
    let standing = chain.verifier_standing(&id).await?;
    let barred = chain.barred_until(&id).await?;
    let next_bond = chain.bond_of_next_verifier().await?;
    Ok(if acting.json {
        as_json(&id, standing.as_ref(), barred, next_bond).to_string()
    } else {
        in_words(&id, standing.as_ref(), barred, next_bond)
    })
}

fn as_json(
    id: &AccountId,
    standing: Option<&VerifierStanding>,
    barred: Option<u32>,
    next_bond: u128,
) -> Value {
    json!({
        "account": account::address(id),
        "status": standing.map(|standing| name(standing.status)),
        "suspended": standing.is_some_and(|standing| standing.suspended),
        "bond_cfx": standing.map(|standing| format_cfx(standing.bond)),
        "bond_unlocks_in_round": standing.map(|standing| standing.unlocks),
        "barred_until_session": barred,
        "bond_of_next_admission_cfx": format_cfx(next_bond),
    })
}

fn in_words(
    id: &AccountId,
    standing: Option<&VerifierStanding>,
    barred: Option<u32>,
    next_bond: u128,
) -> String {
    let account = account::address(id);
    let mut text = match standing {
        None => format!(
            "{account} is no verifier and has not applied; the next admission takes a bond of {} CFX",
            format_cfx(next_bond)
        ),
        Some(standing) => {
            let suspended = if standing.suspended {
                ", suspended"
            } else {
                ""
            };
            let (name, bond) = (name(standing.status), format_cfx(standing.bond));
            format!("{account}: {name}{suspended}, bond {bond} CFX")
        }
    };
    if let Some(session) = barred {
        text.push_str(&format!(
            "; barred until session {session}, for an equivocation"
        ));
    }
    text
}

fn name(status: VerifierStatus) -> &'static str {
    match status {
        VerifierStatus::Candidate => "candidate",
        VerifierStatus::Member => "member",
        VerifierStatus::Expelled => "expelled",
        VerifierStatus::Leaving => "leaving",
        VerifierStatus::Left => "left",
    }
}

fn amount(text: &str) -> Result<u128, String> {
    read_cfx(text)
        .filter(|amount| *amount > 0)
        .ok_or_else(|| "this is no amount in CFX; write it like 12.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_is_said_in_words_with_bond_suspension_and_bar() {
        let id = AccountId([1; 32]);
        let standing = VerifierStanding {
            status: VerifierStatus::Member,
            profile: None,
            deposit: 0,
            bond: 2_500_000_000_000,
            unlocks: 0,
            suspended: true,
        };
        let said = in_words(&id, Some(&standing), Some(9), 0);
        assert!(
            said.contains("member, suspended, bond 2.5 CFX; barred until session 9"),
            "{said}"
        );
        let said = in_words(&id, None, None, 3_000_000_000_000);
        assert!(
            said.contains("has not applied") && said.contains("3 CFX"),
            "{said}"
        );
    }

    #[test]
    fn what_is_said_anew_is_all_that_an_application_says() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            verifier: Verifier,
        }
        use clap::Parser;
        let acts = |words: &[&'static str], rest: &[&'static str]| {
            let line = Line::try_parse_from([&[""], words, &["--wallet", "v.key"], rest].concat());
            line.map(|line| line.verifier.action)
        };
        let all = ["--endpoint", "wss://v.example", "--region", "DE"];
        let all = [&all[..], &["--bandwidth-mbps", "5", "--service", "x"]].concat();
        assert!(matches!(acts(&["apply"], &all), Ok(Action::Apply { .. })));
        let update = acts(&["update-profile"], &all);
        assert!(matches!(update, Ok(Action::UpdateProfile { .. })));
        assert!(acts(&["update-profile"], &all[..4]).is_err());
        let forget = acts(&["forget-keys"], &[]);
        assert!(matches!(forget, Ok(Action::ForgetKeys { .. })));
    }
}
