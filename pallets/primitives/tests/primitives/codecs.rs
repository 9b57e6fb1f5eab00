//! Every format that crosses a wire or is signed: it reads back as it was written, refuses what is over a bound, and
//! never panics on bytes of a stranger.

use std::sync::LazyLock;

use chainflix_primitives::{
    Signature64,
    api::{CellWanted, OpenSession, Request},
    campaign::PaidCampaign,
    delegation::WalletSignature,
    ids::Magnet,
    manifest::Manifest,
    placement::{Grant, SignedGrant},
    play_data::{Path, PlainOpening, PlayData, ViewEvidence},
    receipt::Receipt,
    refusal::Refusal,
    registry::{Endpoint, SettledRound, Standing, VideoTerms},
    report::{Debit, Header, HeaderOpening, PersonalOpening, Report, VerdictOn},
    sources::{SignedSources, Sources},
    ticket::{Acceptance, SignedTicket},
    view::{Delivery, ViewClaim},
};
use codec::{Decode, DecodeAll, Encode};
use proptest::prelude::*;

use crate::samples::{
    account, bytes, claim, fullest_claim, leaf_of, manifest, path, receipt, sign,
    signed_delegation, stream, ticket, token,
};
use crate::vectors::messages::{report, sources};

/// One format: its name, an encoded sample, and how foreign bytes are read and written back.
struct Format {
    name: &'static str,
    sample: Vec<u8>,
    read_and_write: fn(&[u8]) -> Option<Vec<u8>>,
}

fn format<T: Encode + Decode + PartialEq + core::fmt::Debug>(
    name: &'static str,
    sample: T,
) -> Format {
    let encoded = sample.encode();
    assert_eq!(
        T::decode_all(&mut &encoded[..]).as_ref(),
        Ok(&sample),
        "{name}"
    );
    Format {
        name,
        sample: encoded,
        read_and_write: |mut input| {
            let all = input;
            let value = T::decode(&mut input).ok()?;
            let consumed = all.len() - input.len();
            assert_eq!(
                value.encode(),
                all[..consumed],
                "two encodings of one value"
            );
            Some(value.encode())
        },
    }
}

pub(crate) fn play_data() -> PlayData {
    let opening = PlainOpening {
        bytes: stream("leaf", 1_024).try_into().expect("1 KiB"),
        path: path(15),
    };
    PlayData {
        claim: fullest_claim(),
        signature: Signature64(bytes("signature")),
        cell: crate::samples::cell_of(&stream("cell", 9_000)),
        cell_path: path(12),
        openings: vec![opening; 8].try_into().expect("eight"),
        receipts: vec![receipt(); 8].try_into().expect("eight"),
    }
}

fn formats() -> &'static [Format] {
    static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(all_formats);
    &FORMATS
}

fn all_formats() -> Vec<Format> {
    let leaf = leaf_of(fullest_claim());
    let signed_sources = SignedSources {
        sources: sources(),
        signature: Signature64(bytes("signature")),
    };
    vec![
        format("delegation", signed_delegation()),
        format(
            "wallet signature",
            WalletSignature::Sr25519(Signature64(bytes("s"))),
        ),
        format(
            "signed ticket",
            SignedTicket {
                ticket: ticket(),
                signature: sign("service", b"t"),
            },
        ),
        format(
            "acceptance",
            Acceptance {
                issuer: account("verifier 0"),
                ticket: bytes("ticket"),
                round: 7,
                signature: Signature64(bytes("signature")),
            },
        ),
        format("delivery token", token()),
        format("receipt", receipt()),
        format("claim", claim()),
        format("fullest claim", fullest_claim()),
        format("leaf", leaf.clone()),
        format("Play Data", play_data()),
        format("evidence", ViewEvidence::from(play_data())),
        format("report", report()),
        format("header", report().header),
        format("header opening", report().openings[0].clone()),
        format(
            "personal opening",
            PersonalOpening {
                leaf,
                personal_path: path(20),
                header_path: path(18),
            },
        ),
        format("manifest", manifest()),
        format("sources", signed_sources.clone()),
        format(
            "request",
            Request::CellKeys {
                cells: vec![CellWanted {
                    sources: signed_sources,
                    bytes: 9_000,
                }]
                .try_into()
                .expect("one"),
            },
        ),
        format(
            "finishing request",
            Request::FinishCell {
                data: Box::new(play_data()),
            },
        ),
        format(
            "opening a session",
            OpenSession {
                delegation: signed_delegation(),
                encapsulated: bytes("encapsulated"),
                signature: Signature64(bytes("signature")),
            },
        ),
        format("refusal", Refusal::TooEarly),
        format("an id", Magnet(bytes("magnet"))),
    ]
}

#[test]
fn every_format_reads_back_as_it_was_written() {
    assert!(formats().len() > 20);
}

#[test]
fn every_truncated_format_is_refused() {
    for format in formats() {
        for length in 0..format.sample.len() {
            assert_eq!(
                (format.read_and_write)(&format.sample[..length]),
                None,
                "{} of {length} bytes",
                format.name
            );
        }
    }
}

/// `T` must refuse a list of `bound + 1` and read one of `bound`; before and after it stand the given bytes.
fn one_over<T: Decode, I: Encode + Clone>(
    name: &str,
    bound: usize,
    before: &[u8],
    item: I,
    after: &[u8],
) {
    let with = |count: usize| {
        let list = vec![item.clone(); count].encode();
        [before, &list, after].concat()
    };
    assert!(
        T::decode_all(&mut &with(bound)[..]).is_ok(),
        "{bound} of {name}"
    );
    assert!(
        T::decode_all(&mut &with(bound + 1)[..]).is_err(),
        "one over {name}"
    );
}

