//! Openings: a drawn leaf that is missing, or not what stands in the block, rejects the block and nothing else.

use chainflix_primitives::{delegation::WalletSignature, report::Report};

use super::{events, network::*};
use crate::{
    Event, Reports,
    mock::Test,
    types::{Opened, OpeningError},
};

/// What becomes of the block of round 0 of verifier 0, which has one view. `before` may change what is in it, `after`
/// the report that opens it.
pub(crate) fn outcome(
    before: impl FnOnce(&mut Network),
    after: impl FnOnce(&Network, &mut Report),
) -> Opened {
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

pub(crate) fn wrong(error: OpeningError) -> Opened {
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
