//! From judged rounds to rewards.

use crate::{
    Event, Rules, Unexpected,
    mock::{CFX, Rewards, RuntimeEvent, System, Test, header, raw, run, run_with},
};
use chainflix_primitives::{
    emission::EmissionPreset,
    registry::{JudgedBlock, SettledRound, Settlement},
    report::MAX_VERIFIERS,
    settlement,
};

fn settle(round: u32, blocks: Vec<JudgedBlock>) -> SettledRound {
    Rewards::settle(round, blocks, vec![raw(1), raw(2)]);
    Rewards::settled(round).expect("it is settled")
}

fn rewards(settled: &SettledRound) -> Vec<u128> {
    settled.blocks.iter().map(|block| block.reward).collect()
}

fn was_refused(reason: Unexpected) -> bool {
    let event = RuntimeEvent::Rewards(Event::UnexpectedlyRefused { reason });
    System::events().iter().any(|record| record.event == event)
}

#[test]
fn a_round_is_shared_by_playtime_and_every_share_is_floored() {
    run(|| {
        // 600, 300 and 100 s: sixths of a thousand never divide 135 CFX evenly.
        let settled = settle(
            0,
            vec![
                header(1, 600, true),
                header(2, 300, true),
                header(3, 100, true),
            ],
        );
        assert_eq!(
            rewards(&settled),
            [81 * CFX, 405 * CFX / 10, 135 * CFX / 10]
        );
        let settled = settle(
            1,
            vec![
                header(1, 60, true),
                header(2, 60, true),
                header(3, 60, true),
            ],
        );
        assert_eq!(rewards(&settled), [45 * CFX; 3]);
        let settled = settle(
            2,
            vec![
                header(1, 60, true),
                header(2, 660, true),
                header(3, 47, true),
            ],
        );
        let reward = 135 * CFX;
        assert_eq!(
            rewards(&settled),
            [60, 660, 47].map(|seconds| reward * seconds / 767)
        );
        assert!(settled.settled < reward, "the remainder is not minted");
        assert_eq!(settled.settled, rewards(&settled).iter().sum());
    });
}

#[test]
fn the_record_holds_everything_that_verifiers_need() {
    run(|| {
        let settled = settle(7, vec![header(1, 60, true), header(2, 120, false)]);
        assert_eq!(settled.round, 7);
        assert_eq!(settled.emission, 135 * CFX);
        assert_eq!(settled.reporters.to_vec(), [raw(1), raw(2)]);
        let second = &settled.blocks[1];
        assert_eq!(
            (second.issuer, second.root, second.count),
            (raw(2), [2; 32], 2)
        );
        assert_eq!((second.playtime_ms, second.weight_ms), (120_000, 120_000));
        assert!(!second.approved);
        System::assert_last_event(RuntimeEvent::Rewards(Event::RoundSettled {
            round: 7,
            emission: 135 * CFX,
            settled: 45 * CFX,
            blocks: 2,
            approved: 1,
        }));
    });
}

#[test]
fn v5_rejecting_the_others_gains_nothing() {
    run(|| {
        let approved = settle(
            0,
            vec![
                header(1, 600, true),
                header(2, 600, true),
                header(3, 600, true),
            ],
        );
        let rejected = settle(
            1,
            vec![
                header(1, 600, true),
                header(2, 600, false),
                header(3, 600, false),
            ],
        );
        assert_eq!(rewards(&rejected)[0], rewards(&approved)[0]);
        assert_eq!(rewards(&rejected)[1..], [0, 0]);
        assert_eq!(
            rejected.settled,
            45 * CFX,
            "what the others lost is not minted"
        );
    });
}

#[test]
fn a_round_that_nobody_watched_or_nobody_approved_mints_nothing() {
    run(|| {
        let before = Rewards::totals();
        assert_eq!(settle(0, vec![]).settled, 0);
        assert_eq!(
            settle(1, vec![header(1, 0, true), header(2, 0, true)]).settled,
            0
        );
        assert_eq!(settle(2, vec![header(1, 600, false)]).settled, 0);
        assert_eq!(Rewards::totals(), before);
    });
}

#[test]
fn a_round_that_was_never_settled_is_not_paid_later() {
    run(|| {
        settle(0, vec![header(1, 600, true)]);
        settle(100, vec![header(1, 600, true)]);
        assert_eq!(Rewards::totals().settled, 2 * 135 * CFX);
        assert_eq!(Rewards::settled(50), None);
    });
}

#[test]
fn the_reward_is_that_of_the_rounds_index_and_ends_with_the_schedule() {
    run(|| {
        assert_eq!(
            settle(729_999, vec![header(1, 600, true)]).settled,
            135 * CFX
        );
        assert_eq!(
            settle(730_000, vec![header(1, 600, true)]).settled,
            675 * CFX / 10
        );
        assert_eq!(settle(29_200_000, vec![header(1, 600, true)]).settled, 0);
    });
}

