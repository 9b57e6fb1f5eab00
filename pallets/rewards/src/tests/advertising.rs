//! What campaigns pay joins what can be earned.

use crate::{
    Error, Event, Unexpected, VoteRefusal,
    mock::{
        Balances, CFX, DELAY, Earnings, Escrow, Now, Rewards, RuntimeEvent, System, account, adopt,
        debiting, header, raw, run,
    },
    types::Totals,
};
use chainflix_primitives::{
    campaign::{MAX_PAID_CAMPAIGNS, PaidCampaign},
    registry::Settlement,
};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};

/// Settles round 10 with an approved block that debits 3 CFX and one that debits 4.
fn settle_ads() {
    Escrow::set(&(1_000 * CFX));
    let blocks = vec![debiting(1, 3 * CFX, true), debiting(2, 4 * CFX, true)];
    Rewards::settle(10, blocks, vec![raw(1)]);
}

#[test]
fn a2_only_approved_blocks_debit_and_the_record_says_how_much() {
    run(|| {
        Escrow::set(&(1_000 * CFX));
        let blocks = vec![
            debiting(1, 3 * CFX, true),
            debiting(2, 500 * CFX, false),
            debiting(3, 4 * CFX, true),
        ];
        Rewards::settle(10, blocks, vec![raw(1)]);
        let settled = Rewards::settled(10).expect("it is settled");
        let paid = PaidCampaign {
            campaign: 1,
            debits: 7 * CFX,
            paid: 7 * CFX,
        };
        assert_eq!(settled.ads.to_vec(), [paid]);
        assert_eq!(Escrow::get(), 993 * CFX);
        assert_eq!(Rewards::totals().advertised, 7 * CFX);
    });
}

#[test]
fn what_campaigns_pay_is_no_emission_and_leaves_the_emission_as_it_is() {
    run(|| {
        settle_ads();
        Rewards::settle(11, vec![header(1, 60, true), header(2, 60, true)], vec![]);
        let [with, without] = [10, 11].map(|round| Rewards::settled(round).expect("settled"));
        assert_eq!(with.settled, without.settled);
        assert_eq!(with.settled, 135 * CFX);
        let totals = Rewards::totals();
        assert_eq!((totals.settled, totals.advertised), (270 * CFX, 7 * CFX));
        assert_eq!(totals.owed(), Some(277 * CFX));
    });
}

#[test]
fn what_campaigns_paid_can_be_adopted_and_claimed_and_not_a_unit_more() {
    run(|| {
        settle_ads();
        Now::set(14);
        let owed = 142 * CFX;
        adopt(&Earnings::of(&[(100, owed + 1)]), 10);
        assert_eq!(Rewards::last_adopted(), None);
        let refused = System::events().into_iter().any(|record| {
            matches!(
                record.event,
                RuntimeEvent::Rewards(Event::EarningsVoteRefused {
                    reason: VoteRefusal::SumAboveSettled,
                    ..
                })
            )
        });
        assert!(refused);
        let earnings = Earnings::of(&[(100, 135 * CFX), (101, 7 * CFX)]);
        adopt(&earnings, 10);
        Now::set(14 + DELAY);
        assert_ok!(earnings.claim(100, 10).submit(1));
        assert_ok!(earnings.claim(101, 10).submit(1));
        assert_eq!(Balances::total_balance(&account(101)), 7 * CFX);
        assert_eq!(
            Rewards::totals(),
            Totals {
                settled: 135 * CFX,
                paid: owed,
                advertised: 7 * CFX,
            }
        );
        assert_noop!(
            earnings.claim(101, 10).submit(1),
            Error::<crate::mock::Test>::NothingToClaim
        );
    });
}

#[test]
fn a5_two_verifiers_debiting_one_escrow_in_a_round_leave_a_sum_that_can_be_adopted() {
    run(|| {
        // Each block alone could be paid, both together can't.
        Escrow::set(&(5 * CFX));
        let blocks = vec![debiting(1, 4 * CFX, true), debiting(2, 4 * CFX, true)];
        Rewards::settle(10, blocks, vec![raw(1)]);
        Now::set(14);
        let settled = Rewards::settled(10).expect("it is settled");
        assert_eq!(
            (settled.ads[0].debits, settled.ads[0].paid),
            (8 * CFX, 5 * CFX)
        );
        adopt(&Earnings::of(&[(100, 140 * CFX)]), 10);
        assert!(Rewards::last_adopted().is_some());
    });
}

#[test]
fn a_round_that_is_not_settled_debits_nobody() {
    run(|| {
        settle_ads();
        let left = Escrow::get();
        // Debits that add up to no number are refused whole, after the escrow had paid.
        let before = Rewards::totals();
        crate::LifetimeTotals::<crate::mock::Test>::mutate(|totals| totals.advertised = u128::MAX);
        Rewards::settle(11, vec![debiting(1, CFX, true)], vec![]);
        crate::LifetimeTotals::<crate::mock::Test>::put(before);
        let reason = Unexpected::AdsOutOfBounds;
        System::assert_last_event(RuntimeEvent::Rewards(Event::UnexpectedlyRefused { reason }));
        assert_eq!(Rewards::settled(11), None);
        assert_eq!(Escrow::get(), left);
    });
}

#[test]
fn a_record_holds_as_many_campaigns_as_can_be_paid() {
    run(|| {
        Escrow::set(&(u128::MAX));
        let blocks = (0u8..100).map(|issuer| {
            let mut block = header(issuer, 60, true);
            block.debits = (0..64)
                .map(|n| chainflix_primitives::report::Debit {
                    campaign: u32::from(issuer) * 64 + n,
                    amount: 1,
                })
                .collect();
            block
        });
        Rewards::settle(10, blocks.collect(), vec![]);
        let settled = Rewards::settled(10).expect("it is settled");
        assert_eq!(settled.ads.len(), MAX_PAID_CAMPAIGNS as usize);
    });
}
