//! From the slots of blocks to counted rounds.

use chainflix_primitives::{
    registry::{CurrentRound, Standing},
    rounds::RoundClock,
};

use super::{events, network::*};
use crate::{
    Event, Pallet,
    mock::{NowMs, Settled, Test},
};

fn standing(round: u32, counted: &[u32]) -> Standing {
    Standing {
        round,
        counted: counted.to_vec().try_into().expect("at most four"),
    }
}

#[test]
fn round_0_begins_with_block_1() {
    externalities(Default::default()).execute_with(|| {
        assert_eq!(Pallet::<Test>::clock(), None);
        assert_eq!(Pallet::<Test>::current_round(), 0);
        NowMs::set(START_MS);
        make_block();
        let clock = RoundClock {
            genesis_ms: START_MS,
            round_ms: 43_200,
        };
        assert_eq!(Pallet::<Test>::clock(), Some(clock));
        assert_eq!(Pallet::<Test>::standing(), standing(0, &[]));
    });
}

#[test]
fn a_round_with_a_third_of_its_blocks_counts_and_one_with_a_block_less_does_not() {
    Network::run(1, |_| {
        finish_round(6);
        assert_eq!(Pallet::<Test>::standing(), standing(1, &[0]));
        finish_round(5);
        assert_eq!(Pallet::<Test>::standing(), standing(2, &[0]));
        let closed: Vec<_> = events()
            .into_iter()
            .filter(|event| matches!(event, Event::RoundClosed { .. }))
            .collect();
        let expected = |round, blocks, counted| Event::RoundClosed {
            round,
            blocks,
            counted,
        };
        assert_eq!(closed, [expected(0, 6, true), expected(1, 5, false)]);
    });
}

#[test]
fn only_the_last_four_counted_rounds_are_at_work() {
    Network::run(1, |_| {
        (0..6).for_each(|_| next_round());
        assert_eq!(Pallet::<Test>::standing(), standing(6, &[5, 4, 3, 2]));
    });
}

#[test]
fn rounds_without_blocks_do_not_count_and_pass_at_once() {
    Network::run(1, |_| {
        next_round();
        (1..18).for_each(|_| {
            NowMs::mutate(|now| *now += 2_400);
            make_block();
        });
        NowMs::set(start_of(5_000) + 10_000);
        make_block();
        assert_eq!(Pallet::<Test>::standing(), standing(5_000, &[1, 0]));
    });
}

#[test]
fn t_a_clock_that_goes_back_takes_no_round_back() {
    Network::run(1, |_| {
        next_round();
        NowMs::set(START_MS + 2_400);
        make_block();
        assert_eq!(Pallet::<Test>::current_round(), 1);
        NowMs::set(START_MS - 1);
        make_block();
        assert_eq!(Pallet::<Test>::current_round(), 1);
    });
}

#[test]
fn an_uncounted_round_shifts_the_whole_sequence_and_loses_nothing() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        for place in 0..4 {
            network.watch(place, place);
        }
        // Round 2 is over, its reports are due; half of them come in round 3, which does not count.
        next_round();
        for place in 0..2 {
            let report = network.report(place);
            submit(&network.nodes[place], &report).expect("in time");
        }
        network.watch(0, 1);
        next_round_uncounted();
        assert_eq!(Pallet::<Test>::standing(), standing(4, &[2, 1, 0]));
        // The other half is as good in round 4.
        for place in 2..4 {
            let report = network.report(place);
            submit(&network.nodes[place], &report).expect("still in time");
        }
        // What was accepted in round 3 goes into the block of round 4.
        network.nodes[0].carry(3, 4);
        network.next_round_with_reports();
        assert_eq!(Pallet::<Test>::standing(), standing(5, &[4, 2, 1, 0]));
        network.rounds_with_reports(3);
        let rounds: Vec<_> = Settled::get().iter().map(|(round, _, _)| *round).collect();
        assert_eq!(rounds, [0, 1, 2, 4]);
        for node in &network.nodes {
            assert!(approved(2, node.account));
        }
        let carried = settled_block(4, network.nodes[0].account).expect("settled");
        assert!(carried.approved && carried.count == 1);
    });
}
