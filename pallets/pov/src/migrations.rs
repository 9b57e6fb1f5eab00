//! From one storage version to the next.

use chainflix_primitives::{
    Round,
    registry::CountedRound,
    rounds::{MAX_CARRY_ROUNDS, carried_from},
};
use core::marker::PhantomData;
use frame_support::{
    BoundedVec, migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade, weights::Weight,
};

use alloc::vec::Vec;

use crate::{Config, Counted, CountedRounds, JudgedIn, Pallet, WeightInfo};

/// Rounds that are looked through for those that counted: a day of production. Each costs a read, each that counted a
/// write, which together is an eighth of a block.
pub(crate) const LOOKED_THROUGH: Round = 2_000;

/// 1 to 2: each counted round knows where it stands among them, and 21 of them are remembered instead of four.
pub type ToCountedAges<T> = VersionedMigration<
    1,
    2,
    FromWhatWasJudged<T>,
    Pallet<T>,
    <T as frame_system::Config>::DbWeight,
>;

/// Fills [`CountedRounds`] and the rest of [`Counted`] by [`JudgedIn`], which has every counted round but the last.
///
/// Of rounds that are older than those looked through nothing is known afterwards: their headers are looked at as they were
/// judged then, as if every round had counted, and views accepted before them can't be claimed as missing any more.
pub struct FromWhatWasJudged<T>(PhantomData<T>);

impl<T: Config> UncheckedOnRuntimeUpgrade for FromWhatWasJudged<T> {
    fn on_runtime_upgrade() -> Weight {
        let Some(last) = Counted::<T>::get().first().copied() else {
            return T::WeightInfo::to_counted_ages(0);
        };
        let first = last.saturating_sub(LOOKED_THROUGH);
        let mut counted: Vec<Round> = (first..last)
            .filter(|round| JudgedIn::<T>::contains_key(round))
            .collect();
        counted.push(last);
        // Where a round before those looked through may have counted, it is taken that the last of them did: nothing is carried
        // from earlier, and no view accepted earlier can be said to be missing from the rounds that are known.
        let unseen = first.checked_sub(1);
        let back = |place: usize, rounds: usize| match place.checked_sub(rounds) {
            Some(earlier) => counted.get(earlier).copied(),
            None => unseen,
        };
        for (place, round) in counted.iter().enumerate() {
            let entry = CountedRound {
                before: back(place, 1),
                carried_from: carried_from(
                    *round,
                    back(place, MAX_CARRY_ROUNDS as usize),
                    Pallet::<T>::cycle_rule_in(*round).length,
                ),
            };
            CountedRounds::<T>::insert(round, entry);
        }
        let latest_first = counted.iter().rev().copied().collect();
        Counted::<T>::put(BoundedVec::truncate_from(latest_first));
        T::WeightInfo::to_counted_ages(last.saturating_sub(first))
    }
}
