//! Settled rounds in their order: what was settled as of a round, and which records are kept.

use alloc::vec::Vec;
use chainflix_primitives::{Round, registry::SettledRound};
use frame_support::traits::Get;

use crate::{
    Config, MAX_PAGE, Pallet, SettledOrder, SettledPlaces, SettledRounds, Unexpected,
    types::SettledEntry,
};

/// Most records that one settlement removes. Each adds one, so that a backlog shrinks.
const REMOVED_AT_ONCE: u32 = 2;

impl<T: Config> Pallet<T> {
    /// The last settled round.
    pub(crate) fn last_settled() -> Option<SettledEntry> {
        SettledOrder::<T>::get(SettledPlaces::<T>::get().next.checked_sub(1)?)
    }

    /// Gives a round the next place, with everything owed up to it, and removes records that are old enough.
    pub(crate) fn note_settled(round: Round, total: u128) -> Result<(), Unexpected> {
        let mut places = SettledPlaces::<T>::get();
        let place = places.next;
        places.next = place.checked_add(1).ok_or(Unexpected::NoRules)?;
        SettledOrder::<T>::insert(place, SettledEntry { round, total });
        let horizon = round.saturating_sub(T::SettledRoundsKept::get());
        for _ in 0..REMOVED_AT_ONCE {
            let Some(oldest) = SettledOrder::<T>::get(places.first) else {
                break;
            };
            if oldest.round >= horizon {
                break;
            }
            SettledOrder::<T>::remove(places.first);
            SettledRounds::<T>::remove(oldest.round);
            places.first = places.first.saturating_add(1);
        }
        SettledPlaces::<T>::put(places);
        Ok(())
    }

    /// Everything settled, and paid by campaigns, up to and with `round`, in units. `None` while that may still grow, that is before `round`
    /// or a later one is settled, and when it is forgotten.
    pub(crate) fn settled_as_of(round: Round) -> Option<u128> {
        if Self::last_settled()?.round < round {
            return None;
        }
        let above = Self::first_place_above(round);
        match above.checked_sub(1).and_then(SettledOrder::<T>::get) {
            Some(entry) => Some(entry.total),
            // Nothing was settled before the first place, unless it was forgotten.
            None => (SettledPlaces::<T>::get().first == 0).then_some(0),
        }
    }

    /// Settled rounds above `after`, at most `limit` and [`MAX_PAGE`].
    pub(crate) fn page_after(after: Option<Round>, limit: u32) -> Vec<SettledRound> {
        let places = SettledPlaces::<T>::get();
        let first = after.map_or(places.first, Self::first_place_above);
        let end = places.next.min(first.saturating_add(limit.min(MAX_PAGE)));
        (first..end)
            .filter_map(SettledOrder::<T>::get)
            .filter_map(|entry| SettledRounds::<T>::get(entry.round))
            .collect()
    }

    /// The first place that is kept whose round is above `round`, by bisection.
    fn first_place_above(round: Round) -> u32 {
        let places = SettledPlaces::<T>::get();
        let (mut low, mut high) = (places.first, places.next);
        while low < high {
            let middle = low.midpoint(high);
            match SettledOrder::<T>::get(middle) {
                Some(entry) if entry.round <= round => low = middle.saturating_add(1),
                _ => high = middle,
            }
        }
        low
    }
}
