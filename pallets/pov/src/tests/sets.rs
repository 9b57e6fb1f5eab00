//! The verifier set: every part of a report is judged by the set of the round that it is about.

use chainflix_primitives::{
    AccountId, Round, Signature64,
    registry::{PovParameters, VerifierKeys, VerifierSet},
};
use frame_support::traits::OneSessionHandler;
use sp_core::Pair;

use super::{events, network::*, refused, viewer::LONG};
use crate::{
    Error, Event, Issuers, Pallet, Parameters, Reports,
    mock::{NowMs, Settled, Test},
    types::{MAX_SETS, Opened, Since},
};

/// Starts a session with these verifiers, as the session pallet does.
fn new_session(nodes: &[Node]) {
    let set = validators(nodes);
    let set = || set.iter().map(|(account, key)| (account, key.clone()));
    Pallet::<Test>::on_new_session(true, set(), set());
}

fn accounts(nodes: &[Node]) -> Vec<AccountId> {
    nodes.iter().map(|node| node.account).collect()
}

/// Everybody of `network` that may report does.
fn report_those_that_can(network: &Network) -> Vec<usize> {
    let can = |place: &usize| {
        let report = network.report(*place);
        submit(&network.nodes[*place], &report).is_ok()
    };
    (0..network.nodes.len()).filter(can).collect()
}

#[test]
fn v4_a_set_changed_in_mid_round_holds_two_rounds_later() {
    Network::run(4, |network| {
        (0..3).for_each(|_| next_round());
        NowMs::mutate(|now| *now += 2_400);
        make_block();
        let before = accounts(&network.nodes);
        let after = accounts(&network.nodes[..3]);
        events();
        new_session(&network.nodes[..3]);
        assert_eq!(
            events(),
            [Event::VerifierSetChanged {
                from_round: 5,
                verifiers: 3,
            }]
        );
        for round in 0..5 {
            assert_eq!(Pallet::<Test>::verifier_set(round), before);
        }
        assert_eq!(Pallet::<Test>::verifier_set(5), after);
        assert_eq!(Pallet::<Test>::verifiers(), before);
        finish_round(BLOCKS - 1);
        next_round();
        assert_eq!(Pallet::<Test>::verifiers(), after);
    });
}

#[test]
fn v4_a_session_that_starts_with_a_round_counts_from_the_new_round() {
    Network::run(4, |network| {
        // The session pallet's hook runs first, when this pallet does not know yet that round 1 has begun.
        NowMs::set(start_of(1));
        new_session(&network.nodes[..3]);
        assert_eq!(Pallet::<Test>::verifier_set(2).len(), 4);
        assert_eq!(Pallet::<Test>::verifier_set(3).len(), 3);
        NowMs::set(START_MS);
    });
}

#[test]
fn a_session_with_the_same_verifiers_changes_nothing() {
    Network::run(4, |network| {
        events();
        new_session(&network.nodes);
        let none = validators(&network.nodes[..1]);
        let none = || none.iter().map(|(account, key)| (account, key.clone()));
        Pallet::<Test>::on_new_session(false, none(), none());
        assert_eq!(events(), []);
        assert_eq!(Pallet::<Test>::verifier_set(9), accounts(&network.nodes));
    });
}

#[test]
fn v4_a_verifier_that_leaves_is_paid_for_all_it_accepted_and_votes_to_the_end() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        new_session(&network.nodes[..3]);
        // The last round of verifier 3 is round 3.
        let leaver = network.nodes[3].account;
        for _ in 2..4 {
            for place in 0..4 {
                network.watch(place, place);
            }
            network.next_round_with_reports();
        }
        // It still owes its verdicts on round 3 in the report of round 4, and its opening in that of round 5.
        for round in 4..6 {
            next_round();
            assert_eq!(
                report_those_that_can(network),
                [0, 1, 2, 3],
                "report of {round}"
            );
        }
        for _ in 6..8 {
            next_round();
            let answer = submit(&network.nodes[3], &network.report(3));
            assert_eq!(answer, Err(refused(Error::NotAVerifier)));
            assert_eq!(report_those_that_can(network), [0, 1, 2]);
        }
        assert!(approved(3, leaver));
        let (_, blocks, reporters) = Settled::get().remove(3);
        assert_eq!(blocks.len(), 4);
        assert!(reporters.contains(&leaver));
        let (_, blocks, reporters) = Settled::get().remove(4);
        assert_eq!(blocks.len(), 3);
        assert!(!reporters.contains(&leaver));
        assert!(
            Issuers::<Test>::get(4)
                .iter()
                .all(|entry| entry.issuer != leaver)
        );
    });
}

