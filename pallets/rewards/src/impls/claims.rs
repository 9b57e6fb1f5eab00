//! Claims: from a proof under an adopted root to the account's balance.

use chainflix_primitives::{AccountId, Round, earnings, merkle, registry::CurrentRound};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{DepositConsequence, Provenance},
    },
};

use crate::{
    Adopted, AdoptedEarnings, Claimed, Config, Error, Event, LifetimeTotals, Pallet, Path, Rules,
    types::{HostSha256, Totals},
};

/// What a claim would pay, with everything checked but the proof.
pub(crate) struct Payment {
    /// Under which root.
    adopted: AdoptedEarnings,
    /// How much, in units.
    pub(crate) amount: u128,
    /// The chain's totals after it.
    totals: Totals,
}

impl<T: Config> Pallet<T> {
    /// First round in which one can claim under adopted earnings. `None` on overflow.
    pub(crate) fn first_claimable(adopted: &AdoptedEarnings) -> Option<Round> {
        adopted
            .adopted_in
            .checked_add(Rules::<T>::get()?.claim_delay)
    }

    /// Checks everything about a claim but its proof, which costs most.
    pub(crate) fn check_payment(
        account: &T::AccountId,
        as_of: Round,
        total: u128,
    ) -> Result<Payment, Error<T>> {
        let adopted = Adopted::<T>::get(as_of).ok_or(Error::<T>::NotAdopted)?;
        let claimable_from = Self::first_claimable(&adopted).ok_or(Error::<T>::Overflow)?;
        ensure!(
            claimable_from <= T::Rounds::current_round(),
            Error::<T>::NotYetClaimable
        );

        let amount = total
            .checked_sub(Claimed::<T>::get(account))
            .ok_or(Error::<T>::NothingToClaim)?;
        ensure!(amount > 0, Error::<T>::NothingToClaim);

        // The cap, whatever the root says.
        let mut totals = LifetimeTotals::<T>::get();
        totals.paid = totals
            .paid
            .checked_add(amount)
            .ok_or(Error::<T>::Overflow)?;
        ensure!(totals.paid <= totals.settled, Error::<T>::AboveSettled);

        match T::Currency::can_deposit(account, amount, Provenance::Minted) {
            DepositConsequence::Success => Ok(Payment {
                adopted,
                amount,
                totals,
            }),
            DepositConsequence::BelowMinimum | DepositConsequence::CannotCreate => {
                Err(Error::<T>::BelowExistentialDeposit)
            }
            _ => Err(Error::<T>::AccountCannotReceive),
        }
    }

    /// Checks that account and total stand under the adopted root.
    pub(crate) fn check_proof(
        payment: &Payment,
        account: &T::AccountId,
        total: u128,
        index: u32,
        count: u32,
        proof: &Path,
    ) -> Result<(), Error<T>> {
        let triple = &payment.adopted.triple;
        ensure!(count == triple.count, Error::<T>::WrongProof);
        let leaf = earnings::leaf_hash::<HostSha256>(&AccountId(account.clone().into()), total);
        ensure!(
            merkle::verify::<HostSha256>(leaf, index, count, proof, &triple.root),
            Error::<T>::WrongProof
        );
        Ok(())
    }

    /// Pays a claim to the account that it proves.
    pub(crate) fn pay(
        account: T::AccountId,
        as_of: Round,
        total: u128,
        index: u32,
        count: u32,
        proof: &Path,
    ) -> DispatchResult {
        let payment = Self::check_payment(&account, as_of, total)?;
        Self::check_proof(&payment, &account, total, index, count, proof)?;
        let amount = payment.amount;
        T::Currency::mint_into(&account, amount)?;
        Claimed::<T>::insert(&account, total);
        LifetimeTotals::<T>::put(payment.totals);
        Self::deposit_event(Event::EarningsClaimed {
            account,
            as_of,
            total,
            amount,
        });
        Ok(())
    }
}
