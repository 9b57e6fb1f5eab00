//! The set, through pallet-session.

use alloc::vec::Vec;
use chainflix_primitives::{AccountId, registry::VerifierSet};
use frame_support::traits::Get;
use pallet_session::historical;
use sp_runtime::traits::Convert;
use sp_staking::SessionIndex;

use crate::{Config, MinimumSet, Pallet};

impl<T: Config> Pallet<T> {
    /// An account as the other parts of the system know it.
    pub(crate) fn raw(account: &T::AccountId) -> AccountId {
        AccountId(account.clone().into())
    }

    /// Verifiers in force, ascending.
    pub(crate) fn set_in_force() -> Vec<T::AccountId> {
        let mut verifiers = pallet_session::Pallet::<T>::validators();
        verifiers.sort_by_key(Self::raw);
        verifiers
    }

    /// Whether an account is a verifier in force.
    pub(crate) fn is_in_force(account: &T::AccountId) -> bool {
        pallet_session::Pallet::<T>::validators().contains(account)
    }

    /// Genesis: checks the set that session built, and notes the historical roots of its first two sessions.
    ///
    /// With an unchanged set pallet-session carries the last noted root from session to session; genesis is the only
    /// time at which there is a first one to note, without which no proof of key ownership would ever verify.
    pub(crate) fn found(minimum_set: u32) {
        assert!(
            minimum_set > 0,
            "genesis: authorities.minimumSet must be at least 1"
        );
        MinimumSet::<T>::put(minimum_set);
        let verifiers = pallet_session::Pallet::<T>::validators();
        if verifiers.is_empty() {
            // A genesis without any session keys is built by tools that only look at its shape.
            return;
        }
        assert!(
            verifiers.len() >= minimum_set as usize && verifiers.len() <= T::MaxSet::get() as usize,
            "genesis: session.keys names {} verifiers, but at least {minimum_set} and at most {} are allowed",
            verifiers.len(),
            T::MaxSet::get(),
        );
        for session in [0, 1] {
            <GenesisRoots<T> as pallet_session::SessionManager<_>>::new_session_genesis(session);
        }
    }
}

impl<T: Config> VerifierSet for Pallet<T> {
    fn verifiers() -> Vec<AccountId> {
        Self::set_in_force().iter().map(Self::raw).collect()
    }
}

/// Nothing about the set changes, in no session: GRANDPA would otherwise be told of a new set each time.
impl<T: Config> pallet_session::SessionManager<T::AccountId> for Pallet<T> {
    fn new_session(_index: SessionIndex) -> Option<Vec<T::AccountId>> {
        None
    }
    /// The verifiers of genesis are those of `session.keys`.
    fn new_session_genesis(_index: SessionIndex) -> Option<Vec<T::AccountId>> {
        None
    }
    fn start_session(_index: SessionIndex) {}
    fn end_session(_index: SessionIndex) {}
}

impl<T: Config> historical::SessionManager<T::AccountId, T::FullIdentification> for Pallet<T> {
    fn new_session(_index: SessionIndex) -> Option<Vec<(T::AccountId, T::FullIdentification)>> {
        None
    }
    fn new_session_genesis(
        _index: SessionIndex,
    ) -> Option<Vec<(T::AccountId, T::FullIdentification)>> {
        None
    }
    fn start_session(_index: SessionIndex) {}
    fn end_session(_index: SessionIndex) {}
}

/// Notes the root of the set that session built at genesis.
type GenesisRoots<T> = historical::NoteHistoricalRoot<T, SetOfGenesis<T>>;

/// Answers with the set that session built at genesis.
struct SetOfGenesis<T>(core::marker::PhantomData<T>);

impl<T: Config> pallet_session::SessionManager<T::AccountId> for SetOfGenesis<T> {
    fn new_session(_index: SessionIndex) -> Option<Vec<T::AccountId>> {
        Some(pallet_session::Pallet::<T>::validators())
    }
    fn start_session(_index: SessionIndex) {}
    fn end_session(_index: SessionIndex) {}
}

impl<T: Config> historical::SessionManager<T::AccountId, T::FullIdentification>
    for SetOfGenesis<T>
{
    fn new_session(_index: SessionIndex) -> Option<Vec<(T::AccountId, T::FullIdentification)>> {
        let identified = pallet_session::Pallet::<T>::validators()
            .into_iter()
            .filter_map(|verifier| {
                T::FullIdentificationOf::convert(verifier.clone()).map(|full| (verifier, full))
            })
            .collect();
        Some(identified)
    }
    fn start_session(_index: SessionIndex) {}
    fn end_session(_index: SessionIndex) {}
}
