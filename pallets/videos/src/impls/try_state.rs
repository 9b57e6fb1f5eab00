//! What must always hold.

use alloc::{collections::BTreeMap, vec::Vec};
use chainflix_primitives::{Magnet, registry::CurrentRound, window};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

use crate::{
    Attached, Config, EnhancementState, Enhancements, HoldReason, Listings, NextEnhancement,
    Pallet, Policies, Proposals, PublishedCount, Uploads, Videos,
};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_deposits()?;
        Self::check_listings()?;
        Self::check_terms()?;
        Self::check_states()?;
        Self::check_enhancement_deposits()?;
        Self::check_enhancements()?;
        Self::check_places()
    }

    /// What is to be on hold for each item: of whom, why, how many units. Reads every item, for checks.
    pub fn held_for_items() -> Vec<(T::AccountId, HoldReason, u128)> {
        let videos = Videos::<T>::iter_values().map(|record| {
            let producer: T::AccountId = record.terms.producer.0.into();
            (producer, HoldReason::Video, record.deposit)
        });
        let marks = Uploads::<T>::iter_values()
            .map(|mark| (mark.producer, HoldReason::UploadMark, mark.deposit));
        let enhancements = Enhancements::<T>::iter_values().filter_map(|item| {
            let owner = item.owner()?.clone();
            Some((owner, HoldReason::Enhancement, item.deposit))
        });
        let policies = Policies::<T>::iter()
            .map(|(producer, item)| (producer, HoldReason::AcceptancePolicy, item.deposit));
        let holds = videos.chain(marks).chain(enhancements).chain(policies);
        holds.collect()
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

    /// Funds held are the sum of the deposits of what an account owns, and of its policy.
    fn check_enhancement_deposits() -> Result<(), TryRuntimeError> {
        let mut sums: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for enhancement in Enhancements::<T>::iter_values() {
            let owner = enhancement.owner().ok_or("an enhancement of nobody")?;
            let sum = sums.entry(owner.clone()).or_default();
            *sum = sum
                .checked_add(enhancement.deposit)
                .ok_or("deposits overflow")?;
        }
        for (account, sum) in sums {
            let held = T::Currency::balance_on_hold(&HoldReason::Enhancement.into(), &account);
            ensure!(
                held == sum,
                "held for enhancements differs from their deposits"
            );
        }
        for (account, record) in Policies::<T>::iter() {
            let held = T::Currency::balance_on_hold(&HoldReason::AcceptancePolicy.into(), &account);
            ensure!(
                held == record.deposit,
                "held for a policy differs from its deposit"
            );
        }
        Ok(())
    }

    /// Every enhancement has an id that was given out, a fit description, owners in order, and a price only while it
    /// can be sold.
    fn check_enhancements() -> Result<(), TryRuntimeError> {
        let next = NextEnhancement::<T>::get();
        let now = T::Rounds::current_round();
        for (id, enhancement) in Enhancements::<T>::iter() {
            ensure!(id < next, "an id was not given out");
            ensure!(
                Self::check_description(enhancement.kind, &enhancement.language, &enhancement.hash)
                    .is_ok(),
                "an enhancement is nothing"
            );
            let ascending = enhancement
                .owners
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a.from_round < b.from_round));
            ensure!(ascending, "owners are out of order");
            let pending = enhancement
                .owners
                .iter()
                .filter(|change| change.from_round > now)
                .count();
            ensure!(pending <= 1, "several owners are pending");
            if let EnhancementState::Ended {
                from_round,
                until_round,
            } = enhancement.state
            {
                ensure!(
                    from_round <= until_round,
                    "an enhancement ends before it begins"
                );
                ensure!(enhancement.price.is_none(), "what has ended is for sale");
            }
        }
        Ok(())
    }

    /// Every enhancement stands in one place: proposed among its video's proposals, else in the list of its video, which
    /// is registered; and nothing else stands there.
    fn check_places() -> Result<(), TryRuntimeError> {
        let mut placed = 0u64;
        for (video, id) in Proposals::<T>::iter_keys() {
            Self::check_place(video, id, true)?;
            placed = placed.saturating_add(1);
        }
        for (video, listed) in Attached::<T>::iter() {
            ensure!(Videos::<T>::contains_key(video), "enhancements of no video");
            ensure!(!listed.is_empty(), "an empty list of enhancements");
            for id in listed {
                Self::check_place(video, id, false)?;
                placed = placed.saturating_add(1);
            }
        }
        ensure!(
            placed == Enhancements::<T>::iter_keys().count() as u64,
            "an enhancement stands nowhere, or twice"
        );
        Ok(())
    }

    fn check_place(video: Magnet, id: u32, proposed: bool) -> Result<(), TryRuntimeError> {
        let found = Enhancements::<T>::get(id).ok_or("a place names no enhancement")?;
        ensure!(found.video == video, "an enhancement of another video");
        ensure!(
            (found.state == EnhancementState::Proposed) == proposed,
            "an enhancement stands in the wrong place"
        );
        Ok(())
    }
}
