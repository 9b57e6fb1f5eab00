//! Rounds: from the slots of blocks to counted rounds and cycles.

use alloc::vec::Vec;
use chainflix_primitives::{
    Cycle, Round,
    hash::Hash32,
    missing::MOST_BLOCKS,
    registry::{CountedRound, CurrentRound, PovParameters},
    rounds::{CYCLE_ROUNDS, CycleRule, MAX_CARRY_ROUNDS, RoundClock, carried_from, is_counted},
};
use frame_support::{traits::Get, weights::Weight};

use crate::{
    Clock, Config, Counted, CountedRounds, CycleRules, Event, JudgedIn, Pallet, Parameters,
    Progress, RoundLength, WeightInfo,
    types::{RoundProgress, in_force},
};

impl<T: Config> Pallet<T> {
    /// Counts the block to its round, and closes the round before when it is the first of a new one.
    pub(crate) fn begin_block() -> Weight {
        let now = T::Now::get();
        let progress = Progress::<T>::get();
        let Some(clock) = Clock::<T>::get() else {
            Clock::<T>::put(RoundClock {
                genesis_ms: now,
                round_ms: RoundLength::<T>::get(),
            });
            Progress::<T>::put(RoundProgress {
                round: 0,
                blocks: 1,
            });
            return T::WeightInfo::begin_block();
        };
        let round = latest_round(&clock, now, progress.round);
        let mut weight = T::WeightInfo::begin_block().saturating_add(Self::punish_approvers());
        if round == progress.round {
            Progress::<T>::put(RoundProgress {
                round,
                blocks: progress.blocks.saturating_add(1),
            });
            return weight;
        }
        weight.saturating_accrue(Self::close_round(progress, &clock, round));
        Progress::<T>::put(RoundProgress { round, blocks: 1 });
        weight
    }

    /// Closes the round of `progress`; `next` is the round that begins. Rounds between them have no
    /// blocks and don't count.
    pub(crate) fn close_round(progress: RoundProgress, clock: &RoundClock, next: Round) -> Weight {
        // The seed is that of the last round settled before the cycle begins, so it comes first.
        let mut weight = Self::begin_cycle(progress.round, next);
        let blocks_per_round = Self::blocks_per_round(clock);
        let counted = is_counted(progress.blocks, blocks_per_round);
        Self::deposit_event(Event::RoundClosed {
            round: progress.round,
            blocks: progress.blocks,
            counted,
        });
        weight.saturating_accrue(T::WeightInfo::close_round());
        if counted {
            let sequence = Counted::<T>::mutate(|sequence| {
                sequence.truncate(MAX_CARRY_ROUNDS as usize);
                // There is room for it: twenty are left of 21.
                let _ = sequence.try_insert(0, progress.round);
                sequence.clone()
            });
            Self::note_counted(&sequence);
            if let [latest, before, ..] = sequence.as_slice() {
                JudgedIn::<T>::insert(before, latest);
            }
            if let [_, revealed_in, drawn, ..] = sequence.as_slice() {
                weight.saturating_accrue(Self::fix_draw(*drawn, *revealed_in));
            }
            if let [_, _, judged_in, settled, ..] = sequence.as_slice() {
                weight.saturating_accrue(Self::settle_round(*settled, *judged_in));
            }
        }
        weight.saturating_add(Self::prune(clock, next))
    }

    /// Keeps where the first of `sequence`, the last counted rounds, stands among them. What was too old to be carried once
    /// stays so, also when cycles get longer.
    fn note_counted(sequence: &[Round]) {
        if let Some(round) = sequence.first().copied() {
            let before = sequence.get(1).copied();
            let earlier = before.and_then(CountedRounds::<T>::get);
            let twentieth = sequence.get(MAX_CARRY_ROUNDS as usize).copied();
            let length = Self::cycle_rule_in(round).length;
            let carried_from = carried_from(round, twentieth, length)
                .max(earlier.map_or(0, |earlier| earlier.carried_from));
            let counted = CountedRound {
                before,
                carried_from,
            };
            CountedRounds::<T>::insert(round, counted);
        }
    }

    /// The 21 counted rounds from `accepted` on, ascending, of which `first` is said to be the first; fewer as long as they
    /// have not counted. `None` when it is not the first.
    pub(crate) fn blocks_from(first: Round, accepted: Round) -> Option<Vec<Round>> {
        let counted = CountedRounds::<T>::get(first)?;
        if first < accepted || counted.before.is_some_and(|before| before >= accepted) {
            return None;
        }
        let later = core::iter::successors(Some(first), |round| JudgedIn::<T>::get(round));
        Some(later.take(MOST_BLOCKS as usize).collect())
    }

    /// The same for whoever does not know the first. Off-chain only: it looks at every round up to the first that counted.
    pub(crate) fn counted_from(accepted: Round) -> Vec<Round> {
        (accepted..Progress::<T>::get().round)
            .find(|round| CountedRounds::<T>::contains_key(round))
            .and_then(|first| Self::blocks_from(first, accepted))
            .unwrap_or_default()
    }

    /// Blocks in a round in which every slot has one.
    pub(crate) fn blocks_per_round(clock: &RoundClock) -> u32 {
        let blocks = u64::from(clock.round_ms)
            .checked_div(T::SlotMs::get())
            .unwrap_or(0);
        u32::try_from(blocks).unwrap_or(u32::MAX)
    }

    /// The round of the block being made, also when the pallet's own hook has not run in it yet.
    pub(crate) fn round_of_block() -> Round {
        let last = Progress::<T>::get().round;
        Clock::<T>::get().map_or(last, |clock| latest_round(&clock, T::Now::get(), last))
    }

    pub(crate) fn parameters_in(round: Round) -> PovParameters {
        in_force(&Parameters::<T>::get(), round)
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn cycle_rule_in(round: Round) -> CycleRule {
        let rules = CycleRules::<T>::get();
        let rule = rules.iter().rev().find(|rule| rule.first_round <= round);
        rule.copied()
            .unwrap_or(CycleRule::from_genesis(CYCLE_ROUNDS))
    }

    pub(crate) fn cycle_of(round: Round) -> Cycle {
        Self::cycle_rule_in(round).cycle_of(round).unwrap_or(0)
    }

    pub(crate) fn genesis_hash() -> Hash32 {
        let hash = frame_system::Pallet::<T>::block_hash(
            frame_system::pallet_prelude::BlockNumberFor::<T>::default(),
        );
        // A chain with another hash length has no genesis hash that a wallet could have signed.
        Hash32::try_from(hash.as_ref()).unwrap_or_default()
    }
}

/// The round of an instant, never before the one reached: slots only grow, and so do rounds.
fn latest_round(clock: &RoundClock, now_ms: u64, reached: Round) -> Round {
    clock.round_at(now_ms).unwrap_or(reached).max(reached)
}

impl<T: Config> CurrentRound for Pallet<T> {
    fn current_round() -> Round {
        Progress::<T>::get().round
    }

    fn carried_from(round: Round) -> Round {
        // Headers of before the item was kept were judged as if every round had counted.
        CountedRounds::<T>::get(round).map_or(round.saturating_sub(MAX_CARRY_ROUNDS), |counted| {
            counted.carried_from
        })
    }
}
