//! Registering, updating, leaving and removing.

use chainflix_primitives::{
    AccountId, Round,
    registry::{CurrentRound, ProviderClass, ProviderRecord, ROUNDS_UNTIL_EFFECT},
};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Get, fungible::MutateHold, tokens::Precision},
};

use crate::{
    Config, Declaration, Error, Event, HoldReason, NextIndex, OwnedBy, Pallet, PeerKeys, Provider,
    Providers,
};

impl<T: Config> Pallet<T> {
    /// An account as the other parts of the system know it.
    pub(crate) fn raw(account: &T::AccountId) -> AccountId {
        AccountId(account.clone().into())
    }

    /// The round from which a change made now holds.
    pub(crate) fn round_of_effect() -> Result<Round, Error<T>> {
        T::Rounds::current_round()
            .checked_add(ROUNDS_UNTIL_EFFECT)
            .ok_or(Error::<T>::Overflow)
    }

    /// Registers a provider under the next index and holds its deposit.
    pub(crate) fn add_provider(owner: T::AccountId, record: ProviderRecord) -> DispatchResult {
        Self::check_declared(record.region, record.space_bytes)?;
        let peer_key = record.peer_key;
        ensure!(
            !PeerKeys::<T>::contains_key(peer_key),
            Error::<T>::PeerKeyTaken
        );
        let index = NextIndex::<T>::get();
        let next = index.checked_add(1).ok_or(Error::<T>::Overflow)?;
        OwnedBy::<T>::try_mutate(&owner, |owned| owned.try_push(index))
            .map_err(|_| Error::<T>::TooManyProviders)?;
        let deposit = Self::provider_deposit().ok_or(Error::<T>::Overflow)?;
        T::Currency::hold(&HoldReason::Provider.into(), &owner, deposit)?;

        let from_round = record.from_round;
        Providers::<T>::insert(
            index,
            Provider {
                record,
                change: None,
                until_round: None,
                deposit,
            },
        );
        PeerKeys::<T>::insert(peer_key, index);
        NextIndex::<T>::put(next);
        Self::count_pages(next);
        Self::deposit_event(Event::ProviderRegistered {
            index,
            owner,
            from_round,
        });
        Ok(())
    }

    /// Changes what a provider of `owner` declares.
    pub(crate) fn update_provider(
        owner: &T::AccountId,
        index: u32,
        declared: Declaration,
    ) -> DispatchResult {
        let Declaration {
            class,
            region,
            space_bytes,
        } = declared;
        Self::check_declared(region, space_bytes)?;
        let from_round = Self::round_of_effect()?;
        Self::change_provider(owner, index, |provider| {
            ensure!(
                class != ProviderClass::AlwaysOn || !Self::was_absent(index, provider),
                Error::<T>::Absent
            );
            provider.declare(declared, T::Rounds::current_round(), from_round);
            Ok(())
        })?;
        Self::deposit_event(Event::ProviderUpdated {
            index,
            class,
            region,
            space_bytes,
            from_round,
        });
        Ok(())
    }

    /// Has a provider that was absent declared to be at home.
    pub(crate) fn demote_absent(index: u32) -> DispatchResult {
        let from_round = Self::round_of_effect()?;
        Providers::<T>::try_mutate(index, |slot| {
            let provider = slot.as_mut().ok_or(Error::<T>::UnknownProvider)?;
            ensure!(provider.until_round.is_none(), Error::<T>::Exiting);
            let declared = provider.declared();
            ensure!(
                declared.class == ProviderClass::AlwaysOn,
                Error::<T>::NotAlwaysOn
            );
            ensure!(Self::was_absent(index, provider), Error::<T>::NotAbsent);
            let at_home = Declaration {
                class: ProviderClass::Home,
                ..declared
            };
            provider.declare(at_home, T::Rounds::current_round(), from_round);
            Ok::<(), Error<T>>(())
        })?;
        Self::deposit_event(Event::ProviderDemoted { index, from_round });
        Ok(())
    }

    /// Lets a provider of `owner` leave.
    pub(crate) fn begin_exit(owner: &T::AccountId, index: u32) -> DispatchResult {
        let until_round = Self::round_of_effect()?;
        let removable = until_round
            .checked_add(T::RecordRounds::get())
            .ok_or(Error::<T>::Overflow)?;
        Self::change_provider(owner, index, |provider| {
            provider.until_round = Some(until_round);
            Ok(())
        })?;
        Self::deposit_event(Event::ProviderExiting {
            index,
            until_round,
            removable,
        });
        Ok(())
    }

    /// Removes a provider that left long enough ago and returns its deposit.
    pub(crate) fn remove_provider(owner: T::AccountId, index: u32) -> DispatchResult {
        let provider = Providers::<T>::get(index).ok_or(Error::<T>::UnknownProvider)?;
        ensure!(
            provider.record.owner == Self::raw(&owner),
            Error::<T>::NotOwner
        );
        let removable = provider
            .until_round
            .and_then(|until| until.checked_add(T::RecordRounds::get()));
        ensure!(
            removable.is_some_and(|round| round <= T::Rounds::current_round()),
            Error::<T>::RecordStillNeeded
        );
        let deposit = provider.deposit;
        T::Currency::release(
            &HoldReason::Provider.into(),
            &owner,
            deposit,
            Precision::Exact,
        )?;
        Providers::<T>::remove(index);
        PeerKeys::<T>::remove(provider.record.peer_key);
        OwnedBy::<T>::mutate_exists(&owner, |slot| {
            if let Some(owned) = slot {
                owned.retain(|listed| *listed != index);
                if owned.is_empty() {
                    *slot = None;
                }
            }
        });
        Self::deposit_event(Event::ProviderRemoved {
            index,
            owner,
            deposit,
        });
        Ok(())
    }

    /// Changes a provider of `owner` that is not leaving.
    fn change_provider(
        owner: &T::AccountId,
        index: u32,
        change: impl FnOnce(&mut Provider) -> Result<(), Error<T>>,
    ) -> Result<(), Error<T>> {
        Providers::<T>::try_mutate(index, |slot| {
            let provider = slot.as_mut().ok_or(Error::<T>::UnknownProvider)?;
            ensure!(
                provider.record.owner == Self::raw(owner),
                Error::<T>::NotOwner
            );
            ensure!(provider.until_round.is_none(), Error::<T>::Exiting);
            change(provider)
        })
    }

    /// Checks what a provider declares.
    pub(crate) fn check_declared(region: [u8; 2], space_bytes: u64) -> Result<(), Error<T>> {
        ensure!(
            region.iter().all(u8::is_ascii_uppercase),
            Error::<T>::InvalidRegion
        );
        ensure!(space_bytes > 0, Error::<T>::NoSpace);
        Ok(())
    }
}
