//! The account's views at several verifiers, followed: by subscription, again after each break, and by asking where a verifier
//! has no subscriptions or no more of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chainflix_primitives::api::ViewStatus;
use chainflix_primitives::news::ViewChange;
use chainflix_primitives::{AccountId, Hash32};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;

use crate::verifiers::{VerifierError, Verifiers, ViewsFollowed};

/// A verifier that can only be asked is asked so often.
const ASK: Duration = Duration::from_secs(4);
/// After a break, and each time that there is none, twice as long.
const AGAIN: Duration = Duration::from_secs(1);
/// Longest pause between two attempts.
const AT_MOST: Duration = Duration::from_secs(60);
/// Messages that wait for whoever listens.
const WAITING: usize = 256;
/// Views that are kept in sight of one verifier.
const MOST: usize = 1_024;

/// What happened to views at one verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewsNews {
    /// The verifier.
    pub verifier: AccountId,
    /// What happened, in order.
    pub changes: Vec<ViewChange>,
}

/// What one verifier tells, as it comes.
type Told = BoxStream<'static, Vec<ViewChange>>;

/// Views at several verifiers. They are followed until it is dropped.
pub struct FollowedViews {
    verifiers: Arc<Verifiers>,
    known: Arc<Known>,
    following: Mutex<BTreeMap<AccountId, AbortHandle>>,
}

impl FollowedViews {
    /// Nobody is followed yet; of each verifier the latest `latest` views are known at once.
    #[must_use]
    pub fn new(verifiers: Arc<Verifiers>, latest: u16) -> Self {
        Self {
            verifiers,
            known: Arc::new(Known::new(latest)),
            following: Mutex::default(),
        }
    }

    /// Follows these verifiers from now on, too.
    pub fn follow(&self, accounts: &[AccountId]) {
        let mut following = lock(&self.following);
        for account in accounts {
            following.entry(*account).or_insert_with(|| {
                let known = Arc::clone(&self.known);
                let source = At {
                    verifiers: Arc::clone(&self.verifiers),
                    verifier: *account,
                };
                tokio::spawn(follow(source, *account, known)).abort_handle()
            });
        }
    }

    /// How the views at these verifiers stand as far as is known by now, newest first.
    #[must_use]
    pub fn views(&self, verifiers: &[AccountId]) -> Vec<ViewStatus> {
        self.known.views(verifiers)
    }

    /// Changes whenever something happened to a view.
    #[must_use]
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.known.changed.subscribe()
    }

    /// Everything that happens from now on.
    #[must_use]
    pub fn news(&self) -> broadcast::Receiver<ViewsNews> {
        self.known.news.subscribe()
    }
}

impl Drop for FollowedViews {
    fn drop(&mut self) {
        for task in lock(&self.following).values() {
            task.abort();
        }
    }
}

/// How views stand, by verifier and id.
struct Known {
    latest: u16,
    views: Mutex<BTreeMap<AccountId, BTreeMap<Hash32, ViewStatus>>>,
    changed: watch::Sender<u64>,
    news: broadcast::Sender<ViewsNews>,
}

impl Known {
    fn new(latest: u16) -> Self {
        Self {
            latest,
            views: Mutex::default(),
            changed: watch::Sender::new(0),
            news: broadcast::Sender::new(WAITING),
        }
    }

    /// Takes in what a verifier tells; at the beginning of a subscription that is how all its views stand.
    fn take(&self, verifier: AccountId, changes: Vec<ViewChange>, is_first: bool) {
        {
            let mut all = lock(&self.views);
            let views = all.entry(verifier).or_default();
            if is_first {
                views.clear();
            }
            for change in &changes {
                apply(views, change);
            }
            while views.len() > MOST {
                let oldest = views.iter().min_by_key(|(_, view)| view.round);
                let Some(oldest) = oldest.map(|(id, _)| *id) else {
                    break;
                };
                views.remove(&oldest);
            }
        }
        if changes.is_empty() {
            return;
        }
        // Nobody may be listening.
        let _ = self.news.send(ViewsNews { verifier, changes });
        self.changed
            .send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Takes in how a verifier's views stand that was asked: as changes of those that stand otherwise than before.
    fn compare(&self, verifier: AccountId, views: Vec<ViewStatus>) {
        let changes: Vec<ViewChange> = {
            let all = lock(&self.views);
            let before = all.get(&verifier);
            let is_new = |view: &ViewStatus| {
                before.is_none_or(|before| before.get(&view.view) != Some(view))
            };
            let new = views.into_iter().filter(is_new);
            new.map(ViewChange::Standing).collect()
        };
        self.take(verifier, changes, false);
    }

    fn views(&self, verifiers: &[AccountId]) -> Vec<ViewStatus> {
        let all = lock(&self.views);
        let of = verifiers.iter().filter_map(|verifier| all.get(verifier));
        let mut views: Vec<ViewStatus> = of.flat_map(BTreeMap::values).cloned().collect();
        views.sort_by_key(|view| Reverse((view.round, view.minute)));
        views
    }
}

fn apply(views: &mut BTreeMap<Hash32, ViewStatus>, change: &ViewChange) {
    match change {
        ViewChange::Standing(status) | ViewChange::Accepted(status) => {
            views.insert(status.view, status.clone());
        }
        ViewChange::Decided { view, fate } => {
            if let Some(status) = views.get_mut(view) {
                status.fate = fate.clone();
            }
        }
        ViewChange::Refused { .. }
        | ViewChange::InBlock { .. }
        | ViewChange::Judged { .. }
        | ViewChange::Waits { .. } => {}
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where one verifier's news come from.
trait Source: Send + Sync {
    /// Subscribes; [`VerifierError::Nothing`] when it can only be asked.
    fn subscribe(&self, latest: u16) -> impl Future<Output = Result<Told, VerifierError>> + Send;
    /// Asks.
    fn ask(
        &self,
        latest: u16,
    ) -> impl Future<Output = Result<Vec<ViewStatus>, VerifierError>> + Send;
}

/// A verifier.
struct At {
    verifiers: Arc<Verifiers>,
    verifier: AccountId,
}

impl Source for At {
    async fn subscribe(&self, latest: u16) -> Result<Told, VerifierError> {
        let followed = self.verifiers.follow_views(&self.verifier, latest).await?;
        let next = |mut followed: ViewsFollowed| async move {
            let changes = followed.next().await?;
            Some((changes, followed))
        };
        Ok(futures::stream::unfold(followed, next).boxed())
    }

    async fn ask(&self, latest: u16) -> Result<Vec<ViewStatus>, VerifierError> {
        self.verifiers.views(&self.verifier, latest).await
    }
}

/// Follows one verifier for as long as somebody wants to know.
async fn follow(source: impl Source, verifier: AccountId, known: Arc<Known>) {
    let mut pause = AGAIN;
    loop {
        match source.subscribe(known.latest).await {
            Ok(mut told) => {
                let mut is_first = true;
                while let Some(changes) = told.next().await {
                    pause = AGAIN;
                    known.take(verifier, changes, is_first);
                    is_first = false;
                }
                tracing::debug!(%verifier, "what happens to views is not told any more; subscribing again");
            }
            Err(VerifierError::Nothing(why)) => {
                tracing::debug!(%verifier, why, "views can't be followed; asking for them");
                if let Ok(views) = source.ask(known.latest).await {
                    known.compare(verifier, views);
                }
                tokio::time::sleep(ASK).await;
                continue;
            }
            Err(error) => tracing::debug!(%verifier, %error, "views are not followed"),
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(AT_MOST);
    }
}

#[cfg(test)]
mod tests;
