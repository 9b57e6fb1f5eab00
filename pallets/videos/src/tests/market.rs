//! Prices, sales and gifts of enhancements.

use crate::{
    Error, Event, HoldReason,
    mock::{
        AccountId, Balances, CFX, Now, RECORD_ROUNDS, RuntimeEvent, RuntimeOrigin, System, Test,
        Videos, draft, other_producer, producer, propose, run, stranger,
    },
    types::MAX_OWNERS,
};
use chainflix_primitives::Magnet;
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::DispatchResult;

const MAGNET: Magnet = Magnet([1; 32]);

/// Runs on an enhancement of [`stranger`] that earns from round 1,012 on, in round 1,020.
fn run_on_attached(test: impl FnOnce(u32)) {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        Now::set(1_010);
        let id = propose(stranger(), MAGNET);
        assert_ok!(Videos::accept_enhancement(
            RuntimeOrigin::signed(producer()),
            id
        ));
        Now::set(1_020);
        test(id);
    });
}

fn price(by: AccountId, id: u32, price: Option<u128>) -> DispatchResult {
    Videos::set_enhancement_price(RuntimeOrigin::signed(by), id, price)
}

fn buy(by: AccountId, id: u32, most: u128) -> DispatchResult {
    Videos::buy_enhancement(RuntimeOrigin::signed(by), id, most)
}

fn give(by: AccountId, id: u32, to: AccountId) -> DispatchResult {
    Videos::transfer_enhancement(RuntimeOrigin::signed(by), id, to)
}

fn held(by: &AccountId) -> u128 {
    Balances::balance_on_hold(&HoldReason::Enhancement.into(), by)
}

fn owner_in(id: u32, round: u32) -> Option<AccountId> {
    Videos::enhancement_owner_in(id, MAGNET, round)
}

#[test]
fn a_sale_pays_the_seller_moves_the_deposit_and_the_buyer_earns_from_two_rounds_later() {
    run_on_attached(|id| {
        let (seller, buyer) = (stranger(), other_producer());
        let before = [&seller, &buyer].map(Balances::total_balance);
        assert_ok!(price(stranger(), id, Some(7 * CFX)));
        assert_ok!(buy(buyer.clone(), id, 7 * CFX));
        let after = [&seller, &buyer].map(Balances::total_balance);
        assert_eq!(after, [before[0] + 7 * CFX, before[1] - 7 * CFX]);
        assert_eq!(
            [held(&seller), held(&buyer)],
            [0, Videos::enhancement_deposit()]
        );
        assert_eq!(owner_in(id, 1_021), Some(seller.clone()));
        assert_eq!(owner_in(id, 1_022), Some(buyer.clone()));
        System::assert_last_event(RuntimeEvent::Videos(Event::EnhancementSold {
            id,
            seller,
            buyer: buyer.clone(),
            price: 7 * CFX,
            from_round: 1_022,
        }));
        assert_noop!(buy(producer(), id, u128::MAX), Error::<Test>::NotForSale);
    });
}

#[test]
fn nobody_pays_more_than_it_said_though_the_price_was_raised_before() {
    run_on_attached(|id| {
        assert_noop!(buy(producer(), id, u128::MAX), Error::<Test>::NotForSale);
        assert_ok!(price(stranger(), id, Some(5 * CFX)));
        assert_ok!(price(stranger(), id, Some(5 * CFX + 1)));
        assert_noop!(buy(producer(), id, 5 * CFX), Error::<Test>::PriceTooHigh);
        assert_ok!(price(stranger(), id, None));
        assert_noop!(buy(producer(), id, u128::MAX), Error::<Test>::NotForSale);
    });
}

#[test]
fn a_buyer_that_cannot_pay_gets_nothing_and_loses_nothing() {
    run_on_attached(|id| {
        assert_ok!(price(stranger(), id, Some(1_000 * CFX)));
        let buyer = RuntimeOrigin::signed(producer());
        let call = crate::Call::<Test>::buy_enhancement {
            id,
            most: u128::MAX,
        };
        use frame_support::dispatch::GetDispatchInfo;
        use sp_runtime::traits::Dispatchable;
        assert!(call.get_dispatch_info().call_weight.ref_time() > 0);
        let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
        assert!(
            crate::mock::RuntimeCall::from(call)
                .dispatch(buyer)
                .is_err()
        );
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), root);
        assert_eq!(owner_in(id, 1_022), Some(stranger()));
    });
}

