//! What ad views earn, out of what campaigns paid.

use chainflix_primitives::{
    campaign::{AD_RATIO, DAY_ROUNDS, MAX_PAID_CAMPAIGNS, MAX_PRICE, PaidCampaign, sum_debits},
    earnings::{EarningsError, Exclusion, Ledger, ViewOutcome},
    emission::CFX,
    ratio::PPM,
    report::Debit,
};
use proptest::prelude::*;

use super::world::{
    Handed, Seen, World, ad_clicked, ad_seen, campaign, handed, is_paid, seen, video,
};
use crate::samples::account;

/// First millisecond of a round since the start of round 0.
fn start(round: u32) -> u64 {
    u64::from(round) * 43_200
}

fn outcomes(world: &World, ledger: &mut Ledger, round: u32, views: Vec<Seen>) -> Vec<ViewOutcome> {
    world
        .apply(ledger, round, &[handed("verifier 0", views)])
        .expect("complete records")
}

fn values(outcomes: &[ViewOutcome]) -> Vec<u128> {
    let value = |outcome: &ViewOutcome| match outcome {
        ViewOutcome::Paid { value, .. } => *value,
        ViewOutcome::Excluded(reason) => panic!("{reason:?}"),
    };
    outcomes.iter().map(value).collect()
}

#[test]
fn the_ratio_of_ads_is_whole_and_leaves_out_who_has_no_part_in_one() {
    let shares = [
        AD_RATIO.producer,
        AD_RATIO.viewer,
        AD_RATIO.verifier,
        AD_RATIO.storage,
    ];
    assert_eq!(shares.iter().sum::<u32>(), PPM);
    assert_eq!((AD_RATIO.enhancers, AD_RATIO.supervisor), (0, 0));
}

#[test]
fn an_ad_view_pays_viewer_host_producer_storage_and_verifiers_out_of_the_debit() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let outcomes = outcomes(&world, &mut ledger, 10, vec![ad_clicked("v", 1, 400_000)]);
    // 3 CFX the play and 5 the click.
    assert_eq!(values(&outcomes), [8 * CFX]);
    let part = |ppm: u128| 8 * CFX * ppm / 1_000_000;
    assert_eq!(ledger.total(&account("v")), part(300_000));
    assert_eq!(
        ledger.total(&account("producer")),
        part(470_000),
        "of the host, not the creative"
    );
    assert_eq!(ledger.total(&account("storage 1")), part(130_000));
    let reporter = part(100_000) / 2 / 4;
    assert_eq!(
        ledger.total(&account("verifier 0")),
        part(100_000) / 2 + reporter
    );
    assert_eq!(ledger.total(&account("verifier 3")), reporter);
    for nobody in ["studio", "supervisor", "advertiser"] {
        assert_eq!(ledger.total(&account(nobody)), 0, "{nobody}");
    }
    assert_eq!(ledger.sum(), Some(8 * CFX));
}

#[test]
fn an_ad_view_leaves_the_emission_to_those_who_watched() {
    let world = World::new();
    let (mut with, mut without) = (Ledger::default(), Ledger::default());
    let watched = seen("w", 0, 400_000);
    let both = vec![watched.clone(), ad_seen("v", 1, 400_000)];
    assert_eq!(
        values(&outcomes(&world, &mut with, 10, both))[..]
            .iter()
            .sum::<u128>(),
        135 * CFX + 3 * CFX
    );
    outcomes(&world, &mut without, 10, vec![watched]);
    assert_eq!(with.total(&account("w")), without.total(&account("w")));
    assert_eq!(without.sum(), Some(135 * CFX));
}

#[test]
fn an_ad_may_be_seen_again_in_a_cycle_and_spends_no_minute_of_its_creative() {
    let world = World::new();
    let mut ledger = Ledger::default();
    for round in 10..12 {
        let again = ad_seen("v", 1, start(round));
        assert!(is_paid(
            &outcomes(&world, &mut ledger, round, vec![again])[0]
        ));
    }
    let plain = Seen {
        ad: None,
        ..ad_seen("v", 1, start(12))
    };
    assert!(is_paid(&outcomes(&world, &mut ledger, 12, vec![plain])[0]));
    let after = ad_seen("v", 1, start(13));
    assert!(is_paid(&outcomes(&world, &mut ledger, 13, vec![after])[0]));
}

