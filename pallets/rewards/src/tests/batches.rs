//! Several claims at once: all of them, or none.

use crate::{
    Claims, Error, MAX_CLAIMS,
    mock::{
        Balances, CFX, Claim, EXISTENTIAL_DEPOSIT, Earnings, Now, Rewards, RuntimeCall,
        RuntimeOrigin, Test, account, adopt, run, settle,
    },
};
use frame_support::{
    assert_noop, assert_ok,
    traits::{Authorize, fungible::Inspect},
};
use sp_runtime::{
    DispatchResult,
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
    },
};

fn earnings() -> Earnings {
    Earnings::of(&[
        (11, 3 * CFX),
        (12, 4 * CFX),
        (13, 5 * CFX),
        (14, EXISTENTIAL_DEPOSIT - 1),
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

fn batch(claims: &[Claim]) -> Claims<Test> {
    let claims: Vec<_> = claims
        .iter()
        .map(|claim| crate::Claim {
            account: claim.account.clone(),
            as_of: claim.as_of,
            total: claim.total,
            index: claim.index,
            count: claim.count,
            proof: claim.proof.clone().try_into().expect("a proof that fits"),
        })
        .collect();
    claims.try_into().expect("at most 20")
}

fn submit(claims: &[Claim]) -> DispatchResult {
    Rewards::claim_batch(RuntimeOrigin::signed(account(200)), batch(claims))
}

fn call(claims: &[Claim]) -> RuntimeCall {
    crate::Call::claim_batch {
        claims: batch(claims),
    }
    .into()
}

fn offer(claims: &[Claim]) -> Result<ValidTransaction, TransactionValidityError> {
    call(claims)
        .authorize(TransactionSource::External)
        .expect("the call authorizes itself")
        .map(|(validity, _)| validity)
}

fn of(numbers: &[u8]) -> Vec<Claim> {
    let claim = |number: &u8| earnings().claim(*number, 10);
    numbers.iter().map(claim).collect()
}

fn balances() -> [u128; 3] {
    [11, 12, 13].map(|number| Balances::balance(&account(number)))
}

#[test]
fn a_batch_pays_each_owner_and_nobody_else() {
    run_claimable(|| {
        assert_ok!(submit(&of(&[11, 12, 13])));
        assert_eq!(balances(), [3 * CFX, 4 * CFX, 5 * CFX]);
        assert_eq!(Rewards::totals().paid, 12 * CFX);
        assert_eq!(Balances::balance(&account(200)), 0);
    });
}

#[test]
fn a_batch_with_one_bad_claim_pays_nobody() {
    run_claimable(|| {
        let mut claims = of(&[11, 12, 13]);
        claims[2].total += 1;
        assert_noop!(submit(&claims), Error::<Test>::WrongProof);
        assert_ok!(earnings().claim(12, 10).submit(12));
        let again = of(&[11, 12, 13]);
        assert_noop!(submit(&again), Error::<Test>::NothingToClaim);
        assert_eq!(balances(), [0, 4 * CFX, 0]);
    });
}

#[test]
fn claims_are_by_ascending_account_so_that_nobody_is_paid_twice() {
    run_claimable(|| {
        for numbers in [&[12, 11][..], &[11, 11], &[]] {
            assert_noop!(submit(&of(numbers)), Error::<Test>::BatchNotAscending);
        }
    });
}

#[test]
fn a_feeless_batch_is_let_in_when_each_claim_pays_enough() {
    run_claimable(|| {
        let claims = of(&[11, 12, 13]);
        assert_eq!(offer(&claims).expect("let in").provides.len(), 3);
        assert_eq!(balances(), [0; 3], "being let in changes nothing yet");
        assert_ok!(call(&claims).dispatch(frame_system::RawOrigin::Authorized.into()));
        assert_eq!(balances(), [3 * CFX, 4 * CFX, 5 * CFX]);
        assert_eq!(offer(&claims), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn q_a_feeless_batch_with_one_claim_that_is_not_worth_it_is_refused() {
    run_claimable(|| {
        let small = of(&[11, 14]);
        assert_eq!(offer(&small), Err(InvalidTransaction::Custom(4).into()));
        let mut forged = of(&[11, 12]);
        forged[1].account = account(99);
        assert_eq!(offer(&forged), Err(InvalidTransaction::BadProof.into()));
        assert_eq!(offer(&[]), Err(InvalidTransaction::Custom(9).into()));
    });
}

#[test]
fn the_cap_holds_over_a_whole_batch() {
    run(|| {
        settle(0);
        // What the first two would be paid together is more than was ever settled; a majority adopted it.
        let settled = 135 * CFX;
        let honest = Earnings::of(&[(11, settled)]);
        Now::set(5);
        adopt(&honest, 0);
        settle(10);
        let greedy = Earnings::of(&[(11, settled), (12, settled)]);
        adopt(&greedy, 10);
        Now::set(100);
        assert_ok!(greedy.claim(11, 10).submit(11));
        let rest: Vec<Claim> = vec![greedy.claim(12, 10)];
        assert_ok!(submit(&rest));
        assert_eq!(Rewards::totals().paid, Rewards::totals().settled);
        let mut more = greedy;
        more.credit(13, CFX);
        let over = crate::mock::Claim {
            total: settled + 1,
            ..more.claim(11, 10)
        };
        assert_noop!(
            submit(std::slice::from_ref(&over)),
            Error::<Test>::AboveSettled
        );
        assert_eq!(offer(&[over]), Err(InvalidTransaction::Custom(6).into()));
    });
}

#[test]
fn one_claim_and_the_same_in_a_batch_are_one_transaction_to_the_pool() {
    run_claimable(|| {
        let alone = RuntimeCall::from(earnings().claim(12, 10).call())
            .authorize(TransactionSource::External)
            .expect("authorizes itself")
            .map(|(validity, _)| validity.provides)
            .expect("let in");
        let batched = offer(&of(&[11, 12])).expect("let in").provides;
        assert!(batched.contains(&alone[0]));
    });
}

#[test]
fn q1_a_batch_of_21_does_not_decode() {
    use codec::{Decode, Encode};
    run_claimable(|| {
        let one = batch(&of(&[11]))[0].clone();
        let encoded = |count: u32| vec![one.clone(); count as usize].encode();
        assert!(Claims::<Test>::decode(&mut encoded(MAX_CLAIMS).as_slice()).is_ok());
        assert!(Claims::<Test>::decode(&mut encoded(MAX_CLAIMS + 1).as_slice()).is_err());
    });
}
