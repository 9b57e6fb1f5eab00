use chainflix_primitives::{
    earnings::{EarningsError, Ledger, ViewOutcome, verifier_parts},
    emission::CFX,
    view::AdShown,
};

use super::world::{Handed, Seen, World, handed, is_paid, seen, video};
use crate::samples::account;

/// A ledger after one round with one view, and the view's value.
fn after_one(world: &World, view: Seen, reporters: &[&str]) -> (Ledger, u128) {
    let mut ledger = Ledger::default();
    let (settled, bodies) = world.settle(10, &[handed("verifier 0", vec![view])], reporters);
    let outcomes = ledger
        .apply(&settled, &bodies, world)
        .expect("complete records")
        .concat();
    let ViewOutcome::Paid { value, .. } = outcomes[0] else {
        panic!("the view is paid");
    };
    (ledger, value)
}

#[test]
fn one_view_in_a_round_pays_every_role_its_share_of_135_cfx() {
    let reporters = ["verifier 0", "verifier 1", "verifier 2", "verifier 3"];
    let (ledger, value) = after_one(&World::new(), seen("v", 0, 400_000), &reporters);
    assert_eq!(value, 135 * CFX);
    let parts = |ppm: u128| value * ppm / 1_000_000;
    assert_eq!(ledger.total(&account("v")), parts(300_000));
    // Nobody enhances: that share is the producer's.
    assert_eq!(ledger.total(&account("producer")), parts(450_000));
    assert_eq!(ledger.total(&account("supervisor")), parts(20_000));
    assert_eq!(ledger.total(&account("storage 1")), parts(130_000));
    let reporter = parts(100_000) / 2 / 4;
    assert_eq!(ledger.total(&account("verifier 1")), reporter);
    assert_eq!(
        ledger.total(&account("verifier 0")),
        parts(100_000) / 2 + reporter
    );
    assert_eq!(ledger.sum(), Some(value));
}

#[test]
fn a_lone_verifier_gets_both_halves_with_or_without_a_report_of_its_own() {
    for reporters in [&["verifier 0"][..], &[]] {
        let (ledger, value) = after_one(&World::new(), seen("v", 0, 400_000), reporters);
        assert_eq!(ledger.total(&account("verifier 0")), value / 10);
        assert_eq!(ledger.sum(), Some(value));
    }
}

#[test]
fn an_odd_amount_is_halved_without_losing_or_making_a_unit() {
    let [issuer, a, b] = ["issuer", "a", "b"].map(account);
    assert_eq!(verifier_parts(7, issuer, &[]), [(issuer, 7)]);
    assert_eq!(verifier_parts(7, issuer, &[a]), [(issuer, 3), (a, 4)]);
    assert_eq!(
        verifier_parts(7, issuer, &[a, b]),
        [(issuer, 3), (a, 2), (b, 2)]
    );
    assert_eq!(
        verifier_parts(8, issuer, &[a, b, issuer]),
        [(issuer, 4), (a, 1), (b, 1), (issuer, 1)]
    );
    assert_eq!(verifier_parts(0, issuer, &[a]), [(issuer, 0), (a, 0)]);
}

#[test]
fn storage_is_paid_by_receipt_bytes_and_one_owner_adds_up() {
    let view = Seen {
        deliveries: vec![(1, 600), (2, 300), (3, 100)],
        ..seen("v", 0, 400_000)
    };
    let (ledger, value) = after_one(&World::new(), view, &["verifier 0"]);
    let storage = value * 13 / 100;
    assert_eq!(ledger.total(&account("storage 1")), storage * 6 / 10);
    assert_eq!(ledger.total(&account("storage 2")), storage * 4 / 10);
}

#[test]
fn a_provider_gets_nothing_for_a_view_of_its_own_operator_and_others_no_more_than_theirs() {
    let view = Seen {
        deliveries: vec![(1, 500), (4, 500)],
        ..seen("viewer 0", 0, 400_000)
    };
    let (ledger, value) = after_one(&World::new(), view, &["verifier 0"]);
    assert_eq!(ledger.total(&account("storage 1")), value * 13 / 100 / 2);
    assert_eq!(ledger.total(&account("viewer 0")), value * 3 / 10);
    // Its part is the producer's.
    let producer = value * 45 / 100 + value * 13 / 100 / 2;
    assert_eq!(ledger.total(&account("producer")), producer);
    assert_eq!(ledger.sum(), Some(value));
}

#[test]
fn an_unknown_provider_and_one_without_bytes_leave_their_part_to_the_producer() {
    for deliveries in [vec![(99, 1_000)], vec![(1, 0)], vec![]] {
        let view = Seen {
            deliveries,
            ..seen("v", 0, 400_000)
        };
        let (ledger, value) = after_one(&World::new(), view, &["verifier 0"]);
        assert_eq!(ledger.total(&account("producer")), value * 58 / 100);
        assert_eq!(ledger.sum(), Some(value));
    }
}

