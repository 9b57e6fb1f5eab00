//! What is approved, and handed over for payment.

use chainflix_primitives::{
    AccountId, Round,
    report::{
        Debit, EARNINGS_VERSION, EarningsTriple, RejectReason, Report, Verdict, VerdictOn,
        earnings_due,
    },
};

use super::{events, network::*};
use crate::{
    Event, GenesisConfig,
    mock::{Settled, Test, Votes},
};

/// Runs so many rounds. In each every verifier accepts a view, and reports as `edit` says, or not at all.
fn rounds(
    network: &mut Network,
    rounds: u32,
    edit: impl Fn(&Network, usize, Report) -> Option<Report>,
) {
    for _ in 0..rounds {
        for place in 0..network.nodes.len() {
            network.watch(place, place);
        }
        next_round();
        for place in 0..network.nodes.len() {
            if let Some(report) = edit(network, place, network.report(place)) {
                submit(&network.nodes[place], &report).expect("taken");
            }
        }
    }
}

/// Changes every verdict for which `verdict` has another.
fn judge(
    network: &Network,
    mut report: Report,
    verdict: impl Fn(&VerdictOn) -> Option<Verdict>,
) -> Report {
    if report.verdicts.is_empty() {
        return report;
    }
    let verdicts = report.verdicts.iter().filter_map(|entry| {
        let verdict = verdict(entry)?;
        Some(VerdictOn {
            verdict,
            issuer: entry.issuer,
        })
    });
    let verdicts = verdicts.collect();
    network.set_verdicts(&mut report, verdicts);
    report
}

const REJECT: Verdict = Verdict::Reject {
    reason: RejectReason::Possession,
    leaf: 0,
};

fn accounts(network: &Network) -> Vec<AccountId> {
    network.nodes.iter().map(|node| node.account).collect()
}

fn reporters(round: Round) -> Vec<AccountId> {
    let settled = Settled::get();
    let found = settled
        .into_iter()
        .find(|(settled, _, _)| *settled == round);
    found.expect("it is settled").2
}

#[test]
fn a_round_is_settled_at_the_first_block_of_the_fourth_round_after_it() {
    Network::run(4, |network| {
        for place in 0..4 {
            network.watch(place, place);
        }
        network.rounds_with_reports(3);
        assert_eq!(Settled::get(), vec![]);
        next_round();
        let settled = Settled::get();
        assert_eq!(settled.len(), 1);
        let (round, blocks, reporters) = &settled[0];
        assert_eq!(*round, 0);
        let issuers: Vec<_> = blocks.iter().map(|block| block.issuer).collect();
        assert_eq!(issuers, accounts(network));
        assert!(
            blocks
                .iter()
                .all(|block| block.approved && block.count == 1)
        );
        assert!(blocks.iter().all(|block| block.playtime_ms == 5_000));
        assert_eq!(*reporters, accounts(network));
    });
}

#[test]
fn every_counted_round_is_settled_once_and_in_order_even_when_nobody_reports() {
    Network::run(4, |network| {
        network.rounds_with_reports(5);
        (0..5).for_each(|_| next_round());
        network.rounds_with_reports(5);
        let settled: Vec<_> = Settled::get().iter().map(|(round, _, _)| *round).collect();
        assert_eq!(settled, (0..=11).collect::<Vec<_>>());
        assert!(
            Settled::get()[5..9]
                .iter()
                .all(|(_, blocks, _)| blocks.is_empty())
        );
        assert_eq!(Settled::get()[11].1.len(), 4);
    });
}

#[test]
fn more_than_51_percent_of_the_others_approve_and_less_do_not() {
    // Of four verifiers three are eligible for the block of the first.
    for (noes, expected) in [(0, true), (1, true), (2, false), (3, false)] {
        Network::run(4, |network| {
            let first = network.nodes[0].account;
            rounds(network, 4, |network, place, report| {
                let against = (1..=noes).contains(&place);
                Some(judge(network, report, |entry| {
                    let no = against && entry.issuer == first;
                    Some(if no { REJECT } else { Verdict::Approve })
                }))
            });
            assert_eq!(approved(0, first), expected, "{noes} of three say no");
            assert!(approved(0, network.nodes[1].account));
            assert!(events().contains(&Event::BlockJudged {
                round: 0,
                issuer: first,
                approvals: 3 - noes as u32,
                eligible: 3,
                opened: true,
                voided: false,
                approved: expected,
            }));
        });
    }
}

