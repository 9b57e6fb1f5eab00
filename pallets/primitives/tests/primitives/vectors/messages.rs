//! Vectors of everything that is signed.

use chainflix_primitives::{
    Hash32, Magnet, Sha256,
    api::{message_nonce, session_info},
    delegation::session_transcript,
    duty::{
        SetSecretDuty, announcement_payload, report_key, set_secret_commitment_preimage,
        set_secret_payload,
    },
    heartbeat::{Heartbeat, SignOfLife},
    ids::UploadId,
    placement::{Grant, announcement_text},
    ratio::MiningRatio,
    receipt::{countersignature_payload, delivery_payload, receipt_payload},
    refusal::Refusal,
    registry::{VerifierAnnouncement, VideoTerms},
    report::{
        Debit, EARNINGS_VERSION, EarningsTriple, Header, HeaderOpening, LateTickets,
        PersonalOpening, PersonalRoot, REPORT_VERSION, RejectReason, Report, TicketsRoot, Verdict,
        VerdictOn, cycle_leaf_hash, personal_leaf_hash,
    },
    sources::Sources,
    ticket::Acceptance,
    view::{LeafError, ViewClaim},
};
use serde_json::{Value, json};

use super::{hex, number, scale};
use crate::samples::{
    self, account, bounded, bytes, claim, fullest_claim, genesis, leaf_of, path, public_key, sign,
    signed_delegation, stream,
};

pub(super) fn delegation() -> Value {
    let signed = signed_delegation();
    let delegation = &signed.delegation;
    let hash = delegation.hash::<Sha256>();
    let verifier = account("verifier 0");
    let encapsulated: [u8; 32] = bytes("encapsulated");
    let transcript = session_transcript(&genesis(), &verifier, &hash, &encapsulated);
    json!({
        "genesis": hex(delegation.genesis),
        "account": hex(delegation.account.0),
        "session_key": hex(delegation.session_key),
        "exchange_key": hex(delegation.exchange_key),
        "first_round": delegation.first_round,
        "last_round": delegation.last_round,
        "text": String::from_utf8(delegation.text()).expect("readable"),
        "scale": scale(delegation),
        "hash": hex(hash),
        "wallet_seed": hex(bytes::<32>("viewer")),
        "signed_scale": scale(&signed),
        "session": {
            "verifier": hex(verifier.0),
            "encapsulated": hex(encapsulated),
            "transcript": hex(&transcript),
            "session_seed": hex(bytes::<32>("session")),
            "signature": hex(sign("session", &transcript).0),
            "hpke_info": hex(session_info(&genesis(), &verifier)),
            "nonce_of_message_258": hex(message_nonce(258)),
        },
    })
}

pub(super) fn ticket() -> Value {
    let ticket = samples::ticket();
    let payload = ticket.signing_payload(&genesis());
    let leaf = ticket.leaf_hash::<Sha256>();
    let accepted = Acceptance::signing_payload(&genesis(), &ticket.issuer, &leaf, 20_002);
    json!({
        "genesis": hex(genesis()),
        "version": ticket.version,
        "issuer": hex(ticket.issuer.0),
        "round": ticket.round,
        "index": ticket.index,
        "viewer": hex(ticket.viewer.0),
        "delegation": hex(ticket.delegation),
        "video": hex(ticket.video.0),
        "minute": ticket.minute,
        "rendition": ticket.rendition,
        "issue_ms": number(ticket.issue_ms),
        "constant": hex(ticket.constant.0),
        "play_code": hex(ticket.play_code.0),
        "scale": scale(&ticket),
        "leaf_hash": hex(leaf),
        "signing_payload": hex(&payload),
        "service_seed": hex(bytes::<32>("service")),
        "signature": hex(sign("service", &payload).0),
        "acceptance": {
            "round": 20_002,
            "signing_payload": hex(&accepted),
            "signature": hex(sign("service", &accepted).0),
        },
    })
}

pub(super) fn receipt() -> Value {
    let token = samples::token();
    let terms = &token.terms;
    let id = token.id::<Sha256>();
    let total = 7_500_001u64;
    json!({
        "terms": {
            "version": terms.version,
            "genesis": hex(terms.genesis),
            "issuer": hex(terms.issuer.0),
            "epoch": terms.epoch,
            "viewer": hex(terms.viewer.0),
            "session_key": hex(terms.session_key),
            "video": hex(terms.video.0),
            "cell": terms.cell,
            "rendition": terms.rendition,
            "provider": terms.provider,
            "round": terms.round,
            "expires_ms": number(terms.expires_ms),
            "max_bytes": number(terms.max_bytes),
        },
        "terms_scale": scale(terms),
        "seal_nonce": hex(token.seal_nonce),
        "sealed_download_key": hex(token.sealed_download_key),
        "scale": scale(&token),
        "token_id": hex(id),
        "peer_id": hex(bytes::<38>("peer id")),
        "delivery_payload": hex(delivery_payload(&genesis(), &id, &bytes::<38>("peer id"))),
        "bytes": number(total),
        "provider_payload": hex(receipt_payload(&genesis(), &id, total)),
        "viewer_payload": hex(countersignature_payload(&genesis(), &id, total)),
        "receipt_scale": scale(&samples::receipt()),
    })
}

