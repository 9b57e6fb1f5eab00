//! `chainflix rounds --follow`: what happens to rounds, as one verifier tells of it.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chainflix_client::account;
use chainflix_client::chain::Chain;
use chainflix_client::secrets;
use chainflix_client::units::format_cfx;
use chainflix_client::verifiers::{Identity, VerifierError, Verifiers};
use chainflix_client::wallet::Wallet;
use chainflix_primitives::{AccountId, Round};
use serde_json::Value;

use crate::signals::asked_to_stop;

/// After a break another verifier is asked so soon.
const AGAIN: Duration = Duration::from_secs(2);

/// Prints what happens to rounds until it is asked to stop; first what was settled after a round.
pub(crate) async fn follow(
    chain: &Chain,
    after: Option<Round>,
    is_json: bool,
) -> anyhow::Result<String> {
    // Rounds are public: whoever follows them needs an identity of the moment only.
    let secret = secrets::random_key()?;
    let nobody = Wallet::from_uri(&format!("0x{}", hex::encode(*secret)));
    let identity = Identity::new(nobody.context("no key can be drawn")?, chain).await?;
    let verifiers = Verifiers::find(chain.clone(), Arc::new(identity)).await?;
    tokio::select! {
        asked = asked_to_stop() => {
            asked?;
            Ok(String::new())
        }
        ended = print(&verifiers, after, is_json) => ended,
    }
}

async fn print(
    verifiers: &Verifiers,
    after: Option<Round>,
    is_json: bool,
) -> anyhow::Result<String> {
    let mut last = after;
    let mut was_told = false;
    loop {
        let mut followed = match verifiers.follow_rounds(last).await {
            Ok(followed) => followed,
            Err(VerifierError::Nothing(why)) => {
                return Err(anyhow::anyhow!("no verifier tells of rounds: {why}"));
            }
            // Who was told once waits for the next one that tells.
            Err(_) if was_told => {
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        was_told = true;
        while let Some(news) = followed.next().await {
            last = settled(&news).max(last);
            let line = if is_json {
                Some(news.to_string())
            } else {
                text(&news)
            };
            if let Some(line) = line {
                let mut out = std::io::stdout().lock();
                writeln!(out, "{line}")?;
                out.flush()?;
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// The round that a message says is settled: after a break only later ones are told.
fn settled(news: &Value) -> Option<Round> {
    let round = news["round"]
        .as_u64()
        .and_then(|round| round.try_into().ok());
    round.filter(|_| news["event"] == "settled")
}

/// A message in words; `None` of one that is not known.
fn text(news: &Value) -> Option<String> {
    let round = news["round"].as_u64()?;
    let list = |name: &str| news[name].as_array().map_or(&[][..], Vec::as_slice);
    let views = |of: &[Value]| -> u64 { of.iter().filter_map(|one| one["views"].as_u64()).sum() };
    match news["event"].as_str()? {
        "reported" => {
            let headers = list("headers");
            Some(format!(
                "round {round}: {} view blocks with {} views are reported",
                headers.len(),
                views(headers)
            ))
        }
        "judged" => {
            let verdicts = list("verdicts");
            let approved = |one: &&Value| one["verdict"] == "approve";
            let mut words = format!(
                "round {round}: {} approved {} of {} view blocks",
                address(&news["verifier"]),
                verdicts.iter().filter(approved).count(),
                verdicts.len()
            );
            for refused in verdicts.iter().filter(|one| one["reason"].is_object()) {
                let (issuer, reason) = (address(&refused["issuer"]), &refused["reason"]);
                let said = |name: &str| reason[name].as_str().unwrap_or_default();
                words += &format!(
                    "; not that of {issuer}: {}: {}",
                    said("name"),
                    said("words")
                );
            }
            Some(words)
        }
        "settled" => {
            let blocks = list("blocks");
            let approved = |one: &&Value| one["approved"] == true;
            let paid = news["settled"].as_str()?.parse().ok()?;
            let emission = news["emission"].as_str()?.parse().ok()?;
            Some(format!(
                "round {round}: settled, {} of {} view blocks approved, {} of {} CFX",
                blocks.iter().filter(approved).count(),
                blocks.len(),
                format_cfx(paid),
                format_cfx(emission)
            ))
        }
        _ => None,
    }
}

/// An account as people write it, out of a message.
fn address(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    AccountId::from_hex(text).map_or_else(|| text.to_owned(), |found| account::address(&found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happens_to_a_round_is_told_in_a_sentence_and_where_to_go_on_after_a_break() {
        let account = "01".repeat(32);
        let reported = json!({
            "event": "reported",
            "round": 7,
            "headers": [{ "issuer": account, "views": 3 }, { "issuer": account, "views": 4 }],
        });
        let words = text(&reported).unwrap();
        assert_eq!(words, "round 7: 2 view blocks with 7 views are reported");
        assert_eq!(settled(&reported), None);
        let judged = json!({
            "event": "judged",
            "round": 7,
            "verifier": account,
            "verdicts": [
                { "issuer": account, "verdict": "approve", "leaf": null, "reason": null },
                {
                    "issuer": account,
                    "verdict": "reject",
                    "leaf": 2,
                    "reason": { "code": 106, "name": "RejectReason::Possession", "words": "No." },
                },
            ],
        });
        let words = text(&judged).unwrap();
        assert!(words.contains("approved 1 of 2"), "{words}");
        assert!(words.contains("RejectReason::Possession: No."), "{words}");
        let over = json!({
            "event": "settled",
            "round": 7,
            "emission": "22500000000000",
            "settled": "2000000000000",
            "blocks": [{ "approved": true }, { "approved": false }],
        });
        let words = text(&over).unwrap();
        assert!(
            words.contains("1 of 2 view blocks approved, 2 of 22.5 CFX"),
            "{words}"
        );
        assert_eq!(settled(&over), Some(7));
        assert_eq!(text(&json!({ "event": "other", "round": 7 })), None);
    }
}
