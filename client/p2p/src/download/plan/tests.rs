//! Plans, simulated: sources of any speed that come, go and fail.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Next, Plan};

const HEDGE: Duration = Duration::from_millis(500);

fn plan(groups: u32, block: u32, sources: usize) -> Plan {
    let mut plan = Plan::new(groups, block, HEDGE);
    for _ in 0..sources {
        let source = plan.add_source();
        plan.begin(source, Instant::now());
        plan.opened(source);
    }
    plan
}

/// Runs sources that deliver `speeds[source]` groups per tick until all is there; returns the groups each delivered.
fn run(plan: &mut Plan, speeds: &[u32], opens_at: &[u32]) -> Vec<u32> {
    let start = Instant::now();
    let mut at_work: Vec<Vec<(u32, u32, u32)>> = speeds.iter().map(|_| Vec::new()).collect();
    let mut delivered = vec![0u32; speeds.len()];
    for tick in 0u32..100_000 {
        let now = start + Duration::from_millis(u64::from(tick) * 10);
        for source in 0..speeds.len() {
            if tick < opens_at[source] {
                continue;
            }
            plan.opened(source);
            for _ in 0..speeds[source] {
                while at_work[source].len() < 2 {
                    match plan.next(source, now) {
                        Next::Range { first, count } => {
                            assert!(count > 0);
                            at_work[source].push((first, first, count));
                        }
                        Next::Wait => break,
                    }
                }
                let Some((first, next, left)) = at_work[source].first_mut() else {
                    break;
                };
                if plan.deliver(source, *next) {
                    delivered[source] += 1;
                }
                *next += 1;
                *left -= 1;
                if *left == 0 {
                    plan.ended(source, *first);
                    at_work[source].remove(0);
                }
            }
        }
        if plan.is_complete() {
            return delivered;
        }
    }
    panic!("not complete: {} of {}", plan.verified(), plan.groups);
}

#[test]
fn two_sources_of_one_speed_give_half_each() {
    let delivered = run(&mut plan(1_024, 64, 2), &[8, 8], &[0, 0]);
    assert_eq!(delivered, [512, 512]);
}

#[test]
fn a_slow_source_still_gives_more_than_a_tenth_and_a_quick_one_the_rest() {
    for sources in 2..=4usize {
        let mut speeds = vec![1u32; sources];
        speeds[0] = 50;
        let delivered = run(&mut plan(1_300, 40, sources), &speeds, &vec![0; sources]);
        assert!(
            delivered.iter().all(|groups| *groups > 130),
            "{delivered:?}"
        );
        assert!(delivered[0] > 1_300 / sources as u32, "{delivered:?}");
    }
}

#[test]
fn the_first_block_goes_to_whoever_is_there_first() {
    let mut plan = Plan::new(100, 10, HEDGE);
    for _ in 0..2 {
        let source = plan.add_source();
        plan.begin(source, Instant::now());
    }
    plan.opened(1);
    let now = Instant::now();
    assert_eq!(
        plan.next(1, now),
        Next::Range {
            first: 0,
            count: 10
        }
    );
    assert_eq!(
        plan.next(1, now),
        Next::Range {
            first: 10,
            count: 10
        }
    );
}

#[test]
fn an_absent_source_keeps_nothing_after_the_hedge() {
    let delivered = run(&mut plan_with_absent(1_000, 40), &[20, 1], &[0, 50_000]);
    assert_eq!(delivered, [1_000, 0]);
}

fn plan_with_absent(groups: u32, block: u32) -> Plan {
    let mut plan = Plan::new(groups, block, HEDGE);
    for _ in 0..2 {
        let source = plan.add_source();
        plan.begin(source, Instant::now());
    }
    plan
}

#[test]
fn the_smallest_cell_still_comes_from_two_sources() {
    let delivered = run(&mut plan(15, 1, 2), &[100, 1], &[0, 0]);
    assert!(delivered.iter().all(|groups| *groups >= 2), "{delivered:?}");
    let delivered = run(&mut plan(2, 1, 2), &[100, 1], &[0, 0]);
    assert_eq!(delivered, [1, 1]);
}

#[test]
fn a_late_head_is_fetched_twice_after_the_hedge_and_not_before() {
    let mut plan = plan(2, 1, 2);
    let now = Instant::now();
    assert_eq!(plan.next(0, now), Next::Range { first: 0, count: 1 });
    assert_eq!(plan.next(1, now), Next::Range { first: 1, count: 1 });
    assert!(plan.deliver(1, 1));
    plan.ended(1, 1);
    assert_eq!(plan.next(1, now + HEDGE / 2), Next::Wait);
    assert_eq!(
        plan.next(1, now + HEDGE),
        Next::Range { first: 0, count: 1 }
    );
    assert_eq!(plan.next(1, now + HEDGE), Next::Wait);
}

