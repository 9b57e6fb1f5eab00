//! What keeps a report out of the pool and out of blocks.

use chainflix_primitives::{
    AccountId, Round, Signature64,
    report::{Debit, Header, Report, TicketsRoot, Verdict, VerdictOn},
};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo, Pays},
    pallet_prelude::{InvalidTransaction, ValidTransaction},
};

use super::{genesis_hash, network::*, refused};
use crate::{Call, Error, Headers, Reports, mock::Test};

/// Asserts that the pool and a block refuse the report for `error`, and that nothing came of it.
fn assert_refused(node: &Node, report: &Report, error: Error<Test>) {
    let transaction = transaction(node, report);
    let before = Reports::<Test>::iter().count();
    assert_eq!(validate(&transaction), Err(refused(error)));
    assert!(apply(&transaction).is_err());
    assert_eq!(Reports::<Test>::iter().count(), before);
}

#[test]
fn an_honest_report_waits_in_the_pool_for_a_round_under_its_own_tag() {
    Network::run(4, |network| {
        next_round();
        let transaction = transaction(&network.nodes[0], &network.report(0));
        let valid = validate(&transaction).expect("valid");
        let same = ValidTransaction::with_tag_prefix("pov/report")
            .and_provides((0 as Round, network.nodes[0].account))
            .build()
            .expect("builds");
        assert_eq!(valid.provides, same.provides);
        assert_eq!(valid.longevity, 18);
        assert!(valid.propagate);
        let info = transaction.get_dispatch_info();
        assert_eq!(info.class, DispatchClass::Operational);
        // Without a signer there is nobody to pay; whoever signs it anyway does.
        assert_eq!(info.pays_fee, Pays::Yes);
    });
}

#[test]
fn v2_a_report_after_its_window_is_refused() {
    Network::run(4, |network| {
        next_round();
        let late = network.report(0);
        next_round();
        assert_refused(&network.nodes[0], &late, Error::WindowClosed);
    });
}

/// The first verifier's report of the round that lasts.
fn report_ahead(network: &Network) -> Report {
    let mut report = network.report(0);
    report.round = current_round();
    report
}

#[test]
fn a_report_waits_in_the_pool_for_the_block_that_ends_its_round() {
    Network::run(4, |network| {
        next_round();
        let ahead = transaction(&network.nodes[0], &report_ahead(network));
        let valid = validate(&ahead).expect("the next block may end the round");
        assert!(apply(&ahead).is_err(), "no block takes it before");
        assert_eq!(Reports::<Test>::iter().count(), 0);
        next_round();
        let due = validate(&ahead).expect("due");
        assert_eq!(valid.provides, due.provides);
        apply(&ahead).expect("the round is over").expect("kept");
        assert_eq!(Reports::<Test>::iter().count(), 1);
    });
}

#[test]
fn v_a_report_ahead_of_its_round_is_its_verifiers_and_of_no_later_round() {
    Network::run(4, |network| {
        next_round();
        let mut early = report_ahead(network);
        early.round = 2;
        assert_refused(&network.nodes[0], &early, Error::NotYetDue);
        early.round = 1;
        let of_another = transaction(&network.nodes[1], &early);
        assert_eq!(
            validate(&of_another),
            Err(InvalidTransaction::BadProof.into())
        );
        early.verifier = Node::new(77).account;
        assert_eq!(
            validate(&transaction(&network.nodes[0], &early)),
            Err(refused(Error::NotAVerifier))
        );
    });
}

#[test]
fn a_report_that_a_block_left_out_replaces_itself_in_the_pools() {
    Network::run(4, |network| {
        next_round();
        let report = transaction(&network.nodes[0], &report_ahead(network));
        let ahead = validate(&report);
        next_round();
        let first = validate(&report);
        make_block();
        let again = validate(&report);
        let priority = |valid: Result<ValidTransaction, _>| valid.expect("valid").priority;
        let (ahead, first, again) = (priority(ahead), priority(first), priority(again));
        assert!(ahead < first && first < again);
    });
}

#[test]
fn no_report_is_due_before_a_round_has_counted() {
    Network::run(4, |network| {
        next_round();
        let mut report = network.report(0);
        crate::Counted::<Test>::kill();
        report.round = 0;
        assert_refused(&network.nodes[0], &report, Error::NotYetDue);
        crate::Counted::<Test>::put(
            frame_support::BoundedVec::try_from(vec![0]).expect("one of four"),
        );
    });
}

#[test]
fn v3_a_second_report_of_a_round_has_no_effect() {
    Network::run(4, |network| {
        network.watch(0, 0);
        next_round();
        let report = network.report(0);
        submit(&network.nodes[0], &report).expect("the first");
        let mut other = report.clone();
        other.header = network.nodes[1].header(0, None);
        assert_refused(&network.nodes[0], &report, Error::AlreadyReported);
        assert_refused(&network.nodes[0], &other, Error::AlreadyReported);
        let kept = Headers::<Test>::get(0, network.nodes[0].account);
        assert_eq!(kept, Some(report.header));
    });
}

#[test]
fn an_unknown_version_is_refused() {
    Network::run(4, |network| {
        next_round();
        let mut report = network.report(0);
        report.version = 2;
        assert_refused(&network.nodes[0], &report, Error::UnknownVersion);
    });
}

