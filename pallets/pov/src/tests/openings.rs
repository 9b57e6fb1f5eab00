//! Openings: one wrong drawn leaf rejects the block, and nothing else of the report.

use chainflix_primitives::{
    Magnet, Sha256, Signature64,
    delegation::WalletSignature,
    registry::VideoState,
    report::Report,
    view::{LeafError, ViewLeaf},
};

use super::{
    events,
    network::*,
    viewer::{SHORT, VIDEO, Viewer},
};
use crate::{
    Event, Reports,
    mock::{Test, Videos},
    types::{Opened, OpeningError},
};

/// What becomes of the block of round 0 of verifier 0, which has one view. `before` may change what is in it, `after`
/// the report that opens it.
fn outcome(before: impl FnOnce(&mut Network), after: impl FnOnce(&Network, &mut Report)) -> Opened {
    let mut outcome = Opened::Missing;
    Network::run(4, |network| {
        network.watch(0, 0);
        before(network);
        network.rounds_with_reports(2);
        next_round();
        let issuer = network.nodes[0].account;
        let mut report = network.report(0);
        after(network, &mut report);
        events();
        submit(&network.nodes[0], &report).expect("a wrong opening refuses no report");
        for place in 1..4 {
            let report = network.report(place);
            submit(&network.nodes[place], &report).expect("taken");
        }
        outcome = Reports::<Test>::get(0, issuer).expect("reported").opened;
        if let Opened::Wrong { leaf, error } = outcome {
            assert!(events().contains(&Event::OpeningWrong {
                round: 0,
                issuer,
                leaf,
                error,
            }));
        }
        // The report stands: its header is settled like any other.
        assert!(crate::Headers::<Test>::contains_key(2, issuer));
        next_round();
        assert_eq!(approved(0, issuer), outcome == Opened::Right);
    });
    outcome
}

/// The same with a leaf that `edit` changes before it goes into the block.
fn with_leaf(edit: impl FnOnce(&Viewer, &mut ViewLeaf)) -> Opened {
    outcome(
        |network| {
            let viewer = network.viewer(0);
            let body = network.nodes[0].bodies.get_mut(&0).expect("it has a view");
            edit(&viewer, &mut body[0]);
        },
        |_, _| {},
    )
}

/// The same with an opening that `edit` changes.
fn with_opening(
    edit: impl FnOnce(&Network, &mut chainflix_primitives::report::HeaderOpening),
) -> Opened {
    outcome(
        |_| {},
        |network, report| {
            let mut openings = report.openings.to_vec();
            edit(network, &mut openings[0]);
            report.openings = openings.try_into().expect("as many as before");
        },
    )
}

fn wrong(error: OpeningError) -> Opened {
    Opened::Wrong { leaf: 0, error }
}

#[test]
fn an_honest_opening_is_right_with_either_kind_of_wallet() {
    assert_eq!(outcome(|_| {}, |_, _| {}), Opened::Right);
    let mut kinds = [false; 2];
    for viewer in 0..8 {
        Network::run(4, |network| {
            let delegation = network.viewer(viewer).delegation;
            let ed25519 = matches!(delegation.signature, WalletSignature::Ed25519(_));
            kinds[usize::from(ed25519)] = true;
            network.watch(0, viewer);
            network.rounds_with_reports(3);
            let issuer = network.nodes[0].account;
            let record = Reports::<Test>::get(0, issuer).expect("reported");
            assert_eq!(record.opened, Opened::Right);
        });
    }
    assert_eq!(kinds, [true; 2]);
}

#[test]
fn of_many_leaves_exactly_the_drawn_ones_are_opened() {
    Network::run(4, |network| {
        for viewer in 0..40 {
            network.watch(0, viewer);
        }
        network.rounds_with_reports(2);
        next_round();
        let report = network.report(0);
        assert!((3..=4).contains(&report.openings.len()));
        assert!(
            report
                .openings
                .iter()
                .all(|opening| opening.path.len() >= 4)
        );
        network.report_all();
        next_round();
        assert!(approved(0, network.nodes[0].account));
    });
}

