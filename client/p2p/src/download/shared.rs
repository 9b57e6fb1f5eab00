//! What the sources of one download share: the plan, verified groups, receipts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use chainflix_content::trees;
use chainflix_primitives::receipt::{Receipt, covers_cell};
use tokio::sync::Notify;

use super::plan::{Next, Plan};
use super::{
    Delivered, DownloadConfig, DownloadError, DownloadStats, SessionSigner, Source, SourceEnd,
    SourceStats, WantedCell, block_groups,
};
use crate::network::Path;

pub(super) struct Shared {
    pub(super) wanted: WantedCell,
    pub(super) config: DownloadConfig,
    pub(super) signer: SessionSigner,
    pub(super) began: Instant,
    state: Mutex<State>,
    /// Something changed: a group, a source, the playhead.
    changed: Notify,
}

struct State {
    plan: Plan,
    groups: Vec<Option<Bytes>>,
    sources: Vec<SourceState>,
}

struct SourceState {
    source: Arc<Source>,
    stats: SourceStats,
    receipt: Option<Receipt>,
    /// Total that the viewer has countersigned.
    countersigned: u64,
    begun: bool,
}

/// What a source shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Fetch { first: u32, count: u32 },
    Wait,
    Finish,
}

impl Shared {
    pub(super) fn new(wanted: WantedCell, config: DownloadConfig, signer: SessionSigner) -> Self {
        let groups = wanted.entry.groups();
        let block = block_groups(wanted.entry.bytes, config.sources_at_once);
        let mut plan = Plan::new(groups, block, config.hedge_after);
        plan.play_from(0);
        Self {
            state: Mutex::new(State {
                plan,
                groups: (0..groups).map(|_| None).collect(),
                sources: Vec::new(),
            }),
            wanted,
            config,
            signer,
            began: Instant::now(),
            changed: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes at the next change after the call.
    pub(super) fn changed(&self) -> tokio::sync::futures::Notified<'_> {
        self.changed.notified()
    }

    pub(super) fn add_source(&self, source: Source) {
        let mut state = self.state();
        // Totals of a token run on, so whoever comes back with one goes on where it ended.
        let known = state
            .sources
            .iter()
            .position(|s| s.source.token == source.token);
        if let Some(number) = known {
            if let Some(again) = state.sources.get_mut(number)
                && again.stats.end.take().is_some()
            {
                again.source = Arc::new(source);
                again.begun = false;
            }
            drop(state);
            self.changed.notify_waiters();
            return;
        }
        state.plan.add_source();
        state.sources.push(SourceState {
            stats: SourceStats {
                provider: source.token.terms.provider,
                bytes: 0,
                relayed: 0,
                path: None,
                bad_groups: 0,
                receipted: 0,
                opened_after: None,
                failures: 0,
                end: None,
            },
            source: Arc::new(source),
            receipt: None,
            countersigned: 0,
            begun: false,
        });
        drop(state);
        self.changed.notify_waiters();
    }

    /// The next source to be asked, when there is room for one more.
    pub(super) fn begin_source(&self) -> Option<(usize, Arc<Source>)> {
        let mut state = self.state();
        if state.is_done(&self.wanted) || state.plan.live_sources() >= self.config.sources_at_once {
            return None;
        }
        let next = state.sources.iter().position(|source| !source.begun)?;
        let source = state.sources.get_mut(next)?;
        source.begun = true;
        let found = Arc::clone(&source.source);
        state.plan.begin(next, Instant::now());
        Some((next, found))
    }

    pub(super) fn opened(&self, source: usize, path: Path) {
        let mut state = self.state();
        state.plan.opened(source);
        if let Some(source) = state.sources.get_mut(source) {
            source.stats.path = Some(path);
            source
                .stats
                .opened_after
                .get_or_insert(self.began.elapsed());
        }
    }

    pub(super) fn source_ended(&self, source: usize, end: SourceEnd) {
        let mut state = self.state();
        if let SourceEnd::BadGroup(group) = end {
            state.plan.cannot(source, group);
        }
        state.plan.end(source);
        if let Some(source) = state.sources.get_mut(source) {
            let provider = source.stats.provider;
            tracing::debug!(provider, %end, bytes = source.stats.bytes, "source ended");
            if matches!(end, SourceEnd::BadGroup(_)) {
                source.stats.bad_groups = source.stats.bad_groups.saturating_add(1);
            }
            if end != SourceEnd::Finished {
                source.stats.failures = source.stats.failures.saturating_add(1);
            }
            source.stats.end = Some(end);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// The connection broke: what the source was fetching is free until it is back.
    pub(super) fn release(&self, source: usize) {
        self.state().plan.release(source);
        self.changed.notify_waiters();
    }

    pub(super) fn others_are_live(&self) -> bool {
        self.state().plan.live_sources() > 1
    }

    pub(super) fn countersigned(&self, source: usize) -> u64 {
        self.state()
            .sources
            .get(source)
            .map_or(0, |source| source.countersigned)
    }

    pub(super) fn order(&self, source: usize) -> Order {
        let mut state = self.state();
        if state.is_done(&self.wanted) {
            return Order::Finish;
        }
        if state.plan.is_complete() {
            return state.again(source, &self.wanted);
        }
        match state.plan.next(source, Instant::now()) {
            Next::Range { first, count } => Order::Fetch { first, count },
            Next::Wait => Order::Wait,
        }
    }

    pub(super) fn range_ended(&self, source: usize, first: u32) {
        self.state().plan.ended(source, first);
        self.changed.notify_waiters();
    }

    /// Takes a verified group of at-rest ciphertext.
    pub(super) fn deliver(&self, source: usize, group: u32, content: Bytes) {
        let mut state = self.state();
        let is_new = state.plan.deliver(source, group);
        if let Some(source) = state.sources.get_mut(source) {
            let bytes = content.len() as u64;
            source.stats.bytes = source.stats.bytes.saturating_add(bytes);
            if source.stats.path == Some(Path::Relayed) {
                source.stats.relayed = source.stats.relayed.saturating_add(bytes);
            }
        }
        let place = usize::try_from(group).unwrap_or(usize::MAX);
        if let Some(slot) = state.groups.get_mut(place).filter(|_| is_new) {
            *slot = Some(content);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Takes a receipt whose signature was checked, for a total that has come.
    pub(super) fn receipt(&self, source: usize, receipt: Receipt) {
        let mut state = self.state();
        if let Some(source) = state.sources.get_mut(source) {
            source.stats.receipted = receipt.bytes;
            source.countersigned = receipt.bytes;
            source.receipt = Some(receipt);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    pub(super) fn play_from(&self, group: u32) {
        self.state().plan.play_from(group);
        self.changed.notify_waiters();
    }

    pub(super) async fn group(&self, index: u32) -> Result<Bytes, DownloadError> {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before looking, so that no change falls between.
            changed.as_mut().enable();
            {
                let state = self.state();
                match state.groups.get(place) {
                    None => return Err(DownloadError::OutOfRange(index)),
                    Some(Some(content)) => return Ok(content.clone()),
                    Some(None) => state.hope()?,
                }
            }
            changed.await;
        }
    }

    pub(super) async fn lost_sources(&self, wanted: usize) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.state().has_lost_sources(wanted) {
                return;
            }
            changed.await;
        }
    }

    pub(super) async fn complete(&self) -> Result<Delivered, DownloadError> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let state = self.state();
                // With the content whole and no source left to sign for more, what there is of receipts has to do.
                if state.is_done(&self.wanted)
                    || (state.plan.is_complete() && state.hope().is_err())
                {
                    return Ok(state.delivered());
                }
                state.hope()?;
            }
            changed.await;
        }
    }

    pub(super) fn stats(&self) -> DownloadStats {
        self.state().stats()
    }

    pub(super) fn receipts(&self) -> Vec<Receipt> {
        self.state().receipts()
    }
}

impl State {
    /// Whether the cell is whole, its receipts suffice, and whoever still delivers has its receipt.
    fn is_done(&self, wanted: &WantedCell) -> bool {
        let settled = self
            .live()
            .all(|(_, source)| source.stats.bytes <= source.stats.receipted);
        let enough = covers_cell(self.receipted(), u64::from(wanted.entry.bytes));
        self.plan.is_complete() && enough && settled
    }