#[test]
fn a_viewer_earns_from_a_campaign_as_often_as_its_cap_says_and_again_the_next_day() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let last = DAY_ROUNDS - 1;
    let earned: Vec<bool> = (last - 3..=last + 1)
        .map(|round| {
            let view = ad_seen("v", 1, start(round));
            let outcome = outcomes(&world, &mut ledger, round, vec![view])[0];
            let capped = ViewOutcome::Excluded(Exclusion::CampaignCap);
            assert!(is_paid(&outcome) || outcome == capped, "{outcome:?}");
            is_paid(&outcome)
        })
        .collect();
    assert_eq!(earned, [true, true, true, false, true]);
    // Another viewer's count is its own.
    let other = ad_seen("w", 1, start(last + 1) + 1);
    assert!(is_paid(
        &outcomes(&world, &mut ledger, last + 2, vec![other])[0]
    ));
}

#[test]
fn the_cap_counts_over_all_issuers_and_within_one_round() {
    let world = World::new();
    let mut ledger = Ledger::default();
    let blocks: Vec<Handed> = (0..2)
        .map(|verifier| {
            let views = (0..2).map(|n| ad_seen("v", 1, 300_000 + (2 * verifier + n) * 20_000));
            handed(&format!("verifier {verifier}"), views.collect())
        })
        .collect();
    let outcomes = world
        .apply(&mut ledger, 9, &blocks)
        .expect("complete records");
    assert_eq!(
        outcomes.iter().filter(|outcome| is_paid(outcome)).count(),
        3
    );
    // The fourth view's 3 CFX are the advertiser's again.
    assert_eq!(ledger.total(&account("advertiser")), 3 * CFX);
    assert_eq!(ledger.sum(), Some(12 * CFX));
}

#[test]
fn a_cap_is_remembered_as_long_as_a_view_of_its_day_may_come_and_no_longer() {
    let mut world = World::new();
    world
        .campaigns
        .insert(1, (campaign("advertiser"), 1_000_000 * CFX));
    let mut ledger = Ledger::default();
    let mut sizes = Vec::new();
    for round in 10..10 + 3 * DAY_ROUNDS {
        let views = match round % 100 {
            0 => vec![ad_seen("v", 1, start(round))],
            _ => Vec::new(),
        };
        outcomes(&world, &mut ledger, round, views);
        if round % DAY_ROUNDS == 1_000 {
            sizes.push(codec::Encode::encoded_size(&ledger));
        }
    }
    assert!(sizes.windows(2).all(|pair| pair[1] <= pair[0]), "{sizes:?}");
}

#[test]
fn a_viewer_has_to_have_earned_by_watching_for_as_long_as_the_campaign_asks() {
    let mut world = World::new();
    let asks = chainflix_primitives::campaign::CampaignTerms {
        least_account_age: 5,
        ..campaign("advertiser")
    };
    world.campaigns.insert(1, (asks, 1_000 * CFX));
    let mut ledger = Ledger::default();
    let young = ViewOutcome::Excluded(Exclusion::AccountTooYoung);
    // An ad view makes nobody older, nor does one that is excluded.
    assert_eq!(
        outcomes(&world, &mut ledger, 9, vec![ad_seen("v", 1, start(9))]),
        [young]
    );
    assert_eq!(ledger.watching_since(&account("v")), None);
    outcomes(
        &world,
        &mut ledger,
        10,
        vec![seen("v", 0, start(9) + 20_000)],
    );
    assert_eq!(ledger.watching_since(&account("v")), Some(10));
    assert_eq!(
        outcomes(&world, &mut ledger, 14, vec![ad_seen("v", 1, start(14))]),
        [young]
    );
    assert!(is_paid(
        &outcomes(&world, &mut ledger, 15, vec![ad_seen("v", 1, start(15))])[0]
    ));
    outcomes(&world, &mut ledger, 16, vec![seen("v", 1, start(16) - 1)]);
    assert_eq!(
        ledger.watching_since(&account("v")),
        Some(10),
        "the first one counts"
    );
}