#[test]
fn a_drawn_leaf_that_is_not_opened_rejects_the_block() {
    let nothing = outcome(|_| {}, |_, report| report.openings = Default::default());
    assert_eq!(nothing, Opened::Missing);

    Network::run(4, |network| {
        for viewer in 0..40 {
            network.watch(0, viewer);
        }
        network.rounds_with_reports(2);
        next_round();
        let issuer = network.nodes[0].account;
        let mut report = network.report(0);
        report.openings.pop();
        submit(&network.nodes[0], &report).expect("taken");
        let record = Reports::<Test>::get(0, issuer).expect("reported");
        assert_eq!(record.opened, wrong(OpeningError::NotTheDrawnLeaves));
        next_round();
        assert!(!approved(0, issuer));
    });
}

#[test]
fn g_leaves_of_the_verifiers_choice_instead_of_the_drawn_ones_reject_the_block() {
    Network::run(4, |network| {
        for viewer in 0..40 {
            network.watch(0, viewer);
        }
        network.rounds_with_reports(2);
        next_round();
        let mut report = network.report(0);
        let drawn: Vec<u32> = report
            .openings
            .iter()
            .map(|opening| opening.index)
            .collect();
        let others: Vec<_> = (0..40)
            .filter(|index| !drawn.contains(index))
            .take(drawn.len())
            .map(|index| network.opening(&network.nodes[0], 0, index))
            .collect();
        report.openings = others.try_into().expect("at most four");
        submit(&network.nodes[0], &report).expect("taken");
        let issuer = network.nodes[0].account;
        let record = Reports::<Test>::get(0, issuer).expect("reported");
        assert_eq!(record.opened, wrong(OpeningError::NotTheDrawnLeaves));
    });
}

#[test]
fn a_wrong_nonce_at_an_opened_leaf_rejects_the_block() {
    let outcome = with_leaf(|viewer, leaf| {
        let input = leaf.claim.nonce_input::<Sha256>(super::genesis_hash(), 0);
        let bad = (0..).find(|nonce| !input.is_met::<Sha256>(*nonce, 8));
        leaf.claim.nonce = bad.expect("most are bad");
        viewer.sign(leaf);
    });
    assert_eq!(outcome, wrong(OpeningError::Leaf(LeafError::WrongNonce)));
}

#[test]
fn r3_a_nonce_mined_for_another_chain_rejects_the_block() {
    let outcome = with_leaf(|viewer, leaf| {
        let here = leaf.claim.nonce_input::<Sha256>(super::genesis_hash(), 0);
        let elsewhere = leaf.claim.nonce_input::<Sha256>([1; 32], 0);
        let nonce = (0..).find(|nonce| {
            elsewhere.is_met::<Sha256>(*nonce, 8) && !here.is_met::<Sha256>(*nonce, 8)
        });
        leaf.claim.nonce = nonce.expect("there are many");
        viewer.sign(leaf);
    });
    assert_eq!(outcome, wrong(OpeningError::Leaf(LeafError::WrongNonce)));
}

#[test]
fn w1_elapsed_time_is_within_playtime_and_one_and_a_half_of_it() {
    let outside = wrong(OpeningError::Leaf(LeafError::OutsideWindow));
    for (elapsed_ms, expected) in [
        (4_999, outside),
        (5_000, Opened::Right),
        (7_500, Opened::Right),
        (7_501, outside),
    ] {
        let outcome = with_leaf(|viewer, leaf| {
            leaf.elapsed_ms = elapsed_ms;
            viewer.sign(leaf);
        });
        assert_eq!(outcome, expected, "{elapsed_ms} ms");
    }
}

