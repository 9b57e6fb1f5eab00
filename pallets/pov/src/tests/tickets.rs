//! Tickets roots: every ticket is on chain by the end of the next round, or brought after by the first report.

use chainflix_primitives::{
    Round, Sha256, merkle,
    report::{LateTickets, MAX_LATE_TICKETS, TicketsRoot},
};

use super::{
    network::*,
    refused,
    viewer::{LONG, SHORT},
};
use crate::{
    Error, Pallet, Reports,
    mock::Test,
    types::{Opened, OpeningError},
};

fn late(round: Round) -> LateTickets {
    LateTickets {
        round,
        tickets: TicketsRoot {
            root: [1; 32],
            count: 1,
        },
    }
}

/// Verifier 0's report with other late tickets.
fn answer_to(
    network: &Network,
    rounds: &[Round],
) -> Result<(), frame_support::pallet_prelude::TransactionValidityError> {
    let mut report = network.report(0);
    let entries: Vec<_> = rounds.iter().map(|round| late(*round)).collect();
    report.header.late_tickets = entries.try_into().expect("at most 20");
    validate(&transaction(&network.nodes[0], &report)).map(|_| ())
}

#[test]
fn k1_a_view_whose_ticket_is_not_under_the_root_rejects_the_block() {
    Network::run(4, |network| {
        network.watch(0, 0);
        // Another ticket was issued instead.
        let tickets = network.nodes[0].tickets.get_mut(&0).expect("one");
        tickets[0].constant.0[0] ^= 1;
        network.rounds_with_reports(3);
        let record = Reports::<Test>::get(0, network.nodes[0].account).expect("reported");
        let expected = Opened::Wrong {
            leaf: 0,
            error: OpeningError::Ticket,
        };
        assert_eq!(record.opened, expected);
        next_round();
        assert!(!approved(0, network.nodes[0].account));
    });
}

#[test]
fn k1_a_view_whose_tickets_round_has_no_root_rejects_the_block() {
    Network::run(4, |network| {
        network.watch_at(0, 0, LONG, start_of(1) - 30_000);
        network.nodes[0].tickets.clear();
        network.rounds_with_reports(2);
        network.next_round_with_reports();
        network.next_round_with_reports();
        let record = Reports::<Test>::get(1, network.nodes[0].account);
        assert!(matches!(
            record.expect("reported").opened,
            Opened::Wrong {
                error: OpeningError::Ticket,
                ..
            }
        ));
    });
}

#[test]
fn k_a_ticket_at_another_index_than_the_leaf_says_rejects_the_block() {
    Network::run(4, |network| {
        network.watch(0, 0);
        network.watch(0, 1);
        network.nodes[0]
            .tickets
            .get_mut(&0)
            .expect("two")
            .swap(0, 1);
        network.rounds_with_reports(3);
        let record = Reports::<Test>::get(0, network.nodes[0].account).expect("reported");
        assert!(matches!(record.opened, Opened::Wrong { .. }));
    });
}

#[test]
fn k_another_verifiers_ticket_is_none_of_the_issuers() {
    Network::run(4, |network| {
        // A view of verifier 1 stands in the block of verifier 0.
        network.watch(1, 1);
        let stolen = network.nodes[1].bodies.clone();
        network.nodes[0].bodies = stolen;
        network.nodes[0].tickets = network.nodes[1].tickets.clone();
        network.rounds_with_reports(3);
        let of = |place: usize| {
            let record = Reports::<Test>::get(0, network.nodes[place].account);
            record.expect("reported").opened
        };
        assert_eq!(of(1), Opened::Right);
        let expected = Opened::Wrong {
            leaf: 0,
            error: OpeningError::Ticket,
        };
        assert_eq!(of(0), expected);
    });
}

