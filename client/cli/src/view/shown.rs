//! Views in words and in JSON.

use chainflix_client::account;
use chainflix_client::units::format_cfx;
use chainflix_client::views::{Outcome, ViewFacts};
use chainflix_primitives::Sha256;
use chainflix_primitives::api::{ViewFate, ViewPlace, ViewRecord, ViewStatus};
use chainflix_primitives::reason::{self, Reason};
use serde_json::{Value, json};

pub(super) fn verified_text(outcome: &Outcome, facts: &ViewFacts) -> String {
    let root = facts.header.as_ref().map(|header| hex::encode(header.root));
    let root = root.unwrap_or_default();
    let outcome = match outcome {
        Outcome::Waiting => "its round is not settled yet".to_owned(),
        Outcome::Rejected => {
            "the block was not approved; the view may stand in a later one".to_owned()
        }
        Outcome::Voided => "a fault was proven in the block; its views are lost".to_owned(),
        Outcome::Approved { block, value } => {
            let block = format_cfx(block.reward);
            match value {
                Some(value) => format!(
                    "the block was approved and paid {block} CFX, of which the view was worth {} CFX",
                    format_cfx(*value)
                ),
                None => format!(
                    "the block was approved and paid {block} CFX; its campaign pays for the view"
                ),
            }
        }
    };
    format!(
        "verified by finalized block {}: it stands under the root {root} on chain, the wallet consented, the viewer \
         signed it, time and nonce hold, and the verifier was assigned\n  {outcome}",
        facts.block
    )
}

pub(super) fn outcome_json(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Waiting => json!({ "state": "waiting" }),
        Outcome::Rejected => json!({ "state": "rejected" }),
        Outcome::Voided => json!({ "state": "voided" }),
        Outcome::Approved { block, value } => json!({
            "state": "approved",
            "block_reward_cfx": format_cfx(block.reward),
            "value_cfx": value.map(format_cfx),
        }),
    }
}

pub(super) fn fate_words(fate: &ViewFate) -> String {
    match (fate, reason::of_fate(fate)) {
        (_, Some(reason)) => format!("earns nothing: {}", reason.words),
        (
            ViewFate::Settled {
                value, viewer_part, ..
            },
            None,
        ) => format!(
            "settled, {} CFX, of which the viewer gets {} CFX",
            format_cfx(*value),
            format_cfx(*viewer_part)
        ),
        (_, None) => "waits for its round".to_owned(),
    }
}

pub(super) fn fate_json(fate: &ViewFate) -> Value {
    let lost = |state: &str, reason: Option<Reason>| {
        json!({
            "state": state,
            "reason": reason.map(|reason| json!({
                "code": reason.code,
                "name": reason.name,
                "words": reason.words,
            })),
        })
    };
    let reason = reason::of_fate(fate);
    match fate {
        ViewFate::Pending => json!({ "state": "pending" }),
        ViewFate::Settled { value, viewer_part } => json!({
            "state": "settled",
            "value_cfx": format_cfx(*value),
            "viewer_cfx": format_cfx(*viewer_part),
        }),
        ViewFate::Expired => lost("expired", reason),
        ViewFate::Excluded { .. } => lost("excluded", reason),
        ViewFate::Voided => lost("voided", reason),
    }
}

pub(super) fn status_json(status: &ViewStatus) -> Value {
    json!({
        "view": hex::encode(status.view),
        "video": status.video.to_string(),
        "minute": status.minute,
        "round": status.round,
        "fate": fate_json(&status.fate),
    })
}

pub(super) fn status_text(status: &ViewStatus) -> String {
    format!(
        "{}  minute {} of {}, round {}: {}",
        hex::encode(status.view),
        status.minute,
        status.video,
        status.round,
        fate_words(&status.fate)
    )
}

pub(super) fn record_json(record: &ViewRecord) -> Value {
    let leaf = record.view.leaf();
    let claim = &leaf.claim;
    let deliveries = claim
        .deliveries
        .iter()
        .map(|delivery| json!({ "provider": delivery.provider, "bytes": delivery.bytes }));
    let place = match &record.view {
        ViewPlace::Nowhere(_) => Value::Null,
        ViewPlace::InBlock {
            issuer,
            round,
            placed,
        } => json!({
            "issuer": account::address(issuer),
            "round": round,
            "index": placed.index,
            "path": Value::from_iter(placed.path.iter().map(hex::encode)),
        }),
    };
    json!({
        "view": hex::encode(leaf.leaf_hash::<Sha256>()),
        "viewer": account::address(&claim.viewer),
        "video": claim.video.to_string(),
        "minute": claim.minute,
        "rendition": claim.rendition,
        "issued_ms": claim.issue_ms,
        "elapsed_ms": leaf.elapsed_ms,
        "nonce": claim.nonce.to_string(),
        "deliveries": Value::from_iter(deliveries),
        "enhancements": claim.enhancements.to_vec(),
        "is_advertisement": claim.ad.is_some(),
        "block": place,
        "fate": record.fate.as_ref().map(fate_json),
    })
}

pub(super) fn record_text(record: &ViewRecord) -> String {
    let leaf = record.view.leaf();
    let claim = &leaf.claim;
    let mut lines = vec![
        format!("view {}", hex::encode(leaf.leaf_hash::<Sha256>())),
        format!("  viewer    {}", account::address(&claim.viewer)),
        format!(
            "  minute    {} of {}, rendition {}",
            claim.minute, claim.video, claim.rendition
        ),
        format!(
            "  time      from {} ms since 1970, for {} ms",
            claim.issue_ms, leaf.elapsed_ms
        ),
    ];
    for delivery in &claim.deliveries {
        let (bytes, provider) = (delivery.bytes, delivery.provider);
        lines.push(format!("  delivered {bytes} bytes by provider {provider}"));
    }
    for enhancement in &claim.enhancements {
        lines.push(format!("  showed    enhancement {enhancement} with it"));
    }
    lines.push(match &record.view {
        ViewPlace::Nowhere(_) => "  block     none yet that is reported on chain".to_owned(),
        ViewPlace::InBlock {
            issuer,
            round,
            placed,
        } => format!(
            "  block     of round {round} by {}, leaf {}",
            account::address(issuer),
            placed.index
        ),
    });
    if let Some(fate) = &record.fate {
        lines.push(format!("  {}", fate_words(fate)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::earnings::Exclusion;

    #[test]
    fn a_view_that_earns_nothing_is_shown_with_its_stable_code_and_a_sentence() {
        let fate = ViewFate::Excluded {
            reason: Exclusion::GroupQuota,
        };
        let shown = fate_json(&fate);
        assert_eq!(shown["state"], "excluded");
        assert_eq!(shown["reason"]["code"], 162);
        let words = shown["reason"]["words"].as_str().unwrap();
        assert!(fate_words(&fate).ends_with(words));
        assert_eq!(fate_json(&ViewFate::Voided)["reason"]["code"], 181);
    }
}
