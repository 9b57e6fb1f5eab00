use chainflix_primitives::{earnings::Ledger, settlement::WEIGHT_FLOOR_MS};

use super::world::{Handed, Seen, World, handed, is_paid, seen};
use crate::samples::account;

/// Three honest verifiers with so many views each, all of the long video.
fn honest(views: u16) -> Vec<Handed> {
    (1..4u16)
        .map(|verifier| {
            let crowd = (0..views)
                .map(|n| seen(&format!("honest {verifier} {n}"), n % 60, 400_000))
                .collect();
            handed(&format!("verifier {verifier}"), crowd)
        })
        .collect()
}

#[test]
fn s1_k5_ten_thousand_sybils_at_one_verifier_take_no_more_than_its_capped_weight() {
    let world = World::new();
    // One party: producer of the video, its viewers, and the only provider.
    let sybils = (0..10_000)
        .map(|n| Seen {
            video: "least".into(),
            elapsed_ms: 5_000,
            ..seen(&format!("sybil {n}"), 0, 420_000)
        })
        .collect();
    let mut blocks = honest(100);
    blocks.push(handed("verifier 0", sybils));
    let mut ledger = Ledger::default();
    let outcomes = world
        .apply(&mut ledger, 10, &blocks)
        .expect("complete records");
    assert!(outcomes.iter().all(is_paid));
    let taken: u128 = (0..10_000)
        .map(|n| ledger.total(&account(&format!("sybil {n}"))))
        .sum::<u128>()
        + ledger.total(&account("viewer 0"));
    // 50,000 s of invented playtime count as 12,000: twice an honest verifier's 6,000.
    let emission = world.schedule.reward(10);
    assert!(taken < emission * 2 / 5, "{taken} of {emission}");
    // And the honest lose nothing to the other four fifths of the invented time.
    let honest_viewer = ledger.total(&account("honest 1 0"));
    let uncapped = emission * 60 / (50_000 + 18_000) * 300_000 / 1_000_000;
    assert!(honest_viewer > 2 * uncapped);
}

#[test]
fn v5_an_honest_verifier_is_paid_the_same_whether_another_is_rejected_or_not() {
    let world = World::new();
    let total_of = |approved| {
        let mut blocks = honest(30);
        blocks[1].approved = approved;
        let mut ledger = Ledger::default();
        world
            .apply(&mut ledger, 10, &blocks)
            .expect("complete records");
        ledger.total(&account("honest 1 0"))
    };
    assert!(total_of(true) > 0);
    assert_eq!(total_of(true), total_of(false));
}

#[test]
fn s2_splitting_one_crowd_over_many_accounts_of_one_group_pays_no_more_than_the_quota() {
    let mut world = World::new();
    world.quota = 20;
    let crowd = |accounts: u16| {
        (0..accounts)
            .map(|n| Seen {
                group: "one party".into(),
                ..seen(&format!("sybil {n}"), 0, 400_000)
            })
            .collect::<Vec<_>>()
    };
    let paid = |accounts| {
        let mut ledger = Ledger::default();
        let outcomes = world
            .apply(&mut ledger, 10, &[handed("verifier 0", crowd(accounts))])
            .expect("complete records");
        outcomes.iter().filter(|outcome| is_paid(outcome)).count()
    };
    assert_eq!(paid(20), 20);
    assert_eq!(paid(200), 20);
}

#[test]
fn a_round_that_one_minute_was_watched_in_weighs_that_minute_below_the_floor() {
    // The floor lifts the cap, never the weight: an idle verifier's header stays at nothing.
    let world = World::new();
    let blocks = [
        handed("verifier 0", vec![seen("v", 0, 400_000)]),
        handed("verifier 1", Vec::new()),
    ];
    let (settled, _) = world.settle(10, &blocks, &[]);
    let weights: Vec<u64> = settled.blocks.iter().map(|block| block.weight_ms).collect();
    assert!(weights.contains(&60_000) && weights.contains(&0));
    assert!(weights.iter().all(|weight| *weight < WEIGHT_FLOOR_MS));
    assert_eq!(settled.settled, settled.emission);
}