#[test]
fn absent_and_silent_count_as_no() {
    for verdict in [Some(Verdict::Absent), None] {
        Network::run(4, |network| {
            let first = network.nodes[0].account;
            rounds(network, 4, |network, place, report| {
                Some(judge(network, report, |entry| {
                    if place < 3 && entry.issuer == first {
                        verdict
                    } else {
                        Some(Verdict::Approve)
                    }
                }))
            });
            assert!(!approved(0, first));
            assert!(approved(0, network.nodes[3].account));
        });
    }
}

#[test]
fn a_verdict_left_out_costs_the_reporters_place_and_no_verdict() {
    Network::run(4, |network| {
        let first = network.nodes[0].account;
        rounds(network, 4, |network, place, report| {
            Some(judge(network, report, |entry| {
                (place != 3 || entry.issuer != first).then_some(Verdict::Approve)
            }))
        });
        assert_eq!(reporters(0), accounts(network)[..3]);
        let approvals = |issuer| {
            events().into_iter().find_map(|event| match event {
                Event::BlockJudged {
                    round: 0,
                    issuer: judged,
                    approvals,
                    ..
                } if judged == issuer => Some(approvals),
                _ => None,
            })
        };
        assert_eq!(approvals(network.nodes[1].account), Some(3));
    });
}

#[test]
fn v1_with_49_percent_silent_the_chain_settles_on_and_views_wait_for_the_others() {
    // 25 of 51 are silent.
    Network::run(51, |network| {
        rounds(network, 8, |_, place, report| {
            (place < 26).then_some(report)
        });
        let settled: Vec<_> = Settled::get().iter().map(|(round, _, _)| *round).collect();
        assert_eq!(settled, [0, 1, 2, 3, 4]);
        // Of the fifty others 25 approve: half is not enough.
        assert!(!approved(4, network.nodes[0].account));
        // What was rejected goes into later blocks.
        for node in &mut network.nodes[..26] {
            node.carry(4, 8);
        }
        rounds(network, 8, |_, _, report| Some(report));
        // The others vote again from their second report on, that is on the headers of round 8.
        let carried = settled_block(8, network.nodes[0].account).expect("settled");
        assert!(carried.approved);
        assert_eq!(carried.count, 2);
    });
}

#[test]
fn one_of_four_verifiers_may_fail_in_any_way_and_the_others_are_paid() {
    Network::run(4, |network| {
        rounds(network, 8, |_, place, report| {
            (place != 2).then_some(report)
        });
        for place in [0, 1, 3] {
            assert!(approved(4, network.nodes[place].account));
        }
        assert_eq!(settled_block(4, network.nodes[2].account), None);
    });
}

#[test]
fn v5_rejected_headers_are_handed_over_with_their_playtime_so_that_rejecting_gains_nothing() {
    Network::run(4, |network| {
        // One verifier is offline, another rejects the rest.
        rounds(network, 8, |network, place, report| match place {
            3 => None,
            0 => Some(judge(network, report, |_| Some(REJECT))),
            _ => Some(report),
        });
        let (round, blocks, _) = Settled::get()[4].clone();
        assert_eq!(round, 4);
        let of = |place: usize| {
            let issuer = network.nodes[place].account;
            blocks.iter().find(|block| block.issuer == issuer).cloned()
        };
        for place in [1, 2] {
            let rejected = of(place).expect("handed over");
            assert!(!rejected.approved);
            assert_eq!(rejected.playtime_ms, 5_000);
        }
        assert!(of(0).expect("handed over").approved);
    });
}

#[test]
fn v6_a_verifier_down_for_a_round_is_paid_for_its_views_of_it_later() {
    Network::run(4, |network| {
        // Verifier 0 accepts a view in round 2, and its report of round 2 never comes.
        rounds(network, 3, |_, place, report| {
            (place != 0 || report.round != 2).then_some(report)
        });
        network.nodes[0].carry(2, 3);
        rounds(network, 5, |_, _, report| Some(report));
        let down = network.nodes[0].account;
        assert_eq!(settled_block(2, down), None);
        let carried = settled_block(3, down).expect("settled");
        assert!(carried.approved);
        assert_eq!(carried.count, 2);
        let late = crate::Headers::<Test>::get(3, down)
            .expect("reported")
            .late_tickets;
        assert_eq!(late.len(), 1);
        assert_eq!(late[0].round, 2);
    });
}

