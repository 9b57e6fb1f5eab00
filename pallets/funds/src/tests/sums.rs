//! Nothing is made or lost by paying.

use crate::{
    FUNDS, Paid, PaymentCount,
    mock::{Balances, ENDOWMENT, FOUNDERS_POT, Test, pay, run},
};
use proptest::prelude::*;
use sp_core::crypto::AccountId32;

proptest! {
    #[test]
    fn whatever_is_paid_leaves_its_fund_and_arrives_and_nothing_else_changes(
        payments in prop::collection::vec((0..4usize, 1..5u8, 0..ENDOWMENT), 0..24),
    ) {
        run(|| {
            let mut left = [ENDOWMENT; 4];
            let mut received = [0u128; 5];
            let mut count = 0;
            for (fund, to, amount) in payments {
                let receiver = AccountId32::new([to; 32]);
                if pay(FUNDS[fund], receiver, amount, 0).is_ok() {
                    left[fund] -= amount;
                    received[to as usize] += amount;
                    count += 1;
                }
            }
            for (fund, left) in FUNDS.into_iter().zip(left) {
                assert_eq!(Balances::free_balance(fund.account::<AccountId32>()), left);
                assert_eq!(Paid::<Test>::get(fund), ENDOWMENT - left);
            }
            for (to, received) in received.into_iter().enumerate() {
                let receiver = AccountId32::new([to as u8; 32]);
                assert_eq!(Balances::free_balance(receiver), received);
            }
            assert_eq!(PaymentCount::<Test>::get(), count);
            assert_eq!(Balances::total_issuance(), 4 * ENDOWMENT + FOUNDERS_POT);

        });
    }
}
