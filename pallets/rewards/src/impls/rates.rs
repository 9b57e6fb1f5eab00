//! The most rate: changed by motion within constant bounds, and held by round.

use chainflix_primitives::{
    Round,
    registry::{CurrentRound, PARAMETER_DELAY},
};
use frame_support::ensure;

use crate::{Config, Error, Event, MAX_RATE_BOUNDS, Pallet, RateChanges, Rules, types::RateChange};

impl<T: Config> Pallet<T> {
    /// Sets the most rate that holds from 100 rounds on.
    pub(crate) fn change_max_rate(rate: Option<u128>) -> Result<(), Error<T>> {
        let (least, most) = MAX_RATE_BOUNDS;
        ensure!(
            rate.is_none_or(|rate| (least..=most).contains(&rate)),
            Error::<T>::OutOfBounds
        );
        let from_round = T::Rounds::current_round()
            .checked_add(PARAMETER_DELAY)
            .ok_or(Error::<T>::Overflow)?;
        let settled = Self::last_settled().map_or(0, |last| last.round);
        RateChanges::<T>::try_mutate(|changes| {
            // What another change has followed before anything that is still to be settled holds no more.
            while changes
                .get(1)
                .is_some_and(|next| next.from_round <= settled)
            {
                changes.remove(0);
            }
            changes.retain(|earlier| earlier.from_round < from_round);
            let change = RateChange {
                from_round,
                max_rate_per_second: rate,
            };
            changes
                .try_push(change)
                .map_err(|_| Error::<T>::TooManyChanges)
        })?;
        Self::deposit_event(Event::MaxRateChanged { from_round, rate });
        Ok(())
    }

    /// The most rate that holds in a round that is not settled yet.
    pub(crate) fn max_rate_in(round: Round) -> Option<u128> {
        let changes = RateChanges::<T>::get();
        let held = changes
            .iter()
            .rev()
            .find(|change| change.from_round <= round);
        match held {
            Some(change) => change.max_rate_per_second,
            // That of genesis, for as long as genesis said.
            None => Rules::<T>::get()
                .filter(|rules| rules.max_rate_until.is_none_or(|until| round < until))
                .and_then(|rules| rules.max_rate_per_second),
        }
    }
}
