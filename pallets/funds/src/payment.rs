//! Paying, and how the funds stand.

use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Preservation, Provenance},
    },
};

use crate::{Config, Error, Event, FUNDS, Fund, FundReport, Paid, Pallet, PaymentCount};

impl<T: Config> Pallet<T> {
    /// Pays `amount` units out of `fund`.
    pub(crate) fn pay_out(
        fund: Fund,
        to: T::AccountId,
        amount: u128,
        purpose: u32,
    ) -> DispatchResult {
        let from: T::AccountId = fund.account();
        ensure!(amount > 0, Error::<T>::NothingToPay);
        ensure!(to != from, Error::<T>::ReceiverIsTheFund);
        let liquid =
            T::Currency::reducible_balance(&from, Preservation::Preserve, Fortitude::Polite);
        ensure!(amount <= liquid, Error::<T>::NotEnoughInFund);
        T::Currency::can_deposit(&to, amount, Provenance::Extant)
            .into_result()
            .map_err(|_reason| Error::<T>::ReceiverCannotReceive)?;

        let index = PaymentCount::<T>::get();
        let next = index.checked_add(1).ok_or(Error::<T>::Overflow)?;
        let paid = Paid::<T>::get(fund)
            .checked_add(amount)
            .ok_or(Error::<T>::Overflow)?;
        T::Currency::transfer(&from, &to, amount, Preservation::Preserve)?;
        PaymentCount::<T>::put(next);
        Paid::<T>::insert(fund, paid);
        Self::deposit_event(Event::FundPaid {
            index,
            fund,
            to,
            amount,
            purpose,
        });
        Ok(())
    }

    /// Each fund as it stands.
    pub(crate) fn reports() -> Vec<FundReport<T::AccountId>> {
        FUNDS
            .into_iter()
            .map(|fund| {
                let account: T::AccountId = fund.account();
                FundReport {
                    fund,
                    balance: T::Currency::total_balance(&account),
                    account,
                    paid: Paid::<T>::get(fund),
                }
            })
            .collect()
    }
}
