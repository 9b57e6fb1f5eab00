use chainflix_primitives::rounds::{CYCLE_ROUNDS, CycleRule, RoundClock, carried_from, is_counted};
use proptest::prelude::*;

use crate::samples::CLOCK;

#[test]
fn a_round_begins_with_its_first_millisecond_and_ends_before_the_next() {
    let start = CLOCK.start_of(7).expect("a round");
    assert_eq!(CLOCK.round_at(start), Some(7));
    assert_eq!(CLOCK.round_at(start - 1), Some(6));
    assert_eq!(CLOCK.round_at(start + 43_199), Some(7));
    assert_eq!(CLOCK.round_at(start + 43_200), Some(8));
}

#[test]
fn before_the_chain_there_is_no_round_and_a_clock_without_length_knows_none() {
    assert_eq!(CLOCK.round_at(CLOCK.genesis_ms - 1), None);
    assert_eq!(CLOCK.round_at(u64::MAX), None);
    let stopped = RoundClock {
        round_ms: 0,
        ..CLOCK
    };
    assert_eq!(stopped.round_at(stopped.genesis_ms + 1), None);
    let late = RoundClock {
        genesis_ms: u64::MAX,
        ..CLOCK
    };
    assert_eq!(late.start_of(1), None);
}

#[test]
fn n1_the_last_round_of_a_cycle_and_the_first_of_the_next_are_of_two_cycles() {
    let rule = CycleRule::from_genesis(CYCLE_ROUNDS);
    assert_eq!(rule.cycle_of(0), Some(0));
    assert_eq!(rule.cycle_of(9_999), Some(0));
    assert_eq!(rule.cycle_of(10_000), Some(1));
    assert_eq!(rule.first_round_of(1), Some(10_000));
}

#[test]
fn n2_a_new_cycle_length_goes_on_with_the_next_number_at_a_border() {
    let old = CycleRule::from_genesis(10_000);
    let border = old.first_round_of(3).expect("a border");
    let new = CycleRule {
        first_round: border,
        first_cycle: 3,
        length: 500,
    };
    assert_eq!(old.cycle_of(border - 1), Some(2));
    assert_eq!(new.cycle_of(border - 1), None);
    assert_eq!(new.cycle_of(border), Some(3));
    assert_eq!(new.cycle_of(border + 499), Some(3));
    assert_eq!(new.cycle_of(border + 500), Some(4));
    assert_eq!(new.first_round_of(4), Some(border + 500));
    assert_eq!(new.first_round_of(2), None);
}

#[test]
fn cycles_of_no_length_or_past_the_last_number_are_none() {
    assert_eq!(CycleRule::from_genesis(0).cycle_of(5), None);
    assert_eq!(CycleRule::from_genesis(2).first_round_of(u32::MAX), None);
    let last = CycleRule {
        first_round: 0,
        first_cycle: u32::MAX,
        length: 1,
    };
    assert_eq!(last.cycle_of(0), Some(u32::MAX));
    assert_eq!(last.cycle_of(1), None);
}

#[test]
fn a_round_counts_with_a_third_of_its_blocks_and_at_least_one() {
    // 18 blocks of 2.4 s in production, 3 in rounds of 7.2 s, 1 in rounds of one block.
    for (blocks_per_round, least) in [(18, 6), (3, 1), (1, 1), (4, 2), (0, 1)] {
        assert!(
            !is_counted(least - 1, blocks_per_round),
            "{blocks_per_round}"
        );
        assert!(is_counted(least, blocks_per_round), "{blocks_per_round}");
    }
}

proptest! {
    #[test]
    fn every_instant_lies_in_the_round_that_it_is_said_to(round: u32, into in 0u64..43_200) {
        let start = CLOCK.start_of(round).expect("fits");
        prop_assert_eq!(CLOCK.round_at(start + into), Some(round));
    }

    #[test]
    fn every_round_lies_in_its_cycle(
        first_round in 0u32..1_000_000, first_cycle in 0u32..1_000, length in 1u32..20_000,
        after in 0u32..1_000_000,
    ) {
        let rule = CycleRule { first_round, first_cycle, length };
        let round = first_round + after;
        let cycle = rule.cycle_of(round).expect("in the rule");
        let begin = rule.first_round_of(cycle).expect("fits");
        prop_assert!(begin <= round && round < begin + length);
    }
}

#[test]
fn v6_a_header_carries_from_20_counted_rounds_before_it_and_from_no_more_than_a_cycle() {
    for (round, twentieth, length, expected) in [
        // Every round counted; 25 of them did not; nearly a cycle of them did not; more than one did not.
        (500, Some(480), 10_000, 480),
        (500, Some(455), 10_000, 455),
        (15_000, Some(5_001), 10_000, 5_001),
        (15_000, Some(4_999), 10_000, 5_000),
        // Fewer than 20 have counted: everything since the chain began, or since a cycle ago.
        (19, None, 10_000, 0),
        (40_000, None, 10_000, 30_000),
        // Cycles shorter than what is carried shorten nothing.
        (500, Some(480), 1, 480),
        (500, Some(470), 1, 480),
        (u32::MAX, Some(0), u32::MAX, 0),
    ] {
        let from = carried_from(round, twentieth, length);
        assert_eq!(from, expected, "{round}, {twentieth:?}, {length}");
    }
}