    /// Bytes that receipts cover: of a provider that was given several tokens those of one, the one over most.
    fn receipted(&self) -> u64 {
        self.covered(|source| source.stats.receipted)
    }

    /// Sum over all providers of what `counted` says of their best token.
    fn covered(&self, counted: impl Fn(&SourceState) -> u64) -> u64 {
        let mut best = BTreeMap::<u32, u64>::new();
        for source in &self.sources {
            let known = best.entry(source.stats.provider).or_default();
            *known = (*known).max(counted(source));
        }
        best.into_values().fold(0, u64::saturating_add)
    }

    fn live(&self) -> impl Iterator<Item = (usize, &SourceState)> {
        self.sources
            .iter()
            .enumerate()
            .filter(|(_, source)| source.begun && source.stats.end.is_none())
    }

    /// Groups that another source delivered and died before it signed for them: fetched once more, for the receipt.
    fn again(&self, source: usize, wanted: &WantedCell) -> Order {
        let bytes = u64::from(wanted.entry.bytes);
        // Live sources still sign for what they have delivered.
        let to_come = |state: &SourceState| match state.stats.end {
            None if state.begun => state.stats.bytes.max(state.stats.receipted),
            _ => state.stats.receipted,
        };
        if covers_cell(self.covered(to_come), bytes) {
            return Order::Wait;
        }
        // One source does it; two would sign for the same twice.
        let Some((_, own)) = self.live().next().filter(|(number, _)| *number == source) else {
            return Order::Wait;
        };
        let provider = own.stats.provider;
        let others = self.covered(|state| {
            let is_other = state.stats.provider != provider;
            if is_other { to_come(state) } else { 0 }
        });
        let lacking = (bytes.saturating_mul(9).div_ceil(10))
            .saturating_sub(others)
            .saturating_sub(to_come(own));
        let groups = lacking.div_ceil(trees::GROUP_BYTES as u64);
        let groups = u32::try_from(groups).unwrap_or(u32::MAX);
        let most = wanted.entry.groups().min(crate::wire::MAX_RUN_GROUPS);
        Order::Fetch {
            first: 0,
            count: groups.clamp(1, most),
        }
    }

