//! Faults of each kind: true proofs hold, and nothing can be made of an honest leaf.

use chainflix_primitives::{
    Magnet, Sha256, draw,
    fault::{FaultEvidence, TicketThere},
    registry::VideoState,
};

use super::{
    evidence::*,
    network::*,
    viewer::{LONG, VIDEO},
};
use crate::{
    Pallet,
    mock::{Enhancements, Test, Videos},
};

/// Whether an honest view's block stands `evidence`.
fn honest_stands(evidence: impl FnOnce(&mut Network) -> FaultEvidence) -> bool {
    let mut stands = false;
    with_leaf(
        |_, _| {},
        |network| {
            let evidence = evidence(network);
            stands = !holds(&against(network, 0, 0, evidence));
        },
    );
    stands
}

#[test]
fn a_wrong_nonce_is_proved_by_its_leaf_and_a_right_one_is_not() {
    with_leaf(spoil_nonce, |network| {
        assert!(holds(&against(network, 0, 0, FaultEvidence::WrongNonce)));
    });
    assert!(honest_stands(|_| FaultEvidence::WrongNonce));
}

#[test]
fn w1_elapsed_time_outside_the_window_is_a_fault_to_the_millisecond() {
    for (elapsed_ms, fault) in [(4_999, true), (5_000, false), (7_500, false), (7_501, true)] {
        with_leaf(
            |viewer, leaf| {
                leaf.elapsed_ms = elapsed_ms;
                viewer.sign(leaf);
            },
            |network| {
                let proof = against(network, 0, 0, FaultEvidence::OutsideWindow);
                assert_eq!(holds(&proof), fault, "{elapsed_ms} ms");
            },
        );
    }
}

#[test]
fn k1_another_ticket_at_the_leafs_index_is_a_fault() {
    Network::run(4, |network| {
        network.watch(0, 0);
        network.watch(0, 1);
        network.nodes[0]
            .tickets
            .get_mut(&0)
            .expect("two")
            .swap(0, 1);
        network.next_round_with_reports();
        let proof = |network: &Network| {
            let leaf = placed(network, 0, 0, 0).leaf;
            let tickets = network.nodes[0].tickets_tree(0);
            let there = network.nodes[0].tickets[&0][leaf.ticket_index as usize].clone();
            against(
                network,
                0,
                0,
                FaultEvidence::TicketElsewhere {
                    there: Some(TicketThere {
                        hash: there.leaf_hash::<Sha256>(),
                        path: super::network::proof(&tickets, leaf.ticket_index),
                    }),
                },
            )
        };
        // Not under the root, it proves nothing.
        let mut invented = proof(network);
        if let FaultEvidence::TicketElsewhere { there: Some(there) } = &mut invented.evidence {
            there.hash[0] ^= 1;
        }
        assert!(!holds(&invented));
        assert!(holds(&proof(network)));
    });
}

#[test]
fn k1_a_ticket_behind_the_end_of_the_list_is_a_fault() {
    Network::run(4, |network| {
        network.watch(0, 0);
        network.watch(0, 1);
        network.nodes[0]
            .tickets
            .get_mut(&0)
            .expect("two")
            .truncate(1);
        network.next_round_with_reports();
        let none = || FaultEvidence::TicketElsewhere { there: None };
        let mut proof = against(network, 0, 0, none());
        let wrong = (0..2).find(|index| placed(network, 0, 0, *index).leaf.ticket_index == 1);
        proof.leaf = placed(network, 0, 0, wrong.expect("one of them"));
        assert!(holds(&proof));
    });
    assert!(honest_stands(|_| FaultEvidence::TicketElsewhere {
        there: None
    }));
    assert!(honest_stands(|network| {
        let tickets = network.nodes[0].tickets_tree(0);
        FaultEvidence::TicketElsewhere {
            there: Some(TicketThere {
                hash: network.nodes[0].tickets[&0][0].leaf_hash::<Sha256>(),
                path: super::network::proof(&tickets, 0),
            }),
        }
    }));
}

#[test]
fn a_ticket_fault_can_be_proved_when_its_tickets_root_is_no_longer_kept_by_itself() {
    for late in [false, true] {
        Network::run(4, |network| {
            network.next_round_with_reports();
            network.watch(0, 0);
            network.nodes[0]
                .tickets
                .get_mut(&1)
                .expect("one")
                .truncate(0);
            if late {
                next_round_uncounted();
                network.nodes[0].carry(1, 2);
            }
            let round = if late { 2 } else { 1 };
            network.rounds_with_reports(40);
            assert!(!crate::TicketsRoots::<Test>::contains_key(
                1,
                network.nodes[0].account
            ));
            let proof = against(
                network,
                0,
                round,
                FaultEvidence::TicketElsewhere { there: None },
            );
            assert!(holds(&proof));
        });
    }
}

#[test]
fn a_ticket_whose_round_has_no_root_is_rejected_and_no_fault() {
    Network::run(4, |network| {
        network.watch_at(0, 0, LONG, start_of(1) - 30_000);
        network.nodes[0].tickets.clear();
        // The report of round 0 never came.
        next_round();
        network.next_round_with_reports();
        let proof = against(
            network,
            0,
            1,
            FaultEvidence::TicketElsewhere { there: None },
        );
        assert!(!holds(&proof));
    });
}