#[test]
fn a_hardly_watched_round_pays_the_most_rate_per_second_and_no_more() {
    run_with(EmissionPreset::Whitepaper, Some(CFX / 100), || {
        assert_eq!(settle(0, vec![header(1, 60, true)]).settled, 6 * CFX / 10);
        // 13,500 s and more take the whole emission. A lone header's weight is all of the median.
        assert_eq!(settle(1, vec![header(1, 13_500, true)]).settled, 135 * CFX);
        assert_eq!(settle(2, vec![header(1, 20_000, true)]).settled, 135 * CFX);
    });
}

#[test]
fn a_weight_is_capped_at_twice_the_median_or_the_floor() {
    run(|| {
        let settled = settle(
            0,
            vec![
                header(1, 1_000, true),
                header(2, 2_000, true),
                header(3, 90_000, true),
            ],
        );
        let weights: Vec<u64> = settled.blocks.iter().map(|block| block.weight_ms).collect();
        assert_eq!(weights, [1_000_000, 2_000_000, 4_000_000]);
        let settled = settle(
            1,
            vec![
                header(1, 10, true),
                header(2, 20, true),
                header(3, 90_000, true),
            ],
        );
        assert_eq!(settled.blocks[2].weight_ms, settlement::WEIGHT_FLOOR_MS);
    });
}

#[test]
fn a_round_is_settled_once_and_in_ascending_order() {
    run(|| {
        let first = settle(5, vec![header(1, 600, true)]);
        Rewards::settle(5, vec![header(2, 600, true)], vec![]);
        assert!(was_refused(Unexpected::RoundNotAbove));
        Rewards::settle(4, vec![header(2, 600, true)], vec![]);
        assert_eq!(Rewards::settled(5), Some(first));
        assert_eq!(Rewards::settled(4), None);
        assert_eq!(Rewards::totals().settled, 135 * CFX);
    });
}

#[test]
fn q1_a_round_of_more_headers_than_verifiers_is_refused_whole() {
    run(|| {
        let most = usize::try_from(MAX_VERIFIERS).expect("small");
        Rewards::settle(0, vec![header(1, 60, true); most + 1], vec![]);
        assert!(was_refused(Unexpected::TooManyVerifiers));
        Rewards::settle(0, vec![header(1, 60, true)], vec![raw(1); most + 1]);
        assert_eq!(Rewards::settled(0), None);
        assert_eq!(
            settle(0, vec![header(1, 60, true); most]).blocks.len(),
            most
        );
    });
}

#[test]
fn the_largest_playtimes_overflow_nothing_and_stay_below_the_emission() {
    run(|| {
        let mut huge = header(1, 1, true);
        huge.playtime_ms = u64::MAX;
        let blocks: Vec<JudgedBlock> = (1..=100)
            .map(|issuer| JudgedBlock {
                issuer: raw(issuer),
                ..huge.clone()
            })
            .collect();
        let settled = settle(0, blocks);
        assert!(settled.settled <= 135 * CFX);
        assert!(
            settled.settled > 134 * CFX,
            "each of a hundred equals gets its hundredth"
        );
    });
}

#[test]
fn the_last_round_of_all_is_not_settled_and_harms_nothing() {
    run(|| {
        Rewards::settle(u32::MAX, vec![header(1, 60, true)], vec![]);
        assert!(was_refused(Unexpected::NoRules));
        assert_eq!(Rewards::settled(u32::MAX), None);
    });
}

#[test]
fn a_chain_without_rules_settles_nothing_and_goes_on() {
    run(|| {
        crate::Rules::<crate::mock::Test>::kill();
        Rewards::settle(0, vec![header(1, 60, true)], vec![]);
        assert!(was_refused(Unexpected::NoRules));
        assert_eq!((Rewards::reward(0), Rewards::cumulative(9)), (0, 0));
    });
}

#[test]
fn a_void_block_weighs_nothing_in_divisor_and_median() {
    run(|| {
        let mut void = header(1, 1_000_000, false);
        void.voided = true;
        let others = [header(2, 3_600, true), header(3, 3_600, true)];
        let with: Vec<JudgedBlock> = std::iter::once(void).chain(others.clone()).collect();
        let with = settle(0, with);
        let without = settle(1, others.to_vec());
        assert_eq!(with.blocks[0].weight_ms, 0);
        assert_eq!(with.blocks[0].reward, 0);
        assert!(with.blocks[0].voided);
        assert_eq!(with.blocks[1..], without.blocks[..]);
        assert_eq!(with.settled, without.settled);
    });
}

#[test]
fn the_most_rate_per_second_holds_until_its_round() {
    let cent = CFX / 100;
    run_with(EmissionPreset::Whitepaper, Some(cent), || {
        Rules::<Test>::mutate(|rules| {
            rules.as_mut().expect("rules").max_rate_until = Some(5);
        });
        let minute = |round| settle(round, vec![header(1, 60, true)]).settled;
        assert_eq!(minute(4), 60 * cent);
        assert_eq!(minute(5), 135 * CFX);
        assert_eq!(minute(6), 135 * CFX);
    });
}
