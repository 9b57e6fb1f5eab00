//! The checks of the state notice what they are there to notice.

use crate::{
    LifetimeTotals, Pallet, SettledOrder, SettledPlaces,
    mock::{CFX, Escrow, Rewards, Test, debiting, header, raw, run},
};
use chainflix_primitives::registry::Settlement;

/// What is wrong with the state, in words.
fn broken() -> Option<&'static str> {
    Pallet::<Test>::do_try_state().err().map(Into::into)
}

/// Settles a round of which half is approved: there is room below the schedule.
fn settle_half() {
    let blocks = vec![header(1, 3_600, true), header(2, 3_600, false)];
    Rewards::settle(0, blocks, vec![raw(1)]);
}

#[test]
fn a_first_running_total_that_is_off_is_noticed() {
    run(|| {
        settle_half();
        assert_eq!(broken(), None);
        // As if a round before the first had been settled, and counted as owed: the last total fits.
        SettledOrder::<Test>::mutate(0, |entry| {
            entry.as_mut().expect("it is kept").total += CFX;
        });
        LifetimeTotals::<Test>::mutate(|totals| totals.settled += CFX);
        assert_eq!(broken(), Some("the first running total is off"));
        // What is forgotten is not added up.
        SettledOrder::<Test>::mutate(0, |entry| {
            entry.as_mut().expect("it is kept").total -= CFX;
        });
        LifetimeTotals::<Test>::mutate(|totals| totals.settled -= CFX);
        assert_eq!(broken(), None);
        assert_eq!(SettledPlaces::<Test>::get().first, 0);
    });
}

#[test]
fn what_campaigns_paid_and_is_counted_as_minted_is_noticed() {
    run(|| {
        Escrow::set(&(10 * CFX));
        let blocks = vec![debiting(1, 4 * CFX, true), debiting(2, CFX, false)];
        Rewards::settle(0, blocks, vec![raw(1)]);
        assert_eq!(LifetimeTotals::<Test>::get().advertised, 4 * CFX);
        assert_eq!(broken(), None);
        // The sum of both stays, so that all claims would still be paid.
        LifetimeTotals::<Test>::mutate(|totals| {
            totals.advertised -= CFX;
            totals.settled += CFX;
        });
        assert_eq!(broken(), Some("settled in all is not what rounds say"));
        LifetimeTotals::<Test>::mutate(|totals| {
            totals.advertised += CFX;
            totals.settled -= CFX;
        });
    });
}
