//! The verifier set: from sessions to rounds, and the keys of its members.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, Round, Signature64,
    registry::{CurrentRound, Discipline, ROUNDS_UNTIL_EFFECT, VerifierKeys, VerifierSet},
    report::Header,
};
use frame_support::traits::OneSessionHandler;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::BoundToRuntimeAppPublic;

use crate::{
    Config, Event, Headers, Issuers, Pallet, SetRounds, VerifierSets,
    crypto::{Public, Signature},
    types::{Verifier, Verifiers},
};

impl<T: Config> Pallet<T> {
    /// The set that holds in `round`. Empty for rounds that are forgotten.
    pub(crate) fn set_in(round: Round) -> Verifiers {
        let rounds = SetRounds::<T>::get();
        match rounds.iter().rev().find(|from| **from <= round) {
            Some(from) => VerifierSets::<T>::get(from),
            None => Verifiers::default(),
        }
    }

    /// How many of the set of `round` are not suspended now.
    pub(crate) fn active_in(round: Round) -> u32 {
        let set = Self::accounts_in(round);
        let active = set
            .iter()
            .filter(|verifier| !T::Discipline::is_suspended(verifier));
        u32::try_from(active.count()).unwrap_or(u32::MAX)
    }

    pub(crate) fn accounts_in(round: Round) -> Vec<AccountId> {
        let set = Self::set_in(round);
        set.iter().map(|verifier| verifier.account).collect()
    }

    /// The `pov` session key of `verifier`, if it is in the set of `round`.
    pub(crate) fn key_in(verifier: AccountId, round: Round) -> Option<Public> {
        key_of(&Self::set_in(round), &verifier).cloned()
    }

    pub(crate) fn headers_of(round: Round) -> Vec<(AccountId, Header)> {
        let issuers = Issuers::<T>::get(round);
        let header_of = |issuer| Some((issuer, Headers::<T>::get(round, issuer)?));
        issuers
            .iter()
            .filter_map(|entry| header_of(entry.issuer))
            .collect()
    }

    /// Remembers the set that holds from `from` on, unless it is the one that holds anyway.
    pub(crate) fn set_from(from: Round, mut members: Vec<Verifier>) {
        members.sort_unstable_by_key(|verifier| verifier.account);
        members.dedup_by_key(|verifier| verifier.account);
        // A session has no more verifiers than the network may have.
        let set = Verifiers::truncate_from(members);
        if Self::set_in(from) == set {
            return;
        }
        SetRounds::<T>::mutate(|rounds| {
            if rounds.last() == Some(&from) {
                return;
            }
            if rounds.is_full() {
                VerifierSets::<T>::remove(rounds.remove(0));
            }
            // There is room for it now.
            let _ = rounds.try_push(from);
        });
        Self::deposit_event(Event::VerifierSetChanged {
            from_round: from,
            verifiers: u32::try_from(set.len()).unwrap_or(u32::MAX),
        });
        VerifierSets::<T>::insert(from, set);
    }

    fn members<'a, I>(validators: I) -> Vec<Verifier>
    where
        I: Iterator<Item = (&'a T::AccountId, Public)> + 'a,
    {
        validators
            .map(|(account, key)| Verifier {
                account: AccountId(account.clone().into()),
                key,
            })
            .collect()
    }
}

/// The `pov` session key of a member of a set.
pub(crate) fn key_of<'a>(set: &'a [Verifier], verifier: &AccountId) -> Option<&'a Public> {
    let place = set
        .binary_search_by(|member| member.account.cmp(verifier))
        .ok()?;
    Some(&set.get(place)?.key)
}

impl<T: Config> BoundToRuntimeAppPublic for Pallet<T> {
    type Public = Public;
}

impl<T: Config> OneSessionHandler<T::AccountId> for Pallet<T> {
    type Key = Public;

    fn on_genesis_session<'a, I>(validators: I)
    where
        I: Iterator<Item = (&'a T::AccountId, Public)> + 'a,
    {
        Self::set_from(0, Self::members(validators));
    }

    fn on_new_session<'a, I>(changed: bool, validators: I, _queued_validators: I)
    where
        I: Iterator<Item = (&'a T::AccountId, Public)> + 'a,
    {
        if changed {
            let from = Self::round_of_block().saturating_add(ROUNDS_UNTIL_EFFECT);
            Self::set_from(from, Self::members(validators));
        }
    }

    /// Disabled verifiers stay eligible: their silence is a no.
    fn on_disabled(_validator_index: u32) {}
}

impl<T: Config> VerifierSet for Pallet<T> {
    fn verifiers() -> Vec<AccountId> {
        Self::accounts_in(Self::current_round())
    }
}

impl<T: Config> VerifierKeys for Pallet<T> {
    fn is_signed_by(verifier: &AccountId, payload: &[u8], signature: &Signature64) -> bool {
        let signature = Signature::from(sp_core::sr25519::Signature::from_raw(signature.0));
        Self::key_in(*verifier, Self::current_round())
            .is_some_and(|key| key.verify(&payload, &signature))
    }

    fn sign(verifier: &AccountId, payload: &[u8]) -> Option<Signature64> {
        sign_with(&Self::key_in(*verifier, Self::current_round())?, payload)
    }

    fn local_verifier() -> Option<AccountId> {
        let local = Public::all();
        let set = Self::set_in(Self::current_round());
        let ours = set.iter().find(|verifier| local.contains(&verifier.key))?;
        // While it is suspended a verifier has nothing to do.
        (!T::Discipline::is_suspended(&ours.account)).then_some(ours.account)
    }
}

/// Signs with a key of the node's keystore; off-chain only. `None` when it is not there.
pub(crate) fn sign_with(key: &Public, payload: &[u8]) -> Option<Signature64> {
    let signature = key.sign(&payload)?;
    let bytes: &[u8] = signature.as_ref();
    bytes.try_into().ok().map(Signature64)
}
