//! Who wants to become a verifier.
//!
//! `deposit = DepositPerEntry + bytes × DepositPerByte`, in units, for the largest record: it never changes.

use alloc::vec::Vec;
use codec::MaxEncodedLen;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, fungible::MutateHold, tokens::Precision},
};

use crate::{
    Config, Error, Event, HoldReason, MAX_PAGE, Pallet, VerifierProfile, VerifierRecord,
    VerifierStatus, Verifiers,
};

/// Bytes of the hash that stands before a key in storage, and of the two prefixes before it.
const KEY_OVERHEAD_BYTES: u32 = 16 + 32;

/// A page of candidates, and where the next begins.
type Page<T> = (
    Vec<(<T as frame_system::Config>::AccountId, VerifierProfile)>,
    Option<<T as frame_system::Config>::AccountId>,
);

impl<T: Config> Pallet<T> {
    /// Notes an application, with the deposit for its record.
    pub(crate) fn take_application(
        candidate: T::AccountId,
        profile: VerifierProfile,
    ) -> DispatchResult {
        ensure!(Self::bar_of(&candidate).is_none(), Error::<T>::StillBarred);
        Self::check_profile(&profile)?;
        ensure!(
            pallet_session::Pallet::<T>::load_keys(&candidate).is_some(),
            Error::<T>::NoSessionKeys
        );
        let mut record = match Verifiers::<T>::get(&candidate) {
            // Whoever left may apply again; its bond counts.
            Some(record) if record.status == VerifierStatus::Left => record,
            Some(_) => return Err(Error::<T>::AlreadyKnown.into()),
            None => VerifierRecord::new(VerifierStatus::Candidate, None),
        };
        record.status = VerifierStatus::Candidate;
        record.profile = Some(profile);
        if record.deposit == 0 {
            let deposit = Self::record_deposit().ok_or(Error::<T>::Overflow)?;
            <T as Config>::Currency::hold(&HoldReason::Record.into(), &candidate, deposit)
                .map_err(|_| Error::<T>::DepositNotAffordable)?;
            record.deposit = deposit;
        }
        Verifiers::<T>::insert(&candidate, record);
        Self::deposit_event(Event::CandidateApplied { candidate });
        Ok(())
    }

    /// Takes an application back. A bond of an earlier time stays, and so does its record.
    pub(crate) fn drop_application(candidate: T::AccountId) -> DispatchResult {
        let mut record = Verifiers::<T>::get(&candidate)
            .filter(|record| record.status == VerifierStatus::Candidate)
            .ok_or(Error::<T>::NotCandidate)?;
        if record.bond == 0 {
            Self::remove_record(&candidate, &record)?;
        } else {
            record.status = VerifierStatus::Left;
            Verifiers::<T>::insert(&candidate, record);
        }
        Self::deposit_event(Event::ApplicationWithdrawn { candidate });
        Ok(())
    }

    /// Puts a profile in the place of the last, if there was one.
    pub(crate) fn change_profile(
        verifier: T::AccountId,
        profile: VerifierProfile,
    ) -> DispatchResult {
        Self::check_profile(&profile)?;
        Verifiers::<T>::try_mutate(&verifier, |slot| {
            let record = slot
                .as_mut()
                .filter(|record| record.status != VerifierStatus::Left)
                .ok_or(Error::<T>::NotMember)?;
            ensure!(
                record.profile.as_ref() != Some(&profile),
                Error::<T>::NothingNew
            );
            record.profile = Some(profile);
            Ok::<(), Error<T>>(())
        })?;
        Self::deposit_event(Event::ProfileUpdated { verifier });
        Ok(())
    }

    /// Removes a record and returns its deposit.
    pub(crate) fn remove_record(account: &T::AccountId, record: &VerifierRecord) -> DispatchResult {
        <T as Config>::Currency::release(
            &HoldReason::Record.into(),
            account,
            record.deposit,
            Precision::Exact,
        )?;
        Verifiers::<T>::remove(account);
        Ok(())
    }

    /// Open applications among the [`MAX_PAGE`] records after that of `after`, and the last account looked at when there may
    /// be more. Records of members and of those who left are looked at too, so they count.
    pub(crate) fn candidates_after(after: Option<T::AccountId>) -> Page<T> {
        let records = match after {
            Some(after) => Verifiers::<T>::iter_from(Verifiers::<T>::hashed_key_for(after)),
            None => Verifiers::<T>::iter(),
        };
        let page: Vec<_> = records.take(MAX_PAGE as usize).collect();
        let next = (page.len() == MAX_PAGE as usize)
            .then(|| page.last().map(|(last, _)| last.clone()))
            .flatten();
        let candidates = page
            .into_iter()
            .filter(|(_, record)| record.status == VerifierStatus::Candidate)
            .filter_map(|(candidate, record)| Some((candidate, record.profile?)))
            .collect();
        (candidates, next)
    }

    fn check_profile(profile: &VerifierProfile) -> Result<(), Error<T>> {
        ensure!(
            Self::is_endpoint(&profile.endpoint),
            Error::<T>::InvalidEndpoint
        );
        ensure!(
            profile.region.iter().all(u8::is_ascii_uppercase),
            Error::<T>::InvalidRegion
        );
        ensure!(
            profile.hardware_score > 0 && profile.bandwidth_kbps > 0,
            Error::<T>::NotMeasured
        );
        Ok(())
    }

    /// Deposit for a record. `None` on overflow.
    pub(crate) fn record_deposit() -> Option<u128> {
        let bytes = u32::try_from(VerifierRecord::max_encoded_len())
            .ok()?
            .checked_add(u32::try_from(T::AccountId::max_encoded_len()).ok()?)?
            .checked_add(KEY_OVERHEAD_BYTES)?;
        let for_bytes = T::DepositPerByte::get().checked_mul(u128::from(bytes))?;
        T::DepositPerEntry::get().checked_add(for_bytes)
    }
}
