//! Two leaves of one viewer: which two are a fault, and of which block.

use chainflix_primitives::{fault::FaultEvidence, view::AdShown};

use super::{
    evidence::*,
    network::*,
    viewer::{LONG, SHORT},
};
use crate::mock::Test;

#[test]
fn p2_two_overlapping_leaves_of_one_issuer_are_a_fault_and_end_at_next_start_is_not() {
    for (gap_ms, fault) in [(-1i64, true), (0, false), (1, false)] {
        Network::run(4, |network| {
            network.watch_at(0, 0, SHORT, start_of(0) + 1_000);
            let next = (start_of(0) + 6_000)
                .checked_add_signed(gap_ms)
                .expect("late");
            network.watch_at(0, 0, SHORT, next);
            network.next_round_with_reports();
            let mut proof = against(
                network,
                0,
                0,
                FaultEvidence::Overlap {
                    other: other(network, 0, 0, 1),
                },
            );
            assert_eq!(holds(&proof), fault, "{gap_ms} ms");
            // No leaf overlaps itself.
            proof.evidence = FaultEvidence::Overlap {
                other: other(network, 0, 0, 0),
            };
            if !fault {
                assert!(!holds(&proof));
            }
        });
    }
}

#[test]
fn p2_leaves_of_two_blocks_of_one_issuer_overlap_to_the_cost_of_the_later() {
    Network::run(4, |network| {
        // Accepted in round 1, and while it played another in round 0.
        network.watch_at(0, 0, LONG, start_of(0) + 1_000);
        network.watch_at(0, 0, SHORT, start_of(0) + 10_000);
        network.rounds_with_reports(2);
        let proof_in = |round, other_round| {
            let evidence = FaultEvidence::Overlap {
                other: other(network, 0, other_round, 0),
            };
            against(network, 0, round, evidence)
        };
        assert!(!holds(&proof_in(0, 1)), "the earlier block is not to blame");
        let later = proof_in(1, 0);
        assert!(!later.is_shown_by_body());
        assert!(holds(&later));
    });
}

#[test]
fn p2_other_viewers_may_watch_at_the_same_time() {
    Network::run(4, |network| {
        network.watch_at(0, 0, SHORT, start_of(0) + 1_000);
        network.watch_at(0, 1, SHORT, start_of(0) + 1_000);
        network.next_round_with_reports();
        for evidence in [
            FaultEvidence::Overlap {
                other: other(network, 0, 0, 1),
            },
            FaultEvidence::SameMinute {
                other: other(network, 0, 0, 1),
            },
        ] {
            assert!(!holds(&against(network, 0, 0, evidence)));
        }
    });
}

#[test]
fn r1_one_minute_twice_in_a_block_or_in_two_blocks_is_a_fault() {
    for second_round in [0, 1] {
        Network::run(4, |network| {
            network.watch_at(0, 0, SHORT, start_of(0) + 1_000);
            let second = start_of(0) + u64::from(second_round) * 43_200 + 20_000;
            network.watch_at(0, 0, SHORT, second);
            network.rounds_with_reports(2);
            let index = u32::from(second_round == 0);
            let mut proof = against(
                network,
                0,
                second_round,
                FaultEvidence::SameMinute {
                    other: other(network, 0, 0, index),
                },
            );
            proof.leaf = placed(network, 0, second_round, 0);
            assert_eq!(proof.is_shown_by_body(), second_round == 0);
            assert!(holds(&proof));
        });
    }
}

#[test]
fn an_advertisement_seen_twice_in_a_cycle_is_no_fault() {
    for (advertised, fault) in [(0..0, true), (0..1, false), (1..2, false), (0..2, false)] {
        Network::run(4, |network| {
            network.watch_at(0, 0, SHORT, start_of(0) + 1_000);
            network.watch_at(0, 0, SHORT, start_of(0) + 20_000);
            let body = network.nodes[0].bodies.get_mut(&0).expect("two views");
            for leaf in &mut body[advertised] {
                leaf.claim.ad = Some(AdShown {
                    campaign: 1,
                    host_video: leaf.claim.video,
                    clicked: false,
                });
            }
            network.rounds_with_reports(2);
            let evidence = FaultEvidence::SameMinute {
                other: other(network, 0, 0, 1),
            };
            let mut proof = against(network, 0, 0, evidence);
            proof.leaf = placed(network, 0, 0, 0);
            assert_eq!(holds(&proof), fault);
        });
    }
}

#[test]
fn a_view_carried_into_a_later_block_is_no_second_view() {
    Network::run(4, |network| {
        network.watch(0, 0);
        network.rounds_with_reports(3);
        // The same leaf stands in the block of round 3 too.
        let body = network.nodes[0].body(0);
        network.nodes[0].bodies.insert(3, body);
        network.next_round_with_reports();
        for evidence in [
            FaultEvidence::SameMinute {
                other: other(network, 0, 0, 0),
            },
            FaultEvidence::Overlap {
                other: other(network, 0, 0, 0),
            },
        ] {
            assert!(!holds(&against(network, 0, 3, evidence)));
        }
    });
}

#[test]
fn n1_one_minute_in_two_cycles_is_no_fault() {
    let genesis = crate::GenesisConfig::<Test> {
        cycle_rounds: 2,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.rounds_with_reports(1);
        network.watch(0, 0);
        network.rounds_with_reports(1);
        network.watch(0, 0);
        network.rounds_with_reports(1);
        let proof = against(
            network,
            0,
            2,
            FaultEvidence::SameMinute {
                other: other(network, 0, 1, 0),
            },
        );
        assert!(!holds(&proof));
    });
}
