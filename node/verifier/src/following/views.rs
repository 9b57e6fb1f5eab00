//! What happened to an account's views since it was last looked: by the difference between two looks into the store. What
//! happens while nobody is ready to be told does not pile up.

use std::collections::BTreeMap;

use chainflix_primitives::{
    AccountId, Round,
    api::{ViewFate, ViewStatus},
    hash::Hash32,
    news::{Judgement, ViewChange},
};

use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::store::View;
use crate::store::tables::{VIEWS, VIEWS_OF, ViewId};
use crate::store::views::{OwnView, ViewState};

/// Open views of an account that are kept in sight, the latest ones: more than an account can have that watches without
/// a pause for as long as views may be carried.
const IN_SIGHT: usize = 512;
/// New views that one look takes in; there is another look right after it when there are more.
const AT_ONCE: usize = 128;
/// How much earlier than the latest known view one can have been issued that is accepted after it: more than a ticket is open.
/// An account has at most one view a minute, so that a look reads few of them again.
const OUT_OF_ORDER_MS: u64 = 60 * 60 * 1000;

/// A view that is not decided.
struct Seen {
    view: Hash32,
    state: ViewState,
}

/// How an account's views stood when they were last looked at.
pub(crate) struct ViewsSeen {
    account: AccountId,
    /// The first id that was not looked at.
    next: ViewId,
    /// When the latest view that was looked at was issued.
    latest_ms: u64,
    open: BTreeMap<ViewId, Seen>,
}

impl ViewsSeen {
    /// Looks for the first time: how the latest `limit` views stand, newest first.
    pub(crate) fn begin(
        context: &Context,
        account: AccountId,
        limit: usize,
    ) -> Result<(Self, Vec<ViewChange>), Failure> {
        let store = context.store.view()?;
        let (first, last) = ((account, 0), (account, u64::MAX));
        let latest = store.range_back(VIEWS_OF, &first, &last, limit.max(IN_SIGHT))?;
        let mut seen = Self {
            account,
            next: latest
                .iter()
                .map(|(_, id)| id.saturating_add(1))
                .max()
                .unwrap_or(0),
            latest_ms: latest.first().map_or(0, |((_, issued), _)| *issued),
            open: BTreeMap::new(),
        };
        let mut changes = Vec::new();
        for (place, (_, id)) in latest.into_iter().enumerate() {
            let Some(view) = store.get(VIEWS, &id)? else {
                continue;
            };
            if place < limit {
                changes.push(ViewChange::Standing(status(&view)));
                if let ViewState::InBlock(round) = view.state {
                    let view = view.leaf;
                    changes.push(ViewChange::InBlock { view, round });
                }
            }
            seen.keep(id, &view);
        }
        Ok((seen, changes))
    }

    /// Looks again: what happened since. Whether there may be more at once.
    pub(crate) fn look(&mut self, context: &Context) -> Result<(Vec<ViewChange>, bool), Failure> {
        let store = context.store.view()?;
        let mut changes = Vec::new();
        let mut judged = Judged::new(context);
        let known: Vec<ViewId> = self.open.keys().copied().collect();
        for id in known {
            self.look_at(&store, id, &mut judged, &mut changes)?;
        }
        let from = self.latest_ms.saturating_sub(OUT_OF_ORDER_MS);
        let (first, last) = ((self.account, from), (self.account, u64::MAX));
        let new = store.range(VIEWS_OF, &first, &last, AT_ONCE)?;
        let may_be_more = new.len() == AT_ONCE;
        let first_new = self.next;
        for ((_, issued), id) in new {
            self.latest_ms = self.latest_ms.max(issued);
            if id < first_new {
                continue;
            }
            self.next = self.next.max(id.saturating_add(1));
            if let Some(view) = store.get(VIEWS, &id)? {
                let mut accepted = status(&view);
                accepted.fate = ViewFate::Pending;
                changes.push(ViewChange::Accepted(accepted));
                let waiting = ViewState::Waiting;
                differences(view.leaf, &waiting, &view.state, &mut judged, &mut changes)?;
                self.keep(id, &view);
            }
        }
        Ok((changes, may_be_more))
    }

