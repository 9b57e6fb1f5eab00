//! The set, through pallet-session.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId,
    registry::{CurrentRound, VerifierSet},
};
use frame_support::{
    BoundedVec,
    traits::{ChangeMembers, Get, InitializeMembers},
};
use pallet_session::historical;
use sp_runtime::traits::Convert;
use sp_staking::SessionIndex;

use crate::{
    Config, Event, InForce, Members, MinimumSet, Pallet, SessionSlots, VerifierRecord,
    VerifierStatus, Verifiers,
};

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
        let set = Self::set_in_force();
        for verifier in &set {
            Verifiers::<T>::insert(verifier, VerifierRecord::new(VerifierStatus::Member, None));
        }
        T::Motions::initialize_members(&set);
        // It was compared with the largest set above, which is no larger than the room here.
        let set = BoundedVec::truncate_from(set);
        Members::<T>::put(&set);
        InForce::<T>::put(set);
        SessionSlots::<T>::insert(0, 0);
        Self::note_keys(0);
    }

    /// The set of the session after the one that begins. `None` when neither it nor a key in it changes: GRANDPA would
    /// otherwise be told of a new set each time, and a change of keys without it would leave no root to prove them by.
    fn plan_session() -> Option<Vec<T::AccountId>> {
        let planned: Vec<_> = Self::decided_set()
            .into_iter()
            .filter_map(|verifier| {
                let keys = pallet_session::Pallet::<T>::load_keys(&verifier)?;
                Some((verifier, keys))
            })
            .collect();
        let mut queued = pallet_session::Pallet::<T>::queued_keys();
        queued.sort_by(|(one, _), (other, _)| one.cmp(other));
        // Without anybody the chain would stop for good.
        if planned.is_empty() || planned == queued {
            return None;
        }
        Some(planned.into_iter().map(|(verifier, _)| verifier).collect())
    }

    /// Takes note of the session that begins: who joined, who left, which keys are in force.
    fn begin_session(index: SessionIndex) {
        let before = InForce::<T>::get();
        if before.is_empty() {
            // Genesis has not founded the set yet.
            return;
        }
        SessionSlots::<T>::insert(index, T::CurrentSlot::get());
        if let Some(oldest) = index.checked_sub(T::ReportSessions::get()) {
            historical::Pallet::<T>::prune_up_to(oldest);
            // A slot may belong to the session before the oldest, so that its beginning is kept.
            if let Some(outdated) = oldest.checked_sub(2) {
                SessionSlots::<T>::remove(outdated);
            }
        }
        Self::note_keys(index);
        let now = Self::set_in_force();
        let (joined, left) = T::Motions::compute_members_diff_sorted(&now, &before);
        if !joined.is_empty() || !left.is_empty() {
            T::Motions::change_members_sorted(&joined, &left, &now);
            for verifier in joined {
                Self::deposit_event(Event::VerifierJoined {
                    verifier,
                    session: index,
                });
            }
            if !left.is_empty() {
                Self::open_key_epoch();
            }
            for verifier in left {
                Self::note_left(verifier, index);
            }
            // No session has more verifiers than the decided set, which has no more than fit here.
            InForce::<T>::put(BoundedVec::truncate_from(now.clone()));
        }
        // A change of the set enables everybody again; who waits for a replacement stays disabled.
        for verifier in now {
            if Self::bar_of(&verifier).is_some() {
                Self::disable(&verifier);
            }
        }
    }

    /// Locks the bond of who has left, for as long as something may be proved against it.
    fn note_left(verifier: T::AccountId, session: SessionIndex) {
        let unlocks = T::Rounds::current_round().saturating_add(T::BondLockRounds::get());
        Verifiers::<T>::mutate(&verifier, |slot| {
            if let Some(record) = slot
                && record.status == VerifierStatus::Leaving
            {
                record.status = VerifierStatus::Left;
                record.unlocks = unlocks;
            }
        });
        Self::deposit_event(Event::VerifierLeft {
            verifier,
            session,
            unlocks,
        });
    }

    fn with_identification(
        verifiers: Vec<T::AccountId>,
    ) -> Vec<(T::AccountId, T::FullIdentification)> {
        verifiers
            .into_iter()
            .filter_map(|verifier| {
                T::FullIdentificationOf::convert(verifier.clone()).map(|full| (verifier, full))
            })
            .collect()
    }
}

impl<T: Config> VerifierSet for Pallet<T> {
    fn verifiers() -> Vec<AccountId> {
        Self::set_in_force().iter().map(Self::raw).collect()
    }
}

impl<T: Config> pallet_session::SessionManager<T::AccountId> for Pallet<T> {
    fn new_session(_index: SessionIndex) -> Option<Vec<T::AccountId>> {
        Self::plan_session()
    }
    /// The verifiers of genesis are those of `session.keys`.
    fn new_session_genesis(_index: SessionIndex) -> Option<Vec<T::AccountId>> {
        None
    }
    fn start_session(index: SessionIndex) {
        Self::begin_session(index);
    }
    fn end_session(_index: SessionIndex) {}
}

impl<T: Config> historical::SessionManager<T::AccountId, T::FullIdentification> for Pallet<T> {
    fn new_session(_index: SessionIndex) -> Option<Vec<(T::AccountId, T::FullIdentification)>> {
        let planned = Self::plan_session()?;
        Some(Self::with_identification(planned))
    }
    fn new_session_genesis(
        _index: SessionIndex,
    ) -> Option<Vec<(T::AccountId, T::FullIdentification)>> {
        None
    }
    fn start_session(index: SessionIndex) {
        Self::begin_session(index);
    }
    fn end_session(_index: SessionIndex) {}
}

/// Notes the root of the set that session built at genesis.
pub(crate) type GenesisRoots<T> = historical::NoteHistoricalRoot<T, SetOfGenesis<T>>;

/// Answers with the set that session built at genesis.
pub(crate) struct SetOfGenesis<T>(core::marker::PhantomData<T>);

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
        Some(Pallet::<T>::with_identification(
            pallet_session::Pallet::<T>::validators(),
        ))
    }
    fn start_session(_index: SessionIndex) {}
    fn end_session(_index: SessionIndex) {}
}
