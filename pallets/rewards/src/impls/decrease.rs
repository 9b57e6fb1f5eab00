//! Decreases: lifetime totals never fall, so that earnings under which one did are void.

use chainflix_primitives::{
    AccountId, Round,
    decrease::{AccountTotal, DecreaseProof, LaterTotal},
    duty::DECREASE_KEY,
    registry::Discipline,
};
use frame_support::{ensure, pallet_prelude::*, weights::Weight};
use frame_system::offchain::{CreateAuthorizedTransaction, SubmitTransaction};
use sp_runtime::offchain::storage::StorageValueRef;

use crate::{
    Adopted, AdoptedEarnings, AdoptedOrder, CLAIMABLE_ROOTS, Call, Config, Error, Event,
    LastAdopted, Pallet, Signers, types::HostSha256,
};

/// One proof of each root is enough.
const TAG: &str = "ChainflixDecrease";
/// Above every ordinary transaction: full blocks must not carry false earnings past the delay after which they can be claimed.
/// Room is not given away by it, since a proof that holds voids what it is about.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 4;
/// Blocks after which a proof that is in none is handed in again.
const LONGEVITY: TransactionLongevity = 32;

impl<T: Config> Pallet<T> {
    /// Voids the later earnings when the account has less under them than under the earlier, and slashes their signers.
    pub(crate) fn void_decrease(
        account: T::AccountId,
        earlier_as_of: Round,
        earlier: &AccountTotal,
        later_as_of: Round,
        later: &LaterTotal,
    ) -> Result<(), Error<T>> {
        let second = Self::check_decrease(&account, earlier_as_of, earlier, later_as_of, later)?;
        let signers = Signers::<T>::take(later_as_of);
        let mut slashed = 0u128;
        for signer in &signers {
            let taken = T::Discipline::approver_at_fault(signer);
            slashed = slashed.checked_add(taken).ok_or(Error::<T>::Overflow)?;
        }
        Self::forget_adopted(&second);
        Self::deposit_event(Event::EarningsVoided {
            as_of: later_as_of,
            root: second.triple.root,
            account,
            earlier: earlier.total,
            later: later.total(),
            signers: u32::try_from(signers.len()).unwrap_or(u32::MAX),
            slashed,
        });
        Ok(())
    }

    /// The later earnings, when the account has less under them.
    fn check_decrease(
        account: &T::AccountId,
        earlier_as_of: Round,
        earlier: &AccountTotal,
        later_as_of: Round,
        later: &LaterTotal,
    ) -> Result<AdoptedEarnings, Error<T>> {
        ensure!(earlier_as_of < later_as_of, Error::<T>::NotADecrease);
        let first = Adopted::<T>::get(earlier_as_of).ok_or(Error::<T>::NotAdopted)?;
        let second = Adopted::<T>::get(later_as_of).ok_or(Error::<T>::NotAdopted)?;
        ensure!(later.total() < earlier.total, Error::<T>::NotADecrease);
        let who = AccountId(account.clone().into());
        let is_so = earlier.stands_under::<HostSha256>(&who, &first.triple)
            && later.stands_under::<HostSha256>(&who, &second.triple);
        ensure!(is_so, Error::<T>::WrongProof);
        Ok(second)
    }

    /// Lets a proof in that holds now, whoever brings it.
    pub(crate) fn authorize_decrease(
        _source: TransactionSource,
        account: &T::AccountId,
        earlier_as_of: &Round,
        earlier: &AccountTotal,
        later_as_of: &Round,
        later: &LaterTotal,
    ) -> TransactionValidityWithRefund {
        Self::check_decrease(account, *earlier_as_of, earlier, *later_as_of, later)
            .map_err(Self::invalid)?;
        ValidTransaction::with_tag_prefix(TAG)
            .priority(PRIORITY)
            .and_provides(later_as_of)
            .longevity(LONGEVITY)
            .propagate(true)
            .build()
            .map(|valid| (valid, Weight::zero()))
    }

    /// Submits the proof that this node's verifier service left, while it holds; off-chain only. The number of transactions
    /// that the pool took.
    pub fn submit_due() -> u32 {
        let left = StorageValueRef::persistent(DECREASE_KEY).get::<DecreaseProof>();
        let Ok(Some(proof)) = left else {
            return 0;
        };
        let DecreaseProof {
            account,
            earlier_as_of,
            earlier,
            later_as_of,
            later,
        } = proof;
        let account = T::AccountId::from(account.0);
        if Self::check_decrease(&account, earlier_as_of, &earlier, later_as_of, &later).is_err() {
            return 0;
        }
        let call = Call::<T>::prove_decrease {
            account,
            earlier_as_of,
            earlier,
            later_as_of,
            later,
        };
        let transaction =
            <T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).map_or(0, |()| 1)
    }

    /// Takes adopted earnings back: nobody can claim under them, and the last before them are the last again.
    fn forget_adopted(adopted: &AdoptedEarnings) {
        Adopted::<T>::remove(adopted.triple.as_of);
        AdoptedOrder::<T>::remove(adopted.number);
        let is_last = LastAdopted::<T>::get().is_some_and(|last| last.number == adopted.number);
        if is_last {
            let oldest = adopted.number.saturating_sub(CLAIMABLE_ROOTS);
            let before = (oldest..adopted.number)
                .rev()
                .find_map(AdoptedOrder::<T>::get)
                .and_then(Adopted::<T>::get);
            LastAdopted::<T>::set(before);
        }
    }
}
