use chainflix_primitives::{
    Sha256,
    delegation::{Delegation, session_transcript},
    duty::announcement_payload,
    registry::VerifierAnnouncement,
    rounds::CYCLE_ROUNDS,
};

use crate::samples::{account, bounded, bytes, delegation, genesis};

#[test]
fn the_text_reads_line_by_line_and_is_wrapped_so_that_it_is_no_transaction() {
    let text = String::from_utf8(delegation().text()).expect("readable");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 8);
    assert_eq!(lines[0], "<Bytes>chainflix session 1");
    assert_eq!(lines[1], hex::encode(genesis()));
    assert_eq!(lines[2], delegation().account.to_string());
    assert_eq!(lines[3], hex::encode(delegation().session_key));
    assert_eq!(lines[4], hex::encode(delegation().exchange_key));
    assert_eq!(lines[5], "00004e20");
    assert_eq!(lines[6], "00007530");
    assert_eq!(lines[7], "</Bytes>");
}

#[test]
fn a_delegation_holds_from_its_first_to_its_last_round() {
    let delegation = delegation();
    assert!(!delegation.holds_in(19_999));
    assert!(delegation.holds_in(20_000));
    assert!(delegation.holds_in(30_000));
    assert!(!delegation.holds_in(30_001));
}

#[test]
fn a_delegation_longer_than_a_cycle_or_backwards_never_holds() {
    let long = Delegation {
        last_round: 20_000 + CYCLE_ROUNDS + 1,
        ..delegation()
    };
    assert!(!long.holds_in(20_000));
    let backwards = Delegation {
        first_round: 30_000,
        last_round: 29_999,
        ..delegation()
    };
    assert!(!backwards.holds_in(30_000) && !backwards.holds_in(29_999));
    let of_one_round = Delegation {
        first_round: u32::MAX,
        last_round: u32::MAX,
        ..delegation()
    };
    assert!(of_one_round.holds_in(u32::MAX));
}

#[test]
fn every_field_is_under_text_and_hash() {
    let mine = delegation();
    let others = [
        Delegation {
            genesis: bytes("another chain"),
            ..mine.clone()
        },
        Delegation {
            account: account("somebody else"),
            ..mine.clone()
        },
        Delegation {
            session_key: bytes("other key"),
            ..mine.clone()
        },
        Delegation {
            exchange_key: bytes("other key"),
            ..mine.clone()
        },
        Delegation {
            first_round: 1,
            ..mine.clone()
        },
        Delegation {
            last_round: 1,
            ..mine.clone()
        },
    ];
    for other in others {
        assert_ne!(other.text(), mine.text());
        assert_ne!(other.hash::<Sha256>(), mine.hash::<Sha256>());
    }
}

#[test]
fn a_session_opened_at_one_verifier_is_not_open_at_another_nor_under_another_encapsulation() {
    let open = |verifier: &str, encapsulated: &str| {
        session_transcript(
            &genesis(),
            &account(verifier),
            &delegation().hash::<Sha256>(),
            &bytes::<32>(encapsulated),
        )
    };
    assert_ne!(open("verifier 0", "a"), open("verifier 1", "a"));
    assert_ne!(open("verifier 0", "a"), open("verifier 0", "b"));
}

#[test]
fn a_verifier_announces_for_itself_and_one_chain_only() {
    let announcement = VerifierAnnouncement {
        endpoint: bounded(*b"wss://verifier.example/pov"),
        network_key: bytes("network"),
        exchange_key: bytes("exchange"),
        service_key: bytes("service"),
    };
    let payload = announcement_payload(&genesis(), &account("verifier 0"), &announcement);
    for other in [
        announcement_payload(
            &bytes("another chain"),
            &account("verifier 0"),
            &announcement,
        ),
        announcement_payload(&genesis(), &account("verifier 1"), &announcement),
    ] {
        assert_ne!(payload, other);
    }
}
