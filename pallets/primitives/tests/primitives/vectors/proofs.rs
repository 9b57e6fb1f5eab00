//! Vectors of what is proved against a verifier.

use chainflix_primitives::{
    Hash32, Sha256,
    duty::announcement_payload,
    fault::{FaultEvidence, FaultProof, OtherLeaf, PlacedLeaf, TicketThere},
    missing::{Absence, MissingView, ServiceCertificate},
    play_data::PlainOpening,
    registry::VerifierAnnouncement,
    rounds::carried_from,
    ticket::Acceptance,
};
use serde_json::{Value, json};

use super::{hex, scale};
use crate::samples::{
    account, bounded, bytes, cell_of, claim, fullest_claim, genesis, leaf_of, path, public_key,
    sign, stream, ticket,
};

fn placed(index: u32) -> PlacedLeaf {
    let claim = if index == 0 { fullest_claim() } else { claim() };
    PlacedLeaf {
        index,
        leaf: leaf_of(claim),
        path: path(3),
    }
}

/// A leaf in its place, part by part.
fn placed_parts(placed: &PlacedLeaf) -> Value {
    json!({
        "index": placed.index,
        "leaf_scale": scale(&placed.leaf),
        "leaf_hash": hex(placed.leaf.leaf_hash::<Sha256>()),
        "path": hashes(&placed.path),
    })
}

fn hashes(path: &[Hash32]) -> Value {
    path.iter().map(hex).collect()
}

/// One of each kind, by its number, with the parts that only it has.
fn evidence() -> Vec<(FaultEvidence, Value)> {
    let other = || OtherLeaf {
        round: 20_000,
        placed: placed(0),
    };
    let two = || json!({ "round": 20_000, "placed": placed_parts(&placed(0)) });
    let there = TicketThere {
        hash: bytes("ticket there"),
        path: path(2),
    };
    let cell = cell_of(&stream("plaintext", 9_000));
    let opening = PlainOpening {
        bytes: bounded(bytes::<1_024>("plain leaf")),
        path: path(4),
    };
    let opened = &json!({ "leaf": hex(&opening.bytes), "path": hashes(&opening.path) });
    vec![
        (FaultEvidence::WrongNonce, json!({})),
        (FaultEvidence::OutsideWindow, json!({})),
        (
            FaultEvidence::TicketElsewhere {
                there: Some(there.clone()),
            },
            json!({ "hash": hex(there.hash), "path": hashes(&there.path) }),
        ),
        (FaultEvidence::SameMinute { other: other() }, two()),
        (FaultEvidence::Overlap { other: other() }, two()),
        (FaultEvidence::NotAssigned, json!({})),
        (FaultEvidence::VideoInactive, json!({})),
        (
            FaultEvidence::WrongPossession {
                cell: cell.clone(),
                cell_path: path(5),
                openings: bounded([opening.clone(), opening]),
            },
            json!({
                "cell_scale": scale(&cell),
                "cell_path": hashes(&path(5)),
                "openings": [opened, opened],
            }),
        ),
        (
            FaultEvidence::EnhancementInactive {
                enhancement: 70_000,
            },
            json!({ "enhancement": 70_000 }),
        ),
    ]
}

/// Fault proofs of every kind; a ticket that the list ends before.
pub(super) fn fault() -> Value {
    let mut all = evidence();
    all.push((
        FaultEvidence::TicketElsewhere { there: None },
        json!({ "hash": null }),
    ));
    all.into_iter()
        .map(|(evidence, parts)| {
            let kind = evidence.kind();
            let proof = FaultProof {
                issuer: account("verifier 0"),
                round: 20_001,
                leaf: placed(5),
                evidence,
            };
            json!({
                "issuer": hex(proof.issuer.0),
                "round": proof.round,
                "leaf": placed_parts(&proof.leaf),
                "kind": format!("{kind:?}"),
                "kind_scale": scale(&kind),
                "evidence": parts,
                "shown_by_body": proof.is_shown_by_body(),
                "scale": scale(&proof),
            })
        })
        .collect()
}

/// An accepted view that stands in neither of two blocks: in one between two others, in one before all.
pub(super) fn missing() -> Value {
    let ticket = ticket();
    let leaf_hash = ticket.leaf_hash::<Sha256>();
    let issuer = ticket.issuer;
    let payload = Acceptance::signing_payload(&genesis(), &issuer, &leaf_hash, 20_001);
    let announcement = VerifierAnnouncement {
        endpoint: bounded(*b"wss://verifier.example"),
        network_key: bytes("network"),
        exchange_key: bytes("exchange"),
        service_key: public_key("service"),
    };
    let certificate = ServiceCertificate {
        announcement: announcement.clone(),
        sequence: 3,
        round: 19_000,
        signature: chainflix_primitives::Signature64(bytes("certificate")),
    };
    let between = Absence {
        round: 20_002,
        before: Some(placed(4)),
        after: Some(placed(5)),
    };
    let first = Absence {
        round: 20_003,
        before: None,
        after: Some(placed(0)),
    };
    let parts = |absence: &Absence| {
        json!({
            "round": absence.round,
            "before": absence.before.as_ref().map(placed_parts),
            "after": absence.after.as_ref().map(placed_parts),
        })
    };
    let proof = MissingView {
        acceptance: Acceptance {
            issuer,
            ticket: leaf_hash,
            round: 20_001,
            signature: sign("service", &payload),
        },
        certificate,
        // Round 20,001 did not count, and so has no block.
        first: 20_002,
        absences: bounded([between.clone(), first.clone()]),
        ticket,
    };
    let certificate = &proof.certificate;
    json!({
        "genesis": hex(genesis()),
        "ticket_scale": scale(&proof.ticket),
        "ticket_leaf_hash": hex(leaf_hash),
        "acceptance": {
            "issuer": hex(issuer.0),
            "round": proof.acceptance.round,
            "signature": hex(proof.acceptance.signature.0),
            "signing_payload": hex(payload),
        },
        "certificate": {
            "announcement_scale": scale(&announcement),
            "sequence": certificate.sequence,
            "round": certificate.round,
            "signature": hex(certificate.signature.0),
            "announcement_payload": hex(announcement_payload(&genesis(), &issuer, &announcement)),
            "signing_payload": hex(certificate.signing_payload(&genesis(), &issuer)),
        },
        "absences": [parts(&between), parts(&first)],
        "first": proof.first,
        "scale": scale(&proof),
        "carried": carried(),
    })
}

/// From which round on a header may carry views.
fn carried() -> Vec<Value> {
    [
        (20_002, Some(19_982), 10_000),
        (20_002, Some(19_900), 10_000),
        (20_002, Some(10_001), 10_000),
        (20_002, None, 10_000),
        (12, None, 10_000),
        (20_002, Some(19_900), 12),
    ]
    .into_iter()
    .map(|(round, twentieth, length)| {
        json!({
            "round": round,
            "twentieth": twentieth,
            "length": length,
            "carried_from": carried_from(round, twentieth, length),
        })
    })
    .collect()
}
