//! Vectors of emission, splits, settlement and earnings.

use chainflix_primitives::{
    Sha256,
    campaign::CampaignTerms,
    earnings::{Ledger, ViewOutcome, enhancer_parts, leaf_hash, verifier_parts},
    emission::{CFX, EmissionPreset},
    merkle,
    ratio::MiningRatio,
    registry::SettledRound,
    settlement::{
        block_reward, capped_value, capped_weights, is_approved, lower_median, producer_cap_ms,
        round_reward, view_value,
    },
};
use serde_json::{Value, json};

use super::{hex, number, scale};
use crate::earnings::world::{Handed, Seen, World, ad_clicked, ad_seen, campaign, handed, seen};
use crate::samples::account;

/// Reward and cumulative sum at the borders of every preset.
pub(super) fn emission() -> Value {
    let presets = [
        (EmissionPreset::Whitepaper, 43_200u32),
        (EmissionPreset::Geometric, 43_200),
        (EmissionPreset::Dev, 43_200),
        (EmissionPreset::Whitepaper, 7_200),
        (EmissionPreset::Geometric, 7_200),
        (EmissionPreset::Dev, 7_200),
    ];
    let borders = [
        0,
        1,
        99,
        100,
        101,
        300,
        399,
        600,
        1_800,
        729_999,
        730_000,
        730_001,
        1_460_000,
        2_160_000,
        4_320_000,
        4_380_000,
        12_960_000,
        29_199_999,
        29_200_000,
        29_200_001,
        99_360_000,
        101_520_000,
        175_200_000,
        u32::MAX,
    ];
    presets
        .map(|(preset, round_ms)| {
            let schedule = preset.schedule(round_ms).expect("divides 43.2 s");
            let rows = borders.map(|round| {
                json!({
                    "round": round,
                    "reward": number(schedule.reward(round)),
                    "cumulative": number(schedule.cumulative(round)),
                })
            });
            json!({ "preset": preset, "round_ms": round_ms, "rows": rows })
        })
        .into_iter()
        .collect()
}

/// Splits of amounts by ratios.
pub(super) fn split() -> Value {
    let paper = MiningRatio::whitepaper();
    let uneven = MiningRatio {
        producer: 399_999,
        viewer: 350_001,
        enhancers: 0,
        ..paper
    };
    let amounts = [
        0u128,
        1,
        7,
        999_999,
        1_000_000,
        18_800_000_001,
        135_000_000_000_000,
        u128::MAX,
    ];
    let cases: Vec<Value> = [paper, uneven]
        .iter()
        .flat_map(|ratio| {
            amounts.map(|amount| {
                let parts = ratio.split(amount).expect("a valid ratio splits");
                json!({
                    "amount": number(amount),
                    "ratio": ratio,
                    "producer": number(parts.producer),
                    "viewer": number(parts.viewer),
                    "enhancers": number(parts.enhancers),
                    "verifier": number(parts.verifier),
                    "storage": number(parts.storage),
                    "supervisor": number(parts.supervisor),
                })
            })
        })
        .collect();
    let verifier: Vec<Value> = [(7u128, 0usize), (7, 1), (7, 2), (1_000_003, 4)]
        .map(|(amount, reporters)| {
            let names: Vec<_> = (0..reporters).map(|n| account(&format!("verifier {n}"))).collect();
            let parts = verifier_parts(amount, account("issuer"), &names);
            let amounts: Vec<Value> = parts.iter().map(|(_, part)| number(*part)).collect();
            json!({ "amount": number(amount), "reporters": reporters, "issuer_then_reporters": amounts })
        })
        .into();
    let enhancers: Vec<Value> = [(7u128, 0usize), (7, 1), (7, 2), (1_000_003, 4), (3, 4)]
        .map(|(amount, shown)| {
            let owners: Vec<_> = (0..shown)
                .map(|n| account(&format!("enhancer {n}")))
                .collect();
            let parts = enhancer_parts(amount, &owners);
            let amounts: Vec<Value> = parts.iter().map(|(_, part)| number(*part)).collect();
            json!({ "amount": number(amount), "shown": shown, "parts": amounts })
        })
        .into();
    json!({ "ratios": cases, "verifier": verifier, "enhancers": enhancers })
}

