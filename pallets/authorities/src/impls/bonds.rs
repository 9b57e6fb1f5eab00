//! Bonds: what verifiers answer with.
//!
//! `bond of a newcomer = ⌊emission of a cycle ÷ members with it⌋`; a fault costs its issuer
//! `FaultSlash × ⌊emission of a cycle ÷ members⌋`, an approver a tenth of that, neither more than its bond.

use chainflix_primitives::{
    AccountId,
    registry::{CurrentRound, Discipline},
};
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    storage::with_storage_layer,
    traits::{
        Get,
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
    },
};
use sp_runtime::{DispatchError, Perbill};

use crate::{
    Announcements, Config, Error, Event, HoldReason, Members, Pallet, SlashCause, VerifierRecord,
    VerifierStatus, Verifiers,
};

/// What an approver pays of what the issuer pays: a tenth.
const APPROVER_DIVISOR: u128 = 10;

impl<T: Config> Pallet<T> {
    /// The bond of one of `members` verifiers, in units.
    fn bond_among(members: usize) -> u128 {
        let members = u128::try_from(members).unwrap_or(u128::MAX).max(1);
        T::CycleEmission::get().checked_div(members).unwrap_or(0)
    }

    /// What a candidate that is admitted now has to bond, in units.
    pub(crate) fn bond_of_newcomer() -> u128 {
        Self::bond_among(Members::<T>::decode_len().unwrap_or(0).saturating_add(1))
    }

    /// What a fault costs its issuer, in units, if its bond holds as much.
    pub(crate) fn price_of_fault() -> u128 {
        let bond = Self::bond_among(Members::<T>::decode_len().unwrap_or(0));
        T::FaultSlash::get().mul_floor(bond)
    }

    /// Holds `amount` more as a bond.
    pub(crate) fn hold_bond(
        verifier: &T::AccountId,
        record: &mut VerifierRecord,
        amount: u128,
    ) -> Result<(), Error<T>> {
        let bond = record
            .bond
            .checked_add(amount)
            .ok_or(Error::<T>::Overflow)?;
        <T as Config>::Currency::hold(&HoldReason::Bond.into(), verifier, amount)
            .map_err(|_| Error::<T>::BondNotAffordable)?;
        record.bond = bond;
        Ok(())
    }

    /// Adds to the bond of whoever has a record.
    pub(crate) fn add_to_bond(verifier: T::AccountId, amount: u128) -> DispatchResult {
        ensure!(amount > 0, Error::<T>::NothingNew);
        let mut record = Verifiers::<T>::get(&verifier)
            .filter(|record| record.status != VerifierStatus::Left)
            .ok_or(Error::<T>::NotMember)?;
        Self::hold_bond(&verifier, &mut record, amount)?;
        let bond = record.bond;
        Verifiers::<T>::insert(&verifier, record);
        Self::deposit_event(Event::BondToppedUp {
            verifier,
            amount,
            bond,
        });
        Ok(())
    }

    /// Returns a bond that nothing can be proved against any more.
    pub(crate) fn take_bond_back(verifier: T::AccountId) -> DispatchResult {
        let mut record = Verifiers::<T>::get(&verifier).ok_or(Error::<T>::NoBond)?;
        ensure!(
            matches!(
                record.status,
                VerifierStatus::Candidate | VerifierStatus::Left
            ) && T::Rounds::current_round() >= record.unlocks,
            Error::<T>::BondLocked
        );
        let amount = record.bond;
        let left = record.status == VerifierStatus::Left;
        ensure!(amount > 0 || left, Error::<T>::NoBond);
        <T as Config>::Currency::release(
            &HoldReason::Bond.into(),
            &verifier,
            amount,
            Precision::Exact,
        )?;
        if left {
            Self::remove_record(&verifier, &record)?;
            Announcements::<T>::remove(&verifier);
        } else {
            record.bond = 0;
            Verifiers::<T>::insert(&verifier, record);
        }
        Self::deposit_event(Event::BondWithdrawn { verifier, amount });
        Ok(())
    }

    /// Takes `share` of the bond of an equivocator. What was taken, in units.
    pub(crate) fn slash_share(verifier: &T::AccountId, share: Perbill) -> u128 {
        let bond = Verifiers::<T>::get(verifier).map_or(0, |record| record.bond);
        Self::slash(verifier, share.mul_floor(bond), SlashCause::Equivocation)
    }

    /// Moves at most `amount` of a bond to the treasury. What was moved, in units.
    fn slash(verifier: &T::AccountId, amount: u128, cause: SlashCause) -> u128 {
        let amount = Self::move_from_bond(verifier, &T::Treasury::get(), amount);
        if amount > 0 {
            Self::deposit_event(Event::BondSlashed {
                verifier: verifier.clone(),
                amount,
                cause,
            });
        }
        amount
    }

    /// Moves at most `amount` of a bond to `to`: all of that, or nothing. What was moved, in units.
    fn move_from_bond(verifier: &T::AccountId, to: &T::AccountId, amount: u128) -> u128 {
        let Some(mut record) = Verifiers::<T>::get(verifier) else {
            return 0;
        };
        let amount = amount.min(record.bond);
        let Some(left) = record.bond.checked_sub(amount) else {
            return 0;
        };
        if amount == 0 {
            return 0;
        }
        let moved = with_storage_layer::<_, DispatchError, _>(|| {
            <T as Config>::Currency::transfer_on_hold(
                &HoldReason::Bond.into(),
                verifier,
                to,
                amount,
                Precision::Exact,
                Restriction::Free,
                Fortitude::Force,
            )
        });
        // `to` may be unable to take it, for one because it would stay below the existential deposit.
        if moved != Ok(amount) {
            return 0;
        }
        record.bond = left;
        Verifiers::<T>::insert(verifier, record);
        amount
    }
}

impl<T: Config> Discipline for Pallet<T> {
    fn is_suspended(verifier: &AccountId) -> bool {
        Verifiers::<T>::get(T::AccountId::from(verifier.0)).is_some_and(|record| record.suspended)
    }

    fn issuer_at_fault(issuer: &AccountId) -> u128 {
        let issuer = T::AccountId::from(issuer.0);
        let slashed = Self::slash(&issuer, Self::price_of_fault(), SlashCause::IssuerFault);
        // Who is suspended already, or has left, stays what it is.
        let _ = Self::suspend_verifier(&issuer);
        slashed
    }

    fn approver_at_fault(approver: &AccountId) -> u128 {
        let price = Self::price_of_fault()
            .checked_div(APPROVER_DIVISOR)
            .unwrap_or(0);
        Self::slash(
            &T::AccountId::from(approver.0),
            price,
            SlashCause::ApproverFault,
        )
    }

    fn pay_from_bond(verifier: &AccountId, to: &AccountId, amount: u128) -> u128 {
        let verifier = T::AccountId::from(verifier.0);
        let to = T::AccountId::from(to.0);
        let amount = Self::move_from_bond(&verifier, &to, amount);
        if amount > 0 {
            Self::deposit_event(Event::PaidFromBond {
                verifier,
                to,
                amount,
            });
        }
        amount
    }
}
