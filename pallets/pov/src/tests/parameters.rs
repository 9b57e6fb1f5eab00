//! Parameters and cycle lengths by motion: within constant bounds, and later.

use chainflix_primitives::{
    emission::CFX,
    registry::{PARAMETER_DELAY, PovParameters},
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{AccountId32, DispatchError};

use super::{events, network::*};
use crate::{
    CycleRules, Error, Event, GenesisConfig, Pallet, Parameters,
    mock::{NowMs, Pov, RuntimeOrigin, Test},
};

fn set(parameters: PovParameters) -> frame_support::dispatch::DispatchResult {
    Pov::set_parameters(RuntimeOrigin::root(), parameters)
}

fn set_cycle(rounds: u32) -> frame_support::dispatch::DispatchResult {
    Pov::set_cycle_rounds(RuntimeOrigin::root(), rounds)
}

/// Jumps to the first block of a later round.
fn jump_to(round: u32) {
    NowMs::set(start_of(round));
    make_block();
    check_state();
}

#[test]
fn parameters_change_100_rounds_after_the_motion_and_not_for_what_was_issued_before() {
    Network::run(4, |network| {
        network.rounds_with_reports(3);
        let before = Pallet::<Test>::parameters(0);
        let parameters = PovParameters {
            difficulty: 12,
            views_per_group: 7,
            missing_acceptance: 2 * CFX,
            fault_deposit: 50 * CFX,
        };
        events();
        assert_ok!(set(parameters));
        let from_round = 3 + PARAMETER_DELAY;
        assert_eq!(
            events(),
            vec![Event::ParametersChanged {
                from_round,
                parameters
            }]
        );
        assert_eq!(Pallet::<Test>::parameters(from_round - 1), before);
        assert_eq!(Pallet::<Test>::parameters(from_round), parameters);
        jump_to(from_round + 5);
        assert_eq!(Pallet::<Test>::parameters(from_round - 1), before);
    });
}

#[test]
fn nobody_but_the_motion_changes_anything() {
    Network::run(4, |_| {
        for origin in [
            RuntimeOrigin::none(),
            RuntimeOrigin::signed(AccountId32::new([1; 32])),
        ] {
            assert_noop!(
                Pov::set_parameters(origin.clone(), PovParameters::default()),
                DispatchError::BadOrigin
            );
            assert_noop!(
                Pov::set_cycle_rounds(origin, 1_000),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn parameters_outside_their_constant_bounds_are_refused() {
    let edits: [fn(&mut PovParameters); 8] = [
        |p| p.difficulty = 7,
        |p| p.difficulty = 25,
        |p| p.views_per_group = 0,
        |p| p.views_per_group = 10_001,
        |p| p.missing_acceptance = CFX / 100 - 1,
        |p| p.missing_acceptance = 1_000 * CFX + 1,
        |p| p.fault_deposit = CFX - 1,
        |p| p.fault_deposit = 10_000 * CFX + 1,
    ];
    Network::run(4, |_| {
        for edit in edits {
            let mut parameters = PovParameters::default();
            edit(&mut parameters);
            assert_noop!(set(parameters), Error::<Test>::OutOfBounds);
        }
        for rounds in [0, 99, 10_001] {
            assert_noop!(set_cycle(rounds), Error::<Test>::OutOfBounds);
        }
    });
}

#[test]
fn a_second_change_in_one_round_takes_the_place_of_the_first() {
    Network::run(4, |_| {
        for difficulty in [10, 11] {
            assert_ok!(set(PovParameters {
                difficulty,
                ..PovParameters::default()
            }));
        }
        assert_eq!(Parameters::<Test>::get().len(), 2);
        assert_eq!(Pallet::<Test>::parameters(PARAMETER_DELAY).difficulty, 11);
    });
}

#[test]
fn q1_more_changes_than_are_remembered_are_refused_until_the_oldest_are_over() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 100,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.rounds_with_reports(4);
        for round in 5..68 {
            jump_to(round);
            assert_ok!(set(PovParameters::default()));
        }
        jump_to(68);
        assert_noop!(set(PovParameters::default()), Error::<Test>::TooManyChanges);
        // Two cycles after some have come into effect, there is room again.
        for round in (400..1_200).step_by(1) {
            jump_to(round);
        }
        for _ in 0..120 {
            network.next_round_with_reports();
        }
        assert_ok!(set(PovParameters::default()));
        check_state();
    });
}

#[test]
fn n2_a_new_cycle_length_holds_from_the_next_border_and_numbers_go_on() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 300,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.rounds_with_reports(2);
        events();
        assert_ok!(set_cycle(150));
        assert_eq!(
            events(),
            vec![Event::CycleLengthChanged {
                from_round: 300,
                cycle: 1,
                rounds: 150,
            }]
        );
        let cycles = [0, 299, 300, 449, 450, 600].map(Pallet::<Test>::cycle_of);
        assert_eq!(cycles, [0, 0, 1, 1, 2, 3]);
        // Less than 100 rounds before a border it is the one after.
        jump_to(201);
        assert_ok!(set_cycle(200));
        assert_eq!(CycleRules::<Test>::get().len(), 3);
        let cycles = [300, 449, 450, 649, 650].map(Pallet::<Test>::cycle_of);
        assert_eq!(cycles, [1, 1, 2, 2, 3]);
        // A view keeps the cycle that it had when it was issued.
        jump_to(449);
        network.watch(0, 0);
        network.rounds_with_reports(1);
        network.watch(0, 0);
        network.rounds_with_reports(4);
        for round in [449, 450] {
            assert!(approved(round, network.nodes[0].account));
        }
    });
}

#[test]
fn n2_a_pending_cycle_length_is_replaced_by_a_later_motion_for_the_same_border() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 300,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |_| {
        assert_ok!(set_cycle(150));
        assert_ok!(set_cycle(250));
        let rules = CycleRules::<Test>::get();
        assert_eq!(rules.len(), 2);
        assert_eq!(
            (rules[1].first_round, rules[1].first_cycle, rules[1].length),
            (300, 1, 250)
        );
    });
}
