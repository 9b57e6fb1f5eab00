//! Personal openings: verdicts count only with proof that the bodies were there.

use chainflix_primitives::{
    Sha256, draw, merkle,
    report::{PersonalOpening, Report, Verdict, personal_leaf_hash},
};

use super::{events, network::*};
use crate::{
    Event, Reports,
    mock::{Settled, Test},
};

/// Changes a report before it is sent.
type Edit<'a> = Box<dyn FnOnce(&Network, &mut Report) + 'a>;

/// Whether the verdicts of verifier 0 on round 0 counted. `judge` may change its report with the verdicts, `prove` the
/// one after.
fn counted(
    judge: impl FnOnce(&Network, &mut Report),
    prove: impl FnOnce(&Network, &mut Report),
) -> bool {
    let mut counted = false;
    Network::run(4, |network| {
        for viewer in 0..12 {
            network.watch(viewer % 4, viewer);
        }
        network.next_round_with_reports();
        let voter = network.nodes[0].account;
        let mut edits: [Option<Edit<'_>>; 2] = [Some(Box::new(judge)), Some(Box::new(prove))];
        for edit in &mut edits {
            next_round();
            let mut report = network.report(0);
            edit.take().expect("once")(network, &mut report);
            submit(&network.nodes[0], &report).expect("taken");
            for place in 1..4 {
                let report = network.report(place);
                submit(&network.nodes[place], &report).expect("taken");
            }
        }
        let ballot = Reports::<Test>::get(1, voter).and_then(|record| record.ballot);
        counted = ballot.expect("it judged").counts();
        next_round();
        let (_, blocks, reporters) = Settled::get().remove(0);
        assert_eq!(reporters.contains(&voter), counted);
        // With the two others the blocks are approved either way.
        assert!(blocks.iter().all(|block| block.approved));
    });
    counted
}

fn nothing(_: &Network, _: &mut Report) {}

#[test]
fn verdicts_with_the_drawn_leaf_of_their_personal_root_count() {
    assert!(counted(nothing, nothing));
}

#[test]
fn l1_verdicts_whose_drawn_leaf_is_not_opened_do_not_count() {
    assert!(!counted(nothing, |_, report| report.personal_opening = None));
}

#[test]
fn l1_verdicts_copied_from_another_with_its_personal_root_do_not_count() {
    let copied = counted(
        |network, report| {
            // Verifier 0 judges as verifier 1 does, and says its root is its own. Both have three views.
            report.personal.root = network.report(1).personal.root;
        },
        |network, report| {
            // It even gets hold of the leaf that verifier 1 would open, with its path there.
            let voter = network.nodes[1].account;
            let others = [0, 2, 3].map(|place| network.nodes[place].account);
            let tree = network.personal_tree(voter, 0, &others);
            let draw = crate::Draws::<Test>::get(0).expect("fixed");
            let drawn = draw::drawn_leaf::<Sha256>(&draw, &tree.root(), 9, 0).expect("not empty");
            let issuers = [1, 2, 3].map(|place| network.nodes[place].account);
            let body = network.body(issuers[drawn as usize / 3], 0);
            report.personal_opening = Some(PersonalOpening {
                leaf: body[drawn as usize % 3].clone(),
                personal_path: proof(&tree, drawn),
                header_path: proof(&super::network::tree(&body), drawn % 3),
            });
        },
    );
    assert!(!copied);
}

#[test]
fn l1_approvals_without_the_bodies_do_not_count() {
    let invented = counted(
        |_, report| report.personal.root = [1; 32],
        |network, report| {
            let leaf = network.body(network.nodes[1].account, 0)[0].clone();
            report.personal_opening = Some(PersonalOpening {
                leaf,
                personal_path: Default::default(),
                header_path: Default::default(),
            });
        },
    );
    assert!(!invented);
}

#[test]
fn l1_a_personal_tree_over_a_few_leaves_again_and_again_does_not_pass_for_the_bodies() {
    // Whoever has but one leaf of each body fills the rest with it, and can open only what is drawn by luck: the
    // drawn place has to hold the leaf of that very place.
    let lazy = counted(
        |network, report| {
            let voter = network.nodes[0].account;
            let leaf = network.body(network.nodes[1].account, 0)[0].clone();
            let hash = personal_leaf_hash::<Sha256>(&voter, &leaf);
            report.personal.root = merkle::root::<Sha256>(&[hash; 9]);
        },
        |network, report| {
            let voter = network.nodes[0].account;
            let body = network.body(network.nodes[1].account, 0);
            let hash = personal_leaf_hash::<Sha256>(&voter, &body[0]);
            let tree = merkle::Tree::new::<Sha256>(vec![hash; 9]);
            let draw = crate::Draws::<Test>::get(0).expect("fixed");
            let drawn = draw::drawn_leaf::<Sha256>(&draw, &tree.root(), 9, 0);
            assert_ne!(
                drawn,
                Some(0),
                "this draw would be luck: change the viewers of the test"
            );
            report.personal_opening = Some(PersonalOpening {
                personal_path: proof(&tree, drawn.expect("not empty")),
                header_path: proof(&super::network::tree(&body), 0),
                leaf: body[0].clone(),
            });
        },
    );
    assert!(!lazy);
}

#[test]
fn a_wrong_personal_opening_is_told_and_refuses_no_report() {
    Network::run(4, |network| {
        for viewer in 0..12 {
            network.watch(viewer % 4, viewer);
        }
        network.rounds_with_reports(2);
        next_round();
        let mut report = network.report(0);
        let opening = report.personal_opening.as_mut().expect("something to open");
        opening.leaf.elapsed_ms += 1;
        events();
        submit(&network.nodes[0], &report).expect("taken");
        let verifier = network.nodes[0].account;
        assert!(events().contains(&Event::PersonalOpeningWrong { round: 0, verifier }));
        assert!(crate::Headers::<Test>::contains_key(2, verifier));
    });
}

#[test]
fn l1_a_report_that_calls_every_body_absent_takes_no_part_of_the_reporters_half() {
    Network::run(4, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        network.next_round_with_reports();
        next_round();
        for place in 0..4 {
            let mut report = network.report(place);
            if place == 0 {
                let verdicts = report.verdicts.iter().map(|entry| {
                    let mut entry = *entry;
                    entry.verdict = Verdict::Absent;
                    entry
                });
                let verdicts = verdicts.collect();
                network.set_verdicts(&mut report, verdicts);
            }
            submit(&network.nodes[place], &report).expect("taken");
        }
        network.next_round_with_reports();
        next_round();
        let (_, _, reporters) = Settled::get().remove(0);
        let absent = network.nodes[0].account;
        assert!(!reporters.contains(&absent));
        assert_eq!(reporters.len(), 3);
        let record = Reports::<Test>::get(1, absent).expect("reported");
        assert!(record.ballot.expect("with verdicts").counts());
    });
}