#[test]
fn what_a_dropped_source_was_fetching_goes_to_the_others_and_only_what_is_missing() {
    let mut plan = plan(64, 16, 2);
    let now = Instant::now();
    assert_eq!(
        plan.next(0, now),
        Next::Range {
            first: 0,
            count: 16
        }
    );
    for group in 0..5 {
        assert!(plan.deliver(0, group));
    }
    plan.end(0);
    assert_eq!(
        plan.next(1, now),
        Next::Range {
            first: 5,
            count: 11
        }
    );
}

#[test]
fn x1_only_the_bad_group_is_fetched_again_and_not_from_the_same_source() {
    let mut plan = plan(16, 16, 2);
    let now = Instant::now();
    assert_eq!(
        plan.next(0, now),
        Next::Range {
            first: 0,
            count: 16
        }
    );
    for group in (0..16).filter(|group| *group != 7) {
        plan.deliver(0, group);
    }
    plan.cannot(0, 7);
    plan.ended(0, 0);
    assert_eq!(plan.next(0, now), Next::Wait);
    assert_eq!(plan.next(1, now), Next::Range { first: 7, count: 1 });
}

#[test]
fn after_a_seek_what_follows_is_fetched_first() {
    let mut plan = plan(100, 10, 1);
    plan.play_from(55);
    let now = Instant::now();
    let first = 55;
    assert_eq!(plan.next(0, now), Next::Range { first, count: 4 });
    plan.play_from(1_000);
    let first = 99;
    assert_eq!(plan.next(0, now), Next::Range { first, count: 1 });
    assert_eq!(
        plan.next(0, now),
        Next::Range {
            first: 0,
            count: 10
        }
    );
}

proptest! {
    #[test]
    fn every_group_comes_whatever_the_speeds_and_openings(
        groups in 1u32..400,
        block in 1u32..65,
        speeds in proptest::collection::vec(1u32..40, 1..6),
        opens in proptest::collection::vec(0u32..200, 6),
        from in 0u32..400,
    ) {
        let mut plan = plan(groups, block, speeds.len());
        plan.play_from(from);
        let delivered = run(&mut plan, &speeds, &opens);
        prop_assert_eq!(delivered.iter().sum::<u32>(), groups);
    }
}

#[test]
fn where_playing_begins_blocks_are_small_and_in_order_over_all_sources() {
    let mut plan = plan(1_000, 64, 3);
    plan.play_from(0);
    let now = Instant::now();
    let mut asked = Vec::new();
    for source in [0, 1, 2, 0, 1, 2, 0] {
        match plan.next(source, now) {
            Next::Range { first, count } => asked.push((first, count)),
            Next::Wait => panic!("there is enough to fetch"),
        }
    }
    let expected = [(0, 4), (4, 4), (8, 4), (12, 4), (16, 4), (20, 4), (24, 8)];
    assert_eq!(asked, expected);
    // Far from it they are as large as ever.
    let last = plan.blocks.len() - 2;
    assert_eq!(plan.groups_of(last).len(), 64);
}

#[test]
fn what_is_played_first_waits_for_nobody_who_has_not_opened() {
    let mut plan = Plan::new(1_000, 64, HEDGE);
    for _ in 0..3 {
        let source = plan.add_source();
        plan.begin(source, Instant::now());
    }
    plan.play_from(0);
    plan.opened(1);
    let now = Instant::now();
    for first in [0, 4, 8] {
        assert_eq!(plan.next(1, now), Next::Range { first, count: 4 });
    }
    // Whoever comes next takes up what is its own.
    plan.opened(0);
    let first = 12;
    assert_eq!(plan.next(0, now), Next::Range { first, count: 4 });
}

#[test]
fn going_on_reading_cuts_nothing_and_a_jump_does() {
    let mut plan = plan(1_000, 64, 1);
    plan.play_from(0);
    let blocks = plan.blocks.len();
    let now = Instant::now();
    for _ in 0..4 {
        let Next::Range { first, count } = plan.next(0, now) else {
            panic!("there is enough to fetch");
        };
        for group in first..first + count {
            plan.deliver(0, group);
            plan.play_from(group + 1);
        }
        plan.ended(0, first);
    }
    assert_eq!(plan.blocks.len(), blocks);
    plan.play_from(700);
    assert!(plan.blocks.len() > blocks);
    let first = 700;
    assert_eq!(plan.next(0, now), Next::Range { first, count: 4 });
}

#[test]
fn a_block_that_is_cut_while_it_is_fetched_stays_its_sources_until_the_range_has_ended() {
    let mut plan = plan(200, 100, 2);
    let now = Instant::now();
    assert_eq!(
        plan.next(0, now),
        Next::Range {
            first: 0,
            count: 100
        }
    );
    plan.cut_small(50);
    // Nothing of the range goes to the other one.
    let Next::Range { first, .. } = plan.next(1, now) else {
        panic!("there is enough to fetch");
    };
    assert!(first >= 100);
    plan.ended(0, 0);
    let Next::Range { first, .. } = plan.next(0, now) else {
        panic!("there is enough to fetch");
    };
    assert!(first < 100, "{first}");
}