/// Weights, rewards of blocks and values of views.
pub(super) fn settlement() -> Value {
    let emission = 135_000_000_000_000u128;
    let rounds: [&[u64]; 5] = [
        &[60_000],
        &[0, 60_000, 120_000, 600_000],
        &[3_600_000, 3_540_000, 3_617_000, 90_000_000],
        &[1_200_001, 0, 0, 0, 5_000_000],
        &[43_200_000; 7],
    ];
    let rounds = rounds.map(|playtimes| {
        let weights = capped_weights(playtimes);
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        let rewards: Vec<u128> = weights
            .iter()
            .map(|weight| block_reward(emission, *weight, total).expect("a total"))
            .collect();
        let minute: Vec<Value> = rewards
            .iter()
            .zip(playtimes)
            .map(|(reward, playtime)| view_value(*reward, 60_000, *playtime).map_or(Value::Null, number))
            .collect();
        json!({
            "playtimes_ms": playtimes,
            "median_ms": lower_median(playtimes),
            "weights_ms": weights,
            "emission": number(emission),
            "block_rewards": rewards.iter().map(|reward| number(*reward)).collect::<Vec<_>>(),
            "value_of_a_minute": minute,
            "round_reward_at_0_01_cfx_per_second": number(round_reward(emission, total, Some(10_000_000_000))),
        })
    });
    let approvals: Vec<Value> = [
        (0u32, 1u32),
        (1, 1),
        (1, 2),
        (2, 3),
        (1, 3),
        (51, 100),
        (52, 100),
    ]
    .map(|(yes, of)| json!({ "approvals": yes, "eligible": of, "approved": is_approved(yes, of) }))
    .into();
    let producers: [&[u64]; 4] = [
        &[60_000],
        &[60_000, 5_940_000],
        &[60_000, 540_001, 0],
        &[
            60_000, 61_000, 62_000, 63_000, 1_000_000, 64_000, 65_000, 66_000, 67_000, 68_000,
            69_000,
        ],
    ];
    let producers = producers.map(|playtimes| {
        let value = 7_000_000_000_003u128;
        let cap = producer_cap_ms(playtimes.iter().sum(), playtimes.len() as u64);
        let values = playtimes
            .iter()
            .map(|played| capped_value(value, *played, cap).expect("fits"));
        json!({
            "playtimes_ms": playtimes,
            "cap_ms": cap,
            "value": number(value),
            "values": values.map(number).collect::<Vec<_>>(),
        })
    });
    json!({ "rounds": rounds, "approvals": approvals, "producers": producers })
}

fn blocks() -> Vec<Handed> {
    let shared = Seen {
        deliveries: vec![(1, 700_001), (3, 299_999)],
        // Two of one enhancer, one that was sold in round 6, and one that counted no more.
        enhancements: vec![10, 13, 14, 15],
        ..seen("viewer 1", 4, 400_000)
    };
    let own = Seen {
        deliveries: vec![(4, 9), (2, 1)],
        ..seen("viewer 0", 7, 400_000)
    };
    let short = Seen {
        video: "short".into(),
        elapsed_ms: 17_000,
        ..seen("viewer 2", 2, 400_000)
    };
    let raced = seen("viewer 2", 9, 400_000 + 17_000);
    let rejected = Handed {
        approved: false,
        ..handed("verifier 2", vec![seen("viewer 3", 0, 400_000)])
    };
    vec![
        handed("verifier 0", vec![shared, own, short]),
        handed(
            "verifier 1",
            vec![raced.clone(), seen("viewer 4", 0, 400_000)],
        ),
        rejected,
        handed("verifier 3", vec![raced]),
    ]
}

/// A settled round with a rejected block and a raced minute.
pub(crate) fn settled_round() -> SettledRound {
    World::new()
        .settle(10, &blocks(), &["verifier 0", "verifier 1", "verifier 3"])
        .0
}

