//! The largest set in force, with keys, as it is decided, queued and remembered.

use alloc::vec::Vec;
use chainflix_primitives::AccountId;
use codec::{Decode, Encode};
use frame_benchmarking::account;
use frame_support::{
    BoundedVec,
    traits::{Get, fungible::MutateHold},
};
use pallet_session::{CurrentIndex, NextKeys, QueuedKeys, Validators};
use sp_core::crypto::{KeyTypeId, key_types::AURA};
use sp_runtime::traits::{OpaqueKeys, TrailingZeroInput};
use sp_staking::SessionIndex;

use crate::{
    Announcements, Config, Expelled, InForce, KeySetSessions, KeySets, Members, MinimumSet, Pallet,
    SessionSlots, VerifierStatus, Verifiers,
    types::{MAX_KEY_SETS, MAX_SET_KEYS, OwnedKey},
};

/// The session that equivocations are of.
pub(super) const SESSION: SessionIndex = 4;
/// A slot of it.
pub(super) const SLOT: u64 = 400;

/// Account `number` of the benchmarks' verifiers.
pub(super) fn verifier<T: Config>(number: u32) -> T::AccountId {
    account("verifier", number, 0)
}

/// Session keys that nobody holds, others for every number.
pub(super) fn keys<T: Config>(number: u32) -> T::Keys {
    let bytes: Vec<u8> = (0u32..16)
        .flat_map(|part| sp_io::hashing::blake2_256(&(number, part).encode()))
        .collect();
    T::Keys::decode(&mut TrailingZeroInput::new(&bytes)).expect("any bytes are public keys")
}

/// As many verifiers as there may be, with bonds and keys: decided, queued, and in force. Ascending.
pub(super) fn fill<T: Config>() -> Vec<T::AccountId> {
    let mut set: Vec<(T::AccountId, T::Keys)> = (0..T::MaxSet::get())
        .map(|number| (verifier::<T>(number), keys::<T>(number)))
        .collect();
    set.sort_by(|(one, _), (other, _)| one.cmp(other));
    Members::<T>::kill();
    Expelled::<T>::kill();
    MinimumSet::<T>::put(1);
    for (verifier, keys) in &set {
        Pallet::<T>::make_member(verifier);
        NextKeys::<T>::insert(verifier, keys);
    }
    let accounts: Vec<_> = set.iter().map(|(account, _)| account.clone()).collect();
    Validators::<T>::put(&accounts);
    InForce::<T>::put(BoundedVec::truncate_from(accounts.clone()));
    QueuedKeys::<T>::put(set);
    accounts
}

/// The last verifier of the set, which is looked for longest.
pub(super) fn last<T: Config>(set: &[T::AccountId]) -> T::AccountId {
    set[set.len() - 1].clone()
}

/// Takes a member out of the decided set as one that equivocated, of a set that is at its minimum without it.
pub(super) fn expel_last<T: Config>(set: &[T::AccountId]) {
    let expelled = last::<T>(set);
    Members::<T>::mutate(|members| members.retain(|member| *member != expelled));
    Pallet::<T>::set_status(&expelled, VerifierStatus::Expelled);
    MinimumSet::<T>::put(T::MaxSet::get() - 1);
    Expelled::<T>::put(BoundedVec::truncate_from([expelled].to_vec()));
}

/// Replaces the set in force by one of which nobody has verified before; those who leave still have their records.
pub(super) fn replace<T: Config>() -> Vec<T::AccountId> {
    let before = fill::<T>();
    for verifier in &before {
        Pallet::<T>::set_status(verifier, VerifierStatus::Leaving);
    }
    let size = T::MaxSet::get();
    let mut now: Vec<_> = (size..2 * size)
        .map(|number| (verifier::<T>(number), keys::<T>(number)))
        .collect();
    now.sort_by(|(one, _), (other, _)| one.cmp(other));
    let accounts: Vec<_> = now.iter().map(|(account, _)| account.clone()).collect();
    Validators::<T>::put(accounts);
    QueuedKeys::<T>::put(now);
    before
}

