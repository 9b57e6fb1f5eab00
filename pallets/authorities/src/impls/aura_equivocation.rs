//! Two blocks of one slot by one Aura key.
//!
//! The client only logs them. Both headers with their seals are proof enough, with the ownership of the key.

use alloc::{vec, vec::Vec};
use codec::Encode;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    pallet_prelude::{TransactionSource, TransactionValidityWithRefund},
    traits::{Get, KeyOwnerProofSystem},
};
use frame_system::pallet_prelude::HeaderFor;
use pallet_session::historical::IdentificationTuple;
use sp_consensus_aura::{
    digests::CompatibleDigestItem,
    sr25519::{AuthorityId as AuraId, AuthoritySignature as AuraSeal},
};
use sp_core::crypto::key_types::AURA;
use sp_runtime::{Perbill, RuntimeAppPublic, traits::Header as HeaderT};
use sp_session::MembershipProof;
use sp_staking::{
    SessionIndex,
    offence::{Kind, Offence, ReportOffence},
};

use crate::{Call, Config, Error, Pallet, SessionSlots};

/// Largest header that is looked at, in bytes: more than any block of the chain has.
pub const MAX_HEADER_BYTES: usize = 128 * 1024;

/// A proved equivocation of Aura.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuraEquivocation<Offender> {
    /// The slot of both blocks.
    pub slot: u64,
    /// The session of the proof of key ownership.
    pub session: SessionIndex,
    /// Verifiers in that session.
    pub verifiers: u32,
    /// Who wrote both.
    pub offender: Offender,
}

impl<Offender: Clone> Offence<Offender> for AuraEquivocation<Offender> {
    const ID: Kind = *b"aura:equivocatio";
    type Slot = u64;

    fn offenders(&self) -> Vec<Offender> {
        vec![self.offender.clone()]
    }

    fn session_index(&self) -> SessionIndex {
        self.session
    }

    fn validator_set_count(&self) -> u32 {
        self.verifiers
    }

    fn slot(&self) -> u64 {
        self.slot
    }

    /// Not used: the handler slashes by its own parameter.
    fn slash_fraction(&self, _offenders: u32) -> Perbill {
        Perbill::one()
    }
}

/// What a sealed header says.
struct Sealed {
    slot: u64,
    /// Hash of what was sealed.
    pre_hash: Vec<u8>,
    seal: AuraSeal,
}

impl<T: Config> Pallet<T> {
    /// Whether the headers prove that the owner of a key equivocated, and was not punished yet. From cheap to dear, the
    /// signatures last.
    pub(crate) fn check_aura_equivocation(
        offender: &AuraId,
        first: &HeaderFor<T>,
        second: &HeaderFor<T>,
        key_owner_proof: &MembershipProof,
    ) -> Result<AuraEquivocation<IdentificationTuple<T>>, Error<T>> {
        let first = Self::open_header(first)?;
        let second = Self::open_header(second)?;
        // Seals differ from signature to signature: what counts is what they seal.
        ensure!(
            first.slot == second.slot && first.pre_hash != second.pre_hash,
            Error::<T>::NoEquivocation
        );
        let session = key_owner_proof.session;
        ensure!(
            Self::may_be_of_session(first.slot, session),
            Error::<T>::InvalidKeyOwnership
        );
        let identified = <Self as KeyOwnerProofSystem<_>>::check_proof(
            (AURA, AsRef::<[u8]>::as_ref(offender)),
            key_owner_proof.clone(),
        )
        .ok_or(Error::<T>::InvalidKeyOwnership)?;
        ensure!(
            Self::bar_of(&identified.0).is_none(),
            Error::<T>::AlreadyPunished
        );
        ensure!(
            [&first, &second]
                .iter()
                .all(|header| offender.verify(&header.pre_hash, &header.seal)),
            Error::<T>::BadSeal
        );
        Ok(AuraEquivocation {
            slot: first.slot,
            session,
            verifiers: key_owner_proof.validator_count,
            offender: identified,
        })
    }

    fn open_header(header: &HeaderFor<T>) -> Result<Sealed, Error<T>> {
        ensure!(
            header.encoded_size() <= MAX_HEADER_BYTES,
            Error::<T>::HeaderTooLarge
        );
        let slot = header
            .digest()
            .logs()
            .iter()
            .find_map(CompatibleDigestItem::<AuraSeal>::as_aura_pre_digest)
            .ok_or(Error::<T>::NoEquivocation)?;
        let mut unsealed = header.clone();
        let seal = unsealed
            .digest_mut()
            .pop()
            .and_then(|item| item.as_aura_seal())
            .ok_or(Error::<T>::NoEquivocation)?;
        Ok(Sealed {
            slot: slot.into(),
            pre_hash: unsealed.hash().as_ref().to_vec(),
            seal,
        })
    }

    /// Whether a slot may belong to a session. Sessions are counted in blocks, so that two forks may begin one in
    /// different slots: the sessions next to the one of this fork count too.
    fn may_be_of_session(slot: u64, session: SessionIndex) -> bool {
        let begins = SessionSlots::<T>::get(session.saturating_sub(1));
        let ends = SessionSlots::<T>::get(session.saturating_add(2))
            .unwrap_or_else(|| T::CurrentSlot::get().saturating_add(1));
        begins.is_some_and(|begins| (begins..ends).contains(&slot))
    }

    /// Hands a proved equivocation to who counts offences.
    pub(crate) fn report_proved(
        reporter: Option<T::AccountId>,
        proved: AuraEquivocation<IdentificationTuple<T>>,
    ) -> DispatchResult {
        T::ReportAuraEquivocation::report_offence(reporter.into_iter().collect(), proved)
            .map_err(|_| Error::<T>::AlreadyPunished.into())
    }

    /// Lets a true report in, one per offender at a time.
    pub(crate) fn authorize_aura_equivocation(
        _source: TransactionSource,
        offender: &AuraId,
        first: &HeaderFor<T>,
        second: &HeaderFor<T>,
        key_owner_proof: &MembershipProof,
    ) -> TransactionValidityWithRefund {
        Self::check_aura_equivocation(offender, first, second, key_owner_proof)
            .map_err(Self::invalid)?;
        Self::let_in("ChainflixAuraEquivocation", offender)
    }

    /// Submits a report of what the node has seen, with the proof that `offender` was a verifier's key; off-chain
    /// only. Whether the pool took it.
    pub fn submit_aura_equivocation(
        offender: AuraId,
        first_header: HeaderFor<T>,
        second_header: HeaderFor<T>,
    ) -> bool {
        let key_owner_proof = Self::open_header(&first_header)
            .ok()
            .and_then(|header| Self::session_of_slot(header.slot))
            .and_then(|session| Self::prove_in(session, AURA, offender.as_ref()));
        let Some(key_owner_proof) = key_owner_proof else {
            return false;
        };
        let call = Call::report_aura_equivocation {
            offender,
            first_header: alloc::boxed::Box::new(first_header),
            second_header: alloc::boxed::Box::new(second_header),
            key_owner_proof,
        };
        Self::submit(call) > 0
    }
}