#[test]
fn views_are_worth_their_playtime_within_a_block() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let short = Seen {
        video: "short".into(),
        elapsed_ms: 17_000,
        ..seen("a", 2, 400_000)
    };
    let outcomes = world
        .apply(
            &mut ledger,
            10,
            &[handed("verifier 0", vec![short, seen("b", 0, 400_000)])],
        )
        .expect("complete records");
    let mut values: Vec<u128> = outcomes
        .iter()
        .map(|outcome| match outcome {
            ViewOutcome::Paid { value, .. } => *value,
            ViewOutcome::Excluded(reason) => panic!("{reason:?}"),
        })
        .collect();
    values.sort_unstable();
    assert_eq!(values, [135 * CFX * 17 / 77, 135 * CFX * 60 / 77]);
}

#[test]
fn what_is_not_approved_is_not_minted_and_not_given_to_the_others() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let rejected = Handed {
        approved: false,
        ..handed("verifier 1", vec![seen("b", 0, 400_000)])
    };
    let blocks = [handed("verifier 0", vec![seen("a", 0, 400_000)]), rejected];
    let outcomes = world
        .apply(&mut ledger, 10, &blocks)
        .expect("complete records");
    assert!(outcomes.len() == 1 && is_paid(&outcomes[0]));
    assert_eq!(ledger.sum(), Some(135 * CFX / 2));
    assert_eq!(ledger.total(&account("b")), 0);
}

#[test]
fn an_advertisement_never_draws_on_emission() {
    let world = World::new();
    let (mut settled, mut bodies) = world.settle(
        10,
        &[handed("verifier 0", vec![seen("v", 0, 400_000)])],
        &["verifier 0"],
    );
    let mut ad = world.leaf(&seen("w", 0, 400_000));
    ad.claim.ad = Some(AdShown {
        campaign: 1,
        host_video: video("long"),
        clicked: true,
    });
    bodies[0].push(ad);
    settled.blocks[0].count = 2;
    let mut ledger = Ledger::default();
    let outcomes = ledger
        .apply(&settled, &bodies, &world)
        .expect("complete records")
        .concat();
    assert_eq!(
        outcomes[1],
        ViewOutcome::Paid {
            value: 0,
            viewer_part: 0
        }
    );
    assert_eq!(ledger.sum(), Some(135 * CFX));
    assert_eq!(ledger.total(&account("w")), 0);
}

#[test]
fn a_round_that_can_not_be_computed_leaves_the_ledger_as_it_was() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let round = |number, view| world.settle(number, &[handed("verifier 0", vec![view])], &[]);
    let (settled, bodies) = round(10, seen("v", 0, 400_000));
    ledger
        .apply(&settled, &bodies, &world)
        .expect("complete records");
    let before = ledger.clone();
    let mut refused = |settled: &_, bodies: &[_], expected| {
        assert_eq!(ledger.apply(settled, bodies, &world), Err(expected));
        assert_eq!(ledger, before, "{expected:?}");
    };
    refused(&settled, &bodies, EarningsError::OutOfOrder);
    let (next, good) = round(11, seen("v", 1, 460_000));
    refused(&next, &[], EarningsError::BodyMissing);
    refused(
        &next,
        &[good[0].clone(), Vec::new()],
        EarningsError::BodyMissing,
    );
    refused(&next, &[Vec::new()], EarningsError::BodyMissing);
    let mut longer = next.clone();
    longer.blocks[0].playtime_ms -= 1;
    refused(&longer, &good, EarningsError::BodyMissing);
    let mut unknown = good.clone();
    unknown[0][0].claim.video = video("nobody's");
    refused(&next, &unknown, EarningsError::UnknownVideo);
    let mut early = good.clone();
    early[0][0].claim.issue_ms = 0;
    refused(&next, &early, EarningsError::UnknownRound);
    let mut rich = next.clone();
    rich.blocks[0].reward = u128::MAX;
    refused(&rich, &good, EarningsError::Overflow);
    assert!(ledger.apply(&next, &good, &world).is_ok());
}

#[test]
fn totals_past_the_largest_number_are_refused_and_not_wrapped() {
    let mut world = World::new();
    let (shares, _) = world.videos[&video("long")];
    // A minute of one millisecond is worth its block's whole reward, however large.
    world.videos.insert(video("blink"), (shares, 1));
    let blink = |viewer| Seen {
        video: "blink".into(),
        ..seen(viewer, 0, 400_000)
    };
    let mut ledger = Ledger::default();
    let mut apply = |round, viewer| {
        let (mut settled, bodies) =
            world.settle(round, &[handed("verifier 0", vec![blink(viewer)])], &[]);
        settled.blocks[0].reward = u128::MAX;
        let outcome = ledger.apply(&settled, &bodies, &world).map(|_| ());
        (outcome, ledger.clone())
    };
    let (first, before) = apply(10, "v");
    assert_eq!(first, Ok(()));
    assert_eq!(before.sum(), Some(u128::MAX));
    let (second, after) = apply(11, "w");
    assert_eq!(second, Err(EarningsError::Overflow));
    assert_eq!(before, after);
}
