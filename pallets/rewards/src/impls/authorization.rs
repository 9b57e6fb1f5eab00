//! What lets a claim without a fee into the pool: cheap checks first, the proof last.

use chainflix_primitives::Round;
use frame_support::{pallet_prelude::*, weights::Weight};

use crate::{Config, Error, Pallet, Path};

impl<T: Config> Pallet<T> {
    /// Lets a claim in that would pay enough now.
    pub(crate) fn authorize_claim(
        _source: TransactionSource,
        account: &T::AccountId,
        as_of: &Round,
        total: &u128,
        index: &u32,
        count: &u32,
        proof: &Path,
    ) -> TransactionValidityWithRefund {
        Self::check_feeless(account, *as_of, *total, *index, *count, proof)
            .map_err(Self::invalid)?;
        ValidTransaction::with_tag_prefix("ChainflixClaim")
            .priority(T::ClaimPriority::get())
            .and_provides((account, total))
            .longevity(T::ClaimLongevity::get())
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }

    fn check_feeless(
        account: &T::AccountId,
        as_of: Round,
        total: u128,
        index: u32,
        count: u32,
        proof: &Path,
    ) -> Result<(), Error<T>> {
        let payment = Self::check_payment(account, as_of, total)?;
        ensure!(
            payment.amount >= T::LeastFeelessClaim::get(),
            Error::<T>::BelowFeelessMinimum
        );
        Self::check_proof(&payment, account, total, index, count, proof)
    }

    /// The pool's word for a refusal: a word that it knows, or the error's own number.
    fn invalid(error: Error<T>) -> TransactionValidityError {
        let invalid = match error {
            Error::<T>::NothingToClaim => InvalidTransaction::Stale,
            Error::<T>::NotYetClaimable => InvalidTransaction::Future,
            Error::<T>::WrongProof => InvalidTransaction::BadProof,
            Error::<T>::NotAdopted => InvalidTransaction::Custom(0),
            Error::<T>::BelowExistentialDeposit => InvalidTransaction::Custom(4),
            Error::<T>::BelowFeelessMinimum => InvalidTransaction::Custom(5),
            Error::<T>::AboveSettled => InvalidTransaction::Custom(6),
            Error::<T>::AccountCannotReceive => InvalidTransaction::Custom(7),
            Error::<T>::Overflow => InvalidTransaction::Custom(8),
            Error::<T>::__Ignore(..) => InvalidTransaction::Call,
        };
        invalid.into()
    }
}
