//! The market of enhancements: prices, sales, gifts.

use chainflix_primitives::registry::CurrentRound;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        Get,
        fungible::{Mutate, MutateHold},
        tokens::{Fortitude, Precision, Preservation, Restriction},
    },
};

use crate::{
    Config, Enhancement, EnhancementState, Enhancements, Error, Event, HoldReason, Pallet,
};

impl<T: Config> Pallet<T> {
    /// Offers an enhancement of `owner` for a price, or no longer.
    pub(crate) fn set_price(owner: &T::AccountId, id: u32, price: Option<u128>) -> DispatchResult {
        let mut enhancement = Self::tradable(id)?;
        ensure!(enhancement.owner() == Some(owner), Error::<T>::NotOwner);
        enhancement.price = price;
        Enhancements::<T>::insert(id, enhancement);
        Self::deposit_event(Event::EnhancementPriced { id, price });
        Ok(())
    }

    /// Sells an enhancement to `buyer`.
    pub(crate) fn buy(buyer: T::AccountId, id: u32, most: u128) -> DispatchResult {
        let mut enhancement = Self::tradable(id)?;
        let seller = enhancement
            .owner()
            .cloned()
            .ok_or(Error::<T>::UnknownEnhancement)?;
        ensure!(seller != buyer, Error::<T>::AlreadyOwner);
        let price = enhancement.price.take().ok_or(Error::<T>::NotForSale)?;
        ensure!(price <= most, Error::<T>::PriceTooHigh);
        let from_round = enhancement
            .hand_over(
                buyer.clone(),
                T::Rounds::current_round(),
                T::RecordRounds::get(),
            )
            .map_err(Self::refusal)?;
        let reason = HoldReason::Enhancement.into();
        let deposit = enhancement.deposit;
        T::Currency::release(&reason, &seller, deposit, Precision::Exact)?;
        T::Currency::hold(&reason, &buyer, deposit)?;
        T::Currency::transfer(&buyer, &seller, price, Preservation::Preserve)?;
        Enhancements::<T>::insert(id, enhancement);
        Self::deposit_event(Event::EnhancementSold {
            id,
            seller,
            buyer,
            price,
            from_round,
        });
        Ok(())
    }

    /// Gives an enhancement of `owner` to `to`, with its deposit, so that nobody has to pay for a gift.
    pub(crate) fn give(owner: T::AccountId, id: u32, to: T::AccountId) -> DispatchResult {
        let mut enhancement = Self::tradable(id)?;
        ensure!(enhancement.owner() == Some(&owner), Error::<T>::NotOwner);
        ensure!(owner != to, Error::<T>::AlreadyOwner);
        let from_round = enhancement
            .hand_over(
                to.clone(),
                T::Rounds::current_round(),
                T::RecordRounds::get(),
            )
            .map_err(Self::refusal)?;
        enhancement.price = None;
        T::Currency::transfer_on_hold(
            &HoldReason::Enhancement.into(),
            &owner,
            &to,
            enhancement.deposit,
            Precision::Exact,
            Restriction::OnHold,
            Fortitude::Polite,
        )?;
        Enhancements::<T>::insert(id, enhancement);
        Self::deposit_event(Event::EnhancementTransferred {
            id,
            from: owner,
            to,
            from_round,
        });
        Ok(())
    }

    /// An enhancement that was not ended.
    fn tradable(id: u32) -> Result<Enhancement<T::AccountId>, Error<T>> {
        let enhancement = Enhancements::<T>::get(id).ok_or(Error::<T>::UnknownEnhancement)?;
        ensure!(
            !matches!(enhancement.state, EnhancementState::Ended { .. }),
            Error::<T>::EnhancementEnded
        );
        Ok(enhancement)
    }
}
