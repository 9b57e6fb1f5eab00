//! The book of tickets: one list per round, in order of issue, closed for good when its root is reported.
//!
//! An index is given and its ticket handed to the store under one lock, so that the store holds a prefix of what was
//! issued, whatever happens; a ticket is sent out only once it is durable. So no index is ever given twice.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use chainflix_primitives::{
    AccountId, RandomConstant, Round, refusal::Refusal, rounds::RoundClock, ticket::Ticket,
    view::CLOCK_TOLERANCE_MS,
};

use crate::error::Denied;
use crate::store::tables::{REPORTS, TICKETS};
use crate::store::writer::Pending;
use crate::store::{Store, StoreResult};

/// Rounds whose next index is remembered.
const OPEN_ROUNDS: usize = 64;
/// Most tickets from before the start that are remembered.
const LAST_TICKETS: usize = 200_000;
/// Nobody asks after a ticket later than this, in ms.
const FINISHED_WITHIN_MS: u64 = 180_000;

struct Lists {
    /// The last round whose list is closed.
    closed: Option<Round>,
    /// Next index of rounds that are open.
    next: BTreeMap<Round, u32>,
}

/// The book.
pub(crate) struct TicketBook {
    lists: Mutex<Lists>,
    /// Holders of tickets that were open, or may have been, when the service was last ended.
    before_start: HashMap<RandomConstant, AccountId>,
}

impl TicketBook {
    /// Opens the book where the store left it: rounds up to the last report are closed.
    pub(crate) fn open(store: &Store, started_ms: u64) -> StoreResult<Self> {
        let view = store.view()?;
        let last = view.range_back(TICKETS, &(0, 0), &(Round::MAX, u32::MAX), LAST_TICKETS)?;
        let before_start = last
            .into_iter()
            .map(|(_, ticket)| ticket)
            .take_while(|ticket| ticket.issue_ms.saturating_add(FINISHED_WITHIN_MS) > started_ms)
            .map(|ticket| (ticket.constant, ticket.viewer))
            .collect();
        Ok(Self {
            lists: Mutex::new(Lists {
                closed: view.last(REPORTS)?.map(|(round, _)| round),
                next: BTreeMap::new(),
            }),
            before_start,
        })
    }

    /// Whose ticket from before the last start has this constant, if it could still have been finished then.
    pub(crate) fn holder_before_start(&self, constant: &RandomConstant) -> Option<AccountId> {
        self.before_start.get(constant).copied()
    }

    /// Time of issue of a ticket that is issued now, and its round.
    ///
    /// It is not before `earliest_ms`, the end of the account's last view, and not in a round whose list is closed. Both
    /// may move it ahead of the own clock by the tolerance between clocks; more is refused.
    pub(crate) fn time_of_issue(
        &self,
        clock: &RoundClock,
        now_ms: u64,
        earliest_ms: u64,
    ) -> Result<(u64, Round), Denied> {
        let first_open = self.first_open_round();
        let open_from = clock.start_of(first_open).ok_or(Refusal::NotReady)?;
        let at = now_ms.max(earliest_ms).max(open_from);
        if at.saturating_sub(now_ms) > CLOCK_TOLERANCE_MS {
            return Err(if at == open_from {
                Refusal::NotReady.into()
            } else {
                Refusal::Overlap.into()
            });
        }
        let round = clock.round_at(at).ok_or(Refusal::NotReady)?;
        Ok((at, round))
    }

    /// Appends a ticket to the list of `round`. `make` gets the index. The ticket may be sent once it is durable.
    pub(crate) fn append(
        &self,
        store: &Store,
        round: Round,
        make: impl FnOnce(u32) -> Ticket,
    ) -> Result<(Ticket, Pending), Denied> {
        let mut lists = self.lock();
        if lists.closed.is_some_and(|closed| round <= closed) {
            // The list was closed since the time was taken.
            return Err(Refusal::RateLimited.into());
        }
        let index = match lists.next.get(&round) {
            Some(next) => *next,
            None => store.view()?.next_ticket_index(round)?,
        };
        let next = index.checked_add(1).ok_or(Refusal::RateLimited)?;
        let ticket = make(index);
        let kept = ticket.clone();
        let pending = store
            .writer()
            .submit(move |batch| batch.put_ticket(&kept))?;
        lists.next.insert(round, next);
        while lists.next.len() > OPEN_ROUNDS {
            lists.next.pop_first();
        }
        Ok((ticket, pending))
    }

    /// Closes the list of `round` and of all before it.
    pub(crate) fn close(&self, round: Round) {
        let mut lists = self.lock();
        lists.closed = lists.closed.max(Some(round));
        lists.next.retain(|open, _| *open > round);
    }

    /// The first round in which a ticket can be issued, or a view accepted, that stands in that round's report.
    pub(crate) fn first_open_round(&self) -> Round {
        self.lock()
            .closed
            .map_or(0, |closed| closed.saturating_add(1))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
