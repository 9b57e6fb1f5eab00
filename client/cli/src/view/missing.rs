//! `chainflix view claim-missing`: has the chain pay, out of the issuer's bond, for views that were accepted and stand in no
//! block.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chainflix_client::acceptances::{Acceptances, KeptAcceptance};
use chainflix_client::account;
use chainflix_client::chain::Chain;
use chainflix_client::missing::{Claimable, MissingError, NotOwed, collect, standing};
use chainflix_client::units::format_cfx;
use chainflix_client::verifiers::Verifiers;
use chainflix_client::wallet::Wallet;
use chainflix_primitives::Hash32;
use clap::Args;
use serde_json::{Value, json};

use super::{Asking, find, id};
use crate::options::kept_folder;
use crate::progress::Progress;

/// Options of `chainflix view claim-missing`.
#[derive(Debug, Args)]
pub(super) struct ClaimMissing {
    /// Tickets of the acceptances to claim for, 64 hex digits, as --list names them; without one, all of the wallet's.
    #[arg(value_name = "TICKET", value_parser = id)]
    tickets: Vec<Hash32>,
    #[command(flatten)]
    asking: Asking,
    /// Only say what may be owed by now: claim nothing, ask no verifier.
    #[arg(long)]
    list: bool,
    /// Folder in which the player kept acceptances; one below the user's own state if not given.
    #[arg(long, value_name = "FOLDER")]
    kept: Option<PathBuf>,
}

/// Where an acceptance stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// A block may still hold its view.
    Early(NotOwed),
    /// Nothing is owed.
    Settled(String),
    /// It may be owed for: nobody was asked where its view stands.
    Open,
    /// It was paid for now, so many units.
    Paid(u128),
    /// It is owed for, but could not be claimed.
    Failed(String),
}

impl Standing {
    fn word(&self) -> &'static str {
        match self {
            Self::Early(_) => "too_early",
            Self::Settled(_) => "nothing_owed",
            Self::Open => "may_be_owed",
            Self::Paid(_) => "paid",
            Self::Failed(_) => "failed",
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Early(why) => why.to_string(),
            Self::Settled(why) | Self::Failed(why) => why.clone(),
            Self::Open => "no block can hold it any more: without --list it is looked for, and claimed if it is missing".to_owned(),
            Self::Paid(amount) => format!(
                "missing: {} CFX were paid out of the verifier's bond",
                format_cfx(*amount)
            ),
        }
    }

    /// What stands in the way of a claim.
    fn of(why: NotOwed) -> Self {
        match why {
            NotOwed::MayStillCome { .. } => Self::Early(why),
            NotOwed::TooLate | NotOwed::PaidAlready | NotOwed::NothingOwed | NotOwed::NotSigned => {
                Self::Settled(why.to_string())
            }
            NotOwed::NotCertified | NotOwed::NotMissing => Self::Failed(why.to_string()),
        }
    }
}

