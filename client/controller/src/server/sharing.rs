//! Keeping state, and sharing it: changes are written once a second; controllers on one database tell each other of
//! their nodes, and one of them leads: it orders copies and has copies given up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::{Shared, lock, upkeep};
use crate::metrics::Counters;
use crate::state::{Colleague, Forwarded, State, StateError};

/// How often changes are written, and others' read.
const EVERY: Duration = Duration::from_secs(1);
/// A controller that put up no bulletin for so long is taken to be gone, in ms. Its nodes are not offered any more
/// after as long as any silent node.
const GONE_MS: u64 = 6_000;
/// What a controller left behind that is gone for so long is removed, in ms.
const BURIED_MS: u64 = 120_000;
/// Commands that wait to be passed on at most; they come again when they are needed.
const MAX_FORWARDS: usize = 4_096;

type ControllerId = [u8; 16];

/// What is known of the other controllers.
#[derive(Debug, Default)]
pub(super) struct Colleagues {
    /// Where nodes are that are connected elsewhere.
    pub(super) places: BTreeMap<u32, ControllerId>,
    /// Commands for them.
    pub(super) forwards: Vec<(ControllerId, Forwarded)>,
}

impl Colleagues {
    /// Keeps a command for a node that is connected elsewhere. False when it is nowhere.
    pub(super) fn forward(&mut self, order: Forwarded) -> bool {
        match self.places.get(&order.provider) {
            Some(target) if self.forwards.len() < MAX_FORWARDS => {
                self.forwards.push((*target, order));
                true
            }
            _ => false,
        }
    }
}

/// Until when this controller leads, in monotonic ms: one that can't put up bulletins any more is taken to be gone, and
/// another one leads.
#[derive(Debug)]
pub(super) struct Lead(AtomicU64);

impl Lead {
    /// Of a controller that shares its state with nobody: for ever. Else it has to find out who else is there.
    pub(super) fn new(is_shared: bool) -> Self {
        Self(AtomicU64::new(if is_shared { 0 } else { u64::MAX }))
    }

    pub(super) fn holds(&self, now_ms: u64) -> bool {
        now_ms < self.0.load(Ordering::Relaxed)
    }

    /// Whether that changes who leads now.
    fn set(&self, until_ms: u64, now_ms: u64) -> bool {
        let before = self.0.swap(until_ms, Ordering::Relaxed);
        (now_ms < before) != (now_ms < until_ms)
    }
}

/// When another controller was last seen to live.
struct Seen {
    beat: i64,
    at_ms: u64,
    nodes: BTreeSet<u32>,
}

/// The task's own memory.
struct Keeper {
    shared: Arc<Shared>,
    state: State,
    version: i64,
    /// The last block of which is kept that it was followed.
    followed: u64,
    seen: BTreeMap<ControllerId, Seen>,
}

pub(super) async fn run(
    shared: Arc<Shared>,
    state: State,
    version: i64,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut keeper = Keeper {
        shared,
        state,
        version,
        followed: 0,
        seen: BTreeMap::new(),
    };
    loop {
        let ends = tokio::select! {
            _ = interval.tick() => false,
            () = super::stopping(&mut shutdown) => true,
        };
        if let Err(error) = keeper.turn().await {
            tracing::warn!(%error, "state not kept; it is tried again");
            Counters::add(&keeper.shared.counters.state_errors, 1);
        }
        if ends {
            return;
        }
    }
}

impl Keeper {
    async fn turn(&mut self) -> Result<(), StateError> {
        let saved = self.save().await;
        if self.state.is_shared() {
            // Also when something could not be written: the others would take this controller for gone.
            self.share().await?;
        }
        saved
    }

    async fn save(&mut self) -> Result<(), StateError> {
        // What the events of these blocks changed is among the changes, or was saved already.
        let followed = self.shared.followed.load(Ordering::Relaxed);
        loop {
            let changes = lock(&self.shared.directory).take_changes();
            if changes.is_empty() {
                break;
            }
            if let Err(error) = self.state.save(&changes).await {
                lock(&self.shared.directory).put_back(&changes);
                return Err(error);
            }
        }
        if followed > self.followed {
            self.state.follow(followed).await?;
            self.followed = followed;
        }
        Ok(())
    }

