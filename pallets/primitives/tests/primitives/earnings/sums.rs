use chainflix_primitives::{Sha256, earnings::Ledger, merkle};
use proptest::prelude::*;

use super::model::Model;
use super::world::{Handed, Seen, World};

const VERIFIERS: [&str; 4] = ["verifier 0", "verifier 1", "verifier 2", "verifier 3"];
/// Name and number of cells of each video of the world.
const VIDEOS: [(&str, u16); 3] = [("long", 60), ("short", 3), ("least", 1)];

/// What is handed in for a round, and who reported on it.
pub(super) type Submitted = (Vec<Handed>, Vec<&'static str>);
pub(super) type Round = (u32, Submitted);

/// Any view accepted in `round` or carried into it.
fn any_view(world: &World, round: u32, earliest: u32) -> impl Strategy<Value = Seen> + use<> {
    let begin = u64::from(earliest) * u64::from(world.clock.round_ms);
    let end = u64::from(round + 1) * u64::from(world.clock.round_ms);
    let playtimes = [60_000u32, 60_000, 17_000, 5_000];
    (
        (0..5u8, 0..VIDEOS.len(), any::<prop::sample::Index>()),
        (begin.max(90_000)..end.max(90_001), 0..=500u32),
        (0..3u8, prop::collection::btree_set(9..17u32, 0..=4)),
        prop::collection::btree_map(1..6u32, 0..2_000_000u32, 1..4),
    )
        .prop_map(
            move |(what, (accepted, late), (group, shown), deliveries)| {
                let (name, cells) = VIDEOS[what.1];
                let minute = u16::try_from(what.2.index(usize::from(cells.min(6)))).expect("few");
                let playtime = match (name, minute) {
                    ("short", 2) => playtimes[2],
                    ("least", _) => playtimes[3],
                    _ => playtimes[0],
                };
                let elapsed_ms = playtime + playtime / 2 * late / 500;
                Seen {
                    viewer: format!("viewer {}", what.0),
                    video: name.into(),
                    minute,
                    at: accepted - u64::from(elapsed_ms),
                    elapsed_ms,
                    group: format!("group {group}"),
                    deliveries: deliveries.into_iter().collect(),
                    enhancements: shown.into_iter().collect(),
                    ad: None,
                }
            },
        )
}

fn any_round(
    world: &World,
    round: u32,
    carry: u32,
    views: usize,
) -> impl Strategy<Value = Submitted> + use<> {
    let earliest = round.saturating_sub(carry);
    let block = (
        any_view_list(world, round, earliest, views),
        prop::bool::weighted(0.85),
    );
    (
        prop::collection::vec(block, 1..=VERIFIERS.len()),
        prop::sample::subsequence(VERIFIERS.to_vec(), 0..=VERIFIERS.len()),
    )
        .prop_map(|(blocks, reporters)| {
            let handed = blocks
                .into_iter()
                .zip(VERIFIERS)
                .map(|((views, approved), issuer)| Handed {
                    issuer: issuer.into(),
                    approved,
                    views,
                })
                .collect();
            (handed, reporters)
        })
}

fn any_view_list(
    world: &World,
    round: u32,
    earliest: u32,
    views: usize,
) -> impl Strategy<Value = Vec<Seen>> + use<> {
    prop::collection::vec(any_view(world, round, earliest), 0..=views)
}

pub(super) fn world(quota: u32, short_rounds: bool) -> World {
    let mut world = if short_rounds {
        World::with_short_rounds()
    } else {
        World::new()
    };
    world.quota = quota;
    world
}

/// Applies rounds to ledger and model and compares all that can be compared after each.
fn agree(world: &World, rounds: &[Round]) -> Result<(), TestCaseError> {
    let mut ledger = Ledger::default();
    let mut model = Model::default();
    let mut settled_in_all = 0u128;
    for (round, (handed, reporters)) in rounds {
        let (settled, bodies) = world.settle(*round, handed, reporters);
        prop_assert!(settled.settled <= settled.emission);
        let outcomes = ledger
            .apply(&settled, &bodies, world)
            .map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        prop_assert_eq!(outcomes.concat(), model.apply(world, &settled, &bodies));
        let totals: Vec<_> = ledger
            .totals()
            .map(|(account, total)| (*account, *total))
            .collect();
        prop_assert_eq!(totals, model.totals.clone().into_iter().collect::<Vec<_>>());
        settled_in_all += settled.settled;
        // What accounts earned is what was settled less excluded views, caps and floors, to the unit.
        let earned = settled_in_all - model.excluded - model.capped - model.remainders;
        prop_assert_eq!(ledger.sum(), Some(earned));
        prop_assert_eq!(ledger.last_round(), Some(*round));
    }
    Ok(())
}

pub(super) fn production_rounds() -> impl Strategy<Value = Vec<Round>> {
    let world = World::new();
    let rounds: Vec<_> = (3..8u32)
        .map(|round| (Just(round), any_round(&world, round, 2, 8)))
        .collect();
    rounds
}

/// Enough short rounds for intervals, groups and, over a border of cycles, spent minutes to be forgotten.
pub(super) fn many_short_rounds() -> impl Strategy<Value = Vec<Round>> {
    let world = World::with_short_rounds();
    let rounds: Vec<_> = (20..260u32)
        .map(|round| (Just(round), any_round(&world, round, 20, 1)))
        .collect();
    rounds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn credits_of_a_round_are_its_settled_reward_less_excluded_views_caps_and_floors(
        quota in 1..6u32, rounds in production_rounds(),
    ) {
        agree(&world(quota, false), &rounds)?;
    }

    #[test]
    fn b3_forgetting_changes_no_outcome_over_hundreds_of_short_rounds(
        quota in 1..4u32, cycle_length in 7..90u32, rounds in many_short_rounds(),
    ) {
        let mut world = world(quota, true);
        world.cycles[0].length = cycle_length;
        agree(&world, &rounds)?;
    }

    #[test]
    fn b2_b3_the_same_rounds_give_the_same_root_with_a_restart_in_between(
        rounds in production_rounds(), restart in 0..5usize,
    ) {
        use codec::{DecodeAll, Encode};
        let world = world(3, false);
        let (mut straight, mut restarted) = (Ledger::default(), Ledger::default());
        for (place, (round, (handed, reporters))) in rounds.iter().enumerate() {
            if place == restart {
                restarted = Ledger::decode_all(&mut &restarted.encode()[..]).expect("own encoding");
            }
            let (settled, bodies) = world.settle(*round, handed, reporters);
            straight.apply(&settled, &bodies, &world).expect("complete records");
            restarted.apply(&settled, &bodies, &world).expect("complete records");
        }
        prop_assert_eq!(&straight, &restarted);
        prop_assert_eq!(
            merkle::root::<Sha256>(&straight.leaf_hashes::<Sha256>()),
            merkle::root::<Sha256>(&restarted.leaf_hashes::<Sha256>())
        );
    }
}