#[test]
fn only_the_owner_prices_and_gives_and_nobody_buys_its_own() {
    run_on_attached(|id| {
        for caller in [producer(), other_producer()] {
            assert_noop!(price(caller.clone(), id, Some(1)), Error::<Test>::NotOwner);
            assert_noop!(
                give(caller.clone(), id, stranger()),
                Error::<Test>::NotOwner
            );
        }
        assert_ok!(price(stranger(), id, Some(1)));
        assert_noop!(buy(stranger(), id, 1), Error::<Test>::AlreadyOwner);
        assert_noop!(
            give(stranger(), id, stranger()),
            Error::<Test>::AlreadyOwner
        );
        for refused in [
            price(stranger(), id + 1, None),
            buy(producer(), id + 1, 1),
            give(stranger(), id + 1, producer()),
        ] {
            assert_eq!(refused, Err(Error::<Test>::UnknownEnhancement.into()));
        }
    });
}

#[test]
fn a_gift_brings_its_deposit_along_and_is_not_for_sale_after() {
    run_on_attached(|id| {
        assert_ok!(price(stranger(), id, Some(CFX)));
        let free = Balances::balance(&other_producer());
        assert_ok!(give(stranger(), id, other_producer()));
        assert_eq!(Balances::balance(&other_producer()), free);
        assert_eq!(held(&other_producer()), Videos::enhancement_deposit());
        assert_eq!(held(&stranger()), 0);
        assert_eq!(owner_in(id, 1_021), Some(stranger()));
        assert_eq!(owner_in(id, 1_022), Some(other_producer()));
        assert_noop!(buy(producer(), id, u128::MAX), Error::<Test>::NotForSale);
        assert_ok!(price(other_producer(), id, Some(2 * CFX)));
    });
}

#[test]
fn a_gift_to_an_account_that_does_not_exist_is_refused() {
    run_on_attached(|id| {
        assert!(give(stranger(), id, AccountId::new([77; 32])).is_err());
        assert_eq!(held(&stranger()), Videos::enhancement_deposit());
        assert_eq!(owner_in(id, 1_030), Some(stranger()));
    });
}

#[test]
fn g4_ownership_changes_hands_again_only_when_the_last_change_has_taken_effect() {
    run_on_attached(|id| {
        assert_ok!(give(stranger(), id, producer()));
        assert_noop!(
            give(producer(), id, stranger()),
            Error::<Test>::ChangePending
        );
        assert_ok!(price(producer(), id, Some(1)));
        assert_noop!(buy(stranger(), id, 1), Error::<Test>::ChangePending);
        Now::set(1_022);
        assert_ok!(buy(stranger(), id, 1));
        assert_eq!(
            [1_012, 1_021, 1_022, 1_023, 1_024].map(|round| owner_in(id, round)),
            [stranger(), stranger(), producer(), producer(), stranger()].map(Some)
        );
    });
}

#[test]
fn owners_of_rounds_that_are_still_judged_are_never_forgotten() {
    run_on_attached(|id| {
        let hands = [producer(), stranger()];
        let mut changes = 0;
        while give(
            hands[(changes + 1) % 2].clone(),
            id,
            hands[changes % 2].clone(),
        )
        .is_ok()
        {
            changes += 1;
            Now::mutate(|now| *now += 2);
        }
        assert_eq!(changes as u32, MAX_OWNERS - 1);
        let now = Now::get();
        assert_noop!(
            give(
                hands[(changes + 1) % 2].clone(),
                id,
                hands[changes % 2].clone()
            ),
            Error::<Test>::HistoryFull
        );
        assert_eq!(owner_in(id, 1_012), Some(stranger()));
        Now::set(now + RECORD_ROUNDS);
        assert_ok!(give(
            hands[(changes + 1) % 2].clone(),
            id,
            hands[changes % 2].clone()
        ));
        assert!(owner_in(id, now).is_some());
    });
}

#[test]
fn what_has_ended_is_neither_priced_nor_sold_nor_given() {
    run_on_attached(|id| {
        assert_ok!(price(stranger(), id, Some(1)));
        assert_ok!(Videos::end_enhancement(
            RuntimeOrigin::signed(stranger()),
            id
        ));
        assert_noop!(
            price(stranger(), id, Some(1)),
            Error::<Test>::EnhancementEnded
        );
        assert_noop!(buy(producer(), id, 1), Error::<Test>::EnhancementEnded);
        assert_noop!(
            give(stranger(), id, producer()),
            Error::<Test>::EnhancementEnded
        );
    });
}

#[test]
fn a_proposal_can_be_sold_and_the_buyer_gets_its_deposit_back_when_it_is_declined() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        let id = propose(stranger(), MAGNET);
        assert_ok!(price(stranger(), id, Some(0)));
        let free = Balances::balance(&other_producer());
        assert_ok!(buy(other_producer(), id, 0));
        assert_eq!(owner_in(id, 1_500), None, "nobody accepted it");
        assert_ok!(Videos::end_enhancement(
            RuntimeOrigin::signed(producer()),
            id
        ));
        assert_eq!(Balances::balance(&other_producer()), free);
    });
}