#[test]
fn what_excluded_views_and_remainders_leave_is_the_advertisers_again() {
    let mut world = World::new();
    // 10 units for three plays: 3 each, and 1 that divides by none.
    world.campaigns.insert(1, (campaign("advertiser"), 10));
    let mut ledger = Ledger::default();
    let overlapping = ad_seen("a", 1, 400_000 + 19_000);
    let views = vec![
        ad_seen("a", 1, 400_000),
        overlapping,
        ad_seen("b", 1, 400_000),
    ];
    let outcomes = outcomes(&world, &mut ledger, 10, views);
    let excluded = outcomes
        .iter()
        .filter(|outcome| **outcome == ViewOutcome::Excluded(Exclusion::Overlap));
    assert_eq!(excluded.count(), 1);
    assert_eq!(
        outcomes.iter().filter(|outcome| is_paid(outcome)).count(),
        2
    );
    assert_eq!(ledger.total(&account("advertiser")), 4);
    assert_eq!(ledger.sum(), Some(10));
}

#[test]
fn a_campaign_that_paid_nothing_pays_nobody() {
    let mut world = World::new();
    world.campaigns.insert(1, (campaign("advertiser"), 0));
    let mut ledger = Ledger::default();
    let outcomes = outcomes(&world, &mut ledger, 10, vec![ad_seen("v", 1, 400_000)]);
    assert_eq!(values(&outcomes), [0]);
    assert_eq!(ledger.sum(), Some(0));
}

#[test]
fn a5_two_verifiers_debiting_one_escrow_share_what_is_in_it() {
    let mut world = World::new();
    world.campaigns.insert(1, (campaign("advertiser"), 7 * CFX));
    let mut ledger = Ledger::default();
    let blocks = [
        handed(
            "verifier 0",
            vec![ad_seen("a", 1, 400_000), ad_seen("b", 1, 400_000)],
        ),
        handed(
            "verifier 1",
            vec![ad_seen("c", 1, 400_000), ad_clicked("d", 1, 400_000)],
        ),
    ];
    let outcomes = world
        .apply(&mut ledger, 10, &blocks)
        .expect("complete records");
    // Each had enough for its own 6 and 11 CFX, but not for both: 17 CFX of views share 7.
    let mut shares = values(&outcomes);
    shares.sort_unstable();
    assert_eq!(
        shares,
        [
            7 * CFX * 3 / 17,
            7 * CFX * 3 / 17,
            7 * CFX * 3 / 17,
            7 * CFX * 8 / 17
        ]
    );
    assert_eq!(
        ledger.sum(),
        Some(7 * CFX),
        "not a unit more than the escrow gave"
    );
}

#[test]
fn a4_sybils_earn_at_most_the_limit_of_each_round() {
    let mut world = World::new();
    world.quota = u32::MAX;
    world
        .campaigns
        .insert(1, (campaign("advertiser"), 1_000_000 * CFX));
    let mut ledger = Ledger::default();
    for round in 10..20 {
        let sybils = (0..500).map(|n| ad_seen(&format!("sybil {n}"), 1, start(round)));
        outcomes(&world, &mut ledger, round, sybils.collect());
    }
    assert!(ledger.sum() <= Some(10 * 100 * CFX), "{:?}", ledger.sum());
}

