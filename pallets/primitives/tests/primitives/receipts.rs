use chainflix_primitives::{
    Sha256,
    receipt::{
        MAX_UNSIGNED_BYTES, RECEIPT_EVERY_BYTES, countersignature_payload, covers_cell,
        delivery_payload, receipt_payload, token_allowance,
    },
};
use codec::Encode;
use proptest::prelude::*;

use crate::samples::{bytes, genesis, is_signed, sign, token};

#[test]
fn receipts_over_90_percent_suffice_and_a_byte_less_does_not() {
    assert!(covers_cell(9_000, 10_000));
    assert!(!covers_cell(8_999, 10_000));
    // 90 % of 10,001 bytes are 9,000.9.
    assert!(covers_cell(9_001, 10_001));
    assert!(!covers_cell(9_000, 10_001));
    assert!(covers_cell(u64::MAX, 10_000));
    assert!(!covers_cell(0, 10_000));
}

#[test]
fn a_token_allows_at_most_one_and_a_quarter_of_the_cell() {
    assert_eq!(token_allowance(8_192), 10_240);
    assert_eq!(token_allowance(8_193), 10_241);
    assert_eq!(token_allowance(0), 0);
    for bytes in [8_192u64, 8_193, 8_194, 8_195, 1_500_000_000] {
        assert!(token_allowance(bytes) * 4 <= bytes * 5);
    }
}

#[test]
fn a_provider_waits_for_no_countersignature_before_it_is_due() {
    assert_eq!(MAX_UNSIGNED_BYTES, 2 * RECEIPT_EVERY_BYTES);
}

#[test]
fn j2_a_receipt_for_one_token_is_none_for_another_provider_viewer_or_cell() {
    let mine = token();
    let id = mine.id::<Sha256>();
    let mut provider = mine.clone();
    provider.terms.provider += 1;
    let mut viewer = mine.clone();
    viewer.terms.viewer = bytes::<32>("somebody else").into();
    let mut cell = mine.clone();
    cell.terms.cell += 1;
    let mut chain = mine.clone();
    chain.terms.genesis = bytes("another chain");
    let mut seal = mine.clone();
    seal.sealed_download_key[0] ^= 1;
    let signature = sign("provider", &receipt_payload(&genesis(), &id, 1_000));
    for other in [provider, viewer, cell, chain, seal] {
        let other = other.id::<Sha256>();
        assert_ne!(other, id);
        let payload = receipt_payload(&genesis(), &other, 1_000);
        assert!(!is_signed("provider", &signature, &payload));
    }
}

#[test]
fn j4_a_receipt_of_an_older_token_for_the_same_cell_is_none_for_the_new_one() {
    let old = token();
    let mut new = old.clone();
    new.terms.round += 10_000;
    assert_ne!(old.id::<Sha256>(), new.id::<Sha256>());
}

#[test]
fn a_receipt_is_no_countersignature_and_neither_fits_another_total_or_chain() {
    let id = token().id::<Sha256>();
    let provider = receipt_payload(&genesis(), &id, 1_000);
    let viewer = countersignature_payload(&genesis(), &id, 1_000);
    assert_ne!(provider, viewer);
    assert_ne!(provider, receipt_payload(&genesis(), &id, 1_001));
    assert_ne!(
        provider,
        receipt_payload(&bytes("another chain"), &id, 1_000)
    );
    let by_provider = sign("provider", &provider);
    assert!(is_signed("provider", &by_provider, &provider));
    assert!(!is_signed("provider", &by_provider, &viewer));
}

#[test]
fn a_token_used_on_one_connection_is_not_used_on_another() {
    let id = token().id::<Sha256>();
    let mine = delivery_payload(&genesis(), &id, b"my peer");
    let signature = sign("session", &mine);
    assert!(is_signed("session", &signature, &mine));
    for other in [
        delivery_payload(&genesis(), &id, b"another peer"),
        delivery_payload(&genesis(), &bytes("another token"), b"my peer"),
        delivery_payload(&bytes("another chain"), &id, b"my peer"),
    ] {
        assert!(!is_signed("session", &signature, &other));
    }
}

#[test]
fn the_id_of_a_token_covers_all_of_it() {
    use chainflix_primitives::Hasher;
    let token = token();
    let whole = [b"chainflix/token/1".as_slice(), &token.encode()].concat();
    assert_eq!(token.id::<Sha256>(), Sha256::sha256(&whole));
}

proptest! {
    #[test]
    fn more_bytes_never_cover_less(a: u64, b: u64, cell in 0u64..=1_500_000_000) {
        if covers_cell(a.min(b), cell) {
            prop_assert!(covers_cell(a.max(b), cell));
        }
    }
}
