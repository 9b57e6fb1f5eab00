//! Whose session key a key was, for proofs of equivocation.
//!
//! pallet-session's historical proofs are of keys as they are registered, and are made in the current session only.
//! Whoever registers other keys first and equivocates then, in the two sessions in which the old ones are still in force,
//! would escape them. So the pallet keeps the keys in force, set by set, and its own proofs just name a session. Historical
//! proofs of past sessions are good too: their roots reach back further when sets change often.

use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
    BoundedVec,
    traits::{Get, KeyOwnerProofSystem},
};
use pallet_session::historical::{self, IdentificationTuple};
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{Convert, OpaqueKeys};
use sp_session::MembershipProof;
use sp_staking::SessionIndex;

use crate::{
    Config, KeySetSessions, KeySets, Pallet, SessionSlots,
    types::{KeysOfSet, OwnedKey},
};

/// Longest path under a historical root that is looked at, in encoded bytes (so that empty nodes count too): of the largest
/// set one takes some 4 KiB.
const MAX_PROOF_BYTES: usize = 16 * 1024;

impl<T: Config> Pallet<T> {
    /// Remembers the keys that are in force from session `index` on, when they are others than before.
    pub(crate) fn note_keys(index: SessionIndex) {
        let keys = Self::keys_in_force();
        let mut sessions = KeySetSessions::<T>::get();
        if sessions
            .last()
            .is_some_and(|last| KeySets::<T>::get(last) == keys)
        {
            return;
        }
        let oldest = index.saturating_sub(T::ReportSessions::get());
        while let [first, second, ..] = sessions.as_slice() {
            // The first set was in force until the second.
            if *second > oldest && !sessions.is_full() {
                break;
            }
            KeySets::<T>::remove(first);
            sessions.remove(0);
        }
        // There is room for it now.
        let _ = sessions.try_push(index);
        KeySetSessions::<T>::put(sessions);
        KeySets::<T>::insert(index, keys);
    }

    /// The keys of the set in force. Read as a session starts, when what was queued for it is still there.
    fn keys_in_force() -> KeysOfSet<T::AccountId> {
        let mut owned = Vec::new();
        for (owner, keys) in pallet_session::QueuedKeys::<T>::get() {
            for kind in <T as pallet_session::Config>::Keys::key_ids() {
                if let Ok(key) = BoundedVec::try_from(keys.get_raw(*kind).to_vec()) {
                    owned.push(OwnedKey {
                        owner: owner.clone(),
                        kind: kind.0,
                        key,
                    });
                }
            }
        }
        // There are at most four kinds of keys, and at most as many verifiers as a report has room for.
        BoundedVec::truncate_from(owned)
    }

    /// The remembered keys that were in force in a session. `None` of sessions that are too long ago or to come.
    fn keys_of(session: SessionIndex) -> Option<KeysOfSet<T::AccountId>> {
        let now = pallet_session::Pallet::<T>::current_index();
        let oldest = now.saturating_sub(T::ReportSessions::get());
        if session > now || session < oldest {
            return None;
        }
        let sessions = KeySetSessions::<T>::get();
        let from = sessions.iter().rev().find(|from| **from <= session)?;
        Some(KeySets::<T>::get(from))
    }

    /// Names the session in which `key` was in force. `None` when it was not, or too long ago.
    pub(crate) fn prove_in(
        session: SessionIndex,
        kind: KeyTypeId,
        key: &[u8],
    ) -> Option<MembershipProof> {
        let keys = Self::keys_of(session)?;
        owner_of(&keys, kind, key)?;
        Some(MembershipProof {
            session,
            trie_nodes: Vec::new(),
            validator_count: owners(&keys, kind),
        })
    }

    /// Names the last session in which `key` was in force.
    fn prove_latest(kind: KeyTypeId, key: &[u8]) -> Option<MembershipProof> {
        let mut last = pallet_session::Pallet::<T>::current_index();
        for from in KeySetSessions::<T>::get().iter().rev() {
            if let Some(proof) = Self::prove_in(last, kind, key) {
                return Some(proof);
            }
            last = from.checked_sub(1)?;
        }
        None
    }

    /// The session that a slot belongs to, by the sessions that are remembered. `None` when it is older than them.
    pub(crate) fn session_of_slot(slot: u64) -> Option<SessionIndex> {
        let now = pallet_session::Pallet::<T>::current_index();
        let oldest = now.saturating_sub(T::ReportSessions::get());
        (oldest..=now)
            .rev()
            .find(|session| SessionSlots::<T>::get(session).is_some_and(|first| first <= slot))
    }

    fn identified(owner: T::AccountId) -> Option<IdentificationTuple<T>> {
        let identification = T::FullIdentificationOf::convert(owner.clone())?;
        Some((owner, identification))
    }
}

/// Whether a path under a historical root is looked at.
pub(crate) fn is_short(nodes: &[Vec<u8>]) -> bool {
    nodes.encoded_size() <= MAX_PROOF_BYTES
}

fn owner_of<AccountId: Clone>(
    keys: &KeysOfSet<AccountId>,
    kind: KeyTypeId,
    key: &[u8],
) -> Option<AccountId> {
    let owned = keys
        .iter()
        .find(|owned| owned.kind == kind.0 && owned.key.as_slice() == key)?;
    Some(owned.owner.clone())
}

fn owners<AccountId>(keys: &KeysOfSet<AccountId>, kind: KeyTypeId) -> u32 {
    let count = keys.iter().filter(|owned| owned.kind == kind.0).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl<T: Config, D: AsRef<[u8]>> KeyOwnerProofSystem<(KeyTypeId, D)> for Pallet<T> {
    type Proof = MembershipProof;
    type IdentificationTuple = IdentificationTuple<T>;

    /// Names the last session in which the key was in force.
    fn prove((kind, key): (KeyTypeId, D)) -> Option<MembershipProof> {
        Self::prove_latest(kind, key.as_ref())
    }

    fn check_proof(
        (kind, key): (KeyTypeId, D),
        proof: MembershipProof,
    ) -> Option<IdentificationTuple<T>> {
        let key = key.as_ref();
        // Of the current session historical would build its tree anew, for whoever sends it nonsense.
        let is_past = proof.session < pallet_session::Pallet::<T>::current_index();
        if is_past && !proof.trie_nodes.is_empty() {
            if !is_short(&proof.trie_nodes) {
                return None;
            }
            return historical::Pallet::<T>::check_proof((kind, key), proof);
        }
        let keys = Self::keys_of(proof.session)?;
        if owners(&keys, kind) != proof.validator_count {
            return None;
        }
        Self::identified(owner_of(&keys, kind, key)?)
    }
}
