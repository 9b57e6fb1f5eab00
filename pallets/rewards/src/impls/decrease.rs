//! Decreases: lifetime totals never fall, so that earnings under which one did are void.

use chainflix_primitives::{AccountId, Round, earnings, merkle, registry::Discipline};
use frame_support::ensure;

use crate::{
    Adopted, AdoptedEarnings, AdoptedOrder, CLAIMABLE_ROOTS, Config, Error, Event, LastAdopted,
    Pallet, Signers,
    types::{AccountTotal, HostSha256, LaterTotal},
};

impl<T: Config> Pallet<T> {
    /// Voids the later earnings when the account has less under them than under the earlier, and slashes their signers.
    pub(crate) fn void_decrease(
        account: T::AccountId,
        earlier_as_of: Round,
        earlier: &AccountTotal,
        later_as_of: Round,
        later: &LaterTotal,
    ) -> Result<(), Error<T>> {
        ensure!(earlier_as_of < later_as_of, Error::<T>::NotADecrease);
        let first = Adopted::<T>::get(earlier_as_of).ok_or(Error::<T>::NotAdopted)?;
        let second = Adopted::<T>::get(later_as_of).ok_or(Error::<T>::NotAdopted)?;
        let who = AccountId(account.clone().into());
        let left = match later {
            LaterTotal::Total(later) => later.total,
            LaterTotal::Absent { .. } => 0,
        };
        ensure!(left < earlier.total, Error::<T>::NotADecrease);
        ensure!(first.holds(&who, earlier), Error::<T>::WrongProof);
        let is_so = match later {
            LaterTotal::Total(later) => second.holds(&who, later),
            LaterTotal::Absent { before, after } => {
                second.lacks(&who, before.as_ref(), after.as_ref())
            }
        };
        ensure!(is_so, Error::<T>::WrongProof);

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
            later: left,
            signers: u32::try_from(signers.len()).unwrap_or(u32::MAX),
            slashed,
        });
        Ok(())
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

impl AdoptedEarnings {
    /// Whether an account has this total under the root.
    pub(crate) fn holds(&self, account: &AccountId, at: &AccountTotal) -> bool {
        merkle::verify::<HostSha256>(
            earnings::leaf_hash::<HostSha256>(account, at.total),
            at.index,
            self.triple.count,
            &at.proof,
            &self.triple.root,
        )
    }

    /// Whether an account is not under the root, by the neighbours between which it would stand.
    fn lacks(
        &self,
        account: &AccountId,
        before: Option<&(AccountId, AccountTotal)>,
        after: Option<&(AccountId, AccountTotal)>,
    ) -> bool {
        let before_fits = before.is_none_or(|(who, at)| who < account && self.holds(who, at));
        let after_fits = after.is_none_or(|(who, at)| who > account && self.holds(who, at));
        let place = before.map_or(Some(0), |(_, at)| at.index.checked_add(1));
        let next = after.map_or(self.triple.count, |(_, at)| at.index);
        before_fits && after_fits && place == Some(next)
    }
}
