//! Payments, and the ones that are refused.

use crate::{
    Error, Event, FUNDS, Fund, PaymentCount,
    mock::{
        Balances, ENDOWMENT, EXISTENTIAL_DEPOSIT, Funds, RuntimeEvent, RuntimeOrigin, System, Test,
        pay, run, somebody,
    },
};
use frame_support::{assert_noop, assert_ok};
use sp_core::crypto::AccountId32;
use sp_runtime::DispatchError;

#[test]
fn a_payment_moves_the_amount_and_the_event_says_what_for() {
    for fund in FUNDS {
        run(|| {
            assert_ok!(pay(fund, somebody(), 1_234, 42));
            assert_eq!(Balances::free_balance(somebody()), 1_234);
            assert_eq!(
                Balances::free_balance(fund.account::<AccountId32>()),
                ENDOWMENT - 1_234
            );
            System::assert_last_event(RuntimeEvent::Funds(Event::FundPaid {
                index: 0,
                fund,
                to: somebody(),
                amount: 1_234,
                purpose: 42,
            }));
        });
    }
}

#[test]
fn payments_are_numbered_over_all_funds() {
    run(|| {
        assert_ok!(pay(Fund::Mentors, somebody(), 100, 1));
        assert_ok!(pay(Fund::Bonus, somebody(), 100, 2));
        System::assert_last_event(RuntimeEvent::Funds(Event::FundPaid {
            index: 1,
            fund: Fund::Bonus,
            to: somebody(),
            amount: 100,
            purpose: 2,
        }));
        assert_eq!(PaymentCount::<Test>::get(), 2);
    });
}

#[test]
fn nobody_but_an_enacted_motion_pays() {
    run(|| {
        for origin in [
            RuntimeOrigin::none(),
            RuntimeOrigin::signed(somebody()),
            RuntimeOrigin::signed(Fund::Bounty.account()),
        ] {
            assert_noop!(
                Funds::pay(origin, Fund::Bounty, somebody(), 100, 0),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn a_fund_pays_all_but_its_existential_deposit() {
    run(|| {
        let all = ENDOWMENT - EXISTENTIAL_DEPOSIT;
        assert_noop!(
            pay(Fund::Development, somebody(), all + 1, 0),
            Error::<Test>::NotEnoughInFund
        );
        assert_ok!(pay(Fund::Development, somebody(), all, 0));
        assert_noop!(
            pay(Fund::Development, somebody(), 1, 0),
            Error::<Test>::NotEnoughInFund
        );
    });
}

#[test]
fn no_payment_is_of_nothing_or_to_its_own_fund_or_too_small_for_a_new_account() {
    run(|| {
        assert_noop!(
            pay(Fund::Bonus, somebody(), 0, 0),
            Error::<Test>::NothingToPay
        );
        assert_noop!(
            pay(Fund::Bonus, Fund::Bonus.account(), 100, 0),
            Error::<Test>::ReceiverIsTheFund
        );
        assert_noop!(
            pay(Fund::Bonus, somebody(), EXISTENTIAL_DEPOSIT - 1, 0),
            Error::<Test>::ReceiverCannotReceive
        );
        assert_ok!(pay(Fund::Bonus, somebody(), EXISTENTIAL_DEPOSIT, 0));
        assert_ok!(pay(Fund::Bonus, somebody(), 1, 0));
    });
}

#[test]
fn a_count_at_its_end_is_an_error_and_changes_nothing() {
    run(|| {
        PaymentCount::<Test>::put(u32::MAX);
        assert_noop!(
            pay(Fund::Bonus, somebody(), 100, 0),
            Error::<Test>::Overflow
        );
        PaymentCount::<Test>::kill();
    });
}
