//! Weights grow with what they count, and a network of the largest size fits.

use chainflix_primitives::{
    AccountId,
    report::{Debit, LateTickets, PersonalOpening, Report, Verdict, VerdictOn},
};
use frame_support::{
    traits::Hooks,
    weights::{Weight, constants::WEIGHT_REF_TIME_PER_MILLIS},
};

use super::network::*;
use crate::{Pallet, WeightInfo, cost, mock::Test};

/// The weights of the test runtime.
type Weights = <Test as crate::Config>::WeightInfo;

/// A report of the largest size, with as long paths as trees can have.
fn largest() -> Report {
    let mut largest = None;
    Network::run(4, |network| {
        for viewer in 0..40 {
            network.watch(0, viewer);
        }
        network.rounds_with_reports(2);
        next_round();
        let mut report = network.report(0);
        let mut openings = report.openings.to_vec();
        openings.resize(4, openings[0].clone());
        for opening in &mut openings {
            opening.path = vec![[1; 32]; 32].try_into().expect("32 of 32");
            opening.ticket_path = opening.path.clone();
        }
        report.personal_opening = Some(PersonalOpening {
            leaf: openings[0].leaf.clone(),
            personal_path: openings[0].path.clone(),
            header_path: openings[0].path.clone(),
        });
        report.openings = openings.try_into().expect("four of four");
        let verdict = VerdictOn {
            issuer: AccountId([0; 32]),
            verdict: Verdict::Absent,
        };
        report.verdicts = vec![verdict; 100].try_into().expect("100 of 100");
        let debit = Debit {
            campaign: 0,
            amount: 0,
        };
        report.header.debits = vec![debit; 64].try_into().expect("64 of 64");
        let late = LateTickets {
            round: 0,
            tickets: report.header.tickets,
        };
        report.header.late_tickets = vec![late; 20].try_into().expect("20 of 20");
        largest = Some(report);
    });
    largest.expect("made")
}

fn of(report: &Report) -> Weight {
    cost::report::<Test>(report).saturating_add(cost::authorize_report::<Test>(report))
}

#[test]
fn every_part_of_a_report_is_paid_for() {
    let report = largest();
    let whole = of(&report);
    let edits: [fn(&mut Report); 5] = [
        |report| report.verdicts = Default::default(),
        |report| report.header.debits = Default::default(),
        |report| report.header.late_tickets = Default::default(),
        |report| report.openings = Default::default(),
        |report| report.personal_opening = None,
    ];
    for edit in edits {
        let mut less = report.clone();
        edit(&mut less);
        assert!(of(&less).ref_time() < whole.ref_time());
    }
    // Four leaves are two signatures each, at the least.
    let mut closed = report.clone();
    closed.openings = Default::default();
    let openings = whole.saturating_sub(of(&closed));
    assert!(openings.ref_time() > 4 * (59 + 64) * WEIGHT_REF_TIME_PER_MILLIS / 1_000);
}

#[test]
fn a_fault_of_an_enhancement_pays_for_the_record_that_it_reads_beside() {
    type Database = <Test as frame_system::Config>::DbWeight;
    type Charged = crate::weights::MeasuredWeight<Database>;
    type Free = crate::weights::MeasuredWeight<()>;
    let of_database = |charged: Weight, without: Weight| charged.saturating_sub(without);
    let read = Database::get().reads(1);
    assert!(read.ref_time() > 0);
    for (of_enhancement, of_leaf) in [
        (
            of_database(
                Charged::fault_of_enhancement(),
                Free::fault_of_enhancement(),
            ),
            of_database(Charged::fault_of_leaf(), Free::fault_of_leaf()),
        ),
        (
            of_database(
                Charged::authorize_fault_of_enhancement(),
                Free::authorize_fault_of_enhancement(),
            ),
            of_database(
                Charged::authorize_fault_of_leaf(),
                Free::authorize_fault_of_leaf(),
            ),
        ),
        (
            of_database(
                Charged::prove_fault_of_enhancement(),
                Free::prove_fault_of_enhancement(),
            ),
            of_database(Charged::prove_fault_of_leaf(), Free::prove_fault_of_leaf()),
        ),
    ] {
        assert_eq!(of_enhancement, of_leaf.saturating_add(read));
    }
}

#[test]
fn the_block_that_closes_a_round_says_that_it_costs_more() {
    Network::run(4, |network| {
        network.rounds_with_reports(4);
        let block = || Pallet::<Test>::on_initialize(0);
        crate::mock::NowMs::mutate(|now| *now += 2_400);
        let within = block();
        (2..BLOCKS).for_each(|_| {
            block();
        });
        crate::mock::NowMs::set(start_of(5));
        let closing = block();
        assert_eq!(within, Weights::begin_block());
        let least = Weights::judge_round(4, 4);
        assert!(closing.ref_time() > within.saturating_add(least).ref_time());
    });
}
