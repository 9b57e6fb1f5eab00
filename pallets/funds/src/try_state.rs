//! What must always hold.

use frame_support::{ensure, traits::fungible::Inspect};
use sp_runtime::TryRuntimeError;

use crate::{Config, Founders, Paid, Pallet, PaymentCount, founders_pot};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_accounts()?;
        Self::check_payments()
    }

    /// The funds have different accounts, and a fund that paid still exists: it would lose small fees otherwise.
    fn check_accounts() -> Result<(), TryRuntimeError> {
        let reports = Self::reports();
        let pot: T::AccountId = founders_pot();
        ensure!(
            Founders::<T>::get().is_none_or(|founders| founders != pot),
            "the founders' pot would pay itself"
        );
        ensure!(
            reports.iter().all(|report| report.account != pot),
            "a fund is the founders' pot"
        );
        for (place, report) in reports.iter().enumerate() {
            ensure!(
                reports
                    .iter()
                    .skip(place.saturating_add(1))
                    .all(|other| other.account != report.account),
                "two funds share an account"
            );
            ensure!(
                report.paid == 0 || report.balance >= T::Currency::minimum_balance(),
                "a fund paid its existential deposit away"
            );
        }
        Ok(())
    }

    /// Something was paid exactly when there was a payment, and no more than can exist.
    fn check_payments() -> Result<(), TryRuntimeError> {
        let mut sum = 0u128;
        for paid in Paid::<T>::iter_values() {
            ensure!(paid > 0, "a payment of nothing was noted");
            sum = sum.checked_add(paid).ok_or("payments overflow")?;
        }
        ensure!(
            (sum == 0) == (PaymentCount::<T>::get() == 0),
            "payments are counted wrongly"
        );
        ensure!(
            sum >= u128::from(PaymentCount::<T>::get()),
            "there were more payments than units paid"
        );
        Ok(())
    }
}
