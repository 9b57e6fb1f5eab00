use chainflix_primitives::earnings::{Exclusion, Ledger, ViewOutcome};

use super::world::{Seen, World, handed, is_paid, seen};
use crate::samples::account;

/// Applies one round and says what each view came to, in order of issuer, viewer and time.
fn outcomes(world: &World, blocks: &[(&str, Vec<Seen>)]) -> (Ledger, Vec<ViewOutcome>) {
    let mut ledger = Ledger::default();
    let handed: Vec<_> = blocks
        .iter()
        .map(|(issuer, views)| handed(issuer, views.clone()))
        .collect();
    let outcomes = world
        .apply(&mut ledger, 10, &handed)
        .expect("complete records");
    (ledger, outcomes)
}

/// Names of two verifiers, the one with the lower account first.
fn in_order() -> [&'static str; 2] {
    let mut names = ["verifier 0", "verifier 1"];
    names.sort_by_key(|name| account(name));
    names
}

const SAME_MINUTE: ViewOutcome = ViewOutcome::Excluded(Exclusion::SameMinute);
const OVERLAP: ViewOutcome = ViewOutcome::Excluded(Exclusion::Overlap);
const QUOTA: ViewOutcome = ViewOutcome::Excluded(Exclusion::GroupQuota);

#[test]
fn r6_p5_the_same_minute_at_two_issuers_pays_once_and_nobody_else_loses() {
    let world = World::new();
    let [first, second] = in_order();
    let at = 400_000;
    let honest = || seen("honest", 5, at);
    let (_, alone) = outcomes(
        &world,
        &[
            (first, vec![seen("racer", 0, at)]),
            (second, vec![honest(), seen("other", 0, at)]),
        ],
    );
    let (_, raced) = outcomes(
        &world,
        &[
            (first, vec![seen("racer", 0, at)]),
            (second, vec![honest(), seen("racer", 0, at)]),
        ],
    );
    assert!(alone.iter().all(is_paid));
    assert_eq!(raced.iter().filter(|outcome| is_paid(outcome)).count(), 2);
    assert_eq!(
        raced
            .iter()
            .filter(|outcome| **outcome == SAME_MINUTE)
            .count(),
        1
    );
    // The first view and the honest one are worth exactly what they are without the race.
    assert_eq!(raced[0], alone[0]);
    let value_of = |outcomes: &[ViewOutcome]| outcomes[1..].iter().find(|o| is_paid(o)).copied();
    assert_eq!(value_of(&raced), value_of(&alone));
}

#[test]
fn r1_the_same_minute_in_later_rounds_and_in_another_rendition_pays_nothing() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let first = world.apply(
        &mut ledger,
        10,
        &[handed("verifier 0", vec![seen("v", 0, 400_000)])],
    );
    assert!(first.expect("complete records").iter().all(is_paid));
    let before = ledger.sum();
    for (round, rendition) in [(11, 1), (12, 0)] {
        let again = handed("verifier 1", vec![seen("v", 0, 470_000)]);
        let (settled, mut bodies) = world.settle(round, &[again], &[]);
        bodies[0][0].claim.rendition = rendition;
        let outcomes = ledger
            .apply(&settled, &bodies, &world)
            .expect("complete records");
        assert_eq!(outcomes, [[SAME_MINUTE]]);
    }
    assert_eq!(ledger.sum(), before);
}

#[test]
fn p2_intervals_at_two_issuers_may_overlap_by_2_s_and_not_by_more() {
    let world = World::new();
    let [first, second] = in_order();
    for (starts, expected) in [(458_000, true), (457_999, false)] {
        let (_, outcomes) = outcomes(
            &world,
            &[
                (first, vec![seen("v", 0, 400_000)]),
                (second, vec![seen("v", 1, starts)]),
            ],
        );
        assert!(is_paid(&outcomes[0]), "the earlier view is paid");
        assert_eq!(is_paid(&outcomes[1]), expected);
        if !expected {
            assert_eq!(outcomes[1], OVERLAP);
        }
    }
}

#[test]
fn p2_one_issuers_own_clock_knows_no_tolerance() {
    let world = World::new();
    let one = |starts| vec![seen("v", 0, 400_000), seen("v", 1, starts)];
    let (_, touching) = outcomes(&world, &[("verifier 0", one(460_000))]);
    assert!(touching.iter().all(is_paid));
    let (_, overlapping) = outcomes(&world, &[("verifier 0", one(459_999))]);
    assert!(is_paid(&overlapping[0]));
    assert_eq!(overlapping[1], OVERLAP);
}

