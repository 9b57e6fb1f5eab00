//! `chainflix view watch`: what happens to the account's views, as it happens.

use std::io::Write;
use std::sync::Arc;

use chainflix_client::account;
use chainflix_client::chain::Chain;
use chainflix_client::views::{FollowedViews, ViewsNews};
use chainflix_primitives::news::{Judgement, ViewChange};
use chainflix_primitives::reason::Explained;
use clap::Args;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::shown::{fate_json, fate_words, status_json};
use super::{Asking, find};
use crate::signals::asked_to_stop;

/// Options of `chainflix view watch`.
#[derive(Debug, Args)]
pub(super) struct Watch {
    #[command(flatten)]
    asking: Asking,
    /// How many of the latest views are told of at the beginning, at most, from each verifier.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=512))]
    limit: u16,
}

impl Watch {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let chain = Chain::connect(&self.asking.chain.chain).await?;
        let verifiers = Arc::new(find(chain, self.asking.wallet.read()?).await?);
        let followed = FollowedViews::new(Arc::clone(&verifiers), self.limit);
        let mut news = followed.news();
        followed.follow(&verifiers.known());
        let stop = asked_to_stop();
        tokio::pin!(stop);
        loop {
            let told = tokio::select! {
                asked = &mut stop => {
                    asked?;
                    return Ok(String::new());
                }
                told = news.recv() => told,
            };
            match told {
                Ok(news) => self.print(&news)?,
                Err(RecvError::Lagged(missed)) => {
                    eprintln!(
                        "{missed} messages were missed: they came faster than they could be printed"
                    );
                }
                Err(RecvError::Closed) => return Ok(String::new()),
            }
        }
    }

    fn print(&self, news: &ViewsNews) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        for change in &news.changes {
            if self.asking.json {
                writeln!(out, "{}", as_json(news, change))?;
            } else {
                writeln!(out, "{}", as_text(news, change))?;
            }
        }
        Ok(out.flush()?)
    }
}

fn judged(judgement: Judgement) -> (&'static str, &'static str) {
    match judgement {
        Judgement::Approved => ("approved", "the other verifiers approved its block"),
        Judgement::NotApproved => (
            "not_approved",
            "its block was not approved; it may stand in a later one",
        ),
        Judgement::Voided => ("voided", "a fault was proven in its block"),
    }
}

fn as_text(news: &ViewsNews, change: &ViewChange) -> String {
    let at = account::address(&news.verifier);
    match change {
        ViewChange::Standing(status) => format!(
            "{}  minute {} of {}: {}",
            hex::encode(status.view),
            status.minute,
            status.video,
            fate_words(&status.fate)
        ),
        ViewChange::Accepted(status) => format!(
            "{}  minute {} of {}: accepted in round {} by {at}",
            hex::encode(status.view),
            status.minute,
            status.video,
            status.round
        ),
        ViewChange::Refused {
            video,
            minute,
            refusal,
        } => format!(
            "minute {minute} of {video}: refused by {at}: {}",
            refusal.words()
        ),
        ViewChange::InBlock { view, round } => format!(
            "{}  stands in the view block of round {round} by {at}",
            hex::encode(view)
        ),
        ViewChange::Judged {
            view,
            round,
            judgement,
        } => format!(
            "{}  round {round}: {}",
            hex::encode(view),
            judged(*judgement).1
        ),
        ViewChange::Waits { view } => {
            format!("{}  waits for the next view block", hex::encode(view))
        }
        ViewChange::Decided { view, fate } => {
            format!("{}  {}", hex::encode(view), fate_words(fate))
        }
    }
}

fn as_json(news: &ViewsNews, change: &ViewChange) -> Value {
    let mut told = match change {
        ViewChange::Standing(status) | ViewChange::Accepted(status) => status_json(status),
        ViewChange::Refused {
            video,
            minute,
            refusal,
        } => {
            let reason = refusal.reason();
            json!({
                "video": video.to_string(),
                "minute": minute,
                "reason": { "code": reason.code, "name": reason.name, "words": reason.words },
            })
        }
        ViewChange::InBlock { view, round } => {
            json!({ "view": hex::encode(view), "round": round })
        }
        ViewChange::Judged {
            view,
            round,
            judgement,
        } => json!({
            "view": hex::encode(view),
            "round": round,
            "judgement": judged(*judgement).0,
        }),
        ViewChange::Waits { view } => json!({ "view": hex::encode(view) }),
        ViewChange::Decided { view, fate } => {
            json!({ "view": hex::encode(view), "fate": fate_json(fate) })
        }
    };
    let event = match change {
        ViewChange::Standing(_) => "standing",
        ViewChange::Accepted(_) => "accepted",
        ViewChange::Refused { .. } => "refused",
        ViewChange::InBlock { .. } => "in_block",
        ViewChange::Judged { .. } => "judged",
        ViewChange::Waits { .. } => "waits",
        ViewChange::Decided { .. } => "decided",
    };
    if let Value::Object(fields) = &mut told {
        fields.insert("event".to_owned(), event.into());
        let verifier = account::address(&news.verifier);
        fields.insert("verifier".to_owned(), verifier.into());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::api::{ViewFate, ViewStatus};
    use chainflix_primitives::refusal::Refusal;
    use chainflix_primitives::{AccountId, Magnet};

    #[test]
    fn every_change_of_a_view_is_told_in_a_sentence_and_as_an_event() {
        let status = ViewStatus {
            view: [5; 32],
            video: Magnet([6; 32]),
            minute: 3,
            round: 9,
            fate: ViewFate::Pending,
        };
        let view = status.view;
        let fate = ViewFate::Settled {
            value: 2_000_000_000_000,
            viewer_part: 1_000_000_000_000,
        };
        let changes = [
            (
                ViewChange::Standing(status.clone()),
                "standing",
                "waits for its round",
            ),
            (
                ViewChange::Accepted(status),
                "accepted",
                "accepted in round 9",
            ),
            (
                ViewChange::Refused {
                    video: Magnet([6; 32]),
                    minute: 3,
                    refusal: Refusal::TooEarly,
                },
                "refused",
                "before its playtime had passed",
            ),
            (
                ViewChange::InBlock { view, round: 9 },
                "in_block",
                "of round 9",
            ),
            (
                ViewChange::Judged {
                    view,
                    round: 9,
                    judgement: Judgement::NotApproved,
                },
                "judged",
                "not approved",
            ),
            (ViewChange::Waits { view }, "waits", "the next view block"),
            (
                ViewChange::Decided { view, fate },
                "decided",
                "the viewer gets 1 CFX",
            ),
        ];
        for (change, event, words) in changes {
            let news = ViewsNews {
                verifier: AccountId([1; 32]),
                changes: vec![change.clone()],
            };
            let json = as_json(&news, &change);
            assert_eq!(json["event"], event);
            assert!(json["verifier"].as_str().unwrap().starts_with("cf"));
            let text = as_text(&news, &change);
            assert!(text.contains(words), "{text}");
        }
    }
}
