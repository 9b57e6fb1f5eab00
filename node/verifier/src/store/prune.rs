//! What the store forgets, and when.

use chainflix_primitives::{AccountId, Magnet, Round, ids::UploadId, rounds::CycleRule};

use super::tables::{
    BODIES, BODIES_OF_ROUND, BODY_HASHES, DELEGATIONS, DELEGATIONS_UNTIL, LEAVES, REFUSED, REPORTS,
    SPENT, TICKETS, VIEW_OF_LEAF, VIEW_OF_TICKET, VIEWS, VIEWS_OF, ViewId,
};
use super::views::ViewState;
use super::{Batch, StoreResult};

/// Tickets and refusals are kept so many rounds: every opening that can need a ticket is long past then.
const TICKET_ROUNDS: Round = 128;
/// Cycles that views, bodies and delegations are kept.
const CYCLES: u32 = 2;
/// Most entries of a table that one call removes, so that no commit takes long.
const AT_ONCE: usize = 10_000;
/// Most bodies that one call removes.
const BODIES_AT_ONCE: usize = 64;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    /// The current round.
    pub(crate) round: Round,
    /// The cycle rule of that round.
    pub(crate) cycles: CycleRule,
    /// Whether views and bodies are kept for ever.
    pub(crate) archive: bool,
}

impl Keep {
    /// First round whose views are kept.
    fn first_view_round(&self) -> Round {
        self.round
            .saturating_sub(self.cycles.length.saturating_mul(CYCLES))
    }
}

impl Batch<'_> {
    /// Removes a bounded number of what is too old.
    pub(crate) fn prune(&self, keep: &Keep) -> StoreResult<()> {
        if let Some(last) = keep.round.checked_sub(TICKET_ROUNDS) {
            self.take_range(TICKETS, &(0, 0), &(last, u32::MAX), AT_ONCE)?;
            self.take_range(REFUSED, &(0, 0), &(last, u64::MAX), AT_ONCE)?;
        }
        let Some(last) = keep.first_view_round().checked_sub(1) else {
            return Ok(());
        };
        self.take_range(REPORTS, &0, &last, AT_ONCE)?;
        let expired = (last, [u8::MAX; 32]);
        for ((_, hash), ()) in
            self.take_range(DELEGATIONS_UNTIL, &(0, [0; 32]), &expired, AT_ONCE)?
        {
            self.delete(DELEGATIONS, &hash)?;
        }
        if let Some(cycle) = keep.cycles.cycle_of(last).and_then(|c| c.checked_sub(1)) {
            let nothing = (0, AccountId([0; 32]), Magnet([0; 32]));
            let all = (cycle, AccountId([u8::MAX; 32]), Magnet([u8::MAX; 32]));
            self.take_range(SPENT, &nothing, &all, AT_ONCE)?;
        }
        if keep.archive {
            return Ok(());
        }
        for ((_, root), ()) in
            self.take_range(BODIES_OF_ROUND, &(0, [0; 32]), &expired, BODIES_AT_ONCE)?
        {
            self.forget_body(&root)?;
        }
        self.forget_views(last)
    }

    fn forget_body(&self, root: &[u8; 32]) -> StoreResult<()> {
        self.delete(BODIES, root)?;
        let chunks = self.take_range(BODY_HASHES, &(*root, 0), &(*root, u32::MAX), usize::MAX)?;
        for hash in chunks.iter().flat_map(|(_, part)| part) {
            self.delete(LEAVES, hash)?;
        }
        Ok(())
    }

    /// Own views are in order of acceptance: the oldest are looked at, and go when their fate is final.
    fn forget_views(&self, last: Round) -> StoreResult<()> {
        let oldest = self.range(VIEWS, &0, &ViewId::MAX, AT_ONCE)?;
        for (id, view) in oldest {
            if view.accepted > last || !matches!(view.state, ViewState::Final(_)) {
                break;
            }
            self.delete(VIEWS, &id)?;
            self.delete(LEAVES, &view.leaf)?;
            self.delete(VIEW_OF_TICKET, &view.constant)?;
            self.delete(VIEWS_OF, &(view.viewer, id))?;
            self.delete(VIEW_OF_LEAF, &view.leaf)?;
        }
        Ok(())
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