#[test]
fn a_cell_played_across_rounds_has_its_ticket_under_the_earlier_root() {
    Network::run(4, |network| {
        // Started in round 0, accepted in round 1.
        network.watch_at(0, 0, LONG, start_of(1) - 30_000);
        network.rounds_with_reports(4);
        let record = Reports::<Test>::get(1, network.nodes[0].account).expect("reported");
        assert_eq!(record.opened, Opened::Right);
        next_round();
        let block = settled_block(1, network.nodes[0].account).expect("settled");
        assert!(block.approved && block.count == 1);
        assert_eq!(block.playtime_ms, 60_000);
    });
}

#[test]
fn late_tickets_of_rounds_with_a_report_are_refused() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        network.next_round_with_reports();
        next_round();
        for rounds in [&[0][..], &[1], &[2], &[3]] {
            let answer = answer_to(network, rounds);
            assert_eq!(answer, Err(refused(Error::LateTicketsNotMissed)));
        }
    });
}

#[test]
fn late_tickets_come_in_order_and_are_kept_for_openings() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        (0..3).for_each(|_| next_round());
        for rounds in [&[2, 1][..], &[1, 1], &[0, 1], &[1, 3], &[1, 4]] {
            let answer = answer_to(network, rounds);
            assert_eq!(answer, Err(refused(Error::LateTicketsNotMissed)));
        }
        assert_eq!(answer_to(network, &[1, 2]), Ok(()));
        let mut report = network.report(0);
        report.header.late_tickets = vec![late(1), late(2)].try_into().expect("two");
        submit(&network.nodes[0], &report).expect("taken");
        let verifier = network.nodes[0].account;
        assert_eq!(
            Pallet::<Test>::tickets_root(verifier, 1),
            Some(late(1).tickets)
        );
        assert_eq!(
            Pallet::<Test>::tickets_root(verifier, 2),
            Some(late(2).tickets)
        );
    });
}

#[test]
fn late_tickets_are_at_most_20_counted_rounds_old() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        (0..25).for_each(|_| next_round());
        let due = 25;
        assert_eq!(network.report(0).round, due);
        let oldest = due - MAX_LATE_TICKETS;
        let answer = answer_to(network, &[oldest - 1]);
        assert_eq!(answer, Err(refused(Error::LateTicketsNotMissed)));
        let all: Vec<_> = (oldest..due).collect();
        assert_eq!(answer_to(network, &all), Ok(()));
    });
}

#[test]
fn v6_late_tickets_of_any_rounds_that_did_not_count_come_with_the_report_after_them_20_of_them() {
    use codec::{Decode, Encode};
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        (0..30).for_each(|_| next_round_uncounted());
        next_round();
        let last = network.report(0).round;
        assert_eq!(last, 32);
        let answer = answer_to(network, &[1]);
        assert_eq!(answer, Err(refused(Error::LateTicketsNotMissed)));
        assert_eq!(answer_to(network, &[2, 7, 31]), Ok(()));
        let most: Vec<Round> = (2..22).collect();
        assert_eq!(answer_to(network, &most), Ok(()));
        // There is room for no more in a report, however long it took.
        let roots = |count: Round| (2..2 + count).map(late).collect::<Vec<_>>().encode();
        type Late = frame_support::BoundedVec<LateTickets, frame_support::traits::ConstU32<20>>;
        assert!(Late::decode(&mut roots(20).as_slice()).is_ok());
        assert!(Late::decode(&mut roots(21).as_slice()).is_err());
    });
}

#[test]
fn tickets_of_rounds_that_did_not_count_come_with_the_next_report() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        network.next_round_with_reports();
        // Round 2 does not count; its tickets come with the report of round 3, and not later.
        network.watch(0, 0);
        next_round_uncounted();
        next_round();
        network.nodes[0].carry(2, 3);
        assert_eq!(answer_to(network, &[2]), Ok(()));
        network.report_all();
        network.rounds_with_reports(2);
        let answer = answer_to(network, &[2]);
        assert!(answer.is_err());
        network.rounds_with_reports(2);
        let block = settled_block(3, network.nodes[0].account).expect("settled");
        assert!(block.approved && block.count == 1);
    });
}

