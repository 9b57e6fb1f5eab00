//! Who is in office.

use chainflix_primitives::{AccountId, hash::Hash32, registry::CurrentRound};
use frame_support::{
    BoundedVec,
    dispatch::DispatchResult,
    ensure,
    traits::{EnsureOrigin, Get},
};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::DispatchError;

use crate::{Config, Error, Event, Pallet, Supervisor, SupervisorProfile, Supervisors};

impl<T: Config> Pallet<T> {
    /// An account as the other parts of the system know it.
    pub(crate) fn raw(account: &T::AccountId) -> AccountId {
        AccountId(account.clone().into())
    }

    /// The caller, when it is a supervisor in office.
    pub(crate) fn ensure_supervisor(origin: OriginFor<T>) -> Result<T::AccountId, DispatchError> {
        let caller = ensure_signed(origin)?;
        ensure!(
            Supervisors::<T>::contains_key(&caller),
            Error::<T>::NotSupervisor
        );
        Ok(caller)
    }

    /// `None` for the origin that decides appeals, else the calling supervisor.
    pub(crate) fn appeal_or_supervisor(
        origin: OriginFor<T>,
    ) -> Result<Option<T::AccountId>, DispatchError> {
        match T::AppealOrigin::try_origin(origin) {
            Ok(_) => Ok(None),
            Err(origin) => Self::ensure_supervisor(origin).map(Some),
        }
    }

    /// Puts a supervisor in office.
    pub(crate) fn add(supervisor: T::AccountId, profile: SupervisorProfile) -> DispatchResult {
        Self::check_profile(&profile)?;
        ensure!(
            !Supervisors::<T>::contains_key(&supervisor),
            Error::<T>::AlreadySupervisor
        );
        ensure!(
            Supervisors::<T>::count() < T::MaxSupervisors::get(),
            Error::<T>::TooManySupervisors
        );
        let since = T::Rounds::current_round();
        Supervisors::<T>::insert(&supervisor, Supervisor { profile, since });
        Self::deposit_event(Event::SupervisorAdded { supervisor });
        Ok(())
    }

    /// Removes a supervisor from office.
    pub(crate) fn dismiss(supervisor: T::AccountId) -> DispatchResult {
        Supervisors::<T>::take(&supervisor).ok_or(Error::<T>::NotSupervisor)?;
        Self::deposit_event(Event::SupervisorRemoved { supervisor });
        Ok(())
    }

    /// Refuses a hash that was left empty.
    pub(crate) fn ensure_given(hash: &Hash32) -> Result<(), Error<T>> {
        ensure!(*hash != Hash32::default(), Error::<T>::EmptyHash);
        Ok(())
    }

    /// Puts a supervisor in office at genesis.
    pub(crate) fn add_from_genesis(
        account: &T::AccountId,
        name: &str,
        exchange_key: [u8; 32],
    ) -> DispatchResult {
        let name =
            BoundedVec::try_from(name.as_bytes().to_vec()).map_err(|_| Error::<T>::InvalidName)?;
        let profile = SupervisorProfile {
            name,
            endpoint: BoundedVec::default(),
            exchange_key,
        };
        Self::add(account.clone(), profile)
    }

    /// Replaces the profile of a supervisor in office.
    pub(crate) fn replace_profile(
        supervisor: T::AccountId,
        profile: SupervisorProfile,
    ) -> DispatchResult {
        Self::check_profile(&profile)?;
        Supervisors::<T>::try_mutate(&supervisor, |slot| {
            let entry = slot.as_mut().ok_or(Error::<T>::NotSupervisor)?;
            entry.profile = profile;
            Ok::<(), Error<T>>(())
        })?;
        Self::deposit_event(Event::ProfileUpdated { supervisor });
        Ok(())
    }

    /// A name that can be shown.
    pub(crate) fn check_profile(profile: &SupervisorProfile) -> Result<(), Error<T>> {
        let name = core::str::from_utf8(&profile.name).map_err(|_| Error::<T>::InvalidName)?;
        ensure!(!name.is_empty(), Error::<T>::InvalidName);
        Ok(())
    }
}
