//! What the store forgets, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chainflix_primitives::{
    AccountId, Magnet, Round, campaign::day_of, ids::UploadId, rounds::CycleRule,
};

use super::tables::{
    ADS_SHOWN, BODIES, BODIES_OF_ROUND, BODY_HASHES, DELEGATIONS, DELEGATIONS_UNTIL, LEAVES,
    REFUSED, REPORTS, SPENT, TICKETS, VIEWS, VIEWS_OF, ViewId,
};
use super::views::ViewState;
use super::writer::Writer;
use super::{Batch, StoreResult};

/// Tickets and refusals are kept so many rounds: every opening that can need a ticket is long past then, unless rounds did
/// not count.
const TICKET_ROUNDS: Round = 128;
/// Cycles that views, bodies and delegations are kept.
const CYCLES: u32 = 2;
/// Most entries of a table that one write removes, so that no commit takes long.
const AT_ONCE: usize = 10_000;
/// Most bodies that one write removes.
const BODIES_AT_ONCE: usize = 64;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    /// The current round.
    pub(crate) round: Round,
    /// The cycle rule of that round.
    pub(crate) cycles: CycleRule,
    /// First round whose tickets a report that is due may still bring or open.
    pub(crate) tickets_from: Round,
    /// Whether views and bodies are kept for ever.
    pub(crate) archive: bool,
    /// The last archived round, when rounds are archived: what belongs to later ones is kept, however old it is.
    pub(crate) archived: Option<Round>,
}

impl Keep {
    /// First round whose views are kept.
    fn first_view_round(&self) -> Round {
        self.round
            .saturating_sub(self.cycles.length.saturating_mul(CYCLES))
    }

    /// The last round of which views and bodies may go, of those up to `last`, which are old enough: a cycle before the last
    /// archived one, since a view of a round may be carried into blocks of later ones. `None` when none may.
    fn last_without_archive(&self, last: Round) -> Option<Round> {
        match self.archived {
            Some(archived) => Some(archived.checked_sub(self.cycles.length)?.min(last)),
            None => Some(last),
        }
    }
}

impl Writer {
    /// Removes all that is too old, in writes between which others find their place.
    pub(crate) async fn prune(&self, keep: Keep) -> StoreResult<()> {
        let left = Arc::new(AtomicBool::new(true));
        while left.load(Ordering::Relaxed) {
            let told = Arc::clone(&left);
            let write = move |batch: &Batch<'_>| {
                told.store(batch.prune(&keep)?, Ordering::Relaxed);
                Ok(())
            };
            self.write(write).await?;
        }
        Ok(())
    }
}

impl Batch<'_> {
    /// Removes a bounded number of what is too old. Whether there may be more of it.
    fn prune(&self, keep: &Keep) -> StoreResult<bool> {
        let mut full = self.prune_ledger(AT_ONCE)?;
        let kept = keep.round.saturating_sub(TICKET_ROUNDS).saturating_add(1);
        if let Some(last) = kept.min(keep.tickets_from).checked_sub(1) {
            let tickets = self.take_range(TICKETS, &(0, 0), &(last, u32::MAX), AT_ONCE)?;
            let refused = self.take_range(REFUSED, &(0, 0), &(last, u64::MAX), AT_ONCE)?;
            full |= tickets.len() >= AT_ONCE || refused.len() >= AT_ONCE;
        }
        // Whose ticket was issued yesterday may still be finished today.
        if let Some(last) = day_of(keep.round).checked_sub(2) {
            let nothing = (0, AccountId([0; 32]), 0);
            let all = (last, AccountId([u8::MAX; 32]), u32::MAX);
            let shown = self.take_range(ADS_SHOWN, &nothing, &all, AT_ONCE)?;
            full |= shown.len() >= AT_ONCE;
        }
        let Some(last) = keep.first_view_round().checked_sub(1) else {
            return Ok(full);
        };
        self.take_range(REPORTS, &0, &last, AT_ONCE)?;
        if let Some(cycle) = keep.cycles.cycle_of(last).and_then(|c| c.checked_sub(1)) {
            let nothing = (0, AccountId([0; 32]), Magnet([0; 32]));
            let all = (cycle, AccountId([u8::MAX; 32]), Magnet([u8::MAX; 32]));
            let spent = self.take_range(SPENT, &nothing, &all, AT_ONCE)?;
            full |= spent.len() >= AT_ONCE;
        }
        let Some(last) = keep.last_without_archive(last) else {
            return Ok(full);
        };
        // A view can be shown as long as its delegation is there.
        let expired = (last, [u8::MAX; 32]);
        let delegations = self.take_range(DELEGATIONS_UNTIL, &(0, [0; 32]), &expired, AT_ONCE)?;
        full |= delegations.len() >= AT_ONCE;
        for ((_, hash), ()) in delegations {
            self.delete(DELEGATIONS, &hash)?;
        }
        if keep.archive {
            return Ok(full);
        }
        let bodies = self.take_range(BODIES_OF_ROUND, &(0, [0; 32]), &expired, BODIES_AT_ONCE)?;
        full |= bodies.len() >= BODIES_AT_ONCE;
        for ((_, root), ()) in bodies {
            self.forget_body(&root)?;
        }
        // Some that were looked at may have to stay, so half of them is as many as there may be more.
        Ok(self.forget_views(last)? >= AT_ONCE / 2 || full)
    }

    fn forget_body(&self, root: &[u8; 32]) -> StoreResult<()> {
        self.delete(BODIES, root)?;
        let chunks = self.take_range(BODY_HASHES, &(*root, 0), &(*root, u32::MAX), usize::MAX)?;
        for hash in chunks.iter().flat_map(|(_, part)| part) {
            self.delete(LEAVES, hash)?;
        }
        Ok(())
    }

    /// Own views are in order of acceptance: the oldest are looked at, and go when their fate is final. How many went.
    fn forget_views(&self, last: Round) -> StoreResult<usize> {
        let oldest = self.range(VIEWS, &0, &ViewId::MAX, AT_ONCE)?;
        let mut gone: usize = 0;
        for (id, view) in oldest {
            if view.accepted > last {
                break;
            }
            if !matches!(view.state, ViewState::Final(_)) {
                continue;
            }
            gone = gone.saturating_add(1);
            self.delete(VIEWS, &id)?;
            self.delete(LEAVES, &view.leaf)?;
            self.delete(VIEWS_OF, &(view.viewer, view.issue_ms))?;
        }
        Ok(gone)
    }
}

/// Uploads of one producer that are remembered.
pub(crate) const UPLOADS_PER_PRODUCER: usize = 64;

/// First and last key of a producer's uploads.
pub(crate) fn uploads_of(producer: AccountId) -> [(AccountId, Round, UploadId); 2] {
    [
        (producer, 0, UploadId([0; 16])),
        (producer, Round::MAX, UploadId([u8::MAX; 16])),
    ]
}
