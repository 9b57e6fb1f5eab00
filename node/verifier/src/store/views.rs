//! Own views in the store: from acceptance to their fate.

use chainflix_primitives::{
    AccountId, Cycle, Magnet, RandomConstant, Round, api::ViewFate, campaign::day_of, hash::Hash32,
    play_data::ViewEvidence, view::ViewLeaf,
};
use codec::{Decode, Encode};

use super::evidence::Place;
use super::tables::{ADS_SHOWN, LEAVES, OPEN_VIEWS, SPENT, VIEWS, VIEWS_OF, ViewId};
use super::{Batch, StoreResult, View};

/// Place of views that stand in no block, among the open ones.
const WAITING: u32 = 0;
/// Place of those in the block of round 0.
const FIRST_BLOCK: u32 = 1;

/// Views of an account that are looked through for a random constant: who names one with another time gets no view by it,
/// and is told at least of a recent one that it has earned.
const LATEST: usize = 64;

/// A view that this verifier accepted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct OwnView {
    /// Hash of its leaf.
    pub(crate) leaf: Hash32,
    /// The viewer.
    pub(crate) viewer: AccountId,
    /// The video.
    pub(crate) video: Magnet,
    /// The minute.
    pub(crate) minute: u16,
    /// Time of issue of its ticket, ms since the Unix epoch.
    pub(crate) issue_ms: u64,
    /// End of its interval, ms since the Unix epoch.
    pub(crate) ends_ms: u64,
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
        self.put_open(*id, &view.state, self.evidence.put(evidence)?)?;
        self.put(VIEWS_OF, &(view.viewer, view.issue_ms), id)?;
        self.put(LEAVES, &view.leaf, leaf)?;
        match &leaf.claim.ad {
            // It spends no minute of its creative: emission is what minutes guard.
            Some(ad) => self.count_ad(day_of(view.issued), view.viewer, ad.campaign),
            None => self.mark_spent(*cycle, view.viewer, view.video, view.minute),
        }
    }

    /// Counts an advertisement that a viewer was shown.
    fn count_ad(&self, day: u32, viewer: AccountId, campaign: u32) -> StoreResult<()> {
        let key = (day, viewer, campaign);
        let shown: u32 = self.get(ADS_SHOWN, &key)?.unwrap_or_default();
        self.put(ADS_SHOWN, &key, &shown.saturating_add(1))
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

    /// Changes where a view stands. A final fate ends its place among the open ones and the need for its evidence, and stays.
    pub(crate) fn set_view_state(&self, id: ViewId, state: ViewState) -> StoreResult<()> {
        let Some(mut view) = self.get(VIEWS, &id)? else {
            return Ok(());
        };
        let Some(place) = view.state.place() else {
            return Ok(());
        };
        if let Some(evidence) = self.take(OPEN_VIEWS, &(place, id))? {
            self.put_open(id, &state, evidence)?;
        }
        view.state = state;
        self.put(VIEWS, &id, &view)
    }

    fn put_open(&self, id: ViewId, state: &ViewState, evidence: Place) -> StoreResult<()> {
        match state.place() {
            Some(place) => self.put(OPEN_VIEWS, &(place, id), &evidence),
            None => {
                self.evidence.forget(evidence);
                Ok(())
            }
        }
    }
}

impl ViewState {
    /// Place among the open views; those with a final fate have none.
    fn place(&self) -> Option<u32> {
        match self {
            Self::Waiting => Some(WAITING),
            Self::InBlock(round) => Some(round.saturating_add(FIRST_BLOCK)),
            Self::Final(_) => None,
        }
    }
}

impl View {
    /// Own views that stand in no block, oldest first.
    pub(crate) fn waiting_views(&self) -> StoreResult<Vec<(ViewId, OwnView)>> {
        let ids = self.open_at(WAITING)?;
        let views = self.get_all(VIEWS, &ids)?;
        let found = ids.into_iter().zip(views);
        Ok(found.filter_map(|(id, view)| Some((id, view?))).collect())
    }

    /// Rounds of own blocks that hold open views, ascending. Their views are not looked at, however many they are.
    pub(crate) fn open_blocks(&self) -> StoreResult<Vec<Round>> {
        let mut rounds = Vec::new();
        let mut place = FIRST_BLOCK;
        loop {
            let next = self.range(OPEN_VIEWS, &(place, 0), &(u32::MAX, ViewId::MAX), 1)?;
            let Some(((found, _), _)) = next.first() else {
                return Ok(rounds);
            };
            rounds.push(found.saturating_sub(FIRST_BLOCK));
            let Some(behind) = found.checked_add(1) else {
                return Ok(rounds);
            };
            place = behind;
        }
    }