    fn has_lost_sources(&self, wanted: usize) -> bool {
        let ends = || self.sources.iter().map(|source| &source.stats.end);
        let failed = ends().flatten().any(|end| *end != SourceEnd::Finished);
        failed && ends().filter(|end| end.is_none()).count() < wanted
    }

    fn hope(&self) -> Result<(), DownloadError> {
        let some = self.sources.iter().any(|source| source.stats.end.is_none());
        if some {
            return Ok(());
        }
        let reasons: Vec<String> = self
            .sources
            .iter()
            .map(|source| match &source.stats.end {
                Some(end) => format!("provider {}: {end}", source.stats.provider),
                None => format!("provider {}", source.stats.provider),
            })
            .collect();
        Err(DownloadError::NoSourceLeft(if reasons.is_empty() {
            "none was given".to_owned()
        } else {
            reasons.join("; ")
        }))
    }

    fn stats(&self) -> DownloadStats {
        DownloadStats {
            groups: u32::try_from(self.groups.len()).unwrap_or(u32::MAX),
            verified: self.plan.verified(),
            sources: self
                .sources
                .iter()
                .map(|source| source.stats.clone())
                .collect(),
        }
    }

    fn receipts(&self) -> Vec<Receipt> {
        self.sources
            .iter()
            .filter_map(|source| source.receipt.clone())
            .collect()
    }

    fn delivered(&self) -> Delivered {
        let groups: Vec<&[u8]> = self.groups.iter().flatten().map(Bytes::as_ref).collect();
        Delivered {
            ciphertext: groups.concat(),
            receipts: self.receipts(),
            stats: self.stats(),
        }
    }
}
