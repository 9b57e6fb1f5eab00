//! The book of tickets: one list per round, in order of issue, closed for good when its root is reported.
//!
//! An index is given and its ticket handed to the store under one lock, so that the store holds a prefix of what was
//! issued, whatever happens; a ticket is sent out only once it is durable. So no index is ever given twice.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use chainflix_primitives::{
    AccountId, RandomConstant, Round, refusal::Refusal, report::MAX_LATE_TICKETS,
    rounds::RoundClock, ticket::Ticket, view::CLOCK_TOLERANCE_MS,
};

use crate::error::Denied;
use crate::store::tables::{REPORTS, TICKETS};
use crate::store::writer::Pending;
use crate::store::{Store, StoreResult, View};

/// Rounds with tickets that no report has brought yet. One report brings as many late roots, so that every ticket gets on
/// chain with the next one, however long no round counts; in more rounds than that none is issued.
const OPEN_ROUNDS: usize = MAX_LATE_TICKETS as usize;
/// Most tickets from before the start that are remembered.
const LAST_TICKETS: usize = 200_000;
/// Nobody asks after a ticket later than this, in ms.
const FINISHED_WITHIN_MS: u64 = 180_000;

struct Lists {
    /// The last round whose list is closed.
    closed: Option<Round>,
    /// Next index of rounds that are open and have tickets.
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
        let closed = view.last(REPORTS)?.map(|(round, _)| round);
        Ok(Self {
            lists: Mutex::new(Lists {
                closed,
                next: open_lists(&view, closed)?,
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
            // The next report would not have room for its root.
            None if lists.next.len() >= OPEN_ROUNDS => return Err(Refusal::NotReady.into()),
            None => store.view()?.next_ticket_index(round)?,
        };
        let next = index.checked_add(1).ok_or(Refusal::RateLimited)?;
        let ticket = make(index);
        let kept = ticket.clone();
        let pending = store
            .writer()
            .submit(move |batch| batch.put_ticket(&kept))?;
        lists.next.insert(round, next);
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

/// Next index of each round after `closed` that has tickets, the last of them.
fn open_lists(view: &View, closed: Option<Round>) -> StoreResult<BTreeMap<Round, u32>> {
    let first = closed.map_or(0, |closed| closed.saturating_add(1));
    let mut lists = BTreeMap::new();
    let mut last = Round::MAX;
    while lists.len() < OPEN_ROUNDS && first <= last {
        let found = view.range_back(TICKETS, &(first, 0), &(last, u32::MAX), 1)?;
        let Some(((round, index), _)) = found.first() else {
            break;
        };
        lists.insert(*round, index.saturating_add(1));
        let Some(before) = round.checked_sub(1) else {
            break;
        };
        last = before;
    }
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::{Magnet, PlayCode, ticket::TICKET_VERSION};

    use super::*;

    fn ticket(round: Round, index: u32) -> Ticket {
        Ticket {
            version: TICKET_VERSION,
            issuer: AccountId([1; 32]),
            round,
            index,
            viewer: AccountId([2; 32]),
            delegation: [3; 32],
            video: Magnet([4; 32]),
            minute: 0,
            rendition: 0,
            issue_ms: 5,
            constant: RandomConstant([6; 32]),
            play_code: PlayCode([7; 16]),
        }
    }

    #[tokio::test]
    async fn v6_tickets_are_issued_in_as_many_unreported_rounds_as_one_report_has_room_for() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = Store::open(directory.path(), &[1; 32], 1024 * 1024).expect("opens");
        let book = TicketBook::open(&store, 0).expect("opens");
        let issue = |book: &TicketBook, round| {
            let made = book.append(&store, round, |index| ticket(round, index));
            made.map(|(ticket, pending)| (ticket.index, pending))
        };
        // Every third round has viewers, and none of them counts.
        for round in (0..60).step_by(3) {
            let (index, pending) = issue(&book, round).expect("there is room");
            assert_eq!(index, 0);
            pending.durable().await.expect("written");
        }
        let is_refused = |book: &TicketBook, round| {
            matches!(issue(book, round), Err(Denied::Refused(Refusal::NotReady)))
        };
        assert!(is_refused(&book, 60) && is_refused(&book, 1_000));
        let (index, pending) = issue(&book, 57).expect("a round that has its place");
        assert_eq!(index, 1);
        pending.durable().await.expect("written");
        // A restart gives no more room.
        let book = TicketBook::open(&store, 0).expect("opens");
        assert!(is_refused(&book, 60));
        assert_eq!(issue(&book, 57).expect("as before").0, 2);
        // A report does.
        book.close(60);
        assert_eq!(issue(&book, 61).expect("room").0, 0);
    }
}