    /// Open views of the own block of `round`, oldest first.
    pub(crate) fn open_in_block(&self, round: Round) -> StoreResult<Vec<ViewId>> {
        self.open_at(round.saturating_add(FIRST_BLOCK))
    }

    fn open_at(&self, place: u32) -> StoreResult<Vec<ViewId>> {
        let found = self.range(OPEN_VIEWS, &(place, 0), &(place, ViewId::MAX), usize::MAX)?;
        Ok(found.into_iter().map(|((_, id), _)| id).collect())
    }

    /// The latest own views of an account, newest first.
    pub(crate) fn latest_views_of(
        &self,
        account: AccountId,
        limit: usize,
    ) -> StoreResult<Vec<OwnView>> {
        let ids = self.range_back(VIEWS_OF, &(account, 0), &(account, u64::MAX), limit)?;
        let mut views = Vec::with_capacity(ids.len());
        for (_, id) in ids {
            if let Some(view) = self.get(VIEWS, &id)? {
                views.push(view);
            }
        }
        Ok(views)
    }

    /// The own view of the ticket that an account was issued at a time, in ms since the Unix epoch.
    pub(crate) fn view_of_ticket(
        &self,
        viewer: AccountId,
        issue_ms: u64,
    ) -> StoreResult<Option<(ViewId, OwnView)>> {
        let Some(id) = self.get(VIEWS_OF, &(viewer, issue_ms))? else {
            return Ok(None);
        };
        Ok(self.get(VIEWS, &id)?.map(|view| (id, view)))
    }

    /// Whether a ticket has become an own view: that of an account, a time of issue and a random constant. With another time
    /// it is looked for among the account's latest.
    pub(crate) fn is_finished(
        &self,
        viewer: AccountId,
        issue_ms: u64,
        constant: &RandomConstant,
    ) -> StoreResult<bool> {
        let has_it = |view: &OwnView| -> StoreResult<bool> {
            let leaf = self.get(LEAVES, &view.leaf)?;
            Ok(leaf.is_some_and(|leaf| leaf.claim.constant == *constant))
        };
        if let Some((_, view)) = self.view_of_ticket(viewer, issue_ms)?
            && has_it(&view)?
        {
            return Ok(true);
        }
        for view in self.latest_views_of(viewer, LATEST)? {
            if has_it(&view)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The own view with this leaf.
    pub(crate) fn view_of_leaf(
        &self,
        leaf: &ViewLeaf,
        hash: &Hash32,
    ) -> StoreResult<Option<(ViewId, OwnView)>> {
        let found = self.view_of_ticket(leaf.claim.viewer, leaf.claim.issue_ms)?;
        Ok(found.filter(|(_, view)| view.leaf == *hash))
    }

    /// Openings and receipts of the own view with this leaf hash, unless its fate is final.
    pub(crate) fn evidence_of(&self, hash: &Hash32) -> StoreResult<Option<ViewEvidence>> {
        let Some(leaf) = self.get(LEAVES, hash)? else {
            return Ok(None);
        };
        let own = self.view_of_leaf(&leaf, hash)?;
        let Some((place, id)) = own.and_then(|(id, view)| Some((view.state.place()?, id))) else {
            return Ok(None);
        };
        match self.get(OPEN_VIEWS, &(place, id))? {
            Some(evidence) => self.evidence.get(evidence),
            None => Ok(None),
        }
    }

    /// End of the last interval that was accepted of an account here, ms since the Unix epoch; 0 when none was. They are
    /// accepted in their order.
    pub(crate) fn last_end(&self, viewer: AccountId) -> StoreResult<u64> {
        let last = self.latest_views_of(viewer, 1)?;
        Ok(last.first().map_or(0, |view| view.ends_ms))
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

    /// How often a viewer was shown a campaign in a day, by the views that were accepted here.
    pub(crate) fn ads_shown(&self, day: u32, viewer: AccountId, campaign: u32) -> StoreResult<u32> {
        let shown = self.get(ADS_SHOWN, &(day, viewer, campaign))?;
        Ok(shown.unwrap_or_default())
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