    fn look_at(
        &mut self,
        store: &View,
        id: ViewId,
        judged: &mut Judged<'_>,
        changes: &mut Vec<ViewChange>,
    ) -> Result<(), Failure> {
        let (Some(seen), now) = (self.open.get_mut(&id), store.get(VIEWS, &id)?) else {
            return Ok(());
        };
        let Some(now) = now else {
            self.open.remove(&id);
            return Ok(());
        };
        differences(seen.view, &seen.state, &now.state, judged, changes)?;
        match now.state {
            ViewState::Final(_) => self.open.remove(&id).map_or((), drop),
            state => seen.state = state,
        }
        Ok(())
    }

    fn keep(&mut self, id: ViewId, view: &OwnView) {
        if matches!(view.state, ViewState::Final(_)) {
            return;
        }
        let (view, state) = (view.leaf, view.state.clone());
        self.open.insert(id, Seen { view, state });
        while self.open.len() > IN_SIGHT {
            self.open.pop_first();
        }
    }
}

/// What led a view from one state to another, in order.
fn differences(
    view: Hash32,
    before: &ViewState,
    now: &ViewState,
    judged: &mut Judged<'_>,
    changes: &mut Vec<ViewChange>,
) -> Result<(), Failure> {
    if before == now {
        return Ok(());
    }
    if let ViewState::InBlock(round) = *before
        && let Some(judgement) = judged.of(round)?
    {
        changes.push(ViewChange::Judged {
            view,
            round,
            judgement,
        });
    }
    match (before, now) {
        (_, ViewState::Final(fate)) => {
            let fate = fate.clone();
            changes.push(ViewChange::Decided { view, fate });
        }
        (_, ViewState::Waiting) => changes.push(ViewChange::Waits { view }),
        (ViewState::InBlock(_), ViewState::InBlock(round)) => {
            changes.push(ViewChange::Waits { view });
            let round = *round;
            changes.push(ViewChange::InBlock { view, round });
        }
        (_, ViewState::InBlock(round)) => {
            let round = *round;
            changes.push(ViewChange::InBlock { view, round });
        }
    }
    Ok(())
}

/// What own blocks came to, each looked up once in a look.
struct Judged<'a> {
    context: &'a Context,
    known: BTreeMap<Round, Option<Judgement>>,
}

impl<'a> Judged<'a> {
    fn new(context: &'a Context) -> Self {
        Self {
            context,
            known: BTreeMap::new(),
        }
    }

    /// What the own block of a round came to; `None` of one that was never settled.
    fn of(&mut self, round: Round) -> Result<Option<Judgement>, Failure> {
        if let Some(known) = self.known.get(&round) {
            return Ok(*known);
        }
        let own = self.context.place().last;
        let settled = self.context.chain.settled(At::Finalized, round)?;
        let block = settled.and_then(|settled| {
            let mut blocks = settled.blocks.into_iter();
            blocks.find(|block| Some(block.issuer) == own)
        });
        let judgement = block.map(|block| match (block.voided, block.approved) {
            (true, _) => Judgement::Voided,
            (false, true) => Judgement::Approved,
            (false, false) => Judgement::NotApproved,
        });
        self.known.insert(round, judgement);
        Ok(judgement)
    }
}

/// How a view stands, as it is told to its viewer.
pub(crate) fn status(view: &OwnView) -> ViewStatus {
    ViewStatus {
        view: view.leaf,
        video: view.video,
        minute: view.minute,
        round: view.accepted,
        fate: fate_of(&view.state),
    }
}

/// What became of a view that stands so.
pub(crate) fn fate_of(state: &ViewState) -> ViewFate {
    match state {
        ViewState::Waiting | ViewState::InBlock(_) => ViewFate::Pending,
        ViewState::Final(fate) => fate.clone(),
    }
}