impl ClaimMissing {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let wallet = self.asking.wallet.read()?;
        let chain = self.asking.chain.open().await?;
        let folder = kept_folder(self.kept.as_ref())?;
        let acceptances = Acceptances::below(&folder, &chain.genesis());
        let kept = self.chosen(&acceptances, &wallet)?;
        let mut told = Vec::with_capacity(kept.len());
        if self.list {
            for kept in kept {
                let facts = chain.missing_facts(&kept).await?;
                let stands = standing(&kept, &facts).map_or_else(Standing::of, |()| Standing::Open);
                told.push((kept, stands));
            }
        } else {
            let verifiers = find(chain.clone(), wallet.clone()).await?;
            for kept in kept {
                let stands = claim(&chain, &verifiers, &wallet, &kept).await?;
                if matches!(stands, Standing::Settled(_) | Standing::Paid(_)) {
                    acceptances
                        .forget(&kept)
                        .with_context(|| format!("{} can't be written", folder.display()))?;
                }
                told.push((kept, stands));
            }
        }
        self.tell(&told)
    }

    /// The wallet's acceptances, or those of them that are named.
    fn chosen(
        &self,
        acceptances: &Acceptances,
        wallet: &Wallet,
    ) -> anyhow::Result<Vec<KeptAcceptance>> {
        let mut all = acceptances.all().context("acceptances can't be read")?;
        all.retain(|kept| kept.ticket.viewer == wallet.account());
        if let Some(unknown) = self
            .tickets
            .iter()
            .find(|ticket| !all.iter().any(|kept| kept.acceptance.ticket == **ticket))
        {
            bail!(
                "no acceptance of this account is kept for ticket {}; --list names those that are",
                hex::encode(unknown)
            );
        }
        all.retain(|kept| {
            self.tickets.is_empty() || self.tickets.contains(&kept.acceptance.ticket)
        });
        Ok(all)
    }

    fn tell(&self, told: &[(KeptAcceptance, Standing)]) -> anyhow::Result<String> {
        let failed =
            |(_, stands): &&(KeptAcceptance, Standing)| matches!(stands, Standing::Failed(_));
        let failed = told.iter().filter(failed).count();
        let text = if self.asking.json {
            Value::from_iter(told.iter().map(as_json)).to_string()
        } else if told.is_empty() {
            "no acceptance of this account is kept here".to_owned()
        } else {
            let lines: Vec<String> = told.iter().map(as_text).collect();
            lines.join("\n")
        };
        if failed > 0 {
            println!("{text}");
            bail!(
                "{failed} of {} could not be claimed; why is said above",
                told.len()
            );
        }
        Ok(text)
    }
}

/// Claims for one acceptance, if its view is missing.
async fn claim(
    chain: &Chain,
    verifiers: &Verifiers,
    wallet: &Wallet,
    kept: &KeptAcceptance,
) -> anyhow::Result<Standing> {
    let progress = Progress::new();
    let searched = |block: u64| {
        if block.is_multiple_of(1_000) {
            progress.step(&format!(
                "looking for the verifier's announcement, block {block}"
            ));
        }
    };
    Ok(match collect(chain, verifiers, kept, &searched).await {
        Ok(Claimable::Stands(round)) => Standing::Settled(format!(
            "its view stands in its verifier's block of round {round}; nothing is owed"
        )),
        Ok(Claimable::Owed(proof)) => match chain.claim_missing(wallet, &proof).await {
            Ok((amount, _)) => Standing::Paid(amount),
            Err(error) => Standing::Failed(error.to_string()),
        },
        Err(MissingError::NotOwed(why)) => Standing::of(why),
        Err(MissingError::Chain(error)) => return Err(error.into()),
        Err(error) => Standing::Failed(error.to_string()),
    })
}

fn as_text((kept, stands): &(KeptAcceptance, Standing)) -> String {
    format!(
        "{}  minute {} of {}, accepted in round {} by {}: {}",
        hex::encode(kept.acceptance.ticket),
        kept.ticket.minute,
        kept.ticket.video,
        kept.acceptance.round,
        account::address(&kept.acceptance.issuer),
        stands.words(),
    )
}

fn as_json((kept, stands): &(KeptAcceptance, Standing)) -> Value {
    let paid = match stands {
        Standing::Paid(amount) => Some(format_cfx(*amount)),
        _ => None,
    };
    json!({
        "ticket": hex::encode(kept.acceptance.ticket),
        "video": kept.ticket.video.to_string(),
        "minute": kept.ticket.minute,
        "round": kept.acceptance.round,
        "verifier": account::address(&kept.acceptance.issuer),
        "state": stands.word(),
        "words": stands.words(),
        "paid_cfx": paid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_claimed_yet_is_kept_and_what_is_over_is_not_called_a_failure() {
        let early = Standing::of(NotOwed::MayStillCome { over: 3 });
        assert_eq!(early.word(), "too_early");
        assert!(early.words().contains("3 of the 21"), "{}", early.words());
        for over in [NotOwed::TooLate, NotOwed::PaidAlready, NotOwed::NothingOwed] {
            assert_eq!(Standing::of(over).word(), "nothing_owed");
        }
        for wrong in [NotOwed::NotCertified, NotOwed::NotMissing] {
            assert_eq!(Standing::of(wrong).word(), "failed");
        }
        let paid = Standing::Paid(1_000_000_000_000);
        assert!(paid.words().contains("1 CFX"), "{}", paid.words());
    }
}
