//! What campaigns pay for settled rounds.

use crate::{
    Event,
    mock::{
        Ads, Balances, CFX, Draft, RuntimeEvent, System, Test, advertiser, balance, debit, draft,
        escrow, open, paid, run, settle,
    },
};
use chainflix_primitives::campaign::MAX_PAID_CAMPAIGNS;
use frame_support::traits::{
    fungible::MutateHold,
    tokens::{Fortitude, Precision},
};

#[test]
fn a_campaign_pays_what_approved_blocks_debit_and_it_leaves_escrow_and_issuance() {
    run(|| {
        let campaign = open(draft());
        let issued = Balances::total_issuance();
        let free = Balances::free_balance(advertiser());
        let owed = [debit(campaign, 3 * CFX), debit(campaign, 8 * CFX)];
        assert_eq!(settle(owed.to_vec()), [paid(campaign, 11 * CFX, 11 * CFX)]);
        assert_eq!(balance(campaign), 89 * CFX);
        assert_eq!(escrow(&advertiser()), 89 * CFX);
        assert_eq!(Balances::free_balance(advertiser()), free);
        // It is minted again when those who earned it claim it.
        assert_eq!(Balances::total_issuance(), issued - 11 * CFX);
        let funds = Ads::campaign(campaign).expect("it is on record").funds;
        assert_eq!((funds.deposited, funds.paid), (100 * CFX, 11 * CFX));
        System::assert_last_event(RuntimeEvent::Ads(Event::RoundPaid {
            round: 998,
            campaigns: 1,
            paid: 11 * CFX,
        }));
    });
}

#[test]
fn a4_no_round_takes_more_than_the_limit_whoever_asks() {
    run(|| {
        let campaign = open(draft());
        for round in 1..=4 {
            let greedy = vec![debit(campaign, u128::MAX / 2), debit(campaign, CFX)];
            let taken = settle(greedy);
            assert_eq!(taken[0].paid, 20 * CFX);
            assert_eq!(balance(campaign), (100 - 20 * round) * CFX);
        }
    });
}

#[test]
fn a5_two_verifiers_debiting_one_escrow_in_a_round_share_what_is_in_it() {
    run(|| {
        let campaign = open(Draft {
            budget: 9 * CFX,
            ..draft()
        });
        let taken = settle(vec![debit(campaign, 6 * CFX), debit(campaign, 8 * CFX)]);
        assert_eq!(taken, [paid(campaign, 14 * CFX, 9 * CFX)]);
        assert_eq!((balance(campaign), escrow(&advertiser())), (0, 0));
        let nothing = settle(vec![debit(campaign, 6 * CFX)]);
        assert_eq!(nothing, [paid(campaign, 6 * CFX, 0)]);
    });
}

#[test]
fn a2_debits_of_nobodys_campaign_and_of_nothing_pay_nothing() {
    run(|| {
        let campaign = open(draft());
        assert_eq!(settle(vec![]), []);
        assert_eq!(settle(vec![debit(campaign, 0)]), []);
        assert_eq!(settle(vec![debit(campaign + 1, CFX)]), []);
        assert_eq!(balance(campaign), 100 * CFX);
    });
}

#[test]
fn campaigns_pay_apart_and_in_ascending_order() {
    run(|| {
        let [first, second] = [open(draft()), open(draft())];
        let taken = settle(vec![
            debit(second, 4 * CFX),
            debit(first, 3 * CFX),
            debit(second, 4 * CFX),
        ]);
        assert_eq!(
            taken,
            [
                paid(first, 3 * CFX, 3 * CFX),
                paid(second, 8 * CFX, 8 * CFX)
            ]
        );
        assert_eq!(escrow(&advertiser()), 189 * CFX);
    });
}

#[test]
fn a_round_pays_for_a_bounded_number_of_campaigns() {
    run(|| {
        let small = Draft {
            price_per_play: CFX / 10,
            price_per_click: 0,
            tags: Vec::new(),
            budget: CFX / 10,
            ..draft()
        };
        let campaigns: Vec<u32> = (0..MAX_PAID_CAMPAIGNS + 3)
            .map(|_| open(small.clone()))
            .collect();
        let debits = campaigns.iter().map(|campaign| debit(*campaign, CFX / 10));
        let taken = settle(debits.collect());
        assert_eq!(taken.len(), MAX_PAID_CAMPAIGNS as usize);
        assert!(taken.iter().all(|paid| paid.paid == CFX / 10));
    });
}

#[test]
fn books_that_promise_more_than_is_held_pay_nothing_and_say_so() {
    run(|| {
        let campaign = open(draft());
        let reason = crate::HoldReason::Budget.into();
        let take = |amount| {
            Balances::burn_held(
                &reason,
                &advertiser(),
                amount,
                Precision::Exact,
                Fortitude::Force,
            )
        };
        take(99 * CFX).expect("it is held");
        assert_eq!(
            settle(vec![debit(campaign, 3 * CFX)]),
            [paid(campaign, 3 * CFX, 0)]
        );
        System::assert_has_event(RuntimeEvent::Ads(Event::EscrowShort {
            campaign,
            amount: 3 * CFX,
        }));
        assert!(crate::Pallet::<Test>::do_try_state().is_err());
        // Put right, so that the invariants hold in the end.
        let free = Balances::free_balance(advertiser());
        Balances::hold(&reason, &advertiser(), 99 * CFX).expect("there is enough");
        assert_eq!(Balances::free_balance(advertiser()), free - 99 * CFX);
    });
}