#[test]
fn t1_acceptance_lies_in_the_headers_round_give_or_take_5_s_or_in_the_carry_over() {
    let outside = wrong(OpeningError::Leaf(LeafError::OutsideRound));
    for (accepted_after_the_round_ms, expected) in [
        (-1, Opened::Right),
        (4_999, Opened::Right),
        (5_000, outside),
        (10_000, outside),
        (600_000, outside),
    ] {
        let outcome = outcome(
            |network| {
                network.nodes[0].bodies.clear();
                network.nodes[0].tickets.clear();
                let end = start_of(1).checked_add_signed(accepted_after_the_round_ms);
                let issue_ms = end.expect("late") - u64::from(SHORT.1);
                // Where the ticket would be of a later round, it is not even under a root yet.
                network.watch_at(0, 0, SHORT, issue_ms.min(start_of(1) - 1));
                let late = issue_ms.saturating_sub(start_of(1) - 1) as u32;
                let accepted = network.nodes[0].bodies.keys().next().copied();
                network.nodes[0].carry(accepted.expect("a view"), 0);
                let viewer = network.viewer(0);
                let leaf = &mut network.nodes[0].bodies.get_mut(&0).expect("carried")[0];
                leaf.elapsed_ms += late.min(2_500);
                viewer.sign(leaf);
            },
            |_, _| {},
        );
        // Playing longer than half as long again is another rule's matter.
        if accepted_after_the_round_ms <= 7_499 {
            assert_eq!(outcome, expected, "{accepted_after_the_round_ms} ms");
        } else {
            assert_ne!(outcome, Opened::Right, "{accepted_after_the_round_ms} ms");
        }
    }
}

#[test]
fn a_view_signed_by_another_session_key_rejects_the_block() {
    let outcome = with_leaf(|_, leaf| Viewer::new(99).sign(leaf));
    assert_eq!(outcome, wrong(OpeningError::ViewSignature));
}

#[test]
fn j3_a_claim_changed_after_signing_rejects_the_block() {
    let outcome = with_leaf(|_, leaf| {
        let mut deliveries = leaf.claim.deliveries.to_vec();
        deliveries[0].provider += 1;
        leaf.claim.deliveries = deliveries.try_into().expect("as many");
    });
    assert_eq!(outcome, wrong(OpeningError::ViewSignature));
}

#[test]
fn a_delegation_that_no_wallet_signed_rejects_the_block() {
    let outcome = with_opening(|_, opening| {
        let signature = match &opening.delegation.signature {
            WalletSignature::Ed25519(_) => WalletSignature::Ed25519(Signature64([1; 64])),
            WalletSignature::Sr25519(_) => WalletSignature::Sr25519(Signature64([1; 64])),
        };
        opening.delegation.signature = signature;
    });
    assert_eq!(outcome, wrong(OpeningError::WalletSignature));
}

#[test]
fn r2_a_delegation_of_another_account_rejects_the_block() {
    let outcome = with_opening(|network, opening| {
        opening.delegation = network.viewer(3).delegation;
    });
    assert_eq!(outcome, wrong(OpeningError::Delegation));
}

#[test]
fn a_delegation_that_did_not_hold_in_the_tickets_round_rejects_the_block() {
    let outcome = outcome(
        |network| {
            let account = network.viewer(0).account;
            let viewer = network.viewers.get_mut(&account).expect("there");
            viewer.delegate(1, 1_000);
            network.nodes[0].bodies.clear();
            network.nodes[0].tickets.clear();
            network.watch(0, 0);
        },
        |_, _| {},
    );
    assert_eq!(outcome, wrong(OpeningError::Delegation));
}

#[test]
fn a_delegation_for_another_chain_rejects_the_block() {
    let outcome = outcome(
        |network| {
            let account = network.viewer(0).account;
            let viewer = network.viewers.get_mut(&account).expect("there");
            viewer.delegation.delegation.genesis = [1; 32];
            viewer.delegate(0, 1_000);
            network.nodes[0].bodies.clear();
            network.nodes[0].tickets.clear();
            network.watch(0, 0);
        },
        |_, _| {},
    );
    assert_eq!(outcome, wrong(OpeningError::Delegation));
}

