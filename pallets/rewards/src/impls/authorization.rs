//! What lets claims without a fee into the pool: cheap checks first, the proofs last.

use alloc::vec::Vec;
use chainflix_primitives::Round;
use frame_support::{pallet_prelude::*, weights::Weight};

use crate::{Claim, Claims, Config, Error, LifetimeTotals, Pallet, Path};

/// Two transactions that pay one account the same total are one to the pool, whether alone or in a batch.
const TAG: &str = "ChainflixClaim";

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
        Self::authorize(&[Claim {
            account: account.clone(),
            as_of: *as_of,
            total: *total,
            index: *index,
            count: *count,
            proof: proof.clone(),
        }])
    }

    /// Lets a batch in of which each claim would pay enough now.
    pub(crate) fn authorize_batch(
        _source: TransactionSource,
        claims: &Claims<T>,
    ) -> TransactionValidityWithRefund {
        Self::ensure_ascending(claims).map_err(Self::invalid)?;
        Self::authorize(claims)
    }

    fn authorize(claims: &[Claim<T::AccountId>]) -> TransactionValidityWithRefund {
        Self::check_feeless(claims).map_err(Self::invalid)?;
        let valid = ValidTransaction::with_tag_prefix(TAG)
            .priority(T::ClaimPriority::get())
            .longevity(T::ClaimLongevity::get())
            .propagate(true);
        claims
            .iter()
            .fold(valid, |valid, claim| {
                valid.and_provides((&claim.account, claim.total))
            })
            .build()
            .map(|validity| (validity, Weight::zero()))
    }

    fn check_feeless(claims: &[Claim<T::AccountId>]) -> Result<(), Error<T>> {
        let mut totals = LifetimeTotals::<T>::get();
        let mut payments = Vec::with_capacity(claims.len());
        for claim in claims {
            let payment = Self::check_payment(claim, &mut totals)?;
            ensure!(
                payment.amount >= T::LeastFeelessClaim::get(),
                Error::<T>::BelowFeelessMinimum
            );
            payments.push(payment);
        }
        payments
            .iter()
            .zip(claims)
            .try_for_each(|(payment, claim)| Self::check_proof(payment, claim))
    }

    /// The pool's word for a refusal: a word that it knows, or the error's own number.
    pub(crate) fn invalid(error: Error<T>) -> TransactionValidityError {
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
            Error::<T>::BatchNotAscending => InvalidTransaction::Custom(9),
            // No claim is refused for these, and a decrease that is none is no use of the call.
            Error::<T>::OutOfBounds
            | Error::<T>::TooManyChanges
            | Error::<T>::NotADecrease
            | Error::<T>::__Ignore(..) => InvalidTransaction::Call,
        };
        invalid.into()
    }
}
