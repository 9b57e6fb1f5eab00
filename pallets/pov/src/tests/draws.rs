//! Draws: who takes part, and what nobody can change.

use chainflix_primitives::{Hash32, Sha256, draw, report::Report};

use super::{events, network::*, refused};
use crate::{Draws, Error, Event, Pallet, Reports, mock::Test};

/// Runs four verifiers with a view each through reports of rounds 0 and 1 and returns the draw of round 0;
/// `edit` may change each report of round 1, or drop it.
fn draw_of_round_0(edit: impl Fn(&Network, usize, Report) -> Option<Report>) -> Hash32 {
    let mut draw = None;
    Network::run(4, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        network.next_round_with_reports();
        next_round();
        for place in 0..4 {
            if let Some(report) = edit(network, place, network.report(place)) {
                submit(&network.nodes[place], &report).expect("taken");
            }
        }
        assert_eq!(Draws::<Test>::get(0), None);
        next_round();
        draw = Draws::<Test>::get(0);
    });
    draw.expect("fixed when round 2 closes")
}

#[test]
fn a_draw_is_made_of_the_preimages_in_verifier_order_and_told() {
    Network::run(4, |network| {
        network.rounds_with_reports(2);
        events();
        next_round();
        let preimages: Vec<_> = network.nodes.iter().map(|node| node.preimage(0)).collect();
        let expected = draw::draw::<Sha256>(0, &preimages);
        assert_eq!(Pallet::<Test>::draw(0), Some(expected));
        assert!(events().contains(&Event::Drawn {
            round: 0,
            draw: expected,
            preimages: 4,
        }));
    });
}

#[test]
fn g1_withholding_a_preimage_changes_no_ticket_draw_or_seed_that_was_fixed_before() {
    Network::run(4, |network| {
        network.rounds_with_reports(5);
        let fixed: Vec<_> = (0..3).map(Pallet::<Test>::draw).collect();
        assert!(fixed.iter().all(Option::is_some));
        let seed = Pallet::<Test>::cycle_seed(0);
        let tickets = Pallet::<Test>::tickets_root(network.nodes[1].account, 3);
        next_round();
        let mut silent = network.report(0);
        silent.reveal = None;
        submit(&network.nodes[0], &silent).expect("taken");
        next_round();
        assert_eq!((0..3).map(Pallet::<Test>::draw).collect::<Vec<_>>(), fixed);
        assert_eq!(Pallet::<Test>::cycle_seed(0), seed);
        let same = Pallet::<Test>::tickets_root(network.nodes[1].account, 3);
        assert_eq!(same, tickets);
    });
}

#[test]
fn g2_the_last_to_reveal_chooses_between_two_draws_and_pays_with_its_verdicts() {
    let all = draw_of_round_0(|_, _, report| Some(report));
    let without = draw_of_round_0(|_, place, mut report| {
        if place == 3 {
            report.reveal = None;
        }
        Some(report)
    });
    let missing = draw_of_round_0(|_, place, report| (place != 3).then_some(report));
    assert_ne!(all, without);
    // Being silent altogether is no third choice.
    assert_eq!(without, missing);
}

#[test]
fn g3_order_time_and_blocks_of_the_reports_make_no_other_draw() {
    let plain = draw_of_round_0(|_, _, report| Some(report));
    let mut scattered = None;
    Network::run(4, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        network.next_round_with_reports();
        next_round();
        for place in [2, 0, 3, 1] {
            let report = network.report(place);
            submit(&network.nodes[place], &report).expect("taken");
            crate::mock::NowMs::mutate(|now| *now += 2_400);
            make_block();
        }
        finish_round(BLOCKS - 4);
        scattered = Draws::<Test>::get(0);
    });
    assert_eq!(scattered, Some(plain));
}

#[test]
fn a_report_with_a_wrong_preimage_is_refused_whole() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        next_round();
        let mut report = network.report(0);
        report.reveal = Some([1; 32]);
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::WrongPreimage)));
    });
}

#[test]
fn a_commitment_to_the_preimage_just_revealed_is_refused() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        next_round();
        let mut report = network.report(0);
        report.commitment = draw::commitment::<Sha256>(&network.nodes[0].preimage(0));
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::CommitmentReused)));
    });
}

#[test]
fn a_report_without_its_preimage_counts_but_its_verdicts_do_not() {
    Network::run(4, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        network.next_round_with_reports();
        next_round();
        for place in 0..4 {
            let mut report = network.report(place);
            if place == 0 {
                report.reveal = None;
            }
            submit(&network.nodes[place], &report).expect("taken");
        }
        network.rounds_with_reports(3);
        let silent = network.nodes[0].account;
        assert!(approved(0, silent));
        assert!(settled_block(1, silent).is_some());
        let settled = crate::mock::Settled::get();
        let reporters: Vec<_> = network.nodes[1..].iter().map(|node| node.account).collect();
        assert_eq!(settled[0].2, reporters);
    });
}

#[test]
fn a_report_after_a_missed_one_brings_a_commitment_and_votes_again_in_the_next() {
    Network::run(4, |network| {
        for _ in 0..5 {
            for place in 0..4 {
                network.watch(place, place);
            }
            next_round();
            for place in 0..4 {
                // Verifier 0 misses the report of round 1.
                if place > 0 || current_round() != 2 {
                    let report = network.report(place);
                    submit(&network.nodes[place], &report).expect("taken");
                }
            }
        }
        let absent = network.nodes[0].account;
        let entitled = |round| {
            let record = Reports::<Test>::get(round, absent)?;
            record.ballot.map(|ballot| ballot.entitled)
        };
        assert_eq!(entitled(1), None);
        assert_eq!(entitled(2), Some(false));
        assert_eq!(entitled(3), Some(true));
    });
}

#[test]
fn a_preimage_of_before_a_missed_report_is_refused() {
    Network::run(4, |network| {
        network.next_round_with_reports();
        next_round();
        next_round();
        let mut report = network.report(0);
        assert_eq!(report.reveal, None);
        report.reveal = Some(network.nodes[0].preimage(0));
        let answer = submit(&network.nodes[0], &report);
        assert_eq!(answer, Err(refused(Error::NothingToReveal)));
    });
}
