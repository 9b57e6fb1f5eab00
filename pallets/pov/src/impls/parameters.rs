//! Parameters and cycle lengths: changed by motion within constant bounds, and held by round.

use chainflix_primitives::{
    Round,
    registry::{CurrentRound, PARAMETER_DELAY, PovParameters},
    rounds::{CYCLE_ROUNDS_BOUNDS, CycleRule},
};
use frame_support::{BoundedVec, ensure, traits::Get};

use crate::{
    Config, CycleRules, Error, Event, Pallet, Parameters, PrunedTo, SetRounds,
    types::{Since, in_force},
};

impl<T: Config> Pallet<T> {
    /// Sets the parameters that hold from 100 rounds on.
    pub(crate) fn change_parameters(parameters: PovParameters) -> Result<(), Error<T>> {
        ensure!(parameters.are_within_bounds(), Error::<T>::OutOfBounds);
        let from_round = Self::round_of_effect()?;
        Parameters::<T>::try_mutate(|history| {
            let entry = Since {
                round: from_round,
                value: parameters,
            };
            change(history, entry, PrunedTo::<T>::get().records, |entry| {
                entry.round
            })
            .ok_or(Error::<T>::TooManyChanges)
        })?;
        Self::deposit_event(Event::ParametersChanged {
            from_round,
            parameters,
        });
        Ok(())
    }

    /// Sets the length of cycles from the first border on that lies 100 rounds ahead.
    pub(crate) fn change_cycle_rounds(rounds: u32) -> Result<(), Error<T>> {
        let (least, most) = CYCLE_ROUNDS_BOUNDS;
        ensure!((least..=most).contains(&rounds), Error::<T>::OutOfBounds);
        let at_least = Self::round_of_effect()?;
        let rule = Self::next_rule(at_least, rounds).ok_or(Error::<T>::OutOfBounds)?;
        CycleRules::<T>::try_mutate(|history| {
            change(history, rule, PrunedTo::<T>::get().records, |rule| {
                rule.first_round
            })
            .ok_or(Error::<T>::TooManyChanges)
        })?;
        Self::deposit_event(Event::CycleLengthChanged {
            from_round: rule.first_round,
            cycle: rule.first_cycle,
            rounds,
        });
        Ok(())
    }

    fn round_of_effect() -> Result<Round, Error<T>> {
        Self::current_round()
            .checked_add(PARAMETER_DELAY)
            .ok_or(Error::<T>::OutOfBounds)
    }

    /// The rule with cycles of `length` rounds from the first border at or after `at_least` on.
    fn next_rule(at_least: Round, length: u32) -> Option<CycleRule> {
        let rule = Self::cycle_rule_in(at_least);
        let cycle = rule.cycle_of(at_least)?;
        let begins_there = rule.first_round_of(cycle)? == at_least;
        let first_cycle = if begins_there {
            cycle
        } else {
            cycle.checked_add(1)?
        };
        Some(CycleRule {
            first_round: rule.first_round_of(first_cycle)?,
            first_cycle,
            length,
        })
    }

    /// Whether everything by which a ticket issued in `round` is judged is still remembered.
    pub(crate) fn remembers(round: Round) -> bool {
        let rules = CycleRules::<T>::get();
        SetRounds::<T>::get()
            .first()
            .is_some_and(|first| *first <= round)
            && in_force(&Parameters::<T>::get(), round).is_some()
            && rules.first().is_some_and(|rule| rule.first_round <= round)
    }
}

/// Appends an entry to a history, in the place of what would have begun with it or later. Entries that had ended by
/// `horizon` are forgotten. `None` when there is no room.
fn change<V, S: Get<u32>>(
    history: &mut BoundedVec<V, S>,
    entry: V,
    horizon: Round,
    since: impl Fn(&V) -> Round,
) -> Option<()> {
    let first = since(&entry);
    while history.get(1).is_some_and(|next| since(next) <= horizon) {
        history.remove(0);
    }
    history.retain(|earlier| since(earlier) < first);
    history.try_push(entry).ok()
}
