//! The founders' pot.

use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Preservation},
    },
};

use crate::{Config, Error, Event, Founders, Pallet, founders_pot};

impl<T: Config> Pallet<T> {
    /// Sends what no lock keeps of the founders' pot to the founders' account.
    pub(crate) fn release_pot() -> DispatchResult {
        let to = Founders::<T>::get().ok_or(Error::<T>::NoFounders)?;
        let pot: T::AccountId = founders_pot();
        let amount =
            T::Currency::reducible_balance(&pot, Preservation::Expendable, Fortitude::Polite);
        ensure!(amount > 0, Error::<T>::FoundersPotLocked);
        T::Currency::transfer(&pot, &to, amount, Preservation::Expendable)?;
        Self::deposit_event(Event::FoundersPotReleased { to, amount });
        Ok(())
    }
}
