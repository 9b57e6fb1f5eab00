//! Opening, listing and removing.

use crate::{
    Campaigns, Error, Event, HoldReason, IN_FLIGHT_ROUNDS, NextCampaign, OpenedCount,
    mock::{
        Ads, Balances, CFX, CREATIVE, Draft, Now, Published, RECORD_ROUNDS, RuntimeEvent,
        RuntimeOrigin, System, Test, account, advertiser, draft, escrow, open, run, settle,
        stranger, tags,
    },
};
use chainflix_primitives::{
    Magnet,
    campaign::{CampaignState, MAX_PRICE},
};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_runtime::TokenError;

fn deposit_held() -> u128 {
    Balances::balance_on_hold(&HoldReason::Campaign.into(), &advertiser())
}

#[test]
fn a_campaign_is_active_two_rounds_after_it_was_opened_and_its_budget_is_held() {
    run(|| {
        assert_ok!(draft().open(advertiser()));
        let record = Ads::campaign(0).expect("it is on record");
        assert_eq!(record.terms.from_round, 1_002);
        assert_eq!(Ads::campaign_state(0, 1_001), None);
        assert_eq!(Ads::campaign_state(0, 1_002), Some(CampaignState::Active));
        assert_eq!(escrow(&advertiser()), 100 * CFX);
        assert_eq!(
            Some(deposit_held()),
            Ads::open_deposit(tags(&["cooking", "travel"]))
        );
        System::assert_last_event(RuntimeEvent::Ads(Event::CampaignOpened {
            campaign: 0,
            advertiser: advertiser(),
            creative: CREATIVE,
            budget: 100 * CFX,
            from_round: 1_002,
        }));
    });
}

#[test]
fn tags_are_paid_for_by_the_byte() {
    run(|| {
        let none = Ads::open_deposit(tags(&[])).expect("a deposit");
        let one = Ads::open_deposit(tags(&["cooking"])).expect("a deposit");
        // Length and seven letters.
        assert_eq!(one - none, 8 * CFX / 1_000);
    });
}

#[test]
fn what_a_campaign_can_not_promise_is_refused_and_changes_nothing() {
    let refused = |change: &dyn Fn(&mut Draft), error: Error<Test>| {
        run(|| {
            let mut draft = draft();
            change(&mut draft);
            assert_noop!(draft.open(advertiser()), error);
        });
    };
    refused(&|d| d.price_per_play = 0, Error::InvalidPrice);
    refused(&|d| d.price_per_play = MAX_PRICE + 1, Error::InvalidPrice);
    refused(&|d| d.price_per_click = MAX_PRICE + 1, Error::InvalidPrice);
    refused(&|d| d.limit_per_round = 8 * CFX - 1, Error::LimitTooLow);
    refused(&|d| d.views_per_day = 0, Error::InvalidCap);
    refused(&|d| d.budget = 3 * CFX - 1, Error::BudgetTooLow);
    refused(&|d| d.tags = vec![""], Error::InvalidTags);
    refused(&|d| d.tags = vec!["Cooking"], Error::InvalidTags);
    refused(&|d| d.tags = vec!["anna@example.org"], Error::InvalidTags);
    refused(&|d| d.tags = vec!["travel", "cooking"], Error::InvalidTags);
    refused(&|d| d.tags = vec!["travel", "travel"], Error::InvalidTags);
    refused(&|d| d.creative = Magnet([8; 32]), Error::CreativeNotActive);
}

#[test]
fn a_creative_is_one_cell_of_five_seconds_at_least_and_active_when_the_campaign_begins() {
    let with = |playtime_ms: u32, from_round: u32| {
        Published::mutate(|videos| videos.insert(CREATIVE, (playtime_ms, from_round)));
        draft().open(advertiser())
    };
    run(|| {
        assert_noop!(with(60_001, 0), Error::<Test>::CreativeTooLong);
        assert_noop!(with(4_999, 0), Error::<Test>::CreativeTooShort);
        assert_noop!(with(60_000, 1_003), Error::<Test>::CreativeNotActive);
        assert_ok!(with(60_000, 1_002));
        assert_ok!(with(5_000, 0));
    });
}