#[test]
fn a_stranger_can_not_report() {
    Network::run(4, |network| {
        next_round();
        let stranger = Node::new(77);
        let mut report = network.report(0);
        report.verifier = stranger.account;
        assert_refused(&stranger, &report, Error::NotAVerifier);
    });
}

#[test]
fn a_report_signed_by_another_key_or_for_another_chain_is_refused() {
    Network::run(4, |network| {
        next_round();
        let report = network.report(0);
        let bad_proof = Err(InvalidTransaction::BadProof.into());
        let by_another = transaction(&network.nodes[1], &report);
        assert_eq!(validate(&by_another), bad_proof);

        use sp_core::Pair;
        let elsewhere = network.nodes[0]
            .pair
            .sign(&report.signing_payload(&[1; 32]));
        let bytes: &[u8] = elsewhere.as_ref();
        let signature = Signature64(bytes.try_into().expect("64 bytes"));
        assert_ne!(genesis_hash(), [1; 32]);
        let call = Call::<Test>::report {
            report: Box::new(report),
            signature,
        };
        use frame_support::pallet_prelude::TransactionSource;
        use frame_support::traits::Authorize;
        let answer = call
            .authorize(TransactionSource::External)
            .expect("is authorized");
        assert_eq!(answer.map(|_| ()), Err(InvalidTransaction::BadProof.into()));
    });
}

#[test]
fn a_changed_report_is_not_what_was_signed() {
    Network::run(4, |network| {
        next_round();
        let report = network.report(0);
        let signed = transaction(&network.nodes[0], &report);
        let mut changed = signed.clone();
        if let crate::mock::RuntimeCall::Pov(Call::report { report, .. }) = &mut changed.function {
            report.commitment = [1; 32];
        }
        assert_eq!(validate(&changed), Err(InvalidTransaction::BadProof.into()));
    });
}

#[test]
fn nobody_can_report_with_an_ordinary_signature_or_as_root() {
    Network::run(4, |network| {
        next_round();
        let report = Box::new(network.report(0));
        let account = sp_runtime::AccountId32::new(network.nodes[0].account.0);
        for origin in [
            frame_system::RawOrigin::Signed(account),
            frame_system::RawOrigin::Root,
            frame_system::RawOrigin::None,
        ] {
            let signature = Signature64([0; 64]);
            let outcome = crate::Pallet::<Test>::report(origin.into(), report.clone(), signature);
            assert_eq!(outcome, Err(sp_runtime::DispatchError::BadOrigin));
        }
    });
}

#[test]
fn a_header_whose_numbers_can_not_belong_together_is_refused() {
    Network::run(4, |network| {
        network.watch(0, 0);
        next_round();
        let empty = network.report(1).header.root;
        let edits: [fn(&mut Report, [u8; 32]); 6] = [
            |report, _| report.header.count = 0,
            |report, empty| report.header.root = empty,
            |report, _| report.header.playtime_ms = 60_001,
            |report, empty| report.header.tickets.root = empty,
            |report, _| report.header.tickets.count = 0,
            |report, empty| {
                report.header = Header {
                    root: empty,
                    count: 0,
                    playtime_ms: 0,
                    debits: vec![Debit {
                        campaign: 1,
                        amount: 1,
                    }]
                    .try_into()
                    .expect("one of 64"),
                    tickets: TicketsRoot {
                        root: empty,
                        count: 0,
                    },
                    late_tickets: Default::default(),
                };
            },
        ];
        for edit in edits {
            let mut report = network.report(0);
            edit(&mut report, empty);
            assert_refused(&network.nodes[0], &report, Error::HeaderInconsistent);
        }
    });
}

#[test]
fn debits_out_of_order_or_twice_for_one_campaign_are_refused() {
    Network::run(4, |network| {
        network.watch(0, 0);
        next_round();
        for campaigns in [[2, 1], [1, 1]] {
            let mut report = network.report(0);
            let debit = |campaign| Debit {
                campaign,
                amount: 1,
            };
            report.header.debits = campaigns.map(debit).to_vec().try_into().expect("two of 64");
            assert_refused(&network.nodes[0], &report, Error::DebitsNotAscending);
        }
        let mut report = network.report(0);
        let debits = (0..64).map(|campaign| Debit {
            campaign,
            amount: u128::MAX,
        });
        report.header.debits = debits.collect::<Vec<_>>().try_into().expect("64 of 64");
        submit(&network.nodes[0], &report).expect("as many as there may be, in order");
    });
}

#[test]
fn q1_a_report_one_over_a_bound_does_not_decode() {
    use codec::{Decode, Encode};
    Network::run(4, |network| {
        next_round();
        let report = network.report(0);
        let verdict = VerdictOn {
            issuer: AccountId([0; 32]),
            verdict: Verdict::Approve,
        };
        let header = (report.version, report.round, report.verifier, report.header).encode();
        let with_verdicts = |count: usize| {
            let rest = (
                vec![verdict; count],
                report.personal,
                report.openings.clone(),
                report.personal_opening.clone(),
                report.reveal,
                report.commitment,
                report.earnings,
            );
            [header.clone(), rest.encode()].concat()
        };
        assert!(Report::decode(&mut with_verdicts(100).as_slice()).is_ok());
        assert!(Report::decode(&mut with_verdicts(101).as_slice()).is_err());
    });
}