#[test]
fn d4_a_view_of_a_video_that_was_not_active_in_the_tickets_round_rejects_the_block() {
    for state in [VideoState::Restricted, VideoState::Withdrawn] {
        let outcome = outcome(
            |_| {
                Videos::mutate(|videos| {
                    let (_, states) = videos.get_mut(&VIDEO).expect("registered");
                    states.insert(0, state);
                });
            },
            |_, _| {},
        );
        assert_eq!(outcome, wrong(OpeningError::Video));
    }
}

#[test]
fn g4_a_restriction_with_a_later_round_of_effect_turns_no_leaf_wrong() {
    let outcome = outcome(
        |_| {
            Videos::mutate(|videos| {
                let (_, states) = videos.get_mut(&VIDEO).expect("registered");
                states.insert(1, VideoState::Restricted);
            });
        },
        |_, _| {},
    );
    assert_eq!(outcome, Opened::Right);
}

#[test]
fn a_view_before_the_videos_first_round_rejects_the_block() {
    let outcome = outcome(
        |_| {
            Videos::mutate(|videos| {
                let (terms, _) = videos.get_mut(&VIDEO).expect("registered");
                terms.from_round = 1;
            });
        },
        |_, _| {},
    );
    assert_eq!(outcome, wrong(OpeningError::Video));
}

#[test]
fn a_cell_or_video_that_does_not_exist_rejects_the_block() {
    let edits: [fn(&mut ViewLeaf); 3] = [
        |leaf| leaf.claim.minute = 2,
        |leaf| leaf.claim.rendition = 1,
        |leaf| leaf.claim.video = Magnet([1; 32]),
    ];
    for edit in edits {
        let outcome = with_leaf(|viewer, leaf| {
            edit(leaf);
            viewer.mine(leaf);
            viewer.sign(leaf);
        });
        assert_eq!(outcome, wrong(OpeningError::Video));
    }
}

#[test]
fn m3_a_proof_out_of_another_rounds_block_rejects_the_block() {
    let outcome = outcome(
        |_| {},
        |network, report| {
            let mut network_nodes = network.nodes.clone();
            let node = &mut network_nodes[0];
            node.carry(0, 1);
            let leaf = node.bodies[&1][0].clone();
            node.accept(1, leaf);
            let opening = network.opening(node, 1, 0);
            report.openings = vec![opening].try_into().expect("one");
        },
    );
    assert_eq!(outcome, wrong(OpeningError::NotUnderHeader));
}

#[test]
fn m2_one_leaf_does_not_pass_for_another_index() {
    Network::run(4, |network| {
        for viewer in 0..40 {
            network.watch(0, viewer);
        }
        network.rounds_with_reports(2);
        next_round();
        let mut report = network.report(0);
        let mut openings = report.openings.to_vec();
        let (first, second) = (openings[0].index, openings[1].clone());
        openings[0] = second;
        openings[0].index = first;
        report.openings = openings.try_into().expect("as many");
        submit(&network.nodes[0], &report).expect("taken");
        let record = Reports::<Test>::get(0, network.nodes[0].account).expect("reported");
        let expected = Opened::Wrong {
            leaf: first,
            error: OpeningError::NotUnderHeader,
        };
        assert_eq!(record.opened, expected);
    });
}

#[test]
fn a_verifier_that_reports_nothing_more_gets_nothing_for_its_last_blocks() {
    Network::run(4, |network| {
        network.watch(0, 0);
        network.rounds_with_reports(2);
        next_round();
        for place in 1..4 {
            let report = network.report(place);
            submit(&network.nodes[place], &report).expect("taken");
        }
        next_round();
        assert!(!approved(0, network.nodes[0].account));
    });
}