pub(super) fn view() -> Value {
    let cases = [
        ("two providers", claim()),
        ("everything full", fullest_claim()),
    ]
    .map(view_of);
    json!({ "genesis": hex(genesis()), "session_seed": hex(bytes::<32>("session")), "views": cases })
}

fn view_of((name, claim): (&str, ViewClaim)) -> Value {
    let leaf = leaf_of(claim);
    let claim = &leaf.claim;
    let deliveries: Vec<Value> = claim
        .deliveries
        .iter()
        .map(|d| json!([d.provider, d.bytes]))
        .collect();
    let ad = claim.ad.map(|ad| {
        json!({
            "campaign": ad.campaign, "host_video": hex(ad.host_video.0), "clicked": ad.clicked,
        })
    });
    let voter = account("verifier 1");
    json!({
        "name": name,
        "version": claim.version,
        "viewer": hex(claim.viewer.0),
        "delegation": hex(claim.delegation),
        "video": hex(claim.video.0),
        "minute": claim.minute,
        "rendition": claim.rendition,
        "issue_ms": number(claim.issue_ms),
        "constant": hex(claim.constant.0),
        "play_code": hex(claim.play_code.0),
        "acc": hex(claim.acc),
        "nonce": number(claim.nonce),
        "deliveries": deliveries,
        "enhancements": claim.enhancements.to_vec(),
        "ad": ad,
        "claim_scale": scale(claim),
        "signing_payload": hex(claim.signing_payload(&genesis())),
        "signature": hex(leaf.signature.0),
        "elapsed_ms": leaf.elapsed_ms,
        "ticket_index": leaf.ticket_index,
        "address_tag": hex(leaf.address_tag.0),
        "leaf_scale": scale(&leaf),
        "leaf_hash": hex(leaf.leaf_hash::<Sha256>()),
        "voter": hex(voter.0),
        "personal_leaf_hash": hex(personal_leaf_hash::<Sha256>(&voter, &leaf)),
    })
}

/// A report with something in every part of it.
pub(crate) fn report() -> Report {
    let tickets = |name: &str, count| TicketsRoot {
        root: bytes(name),
        count,
    };
    let verdict = |name: &str, verdict| VerdictOn {
        issuer: account(name),
        verdict,
    };
    Report {
        version: REPORT_VERSION,
        round: 20_001,
        verifier: account("verifier 0"),
        header: Header {
            root: bytes("view block"),
            count: 12,
            playtime_ms: 677_000,
            debits: bounded([Debit {
                campaign: 5,
                amount: 1_000_000_000_001,
            }]),
            tickets: tickets("tickets", 14),
            late_tickets: bounded([LateTickets {
                round: 19_990,
                tickets: tickets("late", 3),
            }]),
        },
        verdicts: bounded([
            verdict("verifier 1", Verdict::Approve),
            verdict(
                "verifier 2",
                Verdict::Reject {
                    reason: RejectReason::Leaf(LeafError::WrongNonce),
                    leaf: 3,
                },
            ),
            verdict(
                "verifier 3",
                Verdict::Reject {
                    reason: RejectReason::Ticket,
                    leaf: 9,
                },
            ),
            verdict("verifier 4", Verdict::Absent),
        ]),
        personal: PersonalRoot {
            root: bytes("personal root"),
            count: 15,
        },
        openings: bounded([HeaderOpening {
            index: 4,
            leaf: leaf_of(claim()),
            path: path(4),
            delegation: signed_delegation(),
            ticket_path: path(3),
        }]),
        personal_opening: Some(PersonalOpening {
            leaf: leaf_of(fullest_claim()),
            personal_path: path(5),
            header_path: path(2),
        }),
        reveal: Some(bytes("preimage 0")),
        commitment: bytes("commitment"),
        earnings: Some(EarningsTriple {
            as_of: 19_990,
            root: bytes("earnings"),
            count: 17,
            sum: 123_456_789_012_345_678_901,
            version: EARNINGS_VERSION,
        }),
    }
}