    async fn share(&mut self) -> Result<(), StateError> {
        let shared = Arc::clone(&self.shared);
        let own: BTreeSet<u32> = lock(&shared.connections).keys().copied().collect();
        let is_own = |provider: u32| own.contains(&provider);
        let told_ms = shared.clock.monotonic_ms();
        let bulletin = lock(&shared.directory).bulletin(is_own);
        let (colleagues, orders) = self.state.exchange(&bulletin).await?;
        let (changes, version) = self.state.changed_since(self.version).await?;
        self.version = version;
        // Nodes may have come here while the database was asked; what others say of them is old.
        let own: BTreeSet<u32> = lock(&shared.connections).keys().copied().collect();
        let is_own = |provider: u32| own.contains(&provider);
        lock(&shared.directory).learn(changes, is_own);
        for colleague in colleagues {
            self.hear(colleague, is_own);
        }
        self.lead_or_follow(told_ms, is_own);
        for order in orders {
            upkeep::send(&shared, order.provider, order.command);
        }
        let forwards = std::mem::take(&mut lock(&shared.colleagues).forwards);
        self.state.forward(&forwards).await?;
        self.bury().await
    }

    fn hear(&mut self, colleague: Colleague, is_own: impl Fn(u32) -> bool) {
        let now = self.shared.clock.monotonic_ms();
        let Colleague { id, beat, bulletin } = colleague;
        let nodes = bulletin.nodes.iter().map(|news| news.provider).collect();
        let before = self.seen.get(&id);
        if before.is_some_and(|seen| seen.beat == beat) {
            return;
        }
        // At the first sight of it nobody can say whether it still lives: that is shown by its next bulletin.
        let is_alive = before.is_some();
        let gone: Vec<u32> = before.map_or_else(Vec::new, |seen| {
            seen.nodes.difference(&nodes).copied().collect()
        });
        let at_ms = if is_alive {
            now
        } else {
            now.saturating_sub(GONE_MS)
        };
        let seen = Seen { beat, at_ms, nodes };
        if is_alive {
            let mut directory = lock(&self.shared.directory);
            for provider in gone.into_iter().filter(|provider| !is_own(*provider)) {
                directory.disconnected(provider);
            }
            directory.hear(bulletin, is_own);
        }
        self.seen.insert(id, seen);
    }

    /// The living controller with the smallest name leads. This one put up its bulletin after `told_ms`.
    fn lead_or_follow(&self, told_ms: u64, is_own: impl Fn(u32) -> bool) {
        let now = self.shared.clock.monotonic_ms();
        let living = self
            .seen
            .iter()
            .filter(|(_, seen)| now.saturating_sub(seen.at_ms) < GONE_MS);
        let mut places = BTreeMap::new();
        let mut leads = true;
        for (id, seen) in living {
            leads &= *id > self.state.id();
            let nodes = seen.nodes.iter().filter(|provider| !is_own(**provider));
            places.extend(nodes.map(|provider| (*provider, *id)));
        }
        lock(&self.shared.colleagues).places = places;
        let until = if leads {
            told_ms.saturating_add(GONE_MS)
        } else {
            0
        };
        if self.shared.leads.set(until, now) {
            tracing::info!(leads, "another controller came or went");
        }
    }

    async fn bury(&mut self) -> Result<(), StateError> {
        let now = self.shared.clock.monotonic_ms();
        let is_gone = |seen: &Seen| now.saturating_sub(seen.at_ms) >= BURIED_MS;
        let gone: Vec<ControllerId> = self
            .seen
            .iter()
            .filter(|(_, seen)| is_gone(seen))
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            self.state.bury(id).await?;
            self.seen.remove(&id);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_controller_that_others_take_for_gone_does_not_lead_any_more_and_one_alone_always_does() {
        let alone = Lead::new(false);
        assert!(alone.holds(u64::MAX - 1));
        let lead = Lead::new(true);
        assert!(!lead.holds(1));
        assert!(lead.set(1_000 + GONE_MS, 1_010));
        assert!(lead.holds(1_000 + GONE_MS - 1));
        assert!(!lead.holds(1_000 + GONE_MS), "nothing was put up since");
        assert!(!lead.set(0, 9_000));
    }
}
