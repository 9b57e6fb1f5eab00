//! Which providers a verifier found alive.

use chainflix_primitives::heartbeat::{
    HEARTBEAT_ROUNDS, Heartbeat, PAGE_BYTES, PAGE_PROVIDERS, is_enough, last_round, page_of, pages,
    period_due, period_of,
};
use codec::{Decode, Encode};

#[test]
fn a_heartbeat_says_of_each_provider_of_its_page_whether_it_was_seen_and_nothing_of_others() {
    let alive = [1_024, 1_033, 2_047, 5, 2_048];
    let heartbeat = Heartbeat::of(7, 1, alive);
    for provider in 1_024..2_048 {
        let (page, place) = page_of(provider);
        assert_eq!(page, 1);
        assert_eq!(
            heartbeat.is_seen(place),
            alive.contains(&provider),
            "{provider}"
        );
    }
    assert_eq!(heartbeat.seen.len(), PAGE_BYTES as usize);
    assert!(!heartbeat.is_seen(PAGE_PROVIDERS as usize));
    assert_eq!(Heartbeat::of(7, 3, alive).seen.len(), 0);
}

#[test]
fn q1_a_bitmap_longer_than_a_page_is_refused_at_decode() {
    let fits = (1u8, 7u32, 1u32, vec![0xffu8; PAGE_BYTES as usize]).encode();
    let too_long = (1u8, 7u32, 1u32, vec![0xffu8; PAGE_BYTES as usize + 1]).encode();
    assert!(Heartbeat::decode(&mut &fits[..]).is_ok());
    assert!(Heartbeat::decode(&mut &too_long[..]).is_err());
}

#[test]
fn a_period_is_attested_in_the_one_after_it() {
    assert_eq!(period_due(0), None);
    assert_eq!(period_due(HEARTBEAT_ROUNDS - 1), None);
    assert_eq!(period_due(HEARTBEAT_ROUNDS), Some(0));
    for round in [0, 9, 10, 12_345, u32::MAX - HEARTBEAT_ROUNDS] {
        let period = period_of(round);
        let last = last_round(period).expect("not the end of time");
        assert!(round <= last && last - round < HEARTBEAT_ROUNDS);
        assert_eq!(period_due(last + 1), Some(period));
    }
    assert_eq!(last_round(u32::MAX), None);
}

#[test]
fn there_are_as_many_pages_as_indices_need_and_always_one() {
    assert_eq!(
        [0, 1, 1_024, 1_025, u32::MAX].map(pages),
        [1, 1, 1, 2, 1 << 22]
    );
}

#[test]
fn more_than_51_percent_of_the_set_are_enough() {
    assert!(is_enough(1, 1) && is_enough(2, 3) && is_enough(3, 4) && is_enough(52, 100));
    assert!(!is_enough(0, 0) && !is_enough(1, 2) && !is_enough(2, 4) && !is_enough(51, 100));
}