/// What stands in `whole` before and after the encoded list `part`, which must occur once from `start` on.
fn around<'a>(whole: &'a [u8], part: &[u8]) -> (&'a [u8], &'a [u8]) {
    let at = whole
        .windows(part.len())
        .position(|window| window == part)
        .expect("the part stands in the whole");
    (&whole[..at], &whole[at + part.len()..])
}

#[test]
fn q1_one_over_every_bound_of_a_view_is_refused_at_decode() {
    let claim = claim().encode();
    let deliveries = crate::samples::claim().deliveries;
    let (before, after) = around(&claim, &deliveries.encode());
    one_over::<ViewClaim, Delivery>("deliveries", 8, before, deliveries[0], after);
    let before = &claim[..claim.len() - 2];
    one_over::<ViewClaim, u32>("enhancements", 4, before, 1, &[0]);
    one_over::<Path, [u8; 32]>("path", 32, &[], [1; 32], &[]);
    one_over::<PlainOpening, u8>("leaf bytes", 1_024, &[], 1, &[0]);
    let (openings, receipts) = (play_data().openings, play_data().receipts);
    let whole = play_data().encode();
    let (before, after) = around(&whole, &openings.encode());
    one_over::<PlayData, PlainOpening>("openings", 8, before, openings[0].clone(), after);
    let (before, _) = around(&whole, &receipts.encode());
    one_over::<PlayData, Receipt>("receipts", 8, before, receipts[0].clone(), &[]);
}

#[test]
fn q1_one_over_every_bound_of_a_report_is_refused_at_decode() {
    let report = report();
    let header = report.header.encode();
    let (before, after) = around(&header, &report.header.debits.encode());
    one_over::<Header, Debit>("debits", 64, before, report.header.debits[0], after);
    let late = report.header.late_tickets.clone();
    let (before, _) = around(&header, &late.encode());
    one_over::<Header, _>("late tickets", 20, before, late[0], &[]);
    let whole = report.encode();
    let (before, after) = around(&whole, &report.verdicts.encode());
    one_over::<Report, VerdictOn>("verdicts", 100, before, report.verdicts[1], after);
    let (before, after) = around(&whole, &report.openings.encode());
    one_over::<Report, HeaderOpening>("openings", 4, before, report.openings[0].clone(), after);
}

#[test]
fn q1_one_over_every_other_bound_is_refused_at_decode() {
    let sources = sources();
    let whole = sources.encode();
    let (before, after) = around(&whole, &sources.providers.encode());
    one_over::<Sources, u32>("providers", 8, before, 1, after);
    let wanted = CellWanted {
        sources: SignedSources {
            sources,
            signature: Signature64(bytes("signature")),
        },
        bytes: 9_000,
    };
    one_over::<Request, CellWanted>("cells", 8, &[1], wanted, &[]);
    one_over::<Endpoint, u8>("endpoint", 128, &[], b'e', &[]);
    let terms = crate::vectors::messages::video_terms();
    let whole = terms.encode();
    let (before, after) = around(&whole, &terms.title.encode());
    one_over::<VideoTerms, u8>("title", 128, before, b't', after);
    one_over::<Standing, u32>("counted rounds", 4, &7u32.encode(), 6, &[]);
    let settled = crate::vectors::money::settled_round();
    let whole = settled.encode();
    let (before, after) = around(&whole, &settled.blocks.encode());
    one_over::<SettledRound, _>("blocks", 100, before, settled.blocks[0].clone(), after);
    let (before, after) = around(&whole, &settled.reporters.encode());
    one_over::<SettledRound, _>("reporters", 100, before, settled.reporters[0], after);
    let paid = PaidCampaign {
        campaign: 1,
        debits: 2,
        paid: 1,
    };
    let before = &whole[..whole.len() - settled.ads.encoded_size()];
    one_over::<SettledRound, _>("ads", 256, before, paid, &[]);
}

#[test]
fn q1_a_list_that_promises_more_than_it_brings_is_refused() {
    // Four billion renditions promised in five bytes.
    let promise = [0x03, 0xff, 0xff, 0xff, 0xff];
    for format in formats() {
        let mut cut = format.sample[..format.sample.len() / 2].to_vec();
        cut.extend(promise);
        let _ = (format.read_and_write)(&cut);
    }
    assert!(Manifest::decode(&mut &promise[..]).is_err());
    assert!(Path::decode(&mut &promise[..]).is_err());
}

#[test]
fn signed_grants_round_trip_too() {
    let grant = Grant {
        genesis: bytes("genesis"),
        controller: bytes("controller"),
        provider: 4,
        peer_key: bytes("peer"),
        video: Magnet(bytes("video")),
        cell: crate::samples::cell_of(&stream("cell", 9_000)),
        expires_ms: 9,
    };
    let signature = Signature64(bytes("signature"));
    format("grant", SignedGrant { grant, signature });
}

proptest! {
    #[test]
    fn q1_random_bytes_never_panic_and_are_read_in_one_way_only(
        input in prop::collection::vec(any::<u8>(), 0..3_000),
    ) {
        for format in formats() {
            let _ = (format.read_and_write)(&input);
        }
    }

    #[test]
    fn q1_changed_bytes_of_true_messages_never_panic_and_are_read_in_one_way_only(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for format in formats() {
            let mut input = format.sample.clone();
            for (at, value) in &changes {
                let place = at.index(input.len());
                input[place] = *value;
            }
            let _ = (format.read_and_write)(&input);
        }
    }
}
