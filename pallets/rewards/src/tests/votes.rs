//! Votes for earnings, and their adoption.

use crate::{
    CLAIMABLE_ROOTS, Event, MAX_OPEN_VOTES, OpenVotes, VoteRefusal, Votes,
    mock::{
        CFX, DELAY, Earnings, INTERVAL, Now, Rewards, RuntimeEvent, System, Test, account, adopt,
        raw, run, settle,
    },
};
use chainflix_primitives::{registry::Settlement, report::EarningsTriple};

fn vote(verifier: u8, triple: EarningsTriple) {
    Rewards::vote_earnings(raw(verifier), triple, 4);
}

fn last_as_of() -> Option<u32> {
    Rewards::last_adopted().map(|adopted| adopted.triple.as_of)
}

/// Why the last vote was refused.
fn refusal() -> Option<VoteRefusal> {
    System::events()
        .into_iter()
        .rev()
        .find_map(|record| match record.event {
            RuntimeEvent::Rewards(Event::EarningsVoteRefused { reason, .. }) => Some(reason),
            _ => None,
        })
}

/// Runs with rounds 0 to 40 settled, 135 CFX each, in round 45.
fn run_settled(test: impl FnOnce()) {
    run(|| {
        for round in 0..=40 {
            settle(round);
        }
        Now::set(45);
        test();
    });
}

fn earnings() -> Earnings {
    Earnings::of(&[(11, 3 * CFX), (12, 4 * CFX)])
}

#[test]
fn three_of_four_equal_votes_adopt_and_two_do_not() {
    run_settled(|| {
        let triple = earnings().triple(10);
        vote(1, triple);
        vote(2, triple);
        assert_eq!(last_as_of(), None, "50 % is not more than 51 %");
        vote(3, triple);
        let adopted = Rewards::last_adopted().expect("adopted");
        assert_eq!(
            (adopted.triple, adopted.adopted_in, adopted.number),
            (triple, 45, 0)
        );
        System::assert_last_event(RuntimeEvent::Rewards(Event::EarningsAdopted {
            as_of: 10,
            root: triple.root,
            count: 2,
            sum: 7 * CFX,
            claimable_from: 45 + DELAY,
        }));
    });
}

#[test]
fn the_threshold_is_more_than_fifty_one_of_a_hundred() {
    for (set, enough) in [
        (1, 1),
        (2, 2),
        (3, 2),
        (4, 3),
        (5, 3),
        (7, 4),
        (49, 25),
        (51, 27),
        (100, 52),
    ] {
        run_settled(|| {
            for verifier in 1..=enough {
                assert_eq!(last_as_of(), None, "{verifier} of {set}");
                Rewards::vote_earnings(raw(verifier), earnings().triple(10), set);
            }
            assert_eq!(last_as_of(), Some(10), "{enough} of {set}");
        });
    }
}

#[test]
fn v3_a_verifiers_second_vote_takes_the_place_of_its_first() {
    run_settled(|| {
        let triple = earnings().triple(10);
        for _ in 0..5 {
            vote(1, triple);
        }
        assert_eq!(last_as_of(), None);
        assert_eq!(Votes::<Test>::get(10).len(), 1);
        let wrong = EarningsTriple {
            root: [0xbb; 32],
            ..triple
        };
        vote(2, wrong);
        vote(3, triple);
        assert_eq!(last_as_of(), None);
        vote(2, triple);
        assert_eq!(last_as_of(), Some(10), "it came to agree");
    });
}

#[test]
fn b2_votes_that_differ_in_anything_are_not_the_same_vote() {
    let base = earnings().triple(10);
    let others = [
        EarningsTriple {
            root: [1; 32],
            ..base
        },
        EarningsTriple { count: 3, ..base },
        EarningsTriple {
            sum: base.sum + 1,
            ..base
        },
        EarningsTriple {
            version: base.version + 1,
            ..base
        },
        EarningsTriple { as_of: 20, ..base },
    ];
    for other in others {
        run_settled(|| {
            vote(1, base);
            vote(2, base);
            vote(3, other);
            assert_eq!(last_as_of(), None, "{other:?}");
            vote(3, base);
            assert_eq!(last_as_of(), Some(10));
        });
    }
}

#[test]
fn a_round_off_the_interval_is_refused() {
    run_settled(|| {
        for as_of in [1, 9, 11, 25] {
            vote(1, earnings().triple(as_of));
            assert_eq!(refusal(), Some(VoteRefusal::OffInterval));
        }
        assert!(OpenVotes::<Test>::get().is_empty());
    });
}

