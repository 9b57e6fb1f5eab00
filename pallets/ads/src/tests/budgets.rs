//! Topping up and taking back.

use crate::{
    Error, Event, IN_FLIGHT_ROUNDS,
    mock::{
        Ads, Balances, CFX, Now, RuntimeEvent, RuntimeOrigin, System, Test, Uncounted, advertiser,
        balance, debit, draft, escrow, open, paid, run, settle,
    },
};
use chainflix_primitives::registry::AdSettlement;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

fn by() -> RuntimeOrigin {
    RuntimeOrigin::signed(advertiser())
}

#[test]
fn a_top_up_is_held_beside_what_is_left() {
    run(|| {
        let campaign = open(draft());
        assert_ok!(Ads::top_up(by(), campaign, 50 * CFX));
        assert_eq!(
            (balance(campaign), escrow(&advertiser())),
            (150 * CFX, 150 * CFX)
        );
        System::assert_last_event(RuntimeEvent::Ads(Event::CampaignToppedUp {
            campaign,
            amount: 50 * CFX,
            balance: 150 * CFX,
        }));
    });
}

#[test]
fn a_top_up_of_less_than_a_play_or_more_than_there_is_is_refused() {
    run(|| {
        let campaign = open(draft());
        assert_noop!(Ads::top_up(by(), campaign, 0), Error::<Test>::BudgetTooLow);
        assert_noop!(
            Ads::top_up(by(), campaign, 3 * CFX - 1),
            Error::<Test>::BudgetTooLow
        );
        assert_noop!(
            Ads::top_up(by(), campaign, 900 * CFX),
            TokenError::FundsUnavailable
        );
        assert_noop!(
            Ads::top_up(by(), campaign, u128::MAX),
            Error::<Test>::Overflow
        );
        assert_noop!(
            Ads::top_up(by(), campaign + 1, CFX),
            Error::<Test>::UnknownCampaign
        );
    });
}

#[test]
fn the_rest_comes_back_only_when_everything_in_flight_is_settled() {
    run(|| {
        let campaign = open(draft());
        assert_eq!(Ads::refundable_after(campaign), None);
        assert_ok!(Ads::close(by(), campaign));
        let last = Now::get() + 2 + IN_FLIGHT_ROUNDS;
        assert_eq!(Ads::refundable_after(campaign), Some(last));
        let refused = || {
            assert_noop!(Ads::refund(by(), campaign), Error::<Test>::DebitsInFlight);
        };
        refused();
        Now::set(last + 1_000);
        // Time alone settles nothing: what is carried over may still come.
        refused();
        assert_eq!(
            Ads::pay(last, vec![debit(campaign, 6 * CFX)]),
            [paid(campaign, 6 * CFX, 6 * CFX)]
        );
        refused();
        Ads::pay(last + 1, vec![]);
        let free = Balances::free_balance(advertiser());
        assert_ok!(Ads::refund(by(), campaign));
        assert_eq!(Balances::free_balance(advertiser()), free + 94 * CFX);
        assert_eq!(escrow(&advertiser()), 0);
        System::assert_last_event(RuntimeEvent::Ads(Event::CampaignRefunded {
            campaign,
            advertiser: advertiser(),
            amount: 94 * CFX,
        }));
        assert_noop!(Ads::refund(by(), campaign), Error::<Test>::NothingToRefund);
    });
}

#[test]
fn v6_rounds_that_did_not_count_put_the_refund_off_because_views_are_carried_over_them() {
    run(|| {
        let campaign = open(draft());
        assert_ok!(Ads::close(by(), campaign));
        let last = Now::get() + 2 + IN_FLIGHT_ROUNDS;
        Uncounted::set(25);
        for settled in [last + 1, last + 25] {
            Ads::pay(settled, vec![]);
            assert_noop!(Ads::refund(by(), campaign), Error::<Test>::DebitsInFlight);
        }
        Ads::pay(last + 26, vec![]);
        assert_ok!(Ads::refund(by(), campaign));
    });
}

#[test]
fn a_refunded_campaign_pays_no_debit_that_comes_after() {
    run(|| {
        let campaign = open(draft());
        assert_ok!(Ads::close(by(), campaign));
        let last = Now::get() + 2 + IN_FLIGHT_ROUNDS;
        Ads::pay(last + 1, vec![]);
        assert_ok!(Ads::refund(by(), campaign));
        let late = settle(vec![debit(campaign, 3 * CFX)]);
        assert_eq!(late, [paid(campaign, 3 * CFX, 0)]);
    });
}

#[test]
fn false_deposit_a_budget_can_not_be_spent_elsewhere() {
    run(|| {
        let campaign = open(draft());
        let free = Balances::free_balance(advertiser());
        let to = crate::mock::stranger();
        assert!(Balances::transfer_allow_death(by(), to, free + 1).is_err());
        assert_eq!(escrow(&advertiser()), balance(campaign));
    });
}
