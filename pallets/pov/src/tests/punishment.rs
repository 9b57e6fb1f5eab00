//! What follows from a fault: the block, the bonds, the standing, and what a false report costs.

use std::collections::BTreeMap;

use chainflix_primitives::{
    AccountId,
    fault::{FaultEvidence, FaultKind},
    report::Verdict,
};
use frame_support::{
    assert_noop,
    traits::fungible::{Inspect, Mutate},
};
use sp_runtime::TokenError;

use super::{events, evidence::*, network::*, refused};
use crate::{
    Error, Event, Faults, GenesisConfig, OpenFaults, Pallet,
    mock::{APPROVER_PAYS, Balances, Bonds, ISSUER_PAYS, Settled, Suspended, Test},
};

fn lost(verifier: AccountId) -> u128 {
    BOND - Bonds::get()[&verifier]
}

/// What each verifier's bond has lost.
fn losses(network: &Network) -> Vec<u128> {
    network
        .nodes
        .iter()
        .map(|node| lost(node.account))
        .collect()
}

#[test]
fn p2_a_fault_proven_before_settlement_voids_the_block_slashes_and_suspends_the_issuer() {
    with_a_fault(|network, issuer, proof| {
        events();
        report(&proof).expect("judged");
        assert!(events().contains(&Event::FaultProven {
            round: 0,
            issuer,
            kind: FaultKind::WrongNonce,
            reporter: AccountId(reporter().into()),
            voided: true,
            slashed: ISSUER_PAYS,
        }));
        assert!(Suspended::get().contains(&issuer));
        assert_eq!(lost(issuer), ISSUER_PAYS);
        for _ in 0..3 {
            next_round();
            for place in 1..4 {
                let report = network.report(place);
                submit(&network.nodes[place], &report).expect("taken");
            }
        }
        let block = settled_block(0, issuer).expect("handed over");
        assert!(block.voided && !block.approved);
        let (_, blocks, _) = Settled::get().remove(0);
        assert_eq!(blocks.iter().filter(|block| block.approved).count(), 3);
        assert_eq!(blocks.iter().filter(|block| block.voided).count(), 1);
    });
}

#[test]
fn l2_an_always_yes_voter_is_slashed_once_a_bad_body_is_proved() {
    // Before settlement, and after it; two of three others approve in either case.
    for rounds_before in [0, 2, 5] {
        Network::run(4, |network| {
            for place in 0..4 {
                network.watch(place, place);
            }
            let viewer = network.viewer(0);
            spoil_nonce(
                &viewer,
                &mut network.nodes[0].bodies.get_mut(&0).expect("a view")[0],
            );
            network.next_round_with_reports();
            let issuer = network.nodes[0].account;
            let proof = against(network, 0, 0, FaultEvidence::WrongNonce);
            for round in 0..6 {
                if round == rounds_before {
                    assert!(holds(&proof));
                }
                next_round();
                for place in 0..4 {
                    if Suspended::get().contains(&network.nodes[place].account) {
                        continue;
                    }
                    let mut report = network.report(place);
                    if round == 0 && place == 3 {
                        // The only one that looked.
                        let verdicts = report.verdicts.iter().map(|entry| {
                            let mut entry = *entry;
                            if entry.issuer == issuer {
                                entry.verdict = Verdict::Absent;
                            }
                            entry
                        });
                        let verdicts = verdicts.collect();
                        network.set_verdicts(&mut report, verdicts);
                    }
                    submit(&network.nodes[place], &report).expect("taken");
                }
                check_state();
            }
            next_round();
            let expected = vec![ISSUER_PAYS, APPROVER_PAYS, APPROVER_PAYS, 0];
            assert_eq!(
                losses(network),
                expected,
                "proven after {rounds_before} rounds"
            );
            assert_eq!(OpenFaults::<Test>::get().len(), 0);
            let voided = settled_block(0, issuer).expect("settled").voided;
            assert_eq!(voided, rounds_before < 3);
        });
    }
}

