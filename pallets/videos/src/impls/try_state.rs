//! What must always hold.

use alloc::collections::BTreeMap;
use chainflix_primitives::{registry::CurrentRound, window};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

use crate::{Config, HoldReason, Listings, Pallet, PublishedCount, Uploads, Videos};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_deposits()?;
        Self::check_listings()?;
        Self::check_terms()?;
        Self::check_states()
    }

    /// Funds held are the sum of the items' deposits, account by account and reason by reason.
    fn check_deposits() -> Result<(), TryRuntimeError> {
        let mut records: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for record in Videos::<T>::iter_values() {
            let sum = records.entry(record.terms.producer.0.into()).or_default();
            *sum = sum.checked_add(record.deposit).ok_or("deposits overflow")?;
        }
        let mut marks: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for mark in Uploads::<T>::iter_values() {
            let sum = marks.entry(mark.producer).or_default();
            *sum = sum.checked_add(mark.deposit).ok_or("deposits overflow")?;
        }
        for (account, sum) in records {
            let held = T::Currency::balance_on_hold(&HoldReason::Video.into(), &account);
            ensure!(
                held == sum,
                "held for records differs from the records' deposits"
            );
        }
        for (account, sum) in marks {
            let held = T::Currency::balance_on_hold(&HoldReason::UploadMark.into(), &account);
            ensure!(
                held == sum,
                "held for marks differs from the marks' deposits"
            );
        }
        Ok(())
    }

    /// Every video stands in its producer's list under its number, and the list holds nothing else.
    fn check_listings() -> Result<(), TryRuntimeError> {
        let mut listed = 0u64;
        for (producer, number, magnet) in Listings::<T>::iter() {
            let record = Videos::<T>::get(magnet).ok_or("a list names a video that is not")?;
            ensure!(
                record.listing == number,
                "a video stands under another number"
            );
            ensure!(
                record.terms.producer == Self::raw(&producer),
                "a video is listed elsewhere"
            );
            ensure!(
                number < PublishedCount::<T>::get(&producer),
                "a number is above the count"
            );
            listed = listed.saturating_add(1);
        }
        ensure!(
            listed == Videos::<T>::iter_keys().count() as u64,
            "a video is not listed"
        );
        Ok(())
    }

    /// Every video has cells, a ratio that splits, and a used upload id.
    fn check_terms() -> Result<(), TryRuntimeError> {
        for record in Videos::<T>::iter_values() {
            let terms = record.terms;
            ensure!(
                window::cell_count(terms.total_playtime_ms).is_some(),
                "a video has no cells"
            );
            ensure!(
                terms.ratio.validate().is_ok(),
                "a mining ratio is not whole"
            );
            ensure!(
                Uploads::<T>::contains_key(terms.upload_id),
                "an upload id is not marked"
            );
        }
        Ok(())
    }

    /// States ascend, there is one at least, and all but the last have taken effect.
    fn check_states() -> Result<(), TryRuntimeError> {
        let now = T::Rounds::current_round();
        for record in Videos::<T>::iter_values() {
            ensure!(!record.states.is_empty(), "a video has no state");
            let ascending = record
                .states
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a.from_round < b.from_round));
            ensure!(ascending, "states are out of order");
            let pending = record
                .states
                .iter()
                .filter(|change| change.from_round > now)
                .count();
            ensure!(pending <= 1, "several changes are pending");
        }
        Ok(())
    }
}
