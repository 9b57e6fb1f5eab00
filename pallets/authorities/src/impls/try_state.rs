//! What must always hold.

use alloc::vec::Vec;
use frame_support::{
    ensure,
    traits::{Get, fungible::InspectHold},
};
use sp_runtime::TryRuntimeError;

use super::disabling::is_limit_reached;
use crate::{
    Acknowledgements, AnnouncementCount, Announcements, Config, EpochInForce, Expelled, HoldReason,
    InForce, KeySetSessions, KeySets, LatestEpoch, Members, MinimumSet, Pallet, SetSecrets,
    VerifierStatus, Verifiers,
};

impl<T: Config> Pallet<T> {
    /// Runs every check.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_set_in_force()?;
        Self::check_decided_set()?;
        Self::check_records()?;
        Self::check_keys()?;
        Self::check_announcements()?;
        Self::check_secrets()
    }

    /// What is to be on hold for each item: of whom, why, how many units. Reads every item, for checks.
    pub fn held_for_items() -> Vec<(T::AccountId, HoldReason, u128)> {
        let records = Verifiers::<T>::iter();
        let holds = records.flat_map(|(account, record)| {
            [
                (account.clone(), HoldReason::Bond, record.bond),
                (account, HoldReason::Record, record.deposit),
            ]
        });
        holds.collect()
    }

    fn check_size(size: usize) -> Result<(), TryRuntimeError> {
        let size = u32::try_from(size).map_err(|_| "the set is too large")?;
        ensure!(
            size >= MinimumSet::<T>::get(),
            "the set is below its minimum"
        );
        ensure!(size <= T::MaxSet::get(), "the set is above its maximum");
        Ok(())
    }

    /// The set in force is within its bounds, is the one that was noted, has session keys, and whoever is barred in it is
    /// disabled as far as the limit allows. So is the set that is queued.
    fn check_set_in_force() -> Result<(), TryRuntimeError> {
        let set = Self::set_in_force();
        Self::check_size(set.len())?;
        ensure!(
            InForce::<T>::get().into_inner() == set,
            "the set in force was not noted"
        );
        ensure!(
            set.windows(2).all(|pair| !matches!(pair, [a, b] if a == b)),
            "a verifier twice"
        );
        Self::check_size(pallet_session::Pallet::<T>::queued_keys().len())?;
        for verifier in set {
            ensure!(
                pallet_session::Pallet::<T>::load_keys(&verifier).is_some(),
                "a verifier has no session keys"
            );
            let place = pallet_session::Pallet::<T>::validator_id_to_index(&verifier);
            let is_disabled = pallet_session::DisabledValidators::<T>::get()
                .iter()
                .any(|(index, _)| Some(*index) == place);
            ensure!(
                Self::bar_of(&verifier).is_none() || is_disabled || is_limit_reached::<T>(),
                "a barred verifier writes blocks"
            );
        }
        Ok(())
    }

    /// The decided set is within its bounds, ascending, without anybody twice or barred, and nobody is expelled and kept
    /// but for the minimum.
    fn check_decided_set() -> Result<(), TryRuntimeError> {
        let members = Members::<T>::get();
        let expelled = Expelled::<T>::get();
        let decided = Self::decided_set();
        Self::check_size(decided.len())?;
        ensure!(
            decided
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a < b)),
            "a member twice"
        );
        ensure!(members.is_sorted(), "the members are not ascending");
        ensure!(
            expelled.is_empty() || decided.len() as u64 == u64::from(MinimumSet::<T>::get()),
            "somebody expelled is kept without need"
        );
        for member in &members {
            ensure!(Self::bar_of(member).is_none(), "a member is barred");
        }
        for member in decided {
            ensure!(
                pallet_session::Pallet::<T>::load_keys(&member).is_some(),
                "a member has no session keys"
            );
        }
        Ok(())
    }

    /// Records are counted, say where their accounts stand, and hold what they say.
    fn check_records() -> Result<(), TryRuntimeError> {
        let members = Members::<T>::get();
        let expelled = Expelled::<T>::get();
        let mut count = 0u64;
        for (account, record) in Verifiers::<T>::iter() {
            count = count.saturating_add(1);
            let is_serving = Self::is_in_force(&account)
                || pallet_session::Pallet::<T>::queued_keys()
                    .iter()
                    .any(|(queued, _)| *queued == account);
            let stands = match record.status {
                VerifierStatus::Member => members.contains(&account),
                VerifierStatus::Expelled => expelled.contains(&account),
                VerifierStatus::Leaving => {
                    is_serving && !members.contains(&account) && !expelled.contains(&account)
                }
                VerifierStatus::Candidate | VerifierStatus::Left => {
                    !is_serving && !members.contains(&account) && !expelled.contains(&account)
                }
            };
            ensure!(stands, "a record says that its account stands elsewhere");
            let held = |reason: HoldReason| {
                <T as Config>::Currency::balance_on_hold(&reason.into(), &account)
            };
            ensure!(
                held(HoldReason::Bond) == record.bond,
                "a bond differs from what is held for it"
            );
            ensure!(
                held(HoldReason::Record) == record.deposit,
                "a deposit differs from what is held for it"
            );
            ensure!(
                (record.profile.is_none() && record.deposit == 0)
                    || record.status != VerifierStatus::Candidate
                    || record.deposit > 0,
                "a candidate without a deposit"
            );
        }
        ensure!(
            count == u64::from(Verifiers::<T>::count()),
            "records miscounted"
        );
        for member in Self::decided_set().iter().chain(&InForce::<T>::get()) {
            ensure!(
                Verifiers::<T>::contains_key(member),
                "a verifier without a record"
            );
        }
        Ok(())
    }

    /// Keys are remembered for the sessions that are listed, and those in force are the last.
    fn check_keys() -> Result<(), TryRuntimeError> {
        let sessions = KeySetSessions::<T>::get();
        ensure!(
            sessions
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a < b)),
            "sessions of keys are not ascending"
        );
        ensure!(
            KeySets::<T>::iter_keys().count() == sessions.len(),
            "keys of a session that is not listed"
        );
        let last = sessions.last().ok_or("no keys are remembered")?;
        let keys = KeySets::<T>::get(last);
        ensure!(
            Self::set_in_force()
                .iter()
                .all(|verifier| keys.iter().any(|owned| owned.owner == *verifier)),
            "keys in force are not remembered"
        );
        Ok(())
    }

    /// Whoever announced something has a count of it.
    fn check_announcements() -> Result<(), TryRuntimeError> {
        let count = Announcements::<T>::iter_keys().count() as u64;
        ensure!(
            count == u64::from(Announcements::<T>::count()),
            "announcements miscounted"
        );
        for verifier in Announcements::<T>::iter_keys() {
            ensure!(
                AnnouncementCount::<T>::get(verifier) > 0,
                "an announcement was not counted"
            );
        }
        Ok(())
    }

    /// The maker of a secret holds it, nobody holds it twice, and nobody holds one that is not.
    fn check_secrets() -> Result<(), TryRuntimeError> {
        for (epoch, record) in SetSecrets::<T>::iter() {
            let holders = Acknowledgements::<T>::get(epoch);
            let maker = T::AccountId::from(record.maker.0);
            ensure!(
                holders.contains(&maker),
                "the maker of a secret does not hold it"
            );
            let mut sorted = holders.to_vec();
            sorted.sort();
            sorted.dedup();
            ensure!(
                sorted.len() == holders.len(),
                "a verifier acknowledged twice"
            );
            ensure!(
                record.in_force == record.from_round.is_some(),
                "a secret in force holds from a round on, and no other does"
            );
        }
        let latest = LatestEpoch::<T>::get().epoch;
        let newest = SetSecrets::<T>::iter()
            .filter(|(_, record)| record.in_force)
            .map(|(epoch, _)| epoch)
            .max();
        ensure!(
            EpochInForce::<T>::get() == newest,
            "new videos take their keys from another epoch"
        );
        ensure!(
            SetSecrets::<T>::iter_keys().all(|epoch| epoch <= latest),
            "a secret of an epoch that is not open"
        );
        for epoch in Acknowledgements::<T>::iter_keys() {
            ensure!(
                SetSecrets::<T>::contains_key(epoch),
                "acknowledgements of no secret"
            );
        }
        Ok(())
    }
}