#[test]
fn approvers_pay_nothing_for_what_the_body_does_not_show() {
    Network::run(4, |network| {
        network.watch_at(0, 0, super::viewer::SHORT, start_of(0) + 1_000);
        network.watch_at(0, 0, super::viewer::SHORT, start_of(1) + 1_000);
        network.rounds_with_reports(6);
        let evidence = FaultEvidence::SameMinute {
            other: other(network, 0, 0, 0),
        };
        assert!(holds(&against(network, 0, 1, evidence)));
        next_round();
        assert_eq!(losses(network), vec![ISSUER_PAYS, 0, 0, 0]);
    });
}

#[test]
fn one_fault_per_header_is_punished_once() {
    with_a_fault(|network, issuer, proof| {
        report(&proof).expect("judged");
        assert_noop!(report(&proof), Error::<Test>::FaultAlreadyProven);
        let mut another = proof.clone();
        another.evidence = FaultEvidence::OutsideWindow;
        assert_noop!(report(&another), Error::<Test>::FaultAlreadyProven);
        assert_eq!(lost(issuer), ISSUER_PAYS);
        // Another header is another fault.
        let other = against(network, 1, 0, FaultEvidence::WrongNonce);
        assert!(!holds(&other));
    });
}

#[test]
fn a_false_proof_costs_its_deposit_and_hurts_nobody() {
    with_a_fault(|network, _, _| {
        events();
        let honest = against(network, 1, 0, FaultEvidence::WrongNonce);
        assert!(!holds(&honest));
        let issuer = network.nodes[1].account;
        assert!(events().contains(&Event::FaultDisproved {
            round: 0,
            issuer,
            kind: FaultKind::WrongNonce,
            reporter: AccountId(reporter().into()),
            deposit: DEPOSIT,
        }));
        assert_eq!(Faults::<Test>::iter().count(), 0);
        assert_eq!(losses(network), vec![0; 4]);
        assert!(Suspended::get().is_empty());
    });
}

#[test]
fn whoever_can_not_pay_the_deposit_is_not_heard() {
    with_a_fault(|_, _, proof| {
        let all = Balances::balance(&reporter());
        Balances::burn_from(
            &reporter(),
            all - DEPOSIT / 2,
            frame_support::traits::tokens::Preservation::Preserve,
            frame_support::traits::tokens::Precision::Exact,
            frame_support::traits::tokens::Fortitude::Polite,
        )
        .expect("it has that much");
        assert_noop!(report(&proof), TokenError::FundsUnavailable);
    });
}

#[test]
fn what_can_not_be_judged_is_refused_and_costs_no_deposit() {
    let genesis = GenesisConfig::<Test> {
        cycle_rounds: 10,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        network.watch(0, 0);
        let viewer = network.viewer(0);
        spoil_nonce(
            &viewer,
            &mut network.nodes[0].bodies.get_mut(&0).expect("a view")[0],
        );
        network.next_round_with_reports();
        endow(&reporter());
        let proof = against(network, 0, 0, FaultEvidence::WrongNonce);
        let mut unknown = proof.clone();
        unknown.round = 1;
        assert_noop!(report(&unknown), Error::<Test>::UnknownBlock);
        unknown = proof.clone();
        unknown.issuer = AccountId([1; 32]);
        assert_noop!(report(&unknown), Error::<Test>::UnknownBlock);
        let mut ahead = proof.clone();
        ahead.leaf.leaf.claim.issue_ms = start_of(50);
        assert_noop!(report(&ahead), Error::<Test>::FactsForgotten);
        ahead.leaf.leaf.claim.issue_ms = 0;
        assert_noop!(report(&ahead), Error::<Test>::FactsForgotten);
        // For a cycle it can be proved, and not after.
        network.rounds_with_reports(10);
        assert_eq!(current_round(), 11);
        assert_noop!(report(&proof), Error::<Test>::FaultTooOld);
    });
    Network::run_from(
        4,
        GenesisConfig {
            cycle_rounds: 10,
            difficulty: 8,
            ..Default::default()
        },
        |network| {
            network.watch(0, 0);
            let viewer = network.viewer(0);
            spoil_nonce(
                &viewer,
                &mut network.nodes[0].bodies.get_mut(&0).expect("a view")[0],
            );
            network.rounds_with_reports(10);
            assert!(holds(&against(network, 0, 0, FaultEvidence::WrongNonce)));
            assert!(
                !settled_block(0, network.nodes[0].account)
                    .expect("settled")
                    .voided
            );
        },
    );
}