#[test]
fn a_round_that_is_not_settled_is_refused() {
    run_settled(|| {
        vote(1, earnings().triple(50));
        assert_eq!(refusal(), Some(VoteRefusal::NotSettled));
    });
}

#[test]
fn a_round_that_is_not_above_the_last_adopted_is_refused() {
    run_settled(|| {
        adopt(&earnings(), 20);
        for as_of in [10, 20] {
            vote(4, earnings().triple(as_of));
            assert_eq!(refusal(), Some(VoteRefusal::NotAboveLastAdopted));
        }
        assert_eq!(last_as_of(), Some(20));
    });
}

#[test]
fn b_a_sum_above_what_was_settled_as_of_the_round_is_refused() {
    run_settled(|| {
        let settled = 11 * 135 * CFX;
        for verifier in 1..=4 {
            vote(verifier, Earnings::of(&[(11, settled + 1)]).triple(10));
        }
        assert_eq!(refusal(), Some(VoteRefusal::SumAboveSettled));
        assert_eq!(last_as_of(), None);
        adopt(&Earnings::of(&[(11, settled)]), 10);
        assert_eq!(last_as_of(), Some(10));
    });
}

#[test]
fn b1_a_root_that_decreases_the_sum_is_refused_whoever_votes_for_it() {
    run_settled(|| {
        adopt(&earnings(), 10);
        for verifier in 1..=4 {
            vote(verifier, Earnings::of(&[(11, 7 * CFX - 1)]).triple(20));
        }
        assert_eq!(refusal(), Some(VoteRefusal::SumBelowLastAdopted));
        assert_eq!(last_as_of(), Some(10));
        adopt(&earnings(), 20);
        assert_eq!(
            last_as_of(),
            Some(20),
            "an equal sum is a round in which nobody earned"
        );
    });
}

#[test]
fn a_later_round_may_be_adopted_before_an_earlier_one_which_then_never_is() {
    run_settled(|| {
        vote(1, earnings().triple(10));
        vote(2, earnings().triple(10));
        adopt(&earnings(), 20);
        assert_eq!(last_as_of(), Some(20));
        assert!(Votes::<Test>::get(10).is_empty(), "its votes are done with");
        vote(3, earnings().triple(10));
        assert_eq!(last_as_of(), Some(20));
    });
}

#[test]
fn votes_above_an_adopted_round_stay() {
    run_settled(|| {
        vote(1, earnings().triple(20));
        adopt(&earnings(), 10);
        assert_eq!(Votes::<Test>::get(20).len(), 1);
        vote(2, earnings().triple(20));
        vote(3, earnings().triple(20));
        assert_eq!(last_as_of(), Some(20));
    });
}

#[test]
fn q1_votes_are_counted_for_a_bounded_number_of_rounds_and_the_latest_win() {
    run(|| {
        let rounds = (MAX_OPEN_VOTES + 3) * INTERVAL;
        let mut voted = 0;
        for round in 0..=rounds {
            settle(round);
            if round % INTERVAL == 0 {
                vote(1, Earnings::default().triple(round));
                voted += 1;
            }
        }
        assert_eq!(voted, MAX_OPEN_VOTES + 4);
        let open = OpenVotes::<Test>::get();
        assert_eq!(open.len(), MAX_OPEN_VOTES as usize);
        assert_eq!(Votes::<Test>::iter().count(), MAX_OPEN_VOTES as usize);
        assert_eq!(open.last(), Some(&rounds));
        // An earlier one than all that are open finds no room, and takes nobody's.
        let first = open[0];
        vote(2, Earnings::default().triple(first - INTERVAL));
        assert_eq!(refusal(), Some(VoteRefusal::NoRoom));
        assert_eq!(OpenVotes::<Test>::get(), open);
    });
}

#[test]
fn q1_only_the_last_hundred_adopted_roots_are_kept() {
    run(|| {
        let rounds = (CLAIMABLE_ROOTS + 5) * INTERVAL;
        for round in 0..=rounds {
            settle(round);
            if round % INTERVAL == 0 {
                adopt(&earnings(), round);
            }
        }
        assert_eq!(last_as_of(), Some(rounds));
        assert_eq!(Rewards::adopted(rounds - CLAIMABLE_ROOTS * INTERVAL), None);
        assert!(Rewards::adopted(rounds - (CLAIMABLE_ROOTS - 1) * INTERVAL).is_some());
    });
}

#[test]
fn every_counted_vote_is_told() {
    run_settled(|| {
        vote(2, earnings().triple(10));
        System::assert_last_event(RuntimeEvent::Rewards(Event::EarningsVoted {
            verifier: account(2),
            as_of: 10,
            root: earnings().triple(10).root,
        }));
    });
}
