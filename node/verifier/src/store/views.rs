//! Own views in the store: from acceptance to their fate.

use chainflix_primitives::{
    AccountId, Cycle, Magnet, RandomConstant, Round, api::ViewFate, hash::Hash32,
    play_data::ViewEvidence, view::ViewLeaf,
};
use codec::{Decode, Encode};

use super::tables::{
    EVIDENCE, LAST_END, LEAVES, OPEN_VIEWS, SPENT, VIEW_OF_LEAF, VIEW_OF_TICKET, VIEWS, VIEWS_OF,
    ViewId,
};
use super::{Batch, StoreResult, View};

/// A view that this verifier accepted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct OwnView {
    /// Hash of its leaf.
    pub(crate) leaf: Hash32,
    /// Random constant of its ticket.
    pub(crate) constant: RandomConstant,
    /// The viewer.
    pub(crate) viewer: AccountId,
    /// The video.
    pub(crate) video: Magnet,
    /// The minute.
    pub(crate) minute: u16,
    /// Round of issue of its ticket.
    pub(crate) issued: Round,
    /// Round of acceptance, as the acceptance says.
    pub(crate) accepted: Round,
    /// Where it stands.
    pub(crate) state: ViewState,
}

/// Where an own view stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum ViewState {
    /// In no block yet, or no longer.
    #[codec(index = 0)]
    Waiting,
    /// In the view block of this round.
    #[codec(index = 1)]
    InBlock(Round),
    /// Decided for good.
    #[codec(index = 2)]
    Final(ViewFate),
}

/// Play Data that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct RefusedView {
    /// The viewer.
    pub(crate) viewer: AccountId,
    /// The video.
    pub(crate) video: Magnet,
    /// The minute.
    pub(crate) minute: u16,
    /// Number of the refusal.
    pub(crate) refusal: u8,
    /// When, ms since the Unix epoch.
    pub(crate) at_ms: u64,
}

/// Everything that becomes durable when a view is accepted.
#[derive(Clone, Debug)]
pub(crate) struct Acceptable {
    pub(crate) id: ViewId,
    pub(crate) view: OwnView,
    pub(crate) leaf: ViewLeaf,
    pub(crate) evidence: ViewEvidence,
    pub(crate) cycle: Cycle,
}

impl Batch<'_> {
    /// Accepts a view: leaf, evidence, spent minute and interval together.
    pub(crate) fn put_accepted(&self, accepted: &Acceptable) -> StoreResult<()> {
        let Acceptable {
            id,
            view,
            leaf,
            evidence,
            cycle,
        } = accepted;
        self.put(VIEWS, id, view)?;
        self.put(OPEN_VIEWS, id, &())?;
        self.put(VIEWS_OF, &(view.viewer, *id), &())?;
        self.put(VIEW_OF_TICKET, &leaf.claim.constant, id)?;
        self.put(VIEW_OF_LEAF, &view.leaf, id)?;
        self.put(LEAVES, &view.leaf, leaf)?;
        self.put(EVIDENCE, &view.leaf, evidence)?;
        self.put(LAST_END, &view.viewer, &leaf.interval().1)?;
        self.mark_spent(*cycle, view.viewer, view.video, view.minute)
    }

    /// Marks a minute as earned.
    pub(crate) fn mark_spent(
        &self,
        cycle: Cycle,
        viewer: AccountId,
        video: Magnet,
        minute: u16,
    ) -> StoreResult<()> {
        let key = (cycle, viewer, video);
        let mut bits = self.get(SPENT, &key)?.unwrap_or_default();
        set_bit(&mut bits, minute);
        self.put(SPENT, &key, &bits)
    }

    /// Changes where a view stands. A final fate ends its place among the open ones and the need for its evidence.
    pub(crate) fn set_view_state(&self, id: ViewId, state: ViewState) -> StoreResult<()> {
        let Some(mut view) = self.get(VIEWS, &id)? else {
            return Ok(());
        };
        if matches!(state, ViewState::Final(_)) {
            self.delete(OPEN_VIEWS, &id)?;
            self.delete(EVIDENCE, &view.leaf)?;
        }
        view.state = state;
        self.put(VIEWS, &id, &view)
    }
}

impl View {
    /// Own views without a final fate, oldest first.
    pub(crate) fn open_views(&self) -> StoreResult<Vec<(ViewId, OwnView)>> {
        let ids = self.range(OPEN_VIEWS, &0, &ViewId::MAX, usize::MAX)?;
        let mut views = Vec::with_capacity(ids.len());
        for (id, ()) in ids {
            if let Some(view) = self.get(VIEWS, &id)? {
                views.push((id, view));
            }
        }
        Ok(views)
    }

    /// The latest own views of an account, newest first.
    pub(crate) fn latest_views_of(
        &self,
        account: AccountId,
        limit: usize,
    ) -> StoreResult<Vec<OwnView>> {
        let ids = self.range_back(VIEWS_OF, &(account, 0), &(account, ViewId::MAX), limit)?;
        let mut views = Vec::with_capacity(ids.len());
        for ((_, id), ()) in ids {
            if let Some(view) = self.get(VIEWS, &id)? {
                views.push(view);
            }
        }
        Ok(views)
    }

    /// Minutes of a video that an account has spent in a cycle, as a bitmap.
    pub(crate) fn spent(
        &self,
        cycle: Cycle,
        viewer: AccountId,
        video: Magnet,
    ) -> StoreResult<Vec<u8>> {
        Ok(self
            .get(SPENT, &(cycle, viewer, video))?
            .unwrap_or_default())
    }

    /// Id that the next accepted view gets.
    pub(crate) fn next_view_id(&self) -> StoreResult<ViewId> {
        Ok(self.last(VIEWS)?.map_or(0, |(id, _)| id.saturating_add(1)))
    }
}

/// Whether a bitmap has bit `index`; the lowest bit of the first byte is 0.
pub(crate) fn has_bit(bits: &[u8], index: u16) -> bool {
    bits.get(usize::from(index >> 3))
        .is_some_and(|byte| byte & (1 << (index & 7)) != 0)
}

fn set_bit(bits: &mut Vec<u8>, index: u16) {
    let byte = usize::from(index >> 3);
    if bits.len() <= byte {
        bits.resize(byte.saturating_add(1), 0);
    }
    if let Some(slot) = bits.get_mut(byte) {
        *slot |= 1 << (index & 7);
    }
}