/// A whole round from settled blocks and bodies to totals, root and proofs.
pub(super) fn earnings() -> Value {
    earnings_of(&World::new(), &blocks())
}

/// The same round with ad views: of a campaign that pays in full, one that can't, and views that are excluded.
pub(super) fn earnings_with_ads() -> Value {
    let mut world = World::new();
    let poor = CampaignTerms {
        limit_per_round: 10 * CFX,
        views_per_day: 1,
        ..campaign("advertiser 2")
    };
    world.campaigns.insert(2, (poor, 7_000_000_000_001));
    let asks = CampaignTerms {
        least_account_age: 1,
        ..campaign("advertiser 3")
    };
    world.campaigns.insert(3, (asks, 50 * CFX));
    let mut blocks = blocks();
    let views = [
        ad_clicked("viewer 1", 1, 340_000),
        ad_seen("viewer 5", 2, 400_000),
        ad_seen("viewer 5", 2, 420_000),
        ad_clicked("viewer 6", 2, 400_000),
    ];
    blocks[0].views.extend(views);
    let views = [
        ad_seen("viewer 4", 1, 350_000),
        ad_seen("viewer 6", 1, 410_000),
        ad_seen("viewer 7", 3, 400_000),
    ];
    blocks[1].views.extend(views);
    blocks[2].views.push(ad_seen("viewer 8", 1, 400_000));
    let mut vectors = earnings_of(&world, &blocks);
    let (settled, bodies) = world.settle(10, &blocks, &[]);
    let campaigns = settled.ads.iter().map(|paid| {
        let (terms, balance) = world.campaigns[&paid.campaign];
        let ads = bodies.iter().flatten().filter_map(|leaf| leaf.claim.ad);
        let views = ads.filter(|ad| ad.campaign == paid.campaign).map(|ad| {
            let cost = terms.cost(&ad).expect("a sane price");
            json!({ "cost": number(cost), "value": number(paid.value(cost).expect("debits")) })
        });
        json!({
            "campaign": paid.campaign,
            "balance": number(balance),
            "limit_per_round": number(terms.limit_per_round),
            "debits": number(paid.debits),
            "paid": number(paid.paid),
            "views": views.collect::<Vec<_>>(),
        })
    });
    vectors["campaigns"] = campaigns.collect();
    vectors
}

fn earnings_of(world: &World, blocks: &[Handed]) -> Value {
    let (settled, bodies) = world.settle(10, blocks, &["verifier 0", "verifier 1", "verifier 3"]);
    let mut ledger = Ledger::default();
    let outcomes = ledger
        .apply(&settled, &bodies, world)
        .expect("complete records");
    let leaves = ledger.leaf_hashes::<Sha256>();
    let totals: Vec<Value> = ledger
        .totals()
        .enumerate()
        .map(|(index, (account, total))| {
            let proof = merkle::proof::<Sha256>(&leaves, index).expect("a leaf");
            json!({
                "account": hex(account.0),
                "total": number(*total),
                "leaf_hash": hex(leaf_hash::<Sha256>(account, *total)),
                "proof": proof.iter().map(hex).collect::<Vec<_>>(),
            })
        })
        .collect();
    let outcomes: Vec<Vec<Value>> = outcomes
        .iter()
        .map(|block| {
            block
                .iter()
                .map(|outcome| match outcome {
                    ViewOutcome::Paid { value, viewer_part } => {
                        json!({ "value": number(*value), "viewer_part": number(*viewer_part) })
                    }
                    ViewOutcome::Excluded(reason) => json!({ "excluded": format!("{reason:?}") }),
                })
                .collect()
        })
        .collect();
    json!({
        "settled_scale": scale(&settled),
        "bodies_scale": bodies.iter().map(scale).collect::<Vec<_>>(),
        "outcomes": outcomes,
        "totals": totals,
        "sum": number(ledger.sum().expect("a sum")),
        "root": hex(merkle::root::<Sha256>(&leaves)),
    })
}