#[test]
fn p1_sixty_cells_at_once_earn_one_cell() {
    let world = World::new();
    let all_at_once: Vec<Seen> = (0..60).map(|minute| seen("v", minute, 370_000)).collect();
    let (_, outcomes) = outcomes(&world, &[("verifier 0", all_at_once)]);
    assert_eq!(
        outcomes.iter().filter(|outcome| is_paid(outcome)).count(),
        1
    );
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == OVERLAP)
            .count(),
        59
    );
}

/// Playtime in ms that one account is paid for when it starts a minute at each of two verifiers every `pace_ms` for 24
/// hours, at the second one half a pace later. No minute comes twice.
fn paid_in_a_day(pace_ms: u64) -> u64 {
    const DAY_MS: u64 = 86_400_000;
    let world = World::with_producers(120);
    let mut ledger = Ledger::default();
    let (begin, round_ms) = (43_200u64 * 10, 43_200u64);
    let minute = |n: u64, at: u64| Seen {
        video: format!("of {}", n / 60),
        ..seen("v", u16::try_from(n % 60).expect("few"), at)
    };
    let mut paid_ms = 0;
    for round in 0..2_002u64 {
        let from = begin + round * round_ms;
        let ends_in = |at: &u64| (from..from + round_ms).contains(&(at + 60_000));
        let views_of = |verifier: u64| -> Vec<Seen> {
            let starts = (0..).map(|n| (2 * n + verifier, n * pace_ms + verifier * pace_ms / 2));
            starts
                .take_while(|(_, at)| at + 60_000 <= DAY_MS)
                .map(|(n, at)| (n, begin + at))
                .filter(|(_, at)| ends_in(at))
                .map(|(n, at)| minute(n, at))
                .collect()
        };
        let blocks = [
            handed("verifier 0", views_of(0)),
            handed("verifier 1", views_of(1)),
        ];
        let round = u32::try_from(10 + round).expect("few");
        let outcomes = world.apply(&mut ledger, round, &blocks);
        let outcomes = outcomes.expect("complete records");
        paid_ms += 60_000 * outcomes.iter().filter(|outcome| is_paid(outcome)).count() as u64;
    }
    paid_ms
}

#[test]
fn p3_in_24_hours_an_account_at_two_verifiers_earns_for_no_more_time_than_there_was() {
    const DAY_MS: u64 = 86_400_000;
    // At each of them what starts next overlaps what runs, and so it does at the other one.
    for pace_ms in [25_000, 60_000, 90_000] {
        let paid_ms = paid_in_a_day(pace_ms);
        assert!(paid_ms <= DAY_MS, "{paid_ms} ms at a pace of {pace_ms} ms");
        assert!(
            paid_ms > DAY_MS / 2,
            "{paid_ms} ms at a pace of {pace_ms} ms"
        );
    }
    // Two clocks may differ by 2 s. Whoever uses that up at each change from one verifier to the other gains so much.
    let paid_ms = paid_in_a_day(116_000);
    assert!(
        paid_ms > DAY_MS && paid_ms <= DAY_MS * 60 / 58,
        "{paid_ms} ms"
    );
}

#[test]
fn y1_a_thousand_accounts_of_one_group_over_all_verifiers_earn_at_most_the_quota() {
    let mut world = World::new();
    world.quota = 50;
    let crowd = |verifier: usize| {
        (0..250)
            .map(|n| Seen {
                group: "203.0.113.0/24".into(),
                ..seen(&format!("sybil {verifier} {n}"), 0, 400_000)
            })
            .collect::<Vec<_>>()
    };
    let names: Vec<String> = (0..4).map(|n| format!("verifier {n}")).collect();
    let mut blocks: Vec<(&str, Vec<Seen>)> = Vec::new();
    for (n, name) in names.iter().enumerate() {
        let mut views = crowd(n);
        views.push(seen(&format!("honest {n}"), 0, 400_000));
        blocks.push((name, views));
    }
    let (ledger, outcomes) = outcomes(&world, &blocks);
    assert_eq!(
        outcomes.iter().filter(|outcome| is_paid(outcome)).count(),
        50 + 4
    );
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == QUOTA).count(),
        950
    );
    for n in 0..4 {
        assert!(ledger.total(&account(&format!("honest {n}"))) > 0);
    }
}