#[test]
fn bodies_that_cost_something_else_than_the_headers_say_are_not_computed() {
    let world = World::new();
    let blocks = [handed("verifier 0", vec![ad_seen("v", 1, 400_000)])];
    let (settled, bodies) = world.settle(10, &blocks, &[]);
    let mut ledger = Ledger::default();
    let mut dearer = settled.clone();
    dearer.ads[0].debits += 1;
    assert_eq!(
        ledger.apply(&dearer, &bodies, &world),
        Err(EarningsError::BodyMissing)
    );
    let mut unknown = settled.clone();
    unknown.ads[0].campaign = 2;
    assert_eq!(
        ledger.apply(&unknown, &bodies, &world),
        Err(EarningsError::UnknownCampaign)
    );
    let mut nowhere = bodies.clone();
    nowhere[0][0].claim.ad.as_mut().expect("an ad").host_video = video("nobody's");
    assert_eq!(
        ledger.apply(&settled, &nowhere, &world),
        Err(EarningsError::UnknownVideo)
    );
    assert_eq!(ledger, Ledger::default());
    assert!(ledger.apply(&settled, &bodies, &world).is_ok());
}

#[test]
fn of_too_many_campaigns_those_with_the_largest_debits_are_paid() {
    let most = MAX_PAID_CAMPAIGNS;
    let debit = |campaign: u32, amount: u128| Debit { campaign, amount };
    let debits = (0..most + 2).map(|campaign| debit(campaign, 5));
    let sums = sum_debits(debits.chain([debit(most + 1, 1)]));
    assert_eq!(sums.len(), most as usize);
    let campaigns: Vec<u32> = sums.iter().map(|debit| debit.campaign).collect();
    let kept: Vec<u32> = (0..most - 1).chain([most + 1]).collect();
    assert_eq!(campaigns, kept, "ascending, and of equals the lower ones");
}

#[test]
fn debits_past_the_largest_number_or_of_nothing_are_no_money() {
    let debit = |campaign: u32, amount: u128| Debit { campaign, amount };
    let sums = sum_debits([
        debit(1, u128::MAX),
        debit(2, 7),
        debit(1, 1),
        debit(1, 0),
        debit(3, 0),
    ]);
    assert_eq!(sums, [debit(2, 7)]);
}

#[test]
fn the_dearest_view_of_the_richest_campaign_overflows_nothing() {
    let everything = 10_000_000_000 * CFX;
    let paid = PaidCampaign {
        campaign: 1,
        debits: everything,
        paid: everything,
    };
    assert_eq!(paid.value(2 * MAX_PRICE), Some(2 * MAX_PRICE));
}

proptest! {
    #[test]
    fn what_ads_earn_and_give_back_is_what_campaigns_paid(
        views in prop::collection::vec((0u8..6, 0u64..12, 1u32..4, any::<bool>(), 0usize..4), 0..40),
        balances in prop::array::uniform3(0u128..40_000_000_000_000),
        limit in 1u128..30_000_000_000_000,
    ) {
        let mut world = World::new();
        for (number, balance) in (1..).zip(balances) {
            let terms = chainflix_primitives::campaign::CampaignTerms {
                limit_per_round: limit,
                ..campaign(&format!("advertiser {number}"))
            };
            world.campaigns.insert(number, (terms, balance));
        }
        let mut bodies: [Vec<Seen>; 4] = Default::default();
        for (viewer, place, campaign, clicked, verifier) in views {
            let at = 300_000 + place * 10_000;
            let viewer = format!("v{viewer}");
            let view = if clicked { ad_clicked(&viewer, campaign, at) } else { ad_seen(&viewer, campaign, at) };
            bodies[verifier].push(view);
        }
        for body in &mut bodies {
            body.sort_by_key(|view| (account(&view.viewer), view.at));
            body.dedup_by_key(|view| (view.viewer.clone(), view.at));
        }
        let blocks: Vec<Handed> = (0..4).zip(bodies)
            .map(|(n, views)| handed(&format!("verifier {n}"), views)).collect();
        let (settled, bodies) = world.settle(12, &blocks, &["verifier 0"]);
        let mut ledger = Ledger::default();
        ledger.apply(&settled, &bodies, &world).expect("complete records");
        let paid: u128 = settled.ads.iter().map(|paid| paid.paid).sum();
        prop_assert_eq!(ledger.sum(), Some(paid));
        for paid in &settled.ads {
            let (terms, balance) = world.campaigns[&paid.campaign];
            prop_assert!(paid.paid <= balance && paid.paid <= terms.limit_per_round && paid.paid <= paid.debits);
        }
    }
}