#[test]
fn late_tickets_whose_numbers_can_not_belong_together_are_refused() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        (0..2).for_each(|_| next_round());
        let mut report = network.report(0);
        let mut entry = late(1);
        entry.tickets.root = merkle::empty_root::<Sha256>();
        report.header.late_tickets = vec![entry].try_into().expect("one");
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::HeaderInconsistent)));
    });
}

#[test]
fn t1_a_view_is_carried_for_20_rounds_give_or_take_5_s_and_no_longer() {
    // Times of acceptance in ms after the start of round 1, and the round in whose block the view stands.
    for (accepted_ms, round, expected) in [
        (20_000, 21, true),
        (20_000, 22, false),
        (-5_000, 21, true),
        (-5_001, 21, false),
    ] {
        Network::run(4, |network| {
            let accepted = start_of(1).checked_add_signed(accepted_ms).expect("late");
            network.watch_at(0, 0, SHORT, accepted - u64::from(SHORT.1));
            let accepted_in = network.nodes[0].bodies.keys().next().copied();
            network.nodes[0].carry(accepted_in.expect("a view"), round);
            network.rounds_with_reports(round + 4);
            let outcome = approved(round, network.nodes[0].account);
            assert_eq!(outcome, expected, "{accepted_ms} ms into round {round}");
        });
    }
}

#[test]
fn v6_views_that_waited_while_25_rounds_did_not_count_are_carried_judged_and_paid_once() {
    Network::run(4, |network| {
        network.rounds_with_reports(4);
        // One was accepted before the chain stopped counting, the others meanwhile: 25 rounds have too few blocks.
        let issuer = network.nodes[0].account;
        network.watch(0, 0);
        next_round();
        for round in 5..30 {
            assert_eq!(current_round(), round);
            if round % 6 == 0 {
                network.watch(0, 1);
            }
            next_round_uncounted();
            check_state();
        }
        network.report_all();
        // They stand in the first header after it, one of them 24 rounds old.
        for from in [6, 12, 18, 24] {
            network.nodes[0].carry(from, 30);
        }
        network.next_round_with_reports();
        assert_eq!(Pallet::<Test>::carried_from(30), 0);
        network.rounds_with_reports(4);
        for (round, count) in [(4, 1), (30, 4)] {
            let block = settled_block(round, issuer).expect("settled");
            assert!(block.approved && block.count == count, "{round}");
        }
        let record = Reports::<Test>::get(30, issuer).expect("reported");
        assert_eq!(record.opened, Opened::Right);
        let paid = crate::mock::Settled::get();
        let blocks = paid.iter().flat_map(|(_, blocks, _)| blocks);
        let counts = blocks
            .filter(|block| block.approved)
            .map(|block| block.count);
        assert_eq!(counts.sum::<u32>(), 5);
    });
}

#[test]
fn v6_a_view_is_carried_for_20_counted_rounds_however_many_lie_between_and_no_longer() {
    // Rounds that don't count after 25 that do, and how many counted ones after them the view stands in.
    for (uncounted, later, expected) in [(25, 20, true), (25, 21, false), (60, 20, true)] {
        Network::run(4, |network| {
            network.rounds_with_reports(25);
            let accepted = current_round();
            network.watch(0, 0);
            let round = accepted + uncounted + later;
            network.nodes[0].carry(accepted, round);
            network.next_round_with_reports();
            (0..uncounted).for_each(|_| next_round_uncounted());
            network.rounds_with_reports(later + 4);
            assert_eq!(Pallet::<Test>::carried_from(round) <= accepted, expected);
            let outcome = approved(round, network.nodes[0].account);
            assert_eq!(
                outcome, expected,
                "{uncounted} rounds did not count, {later} did"
            );
        });
    }
}