#[test]
fn the_least_and_the_largest_promise_are_taken() {
    run(|| {
        let least = Draft {
            price_per_play: 1,
            price_per_click: 0,
            limit_per_round: 1,
            views_per_day: 1,
            tags: Vec::new(),
            budget: 1,
            ..draft()
        };
        assert_ok!(least.open(advertiser()));
        let largest = Draft {
            price_per_play: MAX_PRICE,
            price_per_click: MAX_PRICE,
            limit_per_round: u128::MAX,
            views_per_day: u16::MAX,
            ..draft()
        };
        assert_noop!(
            largest.clone().open(advertiser()),
            Error::<Test>::BudgetTooLow
        );
        let poor = Draft {
            budget: MAX_PRICE,
            ..largest
        };
        assert_noop!(poor.open(advertiser()), TokenError::FundsUnavailable);
    });
}

#[test]
fn numbers_are_never_given_twice_and_the_end_of_numbers_is_refused() {
    run(|| {
        NextCampaign::<Test>::put(u32::MAX);
        assert_noop!(draft().open(advertiser()), Error::<Test>::Overflow);
        NextCampaign::<Test>::put(0);
        OpenedCount::<Test>::insert(advertiser(), u32::MAX);
        assert_noop!(draft().open(advertiser()), Error::<Test>::Overflow);
    });
}

#[test]
fn campaigns_of_an_advertiser_are_read_page_by_page_and_removed_ones_leave_gaps() {
    run(|| {
        let small = Draft {
            budget: 3 * CFX,
            ..draft()
        };
        for _ in 0..4 {
            assert_ok!(small.clone().open(advertiser()));
            assert_ok!(small.clone().open(stranger()));
        }
        assert_eq!(
            Ads::campaigns_of(advertiser(), 0, 100),
            [(0, 0), (1, 2), (2, 4), (3, 6)]
        );
        assert_eq!(Ads::campaigns_of(stranger(), 1, 2), [(1, 3), (2, 5)]);
        assert_eq!(Ads::campaigns_of(advertiser(), 4, 100), []);
        assert_eq!(Ads::campaigns_of(account(3), 0, 100), []);
        close_and_remove(2);
        assert_eq!(Ads::campaigns_of(advertiser(), 0, 2), [(0, 0), (2, 4)]);
        assert_eq!(Ads::opened_count(advertiser()), 4);
    });
}

fn close_and_remove(campaign: u32) {
    let by = || RuntimeOrigin::signed(advertiser());
    Now::mutate(|now| *now += 2);
    assert_ok!(Ads::close(by(), campaign));
    assert_noop!(
        Ads::remove(by(), campaign),
        Error::<Test>::RecordStillNeeded
    );
    Now::mutate(|now| *now += 2 + IN_FLIGHT_ROUNDS + 5);
    settle(vec![]);
    assert_ok!(Ads::refund(by(), campaign));
    assert_noop!(
        Ads::remove(by(), campaign),
        Error::<Test>::RecordStillNeeded
    );
    Now::mutate(|now| *now += RECORD_ROUNDS);
    assert_ok!(Ads::remove(by(), campaign));
}

#[test]
fn removing_returns_the_deposit_and_leaves_nothing_behind() {
    run(|| {
        let before = Balances::free_balance(advertiser());
        let campaign = open(draft());
        close_and_remove(campaign);
        assert_eq!(Balances::free_balance(advertiser()), before);
        assert_eq!((deposit_held(), escrow(&advertiser())), (0, 0));
        assert_eq!(Campaigns::<Test>::iter().count(), 0);
        assert_eq!(crate::Listings::<Test>::iter().count(), 0);
        let by = RuntimeOrigin::signed(advertiser());
        assert_noop!(Ads::remove(by, campaign), Error::<Test>::UnknownCampaign);
        assert_eq!(open(draft()), campaign + 1, "its number is not given again");
    });
}

#[test]
fn a_campaign_that_is_open_or_holds_money_is_never_removed() {
    run(|| {
        let campaign = open(draft());
        let by = || RuntimeOrigin::signed(advertiser());
        Now::mutate(|now| *now += 10 * RECORD_ROUNDS);
        assert_noop!(
            Ads::remove(by(), campaign),
            Error::<Test>::RecordStillNeeded
        );
        assert_ok!(Ads::close(by(), campaign));
        Now::mutate(|now| *now += 10 * RECORD_ROUNDS);
        assert_noop!(
            Ads::remove(by(), campaign),
            Error::<Test>::RecordStillNeeded
        );
    });
}
