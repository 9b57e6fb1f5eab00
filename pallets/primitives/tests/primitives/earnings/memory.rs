use chainflix_primitives::earnings::{Exclusion, Ledger, ViewOutcome};
use chainflix_primitives::rounds::CycleRule;
use codec::Encode;

use super::world::{Seen, World, handed, is_paid, seen};

const SAME_MINUTE: ViewOutcome = ViewOutcome::Excluded(Exclusion::SameMinute);
const OVERLAP: ViewOutcome = ViewOutcome::Excluded(Exclusion::Overlap);

/// First millisecond of a round since the start of round 0.
fn start(world: &World, round: u32) -> u64 {
    u64::from(round) * u64::from(world.clock.round_ms)
}

fn one(world: &World, ledger: &mut Ledger, round: u32, view: Seen) -> ViewOutcome {
    world
        .apply(ledger, round, &[handed("verifier 0", vec![view])])
        .expect("complete records")[0]
}

fn empty(world: &World, ledger: &mut Ledger, rounds: core::ops::Range<u32>) {
    for round in rounds {
        world.apply(ledger, round, &[]).expect("nothing to refuse");
    }
}

#[test]
fn n1_a_minute_pays_in_the_last_round_of_a_cycle_and_in_the_first_of_the_next() {
    let world = World::new();
    let mut ledger = Ledger::default();
    // Issued in round 9,998 and in round 10,000.
    let last = seen("v", 0, start(&world, 9_998));
    assert!(is_paid(&one(&world, &mut ledger, 9_999, last.clone())));
    assert_eq!(one(&world, &mut ledger, 10_000, last), SAME_MINUTE);
    let next = seen("v", 0, start(&world, 10_000));
    assert!(is_paid(&one(&world, &mut ledger, 10_001, next)));
}

#[test]
fn n1_the_cycle_is_that_of_the_round_of_issue() {
    let world = World::new();
    let mut ledger = Ledger::default();
    // Issued in the old cycle and accepted in the new one: spends the old minute.
    let across = seen("v", 0, start(&world, 10_000) - 1_000);
    assert!(is_paid(&one(&world, &mut ledger, 10_001, across)));
    let new = seen("v", 0, start(&world, 10_002));
    assert!(is_paid(&one(&world, &mut ledger, 10_003, new)));
}

#[test]
fn n2_shorter_cycles_from_a_border_on_pay_each_of_their_own_and_the_old_one_not_twice() {
    let mut world = World::new();
    world.cycles.push(CycleRule {
        first_round: 10_000,
        first_cycle: 1,
        length: 500,
    });
    let mut ledger = Ledger::default();
    let mut issued_in = |issue: u32, settled: u32| {
        let view = seen("v", 0, start(&world, issue));
        is_paid(&one(&world, &mut ledger, settled, view))
    };
    assert!(issued_in(9_995, 9_997));
    assert!(!issued_in(9_998, 10_005), "of the old cycle, carried");
    assert!(issued_in(10_004, 10_006));
    assert!(!issued_in(10_499, 10_501));
    assert!(issued_in(10_500, 10_502));
}

#[test]
fn r1_a_view_carried_as_long_as_can_be_still_finds_its_minute_spent_in_rounds_of_7_2_s() {
    let mut world = World::with_short_rounds();
    // A cycle ends while the view is carried.
    world.cycles[0].length = 105;
    let mut ledger = Ledger::default();
    // Issued in round 100, accepted 90 s, thirteen rounds, later, and carried for 20 more.
    let twice = Seen {
        elapsed_ms: 90_000,
        ..seen("v", 0, start(&world, 100))
    };
    assert!(is_paid(&one(&world, &mut ledger, 112, twice.clone())));
    empty(&world, &mut ledger, 113..132);
    assert_eq!(one(&world, &mut ledger, 132, twice), SAME_MINUTE);
}

#[test]
fn p2_an_overlap_is_seen_over_the_longest_carry_in_rounds_of_7_2_s() {
    let world = World::with_short_rounds();
    let mut ledger = Ledger::default();
    let begin = start(&world, 100);
    assert!(is_paid(&one(&world, &mut ledger, 108, seen("v", 0, begin))));
    // Starts while the first plays, lasts 90 s, is accepted in round 120 and settled in round 140.
    let late = Seen {
        elapsed_ms: 90_000,
        ..seen("v", 1, begin + 57_000)
    };
    empty(&world, &mut ledger, 109..140);
    assert_eq!(one(&world, &mut ledger, 140, late), OVERLAP);
}

#[test]
fn a_halt_of_the_chain_makes_nothing_forgotten() {
    let world = World::with_short_rounds();
    let mut ledger = Ledger::default();
    let view = seen("v", 0, start(&world, 100));
    assert!(is_paid(&one(&world, &mut ledger, 108, view.clone())));
    // Thousands of rounds without blocks: the next counted round is the next settled one.
    let other = Seen {
        minute: 1,
        at: view.at + 30_000,
        ..view.clone()
    };
    assert_eq!(one(&world, &mut ledger, 9_000, other), OVERLAP);
    assert_eq!(one(&world, &mut ledger, 9_001, view), SAME_MINUTE);
}

#[test]
fn q2_what_is_remembered_of_rounds_long_past_is_given_back() {
    let mut world = World::with_short_rounds();
    world.cycles[0].length = 50;
    let mut ledger = Ledger::default();
    let crowd = |round: u32| {
        (0..40)
            .map(|n| Seen {
                group: format!("group {}", n % 7),
                at: start(&world, round) - 60_000,
                ..seen(
                    &format!("viewer {n}"),
                    u16::try_from(round % 60).expect("few"),
                    0,
                )
            })
            .collect::<Vec<_>>()
    };
    let mut sizes = Vec::new();
    for round in (100..800u32).step_by(9) {
        world
            .apply(&mut ledger, round, &[handed("verifier 0", crowd(round))])
            .expect("complete records");
        empty(&world, &mut ledger, round + 1..round + 9);
        sizes.push(ledger.encoded_size());
    }
    let settled = &sizes[40..];
    let (least, most) = (settled.iter().min(), settled.iter().max());
    assert!(
        most.expect("sizes") - least.expect("sizes") < 12_000,
        "{sizes:?}"
    );
    // After a while without views only totals and round numbers are left, and the spent minutes of cycles not over.
    let full = ledger.encoded_size();
    empty(&world, &mut ledger, 900..1_100);
    assert!(
        ledger.encoded_size() < full / 5,
        "{} of {full}",
        ledger.encoded_size()
    );
}

#[test]
fn a_round_with_nothing_in_it_is_applied_too() {
    let world = World::new();
    let mut ledger = Ledger::default();
    empty(&world, &mut ledger, 0..300);
    assert_eq!(ledger.last_round(), Some(299));
    assert_eq!(ledger.sum(), Some(0));
    assert_eq!(ledger.totals().count(), 0);
}
