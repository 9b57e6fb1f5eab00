//! What is dropped, and when. Nothing is dropped before its last use, and never much at once.

use chainflix_primitives::{
    Round, registry::CurrentRound, report::MAX_VERIFIERS, rounds::RoundClock,
    view::CLOCK_TOLERANCE_MS, window::CELL_MS,
};
use frame_support::weights::Weight;

use crate::{
    Commitments, Config, Counted, CountedRounds, Draws, Faults, Headers, Issuers, JudgedIn,
    PaidTickets, Pallet, PrunedTo, Reports, SetRounds, TicketsRoots, VerifierSets, WeightInfo,
    types::{ITEMS_PRUNED_AT_ONCE, ROUNDS_PRUNED_AT_ONCE},
};

impl<T: Config> Pallet<T> {
    /// Drops records of rounds that nothing looks at any more, a few rounds at a time. `next` is the round that
    /// begins.
    pub(crate) fn prune(clock: &RoundClock, next: Round) -> Weight {
        // Up to here rounds are settled; what comes later is still at work.
        let Some(settled) = Counted::<T>::get().get(3).copied() else {
            return Weight::zero();
        };
        let two_cycles = Self::cycle_rule_in(next).length.saturating_mul(2);
        let records_from = next.saturating_sub(two_cycles).min(settled);
        let tickets_from = oldest_ticket(<Self as CurrentRound>::carried_from(settled), clock);
        let mut pruned = PrunedTo::<T>::get();
        let records = drop_up_to(&mut pruned.records, records_from, Self::drop_records);
        let tickets = drop_up_to(&mut pruned.tickets, tickets_from, Self::drop_tickets);
        PrunedTo::<T>::put(pruned);
        // A header that is kept may hold views of tickets that are older; more so one that is not settled.
        let sets_from = oldest_ticket(<Self as CurrentRound>::carried_from(records_from), clock);
        Self::drop_set_before(sets_from.min(tickets_from));
        T::WeightInfo::prune(
            records.rounds.saturating_add(tickets.rounds),
            records.items.saturating_add(tickets.items),
        )
    }

    /// Drops everything about a round but its tickets; the number of items. `None` while paid tickets are left, of which
    /// there may be any number.
    fn drop_records(round: Round) -> Option<u32> {
        let paid = PaidTickets::<T>::clear_prefix(round, ITEMS_PRUNED_AT_ONCE, None);
        if paid.maybe_cursor.is_some() {
            return None;
        }
        Draws::<T>::remove(round);
        JudgedIn::<T>::remove(round);
        CountedRounds::<T>::remove(round);
        Issuers::<T>::remove(round);
        let headers = Headers::<T>::clear_prefix(round, MAX_VERIFIERS, None).loops;
        let faults = Faults::<T>::clear_prefix(round, MAX_VERIFIERS, None).loops;
        let mut items = paid.loops.saturating_add(headers).saturating_add(faults);
        for (verifier, _) in Reports::<T>::drain_prefix(round) {
            items = items.saturating_add(1);
            // Of a verifier that reports no more nothing remains.
            let last = Commitments::<T>::get(verifier).map(|(last, _)| last);
            if last == Some(round) {
                Commitments::<T>::remove(verifier);
            }
        }
        Some(items)
    }

    /// Drops the oldest set when another took its place before `round`. One at a time is enough: a session, in which a set
    /// changes once at most, is longer than a round.
    fn drop_set_before(round: Round) {
        SetRounds::<T>::mutate(|sets| {
            if sets.get(1).is_some_and(|second| *second <= round) {
                VerifierSets::<T>::remove(sets.remove(0));
            }
        });
    }

    fn drop_tickets(round: Round) -> Option<u32> {
        Some(TicketsRoots::<T>::clear_prefix(round, MAX_VERIFIERS, None).loops)
    }
}

/// What was dropped at once.
#[derive(Default)]
struct Dropped {
    rounds: u32,
    items: u32,
}

/// Moves `cursor` up to `end`, as far as may be done at once.
fn drop_up_to(cursor: &mut Round, end: Round, drop: impl Fn(Round) -> Option<u32>) -> Dropped {
    let mut dropped = Dropped::default();
    while *cursor < end
        && dropped.rounds < ROUNDS_PRUNED_AT_ONCE
        && dropped.items < ITEMS_PRUNED_AT_ONCE
    {
        let Some(items) = drop(*cursor) else {
            dropped.items = ITEMS_PRUNED_AT_ONCE;
            break;
        };
        dropped.items = dropped.items.saturating_add(items);
        dropped.rounds = dropped.rounds.saturating_add(1);
        *cursor = cursor.saturating_add(1);
    }
    dropped
}

/// The round of the oldest ticket that may stand behind a view accepted in `accepted`: issued the longest play before, and
/// both by clocks within the verifiers' tolerance. In short rounds a play spans many.
pub(crate) fn oldest_ticket(accepted: Round, clock: &RoundClock) -> Round {
    let longest_play_ms = u64::from(CELL_MS).saturating_mul(3) / 2;
    let play_rounds = longest_play_ms
        .saturating_add(CLOCK_TOLERANCE_MS)
        .div_ceil(u64::from(clock.round_ms).max(1));
    accepted
        .saturating_sub(u32::try_from(play_rounds).unwrap_or(u32::MAX))
        .saturating_sub(1)
}
