//! `chainflix rounds --refused`: why view blocks were not approved, by the public name of the reason.

pub(crate) mod following;

use chainflix_client::account;
use chainflix_client::chain::{RefusedHeader, RefusedPage};
use chainflix_primitives::reason::{Explained, Reason};
use chainflix_primitives::report::Verdict;
use serde_json::{Value, json};

/// What counts as no although nothing was found wrong.
const ABSENT: &str = "It could not get the block, or what it samples of it, in time.";

/// Reason and leaf of a rejection.
fn reason(refused: &RefusedHeader) -> Option<(Reason, u32)> {
    match refused.verdict {
        Verdict::Reject { reason, leaf } => Some((reason.reason(), leaf)),
        Verdict::Approve | Verdict::Absent => None,
    }
}

/// The verdicts of some blocks in words.
pub(crate) fn as_text(page: &RefusedPage) -> String {
    let mut lines: Vec<String> = page.refused.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("every view block was approved by everybody who judged it".to_owned());
    }
    lines.push(format!(
        "(in the reports of blocks {} to {}; a node keeps the events of the last blocks only)",
        page.first, page.last
    ));
    lines.join("\n")
}

fn line(refused: &RefusedHeader) -> String {
    let why = match reason(refused) {
        Some((reason, leaf)) => format!(
            "{} ({}), leaf {leaf}: {}",
            reason.name, reason.code, reason.words
        ),
        None => format!("Absent: {ABSENT}"),
    };
    format!(
        "round {}: the view block of {} was not approved by {}: {why}",
        refused.round,
        account::address(&refused.issuer),
        account::address(&refused.verifier),
    )
}

/// The same as JSON.
pub(crate) fn as_json(page: &RefusedPage) -> Value {
    let refused = page.refused.iter().map(|refused| {
        let reason = reason(refused);
        json!({
            "round": refused.round,
            "issuer": account::address(&refused.issuer),
            "verifier": account::address(&refused.verifier),
            "verdict": if reason.is_some() { "Reject" } else { "Absent" },
            "code": reason.map(|(reason, _)| reason.code),
            "reason": reason.map(|(reason, _)| reason.name),
            "leaf": reason.map(|(_, leaf)| leaf),
            "words": reason.map_or(ABSENT, |(reason, _)| reason.words),
        })
    });
    json!({
        "first_block": page.first,
        "last_block": page.last,
        "refused": Value::from_iter(refused),
    })
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::AccountId;
    use chainflix_primitives::report::RejectReason;
    use chainflix_primitives::view::LeafError;

    use super::*;

    fn refused(verdict: Verdict) -> RefusedHeader {
        RefusedHeader {
            round: 9,
            issuer: AccountId([1; 32]),
            verifier: AccountId([2; 32]),
            verdict,
        }
    }

    #[test]
    fn a_rejected_view_block_is_told_by_public_name_number_and_sentence() {
        let page = RefusedPage {
            first: 3,
            last: 8,
            refused: vec![
                refused(Verdict::Reject {
                    reason: RejectReason::Possession,
                    leaf: 7,
                }),
                refused(Verdict::Reject {
                    reason: RejectReason::Leaf(LeafError::WrongNonce),
                    leaf: 0,
                }),
                refused(Verdict::Absent),
            ],
        };
        let text = as_text(&page);
        let lines: Vec<&str> = text.lines().collect();
        let why = "RejectReason::Possession (106), leaf 7: The openings of a leaf do not prove possession.";
        assert!(
            lines[0].starts_with("round 9: ") && lines[0].ends_with(why),
            "{text}"
        );
        assert!(
            lines[1].contains("LeafError::WrongNonce (125), leaf 0: "),
            "{text}"
        );
        assert!(
            lines[2].contains("Absent: It could not get the block"),
            "{text}"
        );
        assert!(lines[3].contains("blocks 3 to 8"), "{text}");
        let json = as_json(&page);
        assert_eq!(json["refused"][0]["code"], 106);
        assert_eq!(json["refused"][1]["reason"], "LeafError::WrongNonce");
        assert_eq!(json["refused"][2]["verdict"], "Absent");
        assert_eq!(json["refused"][2]["code"], Value::Null);
    }
}
