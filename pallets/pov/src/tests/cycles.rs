//! Cycles: their borders, seeds, and what remains of their headers.

use chainflix_primitives::{
    Sha256, draw, merkle, report::cycle_leaf_hash, rounds::CycleRule, view::LeafError,
};

use super::{events, network::*, viewer::SHORT};
use crate::{
    CycleRules, Event, GenesisConfig, HeaderTrees, Headers, Issuers, Pallet, Reports,
    mock::{NowMs, Test},
    types::{HeaderTree, Opened, OpeningError},
};

fn with_cycles_of(cycle_rounds: u32, test: impl FnOnce(&mut Network)) {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, test);
}

#[test]
fn cycle_0_has_a_seed_from_genesis_on_and_no_cycle_has_one_early() {
    with_cycles_of(10, |_| {
        let first = draw::first_cycle_seed::<Sha256>();
        assert_eq!(Pallet::<Test>::cycle_seed(0), Some(first));
        assert_eq!(Pallet::<Test>::cycle_seed(1), None);
    });
}

#[test]
fn a_cycle_has_for_seed_the_draw_of_the_last_round_settled_before_it() {
    with_cycles_of(10, |network| {
        network.rounds_with_reports(9);
        events();
        next_round();
        // When round 9 closed, cycle 1 began. By the block before, rounds up to 5 had been settled.
        let seed = Pallet::<Test>::draw(5).expect("settled");
        assert_eq!(Pallet::<Test>::cycle_seed(1), Some(seed));
        assert!(events().contains(&Event::CycleBegan {
            cycle: 1,
            round: 10,
            seed,
        }));
    });
}

#[test]
fn cycles_jumped_over_share_the_seed_of_the_next() {
    with_cycles_of(10, |network| {
        network.rounds_with_reports(8);
        NowMs::set(start_of(35));
        make_block();
        let seed = Pallet::<Test>::draw(4).expect("settled");
        for cycle in 1..=3 {
            assert_eq!(Pallet::<Test>::cycle_seed(cycle), Some(seed));
        }
        assert_eq!(Pallet::<Test>::cycle_seed(4), None);
    });
}

#[test]
fn n1_a_view_belongs_to_the_cycle_of_its_tickets_round_on_both_sides_of_the_border() {
    with_cycles_of(6, |network| {
        network.rounds_with_reports(5);
        network.watch(0, 0);
        network.next_round_with_reports();
        network.watch(0, 0);
        network.rounds_with_reports(5);
        for round in [5, 6] {
            let record = Reports::<Test>::get(round, network.nodes[0].account);
            assert_eq!(record.expect("reported").opened, Opened::Right);
            assert!(approved(round, network.nodes[0].account));
        }
    });
}

#[test]
fn r4_a_nonce_of_the_cycle_before_is_worth_nothing_in_the_next() {
    with_cycles_of(6, |network| {
        network.rounds_with_reports(6);
        network.watch(0, 0);
        let viewer = network.viewer(0);
        let leaf = &mut network.nodes[0].bodies.get_mut(&6).expect("accepted")[0];
        let input = |cycle| {
            leaf.claim
                .nonce_input::<Sha256>(super::genesis_hash(), cycle)
        };
        let (before, now) = (input(0), input(1));
        let nonce = (0..).find(|n| before.is_met::<Sha256>(*n, 8) && !now.is_met::<Sha256>(*n, 8));
        leaf.claim.nonce = nonce.expect("there are many");
        viewer.sign(leaf);
        network.rounds_with_reports(3);
        let record = Reports::<Test>::get(6, network.nodes[0].account).expect("reported");
        let expected = Opened::Wrong {
            leaf: 0,
            error: OpeningError::Leaf(LeafError::WrongNonce),
        };
        assert_eq!(record.opened, expected);
    });
}

#[test]
fn n2_a_new_cycle_length_holds_from_the_next_border_and_numbers_go_on() {
    with_cycles_of(6, |network| {
        network.rounds_with_reports(2);
        CycleRules::<Test>::mutate(|rules| {
            let rule = CycleRule {
                first_round: 6,
                first_cycle: 1,
                length: 3,
            };
            rules.try_push(rule).expect("room");
        });
        let cycles: Vec<_> = (0..13).map(Pallet::<Test>::cycle_of).collect();
        assert_eq!(cycles, [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3]);
        // A view of round 5 has the cycle that it had before the change, one of round 6 the next.
        network.rounds_with_reports(3);
        network.watch_at(0, 0, SHORT, start_of(5) + 1_000);
        network.next_round_with_reports();
        network.watch(0, 0);
        network.rounds_with_reports(5);
        for round in [5, 6] {
            assert!(approved(round, network.nodes[0].account));
        }
        assert!(Pallet::<Test>::cycle_seed(2).is_some());
    });
}

#[test]
fn what_remains_of_a_cycle_is_the_root_over_its_settled_headers_in_order() {
    with_cycles_of(6, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        let mut leaves = Vec::new();
        for closed in 0..12u32 {
            network.next_round_with_reports();
            if let Some(settled) = closed.checked_sub(3).filter(|settled| *settled < 6) {
                for entry in Issuers::<Test>::get(settled) {
                    let header = Headers::<Test>::get(settled, entry.issuer).expect("kept");
                    leaves.push(cycle_leaf_hash::<Sha256>(settled, &entry.issuer, &header));
                }
            }
        }
        assert_eq!(leaves.len(), 24);
        let (root, count) = Pallet::<Test>::cycle_headers(0);
        assert_eq!(root, merkle::root::<Sha256>(&leaves));
        assert_eq!(count, 24);
        // It stays when the headers are long gone.
        network.rounds_with_reports(12);
        assert_eq!(Pallet::<Test>::headers(0), vec![]);
        assert_eq!(Pallet::<Test>::cycle_headers(0), (root, 24));
    });
}

#[test]
fn a_cycles_tree_of_other_headers_is_noticed() {
    with_cycles_of(10, |network| {
        network.rounds_with_reports(8);
        let right = HeaderTrees::<Test>::get(0);
        assert_eq!(Pallet::<Test>::do_try_state(), Ok(()));
        let edits: [fn(&mut HeaderTree); 3] = [
            |tree| tree.peaks[0].1 = [1; 32],
            |tree| {
                tree.peaks.pop();
            },
            |tree| tree.peaks[0].0 += 1,
        ];
        for edit in edits {
            HeaderTrees::<Test>::mutate(0, edit);
            assert!(Pallet::<Test>::do_try_state().is_err());
            HeaderTrees::<Test>::insert(0, right.clone());
        }
    });
}
