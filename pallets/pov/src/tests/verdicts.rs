//! Verdicts: which are refused, and which are kept.

use chainflix_primitives::{
    AccountId,
    report::{RejectReason, Verdict, VerdictOn},
};

use super::{events, network::*, refused};
use crate::{Error, Event, Reports, mock::Test};

/// Four verifiers with a view each in round 0; everybody has reported it, and round 1 is over.
fn judged(test: impl FnOnce(&mut Network)) {
    Network::run(4, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        network.next_round_with_reports();
        next_round();
        test(network);
    });
}

fn approve(issuer: AccountId) -> VerdictOn {
    VerdictOn {
        issuer,
        verdict: Verdict::Approve,
    }
}

#[test]
fn verdicts_out_of_order_or_twice_are_refused() {
    judged(|network| {
        let accounts: Vec<_> = network.nodes.iter().map(|node| node.account).collect();
        for order in [[2, 1], [1, 1]] {
            let mut report = network.report(0);
            let verdicts = order.map(|place| approve(accounts[place])).to_vec();
            network.set_verdicts(&mut report, verdicts);
            let answer = submit(&network.nodes[0], &report);
            assert_eq!(answer, Err(refused(Error::VerdictsNotAscending)));
        }
    });
}

#[test]
fn a_verdict_on_a_header_that_was_not_reported_is_refused() {
    judged(|network| {
        let mut report = network.report(0);
        network.set_verdicts(&mut report, vec![approve(AccountId([9; 32]))]);
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::NoSuchHeader)));
    });
}

#[test]
fn verdicts_before_there_is_a_header_are_refused() {
    Network::run(4, |network| {
        next_round();
        let mut report = network.report(0);
        let verdicts = vec![approve(network.nodes[1].account)];
        report.verdicts = verdicts.try_into().expect("one");
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::NoSuchHeader)));
    });
}

#[test]
fn a_verifier_among_others_can_not_judge_itself() {
    judged(|network| {
        let own = network.nodes[0].account;
        let mut report = network.report(0);
        network.set_verdicts(&mut report, vec![approve(own)]);
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::VerdictOnItself)));
    });
}

#[test]
fn a_personal_root_with_another_count_than_the_approved_leaves_is_refused() {
    judged(|network| {
        for edit in [
            |count: &mut u32| *count += 1,
            |count: &mut u32| *count -= 1,
            |count: &mut u32| *count = 0,
        ] {
            let mut report = network.report(0);
            edit(&mut report.personal.count);
            let answer = submit(&network.nodes[0], &report);
            assert_eq!(answer, Err(refused(Error::PersonalCountWrong)));
        }
        // Nobody approves a block and claims that it is empty.
        let mut report = network.report(0);
        network.set_verdicts(&mut report, vec![]);
        report.verdicts = vec![approve(network.nodes[1].account)]
            .try_into()
            .expect("one");
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::PersonalCountWrong)));
    });
}

#[test]
fn verdicts_other_than_approvals_are_told_with_their_reason_and_approve_nothing() {
    judged(|network| {
        let accounts: Vec<_> = network.nodes.iter().map(|node| node.account).collect();
        let mut report = network.report(0);
        let rejected = Verdict::Reject {
            reason: RejectReason::Receipts,
            leaf: 0,
        };
        let verdicts = vec![
            VerdictOn {
                issuer: accounts[1],
                verdict: rejected,
            },
            VerdictOn {
                issuer: accounts[2],
                verdict: Verdict::Absent,
            },
            approve(accounts[3]),
        ];
        network.set_verdicts(&mut report, verdicts);
        events();
        submit(&network.nodes[0], &report).expect("taken");
        let refusal = |place: usize, verdict| Event::HeaderRefused {
            round: 0,
            issuer: accounts[place],
            verifier: accounts[0],
            verdict,
        };
        let told = events();
        assert!(told.contains(&refusal(1, rejected)));
        assert!(told.contains(&refusal(2, Verdict::Absent)));
        let record = Reports::<Test>::get(1, accounts[0]).expect("reported");
        let ballot = record.ballot.expect("with verdicts");
        assert_eq!(ballot.approved.count(), 1);
        assert!(ballot.approved.has(3));
        assert!(ballot.complete);
    });
}

#[test]
fn a_lone_verifier_approves_its_own_block() {
    Network::run(1, |network| {
        network.watch(0, 0);
        network.rounds_with_reports(3);
        next_round();
        let own = network.nodes[0].account;
        assert!(approved(0, own));
        assert_eq!(crate::mock::Settled::get()[0].2, [own]);
    });
}
