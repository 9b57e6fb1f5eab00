//! What lets a call without an account into the pool: cheap checks first, the signature last.

use chainflix_primitives::{
    duty::SetSecretDuty,
    ids::Signature64,
    registry::{VerifierAnnouncement, VerifierKeys},
};
use frame_support::{pallet_prelude::*, weights::Weight};

use crate::{Config, Error, Pallet};

impl<T: Config> Pallet<T> {
    /// Lets an announcement in that changes something and is signed by its verifier.
    pub(crate) fn authorize_announce(
        _source: TransactionSource,
        announcement: &VerifierAnnouncement,
        verifier: &T::AccountId,
        sequence: &u32,
        signature: &Signature64,
    ) -> TransactionValidityWithRefund {
        Self::check_announcement(verifier, announcement, *sequence).map_err(Self::invalid)?;
        let payload = Self::announcement_payload(verifier, announcement, *sequence);
        Self::check_signature(verifier, &payload, signature)?;
        Self::let_in("ChainflixAnnouncement", (verifier, sequence))
    }

    /// Lets a commitment in from whose turn it is, and an acknowledgement of the commitment on chain.
    pub(crate) fn authorize_set_secret(
        _source: TransactionSource,
        verifier: &T::AccountId,
        duty: &SetSecretDuty,
        signature: &Signature64,
    ) -> TransactionValidityWithRefund {
        Self::check_set_secret(verifier, duty).map_err(Self::invalid)?;
        let payload = Self::set_secret_payload(verifier, duty);
        Self::check_signature(verifier, &payload, signature)?;
        Self::let_in("ChainflixSetSecret", (verifier, duty))
    }

    fn check_signature(
        verifier: &T::AccountId,
        payload: &[u8],
        signature: &Signature64,
    ) -> Result<(), TransactionValidityError> {
        ensure!(
            T::VerifierKeys::is_signed_by(&Self::raw(verifier), payload, signature),
            InvalidTransaction::BadProof
        );
        Ok(())
    }

    pub(crate) fn let_in(
        prefix: &'static str,
        provides: impl Encode,
    ) -> TransactionValidityWithRefund {
        ValidTransaction::with_tag_prefix(prefix)
            .priority(T::Priority::get())
            .and_provides(provides)
            .longevity(T::Longevity::get())
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }

    /// The pool's word for a refusal: the error's own number, or a word that the pool knows.
    pub(crate) fn invalid(error: Error<T>) -> TransactionValidityError {
        let invalid = match error {
            Error::<T>::NotVerifier => InvalidTransaction::BadSigner,
            Error::<T>::NothingNew
            | Error::<T>::AlreadyAcknowledged
            | Error::<T>::AlreadyPunished => InvalidTransaction::Stale,
            Error::<T>::BadSignature | Error::<T>::BadSeal => InvalidTransaction::BadProof,
            // The number stands before whatever an error carries.
            other => other
                .encode()
                .first()
                .map_or(InvalidTransaction::Call, |number| {
                    InvalidTransaction::Custom(*number)
                }),
        };
        invalid.into()
    }
}