#[test]
fn v4_a_verifier_that_has_left_has_no_header() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        new_session(&network.nodes[..3]);
        network.rounds_with_reports(2);
        network.watch(3, 0);
        next_round();
        let answer = submit(&network.nodes[3], &network.report(3));
        assert_eq!(answer, Err(refused(Error::HeaderOutsideSet)));
    });
}

#[test]
fn v4_a_verifier_that_joins_is_not_eligible_for_rounds_before_it() {
    Network::run(3, |network| {
        network.rounds_with_reports(2);
        let mut four = network.nodes.clone();
        four.push(Node::new(50));
        four.sort_by_key(|node| node.account);
        new_session(&four);
        let joined = Node::new(50).account;
        network.nodes = four;
        for _ in 2..9 {
            for place in 0..4 {
                if Pallet::<Test>::verifiers().contains(&network.nodes[place].account) {
                    network.watch(place, place);
                }
            }
            next_round();
            report_those_that_can(network);
        }
        // In its set from round 4 on: it may judge round 4, in its report of round 5.
        let ballot = |round: Round| Reports::<Test>::get(round, joined)?.ballot;
        assert!(Reports::<Test>::get(3, joined).is_none());
        assert_eq!(ballot(4).map(|ballot| ballot.entitled), Some(false));
        assert_eq!(ballot(5).map(|ballot| ballot.entitled), Some(true));
        let settled = Settled::get();
        let reporters = |round: usize| settled[round].2.contains(&joined);
        assert!(!reporters(3) && reporters(4));
        assert!(
            settled[3..6]
                .iter()
                .all(|(_, blocks, _)| blocks.iter().all(|b| b.approved))
        );
        assert_eq!(settled[4].1.len(), 4);
    });
}

#[test]
fn a_rotated_key_signs_reports_of_the_rounds_from_which_it_holds() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        let old = network.nodes[0].clone();
        network.nodes[0].pair = crate::crypto::Pair::from_string("//Rotated", None).expect("good");
        let new = network.nodes[0].clone();
        new_session(&network.nodes);
        for round in 2..6 {
            next_round();
            let report = network.report(0);
            let (right, wrong) = if round < 4 {
                (&old, &new)
            } else {
                (&new, &old)
            };
            assert!(submit(wrong, &report).is_err());
            submit(right, &report).expect("by the key of the round that it reports");
        }
    });
}

#[test]
fn keys_of_verifiers_in_force_are_known_and_no_others() {
    Network::run(3, |network| {
        let sign = |node: &Node, payload: &[u8]| {
            let signature = node.pair.sign(payload);
            let bytes: &[u8] = signature.as_ref();
            Signature64(bytes.try_into().expect("64 bytes"))
        };
        let [first, second] = [&network.nodes[0], &network.nodes[1]];
        let signature = sign(first, b"announcement");
        let is_signed_by = Pallet::<Test>::is_signed_by;
        assert!(is_signed_by(&first.account, b"announcement", &signature));
        assert!(!is_signed_by(&second.account, b"announcement", &signature));
        assert!(!is_signed_by(&first.account, b"another", &signature));
        let stranger = Node::new(60);
        assert!(!is_signed_by(
            &stranger.account,
            b"x",
            &sign(&stranger, b"x")
        ));
    });
}

#[test]
fn g4_a_parameter_or_set_changed_in_mid_cell_turns_no_honest_leaf_wrong() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        // A cell is started in round 2 and shown until round 3; from round 3 on nonces are harder.
        network.watch_at(0, 0, LONG, start_of(3) - 10_000);
        Parameters::<Test>::mutate(|history| {
            let value = PovParameters {
                difficulty: 24,
                views_per_group: 1,
                ..PovParameters::default()
            };
            history.try_push(Since { round: 3, value }).expect("room");
        });
        let mut rotated = network.nodes.clone();
        rotated[3] = Node::new(50);
        rotated.sort_by_key(|node| node.account);
        new_session(&rotated);
        network.rounds_with_reports(2);
        next_round();
        report_those_that_can(network);
        next_round();
        report_those_that_can(network);
        let record = Reports::<Test>::get(3, network.nodes[0].account).expect("reported");
        assert_eq!(record.opened, Opened::Right);
    });
}

#[test]
fn sets_are_remembered_in_order_up_to_the_bound() {
    Network::run(4, |network| {
        let last = MAX_SETS + 15;
        for round in 1..=last {
            let size = 3 + (round % 2) as usize;
            new_session(&network.nodes[..size]);
            next_round();
        }
        check_state();
        assert_eq!(crate::SetRounds::<Test>::get().len(), MAX_SETS as usize);
        assert_eq!(Pallet::<Test>::verifier_set(0), []);
        assert_eq!(Pallet::<Test>::verifier_set(last).len(), 3);
        assert_eq!(Pallet::<Test>::verifier_set(last - 1).len(), 4);
    });
}