#[test]
fn y1_views_carried_into_a_later_round_count_in_the_quota_of_the_round_they_were_accepted_in() {
    let mut world = World::new();
    world.quota = 2;
    let grouped = |viewer: &str| Seen {
        group: "one house".into(),
        ..seen(viewer, 0, 400_000)
    };
    let mut ledger = Ledger::default();
    let now = vec![grouped("a"), grouped("b")];
    let paid = world.apply(&mut ledger, 10, &[handed("verifier 0", now)]);
    assert!(paid.expect("complete records").iter().all(is_paid));
    // The other verifier's block was not approved and comes again five rounds later.
    let carried = world.apply(&mut ledger, 15, &[handed("verifier 1", vec![grouped("c")])]);
    assert_eq!(carried.expect("complete records"), [QUOTA]);
    // In its own later round the house has its quota anew.
    let fresh = Seen {
        at: 600_000,
        ..grouped("c")
    };
    let later = world.apply(&mut ledger, 16, &[handed("verifier 1", vec![fresh])]);
    assert!(later.expect("complete records").iter().all(is_paid));
}

#[test]
fn i2_fifty_viewers_behind_one_address_earn_up_to_the_quota_and_are_not_punished() {
    let mut world = World::new();
    world.quota = 30;
    let views = (0..50)
        .map(|n| Seen {
            group: "dormitory".into(),
            ..seen(&format!("s {n}"), 0, 400_000)
        })
        .collect();
    let mut ledger = Ledger::default();
    let outcomes = world.apply(&mut ledger, 10, &[handed("verifier 0", views)]);
    let outcomes = outcomes.expect("complete records");
    assert_eq!(
        outcomes.iter().filter(|outcome| is_paid(outcome)).count(),
        30
    );
    // A view over the quota leaves the minute unspent: accepted again in a later round, it earns.
    let unpaid = (0..50)
        .map(|n| format!("s {n}"))
        .find(|name| ledger.total(&account(name)) == 0)
        .expect("twenty earned nothing");
    let again = Seen {
        group: "dormitory".into(),
        ..seen(&unpaid, 0, 480_000)
    };
    let outcome = world.apply(&mut ledger, 12, &[handed("verifier 0", vec![again])]);
    assert!(outcome.expect("complete records").iter().all(is_paid));
}

#[test]
fn g4_a_lower_quota_holds_for_views_issued_from_its_round_on_and_excludes_none_before() {
    let mut world = World::new();
    world.later_quota = Some((10, 1));
    let house = |viewer: &str, at| Seen {
        group: "one house".into(),
        ..seen(viewer, 0, at)
    };
    // Both accepted in round 10, in which one view per group would be left: issued in round 9 they earn both.
    let mut ledger = Ledger::default();
    let begin_of_10 = 10 * 43_200;
    let before = vec![
        house("a", begin_of_10 - 40_000),
        house("b", begin_of_10 - 39_000),
    ];
    let outcomes = world.apply(&mut ledger, 10, &[handed("verifier 0", before)]);
    assert!(outcomes.expect("complete records").iter().all(is_paid));
    let after = vec![house("c", begin_of_10), house("d", begin_of_10)];
    let outcomes = world.apply(&mut ledger, 11, &[handed("verifier 0", after)]);
    let paid = outcomes
        .expect("complete records")
        .iter()
        .filter(|o| is_paid(o))
        .count();
    assert_eq!(paid, 1);
}

#[test]
fn the_earlier_round_wins_over_the_earlier_time_of_issue() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let first = world.apply(
        &mut ledger,
        12,
        &[handed("verifier 0", vec![seen("v", 1, 430_000)])],
    );
    assert!(first.expect("complete records").iter().all(is_paid));
    // Issued earlier but settled later: this one weighs nothing.
    let carried = world.apply(
        &mut ledger,
        13,
        &[handed("verifier 1", vec![seen("v", 0, 400_000)])],
    );
    assert_eq!(carried.expect("complete records"), [OVERLAP]);
}

#[test]
fn an_excluded_view_excludes_nobody_else() {
    let world = World::new();
    let [first, second] = in_order();
    // B overlaps A and is excluded; C overlaps B only and is paid.
    let (_, outcomes) = outcomes(
        &world,
        &[
            (first, vec![seen("v", 0, 400_000)]),
            (
                second,
                vec![seen("v", 1, 430_000), seen("v", 2, 490_000 - 1_000)],
            ),
        ],
    );
    assert!(is_paid(&outcomes[0]));
    assert_eq!(outcomes[1], OVERLAP);
    assert!(is_paid(&outcomes[2]));
}
