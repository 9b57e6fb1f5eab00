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
    Adopted, AdoptedEarnings, Claimed, Claims, Config, Error, Event, LifetimeTotals, Pallet, Rules,
    types::{Claim, HostSha256, Totals},
};

/// What a claim would pay, with everything checked but the proof.
pub(crate) struct Payment {
    /// Under which root.
    adopted: AdoptedEarnings,
    /// How much, in units.
    pub(crate) amount: u128,
}

impl<T: Config> Pallet<T> {
    /// First round in which one can claim under adopted earnings. `None` on overflow.
    pub(crate) fn first_claimable(adopted: &AdoptedEarnings) -> Option<Round> {
        adopted
            .adopted_in
            .checked_add(Rules::<T>::get()?.claim_delay)
    }

    /// Claims of a batch are by ascending account, so that each is paid once.
    pub(crate) fn ensure_ascending(claims: &Claims<T>) -> Result<(), Error<T>> {
        let ascend = claims.windows(2).all(|pair| match pair {
            [first, second] => first.account < second.account,
            _ => false,
        });
        ensure!(ascend && !claims.is_empty(), Error::<T>::BatchNotAscending);
        Ok(())
    }

    /// Checks everything about a claim but its proof, which costs most, and adds it to the chain's `totals`.
    pub(crate) fn check_payment(
        claim: &Claim<T::AccountId>,
        totals: &mut Totals,
    ) -> Result<Payment, Error<T>> {
        let Claim {
            account,
            as_of,
            total,
            ..
        } = claim;
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
        totals.paid = totals
            .paid
            .checked_add(amount)
            .ok_or(Error::<T>::Overflow)?;
        let owed = totals.owed().ok_or(Error::<T>::Overflow)?;
        ensure!(totals.paid <= owed, Error::<T>::AboveSettled);

        match T::Currency::can_deposit(account, amount, Provenance::Minted) {
            DepositConsequence::Success => Ok(Payment { adopted, amount }),
            DepositConsequence::BelowMinimum | DepositConsequence::CannotCreate => {
                Err(Error::<T>::BelowExistentialDeposit)
            }
            _ => Err(Error::<T>::AccountCannotReceive),
        }
    }

    /// Checks that account and total stand under the adopted root.
    pub(crate) fn check_proof(
        payment: &Payment,
        claim: &Claim<T::AccountId>,
    ) -> Result<(), Error<T>> {
        let triple = &payment.adopted.triple;
        ensure!(claim.count == triple.count, Error::<T>::WrongProof);
        let account = AccountId(claim.account.clone().into());
        let leaf = earnings::leaf_hash::<HostSha256>(&account, claim.total);
        ensure!(
            merkle::verify::<HostSha256>(
                leaf,
                claim.index,
                claim.count,
                &claim.proof,
                &triple.root
            ),
            Error::<T>::WrongProof
        );
        Ok(())
    }

    /// Pays a claim to the account that it proves.
    pub(crate) fn pay(claim: Claim<T::AccountId>) -> DispatchResult {
        let mut totals = LifetimeTotals::<T>::get();
        let payment = Self::check_payment(&claim, &mut totals)?;
        Self::check_proof(&payment, &claim)?;
        let amount = payment.amount;
        let Claim {
            account,
            as_of,
            total,
            ..
        } = claim;
        T::Currency::mint_into(&account, amount)?;
        Claimed::<T>::insert(&account, total);
        LifetimeTotals::<T>::put(totals);
        Self::deposit_event(Event::EarningsClaimed {
            account,
            as_of,
            total,
            amount,
        });
        Ok(())
    }
}
