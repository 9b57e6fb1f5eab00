//! Leaves: what is verified of each that is opened, by the values of its ticket's round.

use chainflix_primitives::{
    Magnet, Sha256, Signature64,
    delegation::WalletSignature,
    registry::VideoState,
    report::HeaderOpening,
    view::{LeafError, ViewLeaf},
};

use super::{
    network::*,
    openings::{outcome, wrong},
    viewer::{SHORT, VIDEO, Viewer},
};
use crate::{
    mock::Videos,
    types::{Opened, OpeningError},
};

/// What becomes of a block with a leaf that `edit` changes before it goes into the block.
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

/// What becomes of a block with an opening that `edit` changes.
fn with_opening(edit: impl FnOnce(&Network, &mut HeaderOpening)) -> Opened {
    outcome(
        |_| {},
        |network, report| {
            let mut openings = report.openings.to_vec();
            edit(network, &mut openings[0]);
            report.openings = openings.try_into().expect("as many as before");
        },
    )
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
fn t1_acceptance_lies_at_most_5_s_after_the_headers_round() {
    let outside = wrong(OpeningError::Leaf(LeafError::OutsideRound));
    for (after_the_round_ms, expected) in [
        (-1, Opened::Right),
        (0, Opened::Right),
        (4_999, Opened::Right),
        (5_000, outside),
        (60_000, outside),
        (600_000, outside),
    ] {
        let outcome = outcome(
            |network| {
                network.nodes[0].bodies.clear();
                network.nodes[0].tickets.clear();
                let accepted_ms = start_of(1).checked_add_signed(after_the_round_ms);
                let issue_ms = accepted_ms.expect("late") - u64::from(SHORT.1);
                network.watch_at(0, 0, SHORT, issue_ms);
                let accepted_in = network.nodes[0].bodies.keys().next().copied();
                network.nodes[0].carry(accepted_in.expect("a view"), 0);
            },
            |_, _| {},
        );
        assert_eq!(outcome, expected, "{after_the_round_ms} ms");
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
fn a_delegation_that_the_view_does_not_name_rejects_the_block() {
    // The account's own, signed by its wallet, for the same session key: but not the one that the view was made under.
    let outcome = with_opening(|network, opening| {
        let mut viewer = network.viewer(0);
        viewer.delegate(0, 999);
        opening.delegation = viewer.delegation;
    });
    assert_eq!(outcome, wrong(OpeningError::Delegation));
}
