//! What is dropped, and when. Nothing is dropped before its last use, and never much at once.

use chainflix_primitives::{
    Round,
    report::MAX_VERIFIERS,
    rounds::{MAX_CARRY_ROUNDS, RoundClock},
    view::CLOCK_TOLERANCE_MS,
    window::CELL_MS,
};
use frame_support::weights::Weight;

use crate::{
    Config, Counted, Draws, Headers, Issuers, Pallet, PrunedTo, Reports, TicketsRoots, WeightInfo,
    types::ROUNDS_PRUNED_AT_ONCE,
};

/// Most reports of a round: of its set, and of the two before for verifiers that left since.
const MAX_REPORTS: u32 = MAX_VERIFIERS.saturating_mul(3);

impl<T: Config> Pallet<T> {
    /// Drops records of rounds that nothing looks at any more, a few rounds at a time. `next` is the round that
    /// begins.
    pub(crate) fn prune(clock: &RoundClock, next: Round) -> Weight {
        // Up to here rounds are settled; what comes later is still at work.
        let Some(settled) = Counted::<T>::get().get(3).copied() else {
            return T::WeightInfo::pruned(0, 0);
        };
        let two_cycles = Self::cycle_rule_in(next).length.saturating_mul(2);
        let records_from = next.saturating_sub(two_cycles).min(settled);
        let tickets_from = settled.saturating_sub(ticket_age(clock));
        let mut pruned = PrunedTo::<T>::get();
        let mut items = 0u32;
        let mut rounds = 0u32;
        while pruned.records < records_from && rounds < ROUNDS_PRUNED_AT_ONCE {
            items = items.saturating_add(Self::drop_records(pruned.records));
            pruned.records = pruned.records.saturating_add(1);
            rounds = rounds.saturating_add(1);
        }
        let most = rounds.saturating_add(ROUNDS_PRUNED_AT_ONCE);
        while pruned.tickets < tickets_from && rounds < most {
            let dropped = TicketsRoots::<T>::clear_prefix(pruned.tickets, MAX_VERIFIERS, None);
            items = items.saturating_add(dropped.loops);
            pruned.tickets = pruned.tickets.saturating_add(1);
            rounds = rounds.saturating_add(1);
        }
        PrunedTo::<T>::put(pruned);
        T::WeightInfo::pruned(rounds, items)
    }

    fn drop_records(round: Round) -> u32 {
        Draws::<T>::remove(round);
        Issuers::<T>::remove(round);
        let headers = Headers::<T>::clear_prefix(round, MAX_VERIFIERS, None);
        let reports = Reports::<T>::clear_prefix(round, MAX_REPORTS, None);
        headers.loops.saturating_add(reports.loops)
    }
}

/// Oldest that a ticket can be, in rounds, when a leaf with it is opened: carried for as long as views are, after the
/// longest play, both with the verifiers' clock tolerance. In short rounds a play spans many.
pub(crate) fn ticket_age(clock: &RoundClock) -> Round {
    let longest_play_ms = u64::from(CELL_MS).saturating_mul(3) / 2;
    let play_rounds = longest_play_ms
        .saturating_add(CLOCK_TOLERANCE_MS)
        .div_ceil(u64::from(clock.round_ms).max(1));
    MAX_CARRY_ROUNDS
        .saturating_add(u32::try_from(play_rounds).unwrap_or(u32::MAX))
        .saturating_add(1)
}
