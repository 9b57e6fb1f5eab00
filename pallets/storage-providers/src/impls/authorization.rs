//! What lets a heartbeat into the pool: cheap checks first, the signature last.

use chainflix_primitives::{heartbeat::Heartbeat, ids::Signature64, registry::VerifierKeys};
use frame_support::{pallet_prelude::*, weights::Weight};

use crate::{Config, Error, Pallet};

impl<T: Config> Pallet<T> {
    /// Lets in a verifier's one heartbeat of the last period.
    pub(crate) fn authorize_attest(
        _source: TransactionSource,
        verifier: &T::AccountId,
        heartbeat: &Heartbeat,
        signature: &Signature64,
    ) -> TransactionValidityWithRefund {
        Self::check_heartbeat(verifier, heartbeat).map_err(Self::invalid)?;
        let payload = Self::heartbeat_payload(verifier, heartbeat);
        ensure!(
            T::VerifierKeys::is_signed_by(&Self::raw(verifier), &payload, signature),
            InvalidTransaction::BadProof
        );
        ValidTransaction::with_tag_prefix("ChainflixHeartbeat")
            .priority(T::Priority::get())
            .and_provides((heartbeat.period, verifier))
            .longevity(T::Longevity::get())
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }

    /// The pool's word for a refusal: the error's own number, or a word that the pool knows.
    pub(crate) fn invalid(error: Error<T>) -> TransactionValidityError {
        let invalid = match error {
            Error::<T>::NotVerifier => InvalidTransaction::BadSigner,
            Error::<T>::WrongPeriod | Error::<T>::AlreadyAttested => InvalidTransaction::Stale,
            Error::<T>::BadSignature => InvalidTransaction::BadProof,
            Error::<T>::UnknownVersion => InvalidTransaction::Custom(13),
            Error::<T>::WrongPage => InvalidTransaction::Custom(15),
            _ => InvalidTransaction::Call,
        };
        invalid.into()
    }
}