/// So many rounds, in each of which another set is decided.
fn change_sets(network: &Network, rounds: u32) {
    use frame_support::traits::OneSessionHandler;
    for round in 1..=rounds {
        let set = validators(&network.nodes[..3 + (round % 2) as usize]);
        let set = || set.iter().map(|(account, key)| (account, key.clone()));
        Pallet::<Test>::on_new_session(true, set(), set());
        next_round();
    }
}

#[test]
fn k_whoever_has_the_set_changed_again_and_again_is_convicted_of_what_it_did_before() {
    Network::run(4, |network| {
        network.watch(0, 0);
        let viewer = network.viewer(0);
        let bodies = &mut network.nodes[0].bodies;
        spoil_nonce(&viewer, &mut bodies.get_mut(&0).expect("a view")[0]);
        network.next_round_with_reports();
        change_sets(network, 200);
        endow(&reporter());
        assert!(holds(&against(network, 0, 0, FaultEvidence::WrongNonce)));
    });
}

#[test]
fn facts_that_are_forgotten_convict_nobody() {
    Network::run(4, |network| {
        network.watch(0, 0);
        network.next_round_with_reports();
        // So many sets came after that the first is forgotten.
        change_sets(network, crate::types::MAX_SETS + 10);
        endow(&reporter());
        let proof = against(network, 0, 0, FaultEvidence::NotAssigned);
        assert_noop!(report(&proof), Error::<Test>::FactsForgotten);
    });
}

#[test]
fn a_suspended_verifier_neither_issues_nor_judges_until_it_is_readmitted() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        let suspended = network.nodes[0].account;
        Suspended::mutate(|all| all.insert(suspended));
        for place in 0..4 {
            network.watch(place, place);
        }
        next_round();
        // A header with views is refused, one without is not: what it owes from before may be opened.
        let full = network.report(0);
        let answer = submit(&network.nodes[0], &full);
        assert_eq!(answer, Err(refused(Error::HeaderOutsideSet)));
        network.nodes[0].bodies.clear();
        network.nodes[0].tickets.clear();
        network.report_all();
        assert!(!crate::Headers::<Test>::contains_key(2, suspended));
        network.rounds_with_reports(3);
        next_round();
        // Of the three others two can approve each block, and both have to.
        assert!(events().contains(&Event::BlockJudged {
            round: 2,
            issuer: network.nodes[1].account,
            approvals: 2,
            eligible: 2,
            opened: true,
            voided: false,
            approved: true,
        }));
        let (_, _, reporters) = Settled::get()[2].clone();
        assert!(!reporters.contains(&suspended));
        Suspended::mutate(|all| all.remove(&suspended));
        network.report_all();
        network.rounds_with_reports(5);
        next_round();
        let (_, blocks, reporters) = Settled::get().pop().expect("settled");
        assert!(reporters.contains(&suspended));
        assert_eq!(blocks.len(), 4);
    });
}

#[test]
fn q_approvers_are_punished_one_block_at_a_time() {
    Network::run(4, |network| {
        for place in 0..3 {
            network.watch(place, place);
            let viewer = network.viewer(place);
            spoil_nonce(
                &viewer,
                &mut network.nodes[place].bodies.get_mut(&0).expect("a view")[0],
            );
        }
        network.rounds_with_reports(5);
        for place in 0..3 {
            assert!(holds(&against(
                network,
                place,
                0,
                FaultEvidence::WrongNonce
            )));
        }
        assert_eq!(OpenFaults::<Test>::get().len(), 3);
        for left in [2, 1, 0] {
            events();
            make_block();
            assert_eq!(OpenFaults::<Test>::get().len(), left);
            let punished: BTreeMap<AccountId, u128> = events()
                .into_iter()
                .filter_map(|event| match event {
                    Event::ApproverPunished {
                        approver, slashed, ..
                    } => Some((approver, slashed)),
                    _ => None,
                })
                .collect();
            assert_eq!(punished.len(), 3);
            assert!(punished.values().all(|slashed| *slashed == APPROVER_PAYS));
        }
        let expected = ISSUER_PAYS + 2 * APPROVER_PAYS;
        assert_eq!(
            losses(network),
            vec![expected, expected, expected, 3 * APPROVER_PAYS]
        );
    });
}
