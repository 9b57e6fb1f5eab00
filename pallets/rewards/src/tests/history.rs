//! Which settled rounds are kept, and what was settled as of a round.

use crate::{
    MAX_PAGE, Pallet, SettledOrder, SettledRounds,
    mock::{CFX, KEPT, Rewards, Test, run, settle},
};

fn rounds_after(after: Option<u32>, limit: u32) -> Vec<u32> {
    Rewards::settled_after(after, limit)
        .iter()
        .map(|settled| settled.round)
        .collect()
}

#[test]
fn settled_rounds_are_read_in_order_over_gaps() {
    run(|| {
        for round in [3, 4, 9, 20] {
            settle(round);
        }
        assert_eq!(rounds_after(None, 10), [3, 4, 9, 20]);
        assert_eq!(rounds_after(Some(0), 10), [3, 4, 9, 20]);
        assert_eq!(rounds_after(Some(4), 10), [9, 20]);
        assert_eq!(
            rounds_after(Some(5), 1),
            [9],
            "after a round that was not settled"
        );
        assert_eq!(rounds_after(Some(20), 10), Vec::<u32>::new());
        assert_eq!(rounds_after(Some(u32::MAX), u32::MAX), Vec::<u32>::new());
    });
}

#[test]
fn q1_a_page_holds_a_hundred_rounds_at_most() {
    run(|| {
        for round in 0..2 * MAX_PAGE {
            settle(round);
        }
        let page = rounds_after(None, u32::MAX);
        assert_eq!(page, (0..MAX_PAGE).collect::<Vec<_>>());
        assert_eq!(
            rounds_after(page.last().copied(), 7),
            (MAX_PAGE..MAX_PAGE + 7).collect::<Vec<_>>()
        );
    });
}

#[test]
fn what_was_settled_as_of_a_round_is_known_once_it_cannot_grow() {
    run(|| {
        let settled_as_of = Pallet::<Test>::settled_as_of;
        assert_eq!(settled_as_of(0), None);
        settle(3);
        settle(9);
        assert_eq!(settled_as_of(2), Some(0));
        assert_eq!(settled_as_of(3), Some(135 * CFX));
        assert_eq!(settled_as_of(8), Some(135 * CFX));
        assert_eq!(settled_as_of(9), Some(270 * CFX));
        assert_eq!(settled_as_of(10), None, "may still be settled");
    });
}

#[test]
fn q_records_older_than_the_kept_ones_are_removed_and_no_other() {
    run(|| {
        for round in 0..3 * KEPT {
            settle(round);
        }
        let last = 3 * KEPT - 1;
        let first = last - KEPT;
        assert_eq!(Rewards::settled(first - 1), None);
        assert!(Rewards::settled(first).is_some());
        let kept = usize::try_from(KEPT).expect("small") + 1;
        assert_eq!(SettledRounds::<Test>::iter().count(), kept);
        assert_eq!(SettledOrder::<Test>::iter().count(), kept);
        assert_eq!(Pallet::<Test>::settled_as_of(first - 5), None, "forgotten");
        let sum = u128::from(first + 1) * 135 * CFX;
        assert_eq!(
            Pallet::<Test>::settled_as_of(first),
            Some(sum),
            "sums survive what is removed"
        );
        assert_eq!(Rewards::totals().settled, u128::from(3 * KEPT) * 135 * CFX);
    });
}

#[test]
fn q_a_backlog_after_a_long_halt_shrinks_by_more_than_it_grows() {
    run(|| {
        for round in 0..KEPT {
            settle(round);
        }
        for round in 0..KEPT {
            settle(1_000 + round);
        }
        assert!(SettledRounds::<Test>::iter_keys().all(|round| round >= 1_000));
    });
}
