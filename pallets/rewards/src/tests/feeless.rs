//! Claims without signature and fee: what the pool lets in.

use crate::mock::{
    Balances, CFX, Claim, EXISTENTIAL_DEPOSIT, Earnings, Now, Rewards, RuntimeCall, RuntimeOrigin,
    account, adopt, run, settle,
};
use frame_support::{
    assert_ok,
    traits::{Authorize, fungible::Inspect},
};
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
    },
};

/// What the pool says to a claim.
fn offer(claim: &Claim) -> Result<ValidTransaction, TransactionValidityError> {
    RuntimeCall::from(claim.call())
        .authorize(TransactionSource::External)
        .expect("the call authorizes itself")
        .map(|(validity, _unspent)| validity)
}

/// Offers a claim and, when it is let in, makes it as a block would.
fn submit(claim: &Claim) -> Result<(), TransactionValidityError> {
    offer(claim)?;
    let made = RuntimeCall::from(claim.call()).dispatch(frame_system::RawOrigin::Authorized.into());
    assert_ok!(made);
    Ok(())
}

fn refused(error: InvalidTransaction) -> Result<(), TransactionValidityError> {
    Err(error.into())
}

fn earnings() -> Earnings {
    Earnings::of(&[
        (11, 3 * CFX),
        (12, EXISTENTIAL_DEPOSIT),
        (13, EXISTENTIAL_DEPOSIT - 1),
    ])
}

fn run_claimable(test: impl FnOnce()) {
    run(|| {
        for round in 0..=40 {
            settle(round);
        }
        Now::set(45);
        adopt(&earnings(), 10);
        Now::set(100);
        test();
    });
}

#[test]
fn an_account_without_any_funds_is_paid_in_full_and_pays_no_fee() {
    run_claimable(|| {
        assert_eq!(submit(&earnings().claim(11, 10)), Ok(()));
        assert_eq!(Balances::balance(&account(11)), 3 * CFX);
        assert_eq!(
            submit(&earnings().claim(12, 10)),
            Ok(()),
            "exactly the least one"
        );
    });
}

#[test]
fn a_claim_below_the_least_one_has_to_be_signed() {
    run_claimable(|| {
        assert_ok!(earnings().claim(11, 10).submit(11));
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(account(11)),
            account(13),
            EXISTENTIAL_DEPOSIT
        ));
        let small = earnings().claim(13, 10);
        assert_eq!(submit(&small), refused(InvalidTransaction::Custom(5)));
        assert_ok!(small.submit(11));
    });
}

#[test]
fn q_what_would_pay_nothing_never_enters_the_pool() {
    run_claimable(|| {
        let honest = earnings().claim(11, 10);
        let not_adopted = Claim {
            as_of: 20,
            ..honest.clone()
        };
        assert_eq!(submit(&not_adopted), refused(InvalidTransaction::Custom(0)));
        let copied = Claim {
            account: account(99),
            ..honest.clone()
        };
        assert_eq!(submit(&copied), refused(InvalidTransaction::BadProof));
        let too_much = Claim {
            total: u128::MAX,
            ..honest.clone()
        };
        assert_eq!(submit(&too_much), refused(InvalidTransaction::Custom(6)));
        let small = earnings().claim(13, 10);
        assert_eq!(submit(&small), refused(InvalidTransaction::Custom(4)));
        assert_eq!(submit(&honest), Ok(()));
        assert_eq!(
            submit(&honest),
            refused(InvalidTransaction::Stale),
            "a second time"
        );
    });
}

#[test]
fn b1_a_claim_before_its_time_is_refused() {
    run_claimable(|| {
        let mut later = earnings();
        later.credit(11, CFX);
        adopt(&later, 20);
        assert_eq!(
            submit(&later.claim(11, 20)),
            refused(InvalidTransaction::Future)
        );
    });
}

#[test]
fn claims_of_one_account_and_total_are_one_transaction_to_the_pool() {
    run_claimable(|| {
        adopt(&earnings(), 20);
        Now::set(200);
        let tags = |claim: &Claim| offer(claim).expect("let in").provides;
        assert_eq!(
            tags(&earnings().claim(11, 10)),
            tags(&earnings().claim(11, 20))
        );
        assert_ne!(
            tags(&earnings().claim(11, 10)),
            tags(&earnings().claim(12, 10))
        );
    });
}

#[test]
fn being_let_in_changes_nothing_yet() {
    run_claimable(|| {
        let totals = Rewards::totals();
        let validity = offer(&earnings().claim(11, 10)).expect("let in");
        assert!(validity.propagate);
        assert_eq!((validity.priority, validity.longevity), (7, 64));
        assert_eq!(Rewards::totals(), totals);
        assert_eq!(Balances::balance(&account(11)), 0);
    });
}