/// Lets the session of the equivocation be the one before the current, and its slot lie in it.
pub(super) fn remember_session<T: Config>() {
    CurrentIndex::<T>::put(SESSION + 1);
    SessionSlots::<T>::insert(SESSION - 1, SLOT - 100);
    SessionSlots::<T>::insert(SESSION, SLOT - 10);
}

/// As many sets of keys as are remembered. In that of [`SESSION`] `key` comes last. Returns how many keys of its kind
/// there are.
pub(super) fn remember_keys<T: Config>(owner: &T::AccountId, key: &[u8]) -> u32 {
    let later = (1..MAX_KEY_SETS).map(|number| SESSION + number);
    let sessions: Vec<_> = [SESSION].into_iter().chain(later).collect();
    KeySetSessions::<T>::put(BoundedVec::truncate_from(sessions));
    let of_kind = MAX_SET_KEYS / 4;
    let owned = |kind: KeyTypeId, key: Vec<u8>| OwnedKey {
        owner: owner.clone(),
        kind: kind.0,
        key: BoundedVec::truncate_from(key),
    };
    let mut set: Vec<_> = (0..MAX_SET_KEYS - 1)
        .map(|number| {
            let kind = if number < MAX_SET_KEYS - of_kind {
                KeyTypeId(*b"gran")
            } else {
                AURA
            };
            owned(kind, sp_io::hashing::blake2_256(&number.encode()).to_vec())
        })
        .collect();
    set.push(owned(AURA, key.to_vec()));
    KeySets::<T>::insert(SESSION, BoundedVec::truncate_from(set));
    of_kind
}

/// The Aura key of a verifier, as it is registered.
pub(super) fn registered_aura_key<T: Config>(verifier: &T::AccountId) -> Vec<u8> {
    let keys = NextKeys::<T>::get(verifier).expect("every verifier has keys");
    keys.get_raw(AURA).to_vec()
}

/// An account as the other parts of the system know it.
pub(super) fn raw<T: Config>(account: &T::AccountId) -> AccountId {
    Pallet::<T>::raw(account)
}

/// A candidate with keys, a deposit, and money for a bond.
pub(super) fn candidate<T: Config>() -> T::AccountId {
    let candidate: T::AccountId = account("candidate", 0, 0);
    Pallet::<T>::endow(&candidate, 2 * super::members::BOND);
    let bond = Pallet::<T>::bond_of_newcomer();
    Pallet::<T>::endow(&candidate, bond.saturating_mul(2));
    NextKeys::<T>::insert(&candidate, keys::<T>(1_000));
    Pallet::<T>::take_application(candidate.clone(), super::members::largest_profile())
        .expect("it has keys and money");
    assert!(Verifiers::<T>::contains_key(&candidate));
    candidate
}

/// Somebody who has left the set, with a bond that may be taken back.
pub(super) fn retired<T: Config>() -> T::AccountId {
    let verifier = candidate::<T>();
    let mut record = Verifiers::<T>::get(&verifier).expect("it applied");
    Pallet::<T>::hold_bond(&verifier, &mut record, super::members::BOND).expect("it has as much");
    record.status = VerifierStatus::Left;
    Verifiers::<T>::insert(&verifier, record);
    Announcements::<T>::insert(&verifier, super::duties::announcement(1));
    verifier
}

/// Holds the deposit for session keys, as registering them does.
pub(super) fn hold_key_deposit<T: Config>(verifier: &T::AccountId) {
    let deposit = <T as pallet_session::Config>::KeyDeposit::get();
    Pallet::<T>::endow(verifier, super::members::BOND);
    <T as pallet_session::Config>::Currency::hold(
        &pallet_session::HoldReason::Keys.into(),
        verifier,
        deposit,
    )
    .expect("it was given more");
}