pub(super) fn report_vectors() -> Value {
    let report = report();
    let payload = report.signing_payload(&genesis());
    json!({
        "genesis": hex(genesis()),
        "round": report.round,
        "verifier": hex(report.verifier.0),
        "header_scale": scale(&report.header),
        "cycle_leaf_hash":
            hex(cycle_leaf_hash::<Sha256>(report.round, &report.verifier, &report.header)),
        "verdicts_scale": scale(&report.verdicts),
        "opening_scale": scale(&report.openings[0]),
        "earnings_scale": scale(&report.earnings),
        "scale": scale(&report),
        "signing_payload_length": payload.len(),
        "signing_payload_sha256": hex(<Sha256 as chainflix_primitives::Hasher>::sha256(&payload)),
    })
}

pub(crate) fn sources() -> Sources {
    Sources {
        genesis: genesis(),
        controller: public_key("controller"),
        video: Magnet(bytes("video")),
        rendition: 1,
        cell: 3,
        providers: bounded([42, 4, 7]),
        expires_ms: 1_767_226_000_000,
    }
}

pub(super) fn controller() -> Value {
    let sources = sources();
    let grant = Grant {
        genesis: genesis(),
        controller: sources.controller,
        provider: 42,
        peer_key: public_key("provider"),
        video: sources.video,
        cell: samples::cell_of(&stream("cell", 9_000)),
        expires_ms: sources.expires_ms,
    };
    let payload = sources.signing_payload();
    let text = announcement_text(
        &genesis(),
        &sources.controller,
        &sources.video,
        sources.expires_ms,
    );
    json!({
        "genesis": hex(genesis()),
        "controller_seed": hex(bytes::<32>("controller")),
        "controller": hex(sources.controller),
        "video": hex(sources.video.0),
        "rendition": sources.rendition,
        "cell": sources.cell,
        "providers": sources.providers.to_vec(),
        "expires_ms": number(sources.expires_ms),
        "signing_payload": hex(&payload),
        "signature": hex(sign("controller", &payload).0),
        "grant_scale": scale(&grant),
        "grant_payload": hex(grant.signing_payload()),
        "new_video_text": hex(text),
    })
}

/// What a verifier announces, commits to and acknowledges.
pub(super) fn verifier() -> Value {
    let verifier = account("verifier 0");
    let announcement = VerifierAnnouncement {
        endpoint: bounded(*b"wss://verifier.example/pov"),
        network_key: bytes("network"),
        exchange_key: bytes("exchange"),
        service_key: public_key("service"),
    };
    let secret: [u8; 32] = bytes("set secret");
    let preimage = set_secret_commitment_preimage(3, &secret);
    let commitment: Hash32 = <Sha256 as chainflix_primitives::Hasher>::sha256(&preimage);
    let commit = SetSecretDuty::Commit {
        epoch: 3,
        commitment,
    };
    let acknowledge = SetSecretDuty::Acknowledge {
        epoch: 3,
        commitment,
    };
    let alive = [2_048u32, 2_049, 2_058, 3_071];
    let heartbeat = Heartbeat::of(2_000, 2, alive);
    let sign_of_life = SignOfLife {
        genesis: genesis(),
        verifier,
        provider: 2_048,
        period: 2_000,
    };
    json!({
        "genesis": hex(genesis()),
        "verifier": hex(verifier.0),
        "announcement_scale": scale(&announcement),
        "announcement_payload": hex(announcement_payload(&genesis(), &verifier, &announcement)),
        "epoch": 3,
        "secret": hex(secret),
        "commitment": hex(commitment),
        "commit_payload": hex(set_secret_payload(&genesis(), &verifier, &commit)),
        "acknowledge_payload": hex(set_secret_payload(&genesis(), &verifier, &acknowledge)),
        "heartbeat": {
            "period": heartbeat.period,
            "page": heartbeat.page,
            "alive": alive,
            "scale": scale(&heartbeat),
            "payload": hex(heartbeat.signing_payload(&genesis(), &verifier)),
        },
        "sign_of_life": {
            "provider": sign_of_life.provider,
            "period": sign_of_life.period,
            "payload": hex(sign_of_life.signing_payload()),
        },
        "report_key_of_round_20001": hex(report_key(20_001)),
    })
}

/// Every refusal by its stable number.
pub(super) fn refusals() -> Value {
    Refusal::ALL
        .iter()
        .map(|refusal| json!({ "code": refusal.code(), "name": refusal.name() }))
        .collect()
}

pub(crate) fn video_terms() -> VideoTerms {
    VideoTerms {
        producer: account("producer"),
        supervisor: account("supervisor"),
        title: bounded(*b"Ein Testbild"),
        total_playtime_ms: 137_000,
        renditions: 2,
        manifest_root: bytes("manifest root"),
        ratio: MiningRatio::whitepaper(),
        key_epoch: 0,
        upload_id: UploadId(bytes("upload")),
        from_round: 3,
    }
}