#[test]
fn an_empty_block_has_nothing_to_open_and_is_approved_like_any_other() {
    Network::run(4, |network| {
        network.rounds_with_reports(4);
        for node in &network.nodes {
            assert!(approved(0, node.account));
        }
        assert_eq!(reporters(0), accounts(network));
    });
}

/// Runs 14 rounds with an earnings root every `interval`, with a triple as of `as_of(round)` in every report.
fn earnings_votes(interval: u32, as_of: impl Fn(Round) -> Option<Round>) -> Vec<(Round, u32)> {
    let mut votes = Vec::new();
    let genesis = GenesisConfig::<Test> {
        earnings_interval: interval,
        difficulty: 8,
        ..Default::default()
    };
    Network::run_from(4, genesis, |network| {
        for _ in 0..14 {
            next_round();
            for place in 0..4 {
                let mut report = network.report(place);
                report.earnings = as_of(report.round).map(|as_of| EarningsTriple {
                    as_of,
                    root: [1; 32],
                    count: 1,
                    sum: 1,
                    version: EARNINGS_VERSION + (place == 3) as u8,
                });
                submit(&network.nodes[place], &report).expect("taken");
            }
        }
        let of_the_first = |(verifier, triple, size): (_, EarningsTriple, _)| {
            // A verifier with other rules votes for nothing.
            assert_ne!(verifier, network.nodes[3].account);
            (verifier == network.nodes[0].account).then_some((triple.as_of, size))
        };
        votes = Votes::get().into_iter().filter_map(of_the_first).collect();
    });
    votes
}

#[test]
fn earnings_are_voted_for_when_due_and_not_otherwise() {
    let due = |interval| move |round: Round| earnings_due(round, interval);
    let every = earnings_votes(1, due(1));
    assert_eq!(every, (0..=8).map(|as_of| (as_of, 4)).collect::<Vec<_>>());
    let tenth = earnings_votes(4, due(4));
    let expected = [0, 0, 0, 0, 4, 4, 4, 4, 8].map(|as_of| (as_of, 4));
    assert_eq!(tenth, expected);
    assert_eq!(earnings_votes(4, |round| round.checked_sub(1)), vec![]);
}

#[test]
fn earnings_of_rounds_that_are_not_settled_are_not_voted_for() {
    Network::run_from(
        1,
        GenesisConfig {
            earnings_interval: 1,
            ..Default::default()
        },
        |network| {
            network.rounds_with_reports(3);
            (0..6).for_each(|_| next_round_uncounted());
            finish_round(BLOCKS);
            // Round 9 counted last, before it rounds 2, 1 and 0: all but round 0 await settlement.
            let mut report = network.report(0);
            let triple = |as_of| EarningsTriple {
                as_of,
                root: [1; 32],
                count: 0,
                sum: 0,
                version: EARNINGS_VERSION,
            };
            assert_eq!(report.round, 9);
            report.earnings = Some(triple(4));
            submit(&network.nodes[0], &report).expect("taken");
            assert_eq!(Votes::get(), vec![]);
        },
    );
}

#[test]
fn what_a_header_debits_is_handed_on_with_its_block_approved_or_not() {
    Network::run(4, |network| {
        let debits = |place: usize| {
            vec![Debit {
                campaign: 1,
                amount: place as u128 + 1,
            }]
        };
        rounds(network, 6, |network, place, mut report| {
            report.header.debits = debits(place).try_into().expect("one of 64");
            let of_first = network.nodes[0].account;
            Some(judge(network, report, |entry| {
                Some(if entry.issuer == of_first {
                    REJECT
                } else {
                    entry.verdict
                })
            }))
        });
        let settled = Settled::get();
        let (_, blocks, _) = settled.first().expect("a round is settled");
        assert_eq!(blocks.len(), 4);
        for block in blocks {
            let place = network
                .nodes
                .iter()
                .position(|node| node.account == block.issuer);
            let place = place.expect("a verifier");
            assert_eq!(block.debits, debits(place));
            assert_eq!(block.approved, place != 0);
        }
    });
}
