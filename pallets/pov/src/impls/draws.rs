//! Draws, and the seeds of cycles.

use alloc::vec::Vec;
use chainflix_primitives::{AccountId, Cycle, Round, draw, hash::Hash32};
use frame_support::weights::Weight;

use crate::{
    Config, Counted, CycleSeeds, Draws, Event, Pallet, Progress, Reports, WeightInfo,
    crypto::HostHasher, types::CycleSeed,
};

impl<T: Config> Pallet<T> {
    /// Fixes the draw of `round` from the preimages in the reports of `revealed_in`, the counted round
    /// after it, in verifier order. All of them are in by now, and so is every header of `round`.
    pub(crate) fn fix_draw(round: Round, revealed_in: Round) -> Weight {
        let reports: Vec<_> = Reports::<T>::iter_prefix(revealed_in).collect();
        let mut revealed: Vec<(AccountId, Hash32)> = reports
            .iter()
            .filter_map(|(verifier, report)| Some((*verifier, report.reveal?)))
            .collect();
        revealed.sort_unstable();
        let preimages = revealed.iter().map(|(_, preimage)| preimage);
        let draw = draw::draw::<HostHasher>(round, preimages);
        Draws::<T>::insert(round, draw);
        let length = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
        Self::deposit_event(Event::Drawn {
            round,
            draw,
            preimages: length(revealed.len()),
        });
        T::WeightInfo::fix_draw(length(reports.len()))
    }

    /// Sets the seed of the cycle that begins with `next`, when one does: the draw of the last round that
    /// is settled by now. Cycles that were jumped over have the same.
    pub(crate) fn begin_cycle(last: Round, next: Round) -> Weight {
        let (before, cycle) = (Self::cycle_of(last), Self::cycle_of(next));
        if cycle <= before {
            // Looking for one is part of closing a round.
            return Weight::zero();
        }
        let settled = Counted::<T>::get().get(3).copied();
        let seed = settled
            .and_then(Draws::<T>::get)
            .unwrap_or_else(draw::first_cycle_seed::<HostHasher>);
        CycleSeeds::<T>::mutate(|seeds| {
            if seeds.is_full() {
                seeds.remove(0);
            }
            let first = before.saturating_add(1);
            // There is room for it now.
            let _ = seeds.try_push(CycleSeed { cycle: first, seed });
        });
        Self::deposit_event(Event::CycleBegan {
            cycle,
            round: next,
            seed,
        });
        T::WeightInfo::begin_cycle()
    }

    pub(crate) fn seed_of(cycle: Cycle) -> Option<Hash32> {
        if cycle > Self::cycle_of(Progress::<T>::get().round) {
            return None;
        }
        let seeds = CycleSeeds::<T>::get();
        let entry = seeds.iter().rev().find(|entry| entry.cycle <= cycle)?;
        Some(entry.seed)
    }
}