/// One round in which the video of producer 0 of so many has `crowd` views, and that of each other ten.
fn crowded(producers: u16, crowd: u16) -> (Ledger, u128) {
    let world = World::with_producers(producers);
    let views_of = |producer: u16, views: u16| {
        (0..views).map(move |n| Seen {
            video: format!("of {producer}"),
            ..seen(&format!("viewer {producer} {n}"), n % 60, 400_000)
        })
    };
    let others = (1..producers).flat_map(|producer| views_of(producer, 10));
    let views = views_of(0, crowd).chain(others).collect();
    let mut ledger = Ledger::default();
    let outcomes = world
        .apply(&mut ledger, 10, &[handed("verifier 0", views)])
        .expect("complete records");
    assert!(outcomes.iter().all(is_paid));
    (ledger, world.schedule.reward(10))
}

#[test]
fn s1_ten_thousand_viewers_of_one_producer_of_twenty_earn_it_a_fifth_of_the_round() {
    let (ledger, emission) = crowded(20, 10_000);
    let viewers: u128 = (0..10_000)
        .map(|n| ledger.total(&account(&format!("viewer 0 {n}"))))
        .sum();
    let party = viewers + ledger.total(&account("of 0"));
    // Producer and viewers together have 75 % of a view, that of the enhancers, of whom there are none, included.
    let cap = emission / 5 * 3 / 4;
    // What dividing leaves over goes to the producer: less than one unit for each of the five other roles of a view.
    let left_over = 5 * 10_000;
    let fair = cap * 99 / 100..cap + left_over;
    assert!(fair.contains(&party), "{party} of {cap}");
    // What is cut is nobody's: the others earn what their views are worth without a cap.
    let other = ledger.total(&account("viewer 1 0"));
    let worth = emission / 10_190 * 3 / 10;
    assert!(other.abs_diff(worth) < 100, "{other} instead of {worth}");
}

/// What one party takes of a round that has 1,000 views in the names of so many producers of its own, beside the 200 views of
/// twenty others; and the round's emission.
fn taken_over(producers: u16) -> (u128, u128) {
    let world = World::with_producers(120);
    let own = (0..1_000u16).map(|n| Seen {
        video: format!("of {}", n % producers),
        ..seen(&format!("own {n}"), n % 60, 400_000)
    });
    let others = (100..120u16).flat_map(|producer| {
        (0..10u16).map(move |n| Seen {
            video: format!("of {producer}"),
            ..seen(&format!("other {producer} {n}"), n, 400_000)
        })
    });
    let mut ledger = Ledger::default();
    let views = own.chain(others).collect();
    let outcomes = world
        .apply(&mut ledger, 10, &[handed("verifier 0", views)])
        .expect("complete records");
    assert!(outcomes.iter().all(is_paid));
    let viewers = (0..1_000).map(|n| format!("own {n}"));
    let names = viewers.chain((0..producers).map(|n| format!("of {n}")));
    let taken = names.map(|name| ledger.total(&account(&name))).sum();
    (taken, world.schedule.reward(10))
}

#[test]
fn s2_a_party_that_splits_over_a_hundred_producers_gains_at_most_five_times_what_the_cap_left_it() {
    let (one, emission) = taken_over(1);
    let (hundred, _) = taken_over(100);
    // Producer and viewers have 75 % of a view: of a fifth of the round, and of what was watched of theirs.
    let fair = |part: u128| part * 99 / 100..part * 101 / 100;
    assert!(fair(emission / 5 * 3 / 4).contains(&one), "{one}");
    let watched = emission * 1_000 / 1_200 * 3 / 4;
    assert!(fair(watched).contains(&hundred), "{hundred}");
    assert!(one * 4 < hundred && hundred < one * 5);
}

#[test]
fn s_each_view_of_a_capped_producer_is_scaled_alike() {
    let (ledger, _) = crowded(20, 1_000);
    let first = ledger.total(&account("viewer 0 0"));
    assert!((1..1_000).all(|n| ledger.total(&account(&format!("viewer 0 {n}"))) == first));
    assert!(first < ledger.total(&account("viewer 1 0")));
}

#[test]
fn s_two_producers_share_a_round_as_they_are_watched() {
    let (ledger, emission) = crowded(2, 990);
    let whole = ledger.sum().expect("a sum");
    assert!(emission - whole < 1_000_000, "{whole} of {emission}");
}
