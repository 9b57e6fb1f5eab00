//! What is dropped, and what is kept as long as anybody may need it.

use chainflix_primitives::rounds::{MAX_CARRY_ROUNDS, RoundClock};

use frame_support::traits::OneSessionHandler;

use super::{network::*, viewer::LONG};
use crate::{
    Commitments, CountedRounds, Draws, GenesisConfig, Headers, Issuers, Pallet, PrunedTo, Reports,
    SetRounds, TicketsRoots, VerifierSets,
    impls::pruning::oldest_ticket,
    mock::{NowMs, Test},
};

fn clock(round_ms: u32) -> RoundClock {
    RoundClock {
        genesis_ms: 0,
        round_ms,
    }
}

/// Oldest that a ticket may be when it is opened while every round counts, in rounds.
fn ticket_age(clock: &RoundClock) -> u32 {
    1_000 - oldest_ticket(1_000 - MAX_CARRY_ROUNDS, clock)
}

#[test]
fn a_ticket_may_be_opened_after_the_longest_play_and_the_longest_carry() {
    // 90 s and 5 s of tolerance are three rounds of 43.2 s, and fourteen of 7.2 s.
    assert_eq!(ticket_age(&clock(43_200)), MAX_CARRY_ROUNDS + 3 + 1);
    assert_eq!(ticket_age(&clock(7_200)), MAX_CARRY_ROUNDS + 14 + 1);
}

#[test]
fn records_live_for_two_cycles_and_go_then() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 10,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.rounds_with_reports(20);
        assert_eq!(Headers::<Test>::iter_prefix(0).count(), 4);
        network.rounds_with_reports(10);
        for round in 0..10 {
            assert_eq!(Headers::<Test>::iter_prefix(round).count(), 0);
            assert_eq!(Reports::<Test>::iter_prefix(round).count(), 0);
            assert_eq!(Issuers::<Test>::get(round).len(), 0);
            assert_eq!(Draws::<Test>::get(round), None);
        }
        assert_eq!(Headers::<Test>::iter_prefix(10).count(), 4);
        assert_eq!(Reports::<Test>::iter_prefix(10).count(), 4);
        assert!(Draws::<Test>::get(10).is_some());
    });
}

#[test]
fn cycles_shorter_than_the_windows_drop_nothing_that_is_at_work() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 1,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        for _ in 0..12 {
            for place in 0..4 {
                network.watch(place, place);
            }
            network.next_round_with_reports();
            check_state();
        }
        for round in 0..8 {
            assert!(approved(round, network.nodes[0].account));
        }
    });
}

#[test]
fn tickets_roots_go_when_no_ticket_under_them_can_be_opened_any_more() {
    Network::run(4, |network| {
        network.rounds_with_reports(40);
        // Rounds up to 36 are settled.
        let oldest = TicketsRoots::<Test>::iter_keys()
            .map(|(round, _)| round)
            .min();
        assert_eq!(oldest, Some(36 - ticket_age(&clock(43_200))));
    });
}

#[test]
fn the_oldest_ticket_that_may_be_opened_is_opened_in_rounds_of_either_length() {
    for round_ms in [43_200, 7_200] {
        let genesis = GenesisConfig::<Test> {
            round_ms,
            difficulty: 8,
            ..Default::default()
        };
        Network::run_from(4, genesis, |network| {
            let blocks = round_ms / 2_400;
            let round = |network: &Network| {
                finish_round(blocks);
                network.report_all();
            };
            // Issued in round 0, played as slowly as allowed, carried for 20 rounds.
            network.watch_at(0, 0, LONG, start_of(0) + 100);
            let first = *network.nodes[0].bodies.keys().next().expect("a view");
            let viewer = network.viewer(0);
            let leaf = &mut network.nodes[0].bodies.get_mut(&first).expect("a view")[0];
            leaf.elapsed_ms = 90_000;
            viewer.sign(leaf);
            let accepted = 90_100 / round_ms;
            let last = accepted + MAX_CARRY_ROUNDS;
            network.nodes[0].carry(first, last);
            (0..last + 4).for_each(|_| round(network));
            assert!(
                approved(last, network.nodes[0].account),
                "rounds of {round_ms} ms"
            );
        });
    }
}

#[test]
fn a_jump_over_many_rounds_is_caught_up_with_bit_by_bit() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 2,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.rounds_with_reports(6);
        NowMs::set(start_of(300));
        make_block();
        let mut last = PrunedTo::<Test>::get();
        for _ in 0..60 {
            network.next_round_with_reports();
            let now = PrunedTo::<Test>::get();
            assert!(now.records - last.records <= 8 && now.tickets - last.tickets <= 8);
            last = now;
        }
        check_state();
        assert_eq!(last.records, 360 - 4);
        assert_eq!(last.tickets, 356 - ticket_age(&clock(43_200)));
        assert_eq!(CountedRounds::<Test>::iter_keys().min(), Some(last.records));
    });
}

#[test]
fn of_a_verifier_that_reports_no_more_nothing_remains() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 5,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.rounds_with_reports(3);
        let gone = network.nodes[0].account;
        for _ in 0..20 {
            next_round();
            for place in 1..4 {
                let report = network.report(place);
                submit(&network.nodes[place], &report).expect("taken");
            }
        }
        assert_eq!(Commitments::<Test>::get(gone), None);
        assert_eq!(Commitments::<Test>::iter().count(), 3);
    });
}

#[test]
fn sets_that_no_kept_round_needs_are_dropped() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 10,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        for round in 1..60u32 {
            let set = validators(&network.nodes[..3 + (round % 2) as usize]);
            let set = || set.iter().map(|(account, key)| (account, key.clone()));
            Pallet::<Test>::on_new_session(true, set(), set());
            network.next_round_with_reports();
            check_state();
        }
        let kept = SetRounds::<Test>::get();
        assert_eq!(VerifierSets::<Test>::iter().count(), kept.len());
        // Two cycles of ten rounds, tickets of views in the first of them, and those to come.
        let age = ticket_age(&clock(43_200));
        assert!(kept.len() <= 26 + age as usize, "{} sets", kept.len());
        let needed = 40 - age;
        assert!(kept[0] <= needed && !Pallet::<Test>::set_in(needed).is_empty());
        assert!(Pallet::<Test>::set_in(needed - 10).is_empty());
    });
}