#[test]
fn k2_a_view_by_a_verifier_that_was_not_assigned_is_a_fault() {
    let mut seen = [false; 2];
    for viewer in 0..8 {
        Network::run(4, |network| {
            network.watch(0, viewer);
            network.next_round_with_reports();
            let account = network.viewer(viewer).account;
            let assigned = draw::is_assigned::<Sha256>(
                &draw::first_cycle_seed::<Sha256>(),
                &account,
                &Pallet::<Test>::verifier_set(0),
                &network.nodes[0].account,
            );
            seen[usize::from(assigned)] = true;
            let proof = against(network, 0, 0, FaultEvidence::NotAssigned);
            assert_eq!(holds(&proof), !assigned);
        });
    }
    assert_eq!(
        seen,
        [true, true],
        "half of the viewers are assigned to each of four"
    );
}

#[test]
fn g4_assignment_is_judged_by_the_set_of_the_tickets_round() {
    Network::run(4, |network| {
        let first = network.nodes[0].account;
        let set = Pallet::<Test>::verifier_set(0);
        let seed = draw::first_cycle_seed::<Sha256>();
        let mine = (0..8).find(|viewer| {
            let account = network.viewer(*viewer).account;
            draw::is_assigned::<Sha256>(&seed, &account, &set, &first)
        });
        network.watch(0, mine.expect("two of four have it"));
        // The others change altogether, two rounds later.
        let mut rotated = vec![network.nodes[0].clone()];
        rotated.extend((60..80).map(Node::new));
        let keys = validators(&rotated);
        use frame_support::traits::OneSessionHandler;
        let keys = || keys.iter().map(|(account, key)| (account, key.clone()));
        Pallet::<Test>::on_new_session(true, keys(), keys());
        network.next_round_with_reports();
        (0..4).for_each(|_| next_round());
        assert_eq!(Pallet::<Test>::verifier_set(current_round()).len(), 21);
        assert!(!holds(&against(network, 0, 0, FaultEvidence::NotAssigned)));
    });
}

#[test]
fn d4_a_view_of_a_video_that_was_not_active_is_a_fault_by_the_tickets_round() {
    for (round, state, fault) in [
        (0, VideoState::Restricted, true),
        (0, VideoState::Withdrawn, true),
        (1, VideoState::Restricted, false),
    ] {
        with_leaf(
            |_, _| {},
            |network| {
                Videos::mutate(|videos| {
                    let (_, states) = videos.get_mut(&VIDEO).expect("registered");
                    states.insert(round, state);
                });
                let proof = against(network, 0, 0, FaultEvidence::VideoInactive);
                assert_eq!(holds(&proof), fault, "{state:?} from round {round} on");
            },
        );
    }
}

#[test]
fn a_view_of_a_video_or_cell_that_does_not_exist_is_a_fault() {
    let edits: [fn(&mut chainflix_primitives::view::ViewClaim); 3] = [
        |claim| claim.minute = 2,
        |claim| claim.rendition = 1,
        |claim| claim.video = Magnet([1; 32]),
    ];
    for edit in edits {
        with_leaf(
            |viewer, leaf| {
                edit(&mut leaf.claim);
                viewer.mine(leaf);
                viewer.sign(leaf);
            },
            |network| {
                assert!(holds(&against(network, 0, 0, FaultEvidence::VideoInactive)));
            },
        );
    }
}

/// Whether a view of round 0 that names these enhancements stands as a fault of `enhancement`.
fn enhanced(named: &[u32], enhancement: u32) -> bool {
    let mut fault = false;
    with_leaf(
        |viewer, leaf| {
            leaf.claim.enhancements = named.to_vec().try_into().expect("at most four");
            viewer.sign(leaf);
        },
        |network| {
            let evidence = FaultEvidence::EnhancementInactive { enhancement };
            fault = holds(&against(network, 0, 0, evidence));
        },
    );
    fault
}

#[test]
fn k_a_view_with_an_enhancement_that_was_never_attached_to_its_video_is_a_fault() {
    Enhancements::set([(7, (VIDEO, 0, 9)), (8, (Magnet([1; 32]), 0, 9))].into());
    assert!(!enhanced(&[7], 7));
    assert!(enhanced(&[7, 8], 8), "it is of another video");
    assert!(enhanced(&[6, 7], 6), "there is no such enhancement");
    assert!(!enhanced(&[7], 6), "the view does not name it");
    assert!(!enhanced(&[], 6));
}

#[test]
fn g4_an_enhancement_is_judged_by_the_tickets_round() {
    // The tickets are of round 0; proofs come in later ones.
    Enhancements::set([(7, (VIDEO, 0, 1)), (8, (VIDEO, 1, 9))].into());
    assert!(!enhanced(&[7], 7), "it was ended since");
    assert!(enhanced(&[8], 8), "it was attached since");
}

#[test]
fn m_a_leaf_that_does_not_stand_in_the_block_proves_nothing() {
    with_leaf(
        |_, _| {},
        |network| {
            let viewer = network.viewer(0);
            let honest = against(network, 0, 0, FaultEvidence::WrongNonce);
            let mut invented = honest.clone();
            spoil_nonce(&viewer, &mut invented.leaf.leaf);
            assert!(!holds(&invented));
            let mut elsewhere = honest;
            elsewhere.leaf.index = 1;
            assert!(!holds(&elsewhere));
        },
    );
}
