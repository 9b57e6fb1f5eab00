//! How long formats may be: what weights, buffers and the README count with.

use chainflix_primitives::{
    delegation::SignedDelegation,
    heartbeat::{Heartbeat, SignedSignOfLife},
    play_data::{Path, PlayData},
    receipt::{DeliveryToken, Receipt},
    refusal::Refusal,
    report::Report,
    ticket::{Acceptance, SignedTicket},
    view::{MAX_LEAF_BYTES, ViewClaim, ViewLeaf},
};
use codec::{Encode, MaxEncodedLen};

use crate::codecs::play_data;
use crate::samples::{fullest_claim, leaf_of, path, receipt, signed_delegation, ticket, token};

#[test]
fn a_leaf_is_never_longer_than_512_bytes() {
    assert!(ViewLeaf::max_encoded_len() <= MAX_LEAF_BYTES);
    assert_eq!(
        leaf_of(fullest_claim()).encoded_size(),
        ViewLeaf::max_encoded_len()
    );
}

/// The stated maximum is reached by the fullest value, so that weights and buffers by it are neither short nor idle.
#[test]
fn the_longest_values_are_as_long_as_stated() {
    assert_eq!(fullest_claim().encoded_size(), ViewClaim::max_encoded_len());
    assert_eq!(
        signed_delegation().encoded_size(),
        SignedDelegation::max_encoded_len()
    );
    assert_eq!(
        ticket().encoded_size() + 64,
        SignedTicket::max_encoded_len()
    );
    assert_eq!(token().encoded_size(), DeliveryToken::max_encoded_len());
    assert_eq!(receipt().encoded_size(), Receipt::max_encoded_len());
    assert_eq!(path(32).encoded_size(), Path::max_encoded_len());
    // Paths of 15 and 12 hashes where 32 are allowed.
    let short = 8 * (32 - 15) * 32 + (32 - 12) * 32;
    assert_eq!(
        play_data().encoded_size() + short,
        PlayData::max_encoded_len()
    );
}

#[test]
fn a_report_of_the_largest_network_fits_a_duty_of_64_kib() {
    assert!(Report::max_encoded_len() <= chainflix_primitives::duty::MAX_DUTY_BYTES);
}

#[test]
fn the_readme_states_the_most_bytes_of_each_format() {
    use chainflix_primitives::{
        manifest::CellEntry, placement::SignedGrant, sources::SignedSources, ticket::Ticket,
    };
    let readme = include_str!("../../README.md");
    for (name, most) in [
        ("cell entry", CellEntry::max_encoded_len()),
        ("delegation", SignedDelegation::max_encoded_len()),
        ("ticket", Ticket::max_encoded_len()),
        ("acceptance", Acceptance::max_encoded_len()),
        ("delivery token", DeliveryToken::max_encoded_len()),
        ("receipt", Receipt::max_encoded_len()),
        ("view claim", ViewClaim::max_encoded_len()),
        ("view leaf", ViewLeaf::max_encoded_len()),
        ("Play Data", PlayData::max_encoded_len()),
        ("report", Report::max_encoded_len()),
        ("heartbeat", Heartbeat::max_encoded_len()),
        ("sign of life", SignedSignOfLife::max_encoded_len()),
        ("signed sources", SignedSources::max_encoded_len()),
        ("signed grant", SignedGrant::max_encoded_len()),
    ] {
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| {name} |")))
            .unwrap_or_else(|| panic!("{name} is missing"));
        let stated = row.split('|').nth(3).map(str::trim);
        assert_eq!(stated, Some(most.to_string().as_str()), "{name}");
    }
}

#[test]
fn refusals_keep_their_numbers_and_speak_in_sentences() {
    for (place, refusal) in Refusal::ALL.iter().enumerate() {
        assert_eq!(usize::from(refusal.code()), place);
        assert_eq!(Refusal::from_code(refusal.code()), Some(*refusal));
        assert_eq!(refusal.encode(), [refusal.code()]);
        assert!(refusal.words().ends_with('.'), "{}", refusal.name());
    }
    assert_eq!(Refusal::from_code(200), None);
}
