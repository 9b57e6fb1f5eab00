//! The controllers that the node works for: the links to them, and whose grants are good. They come and go while it runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::grants::Trusted;
use crate::link::{ControllerEndpoint, Link, LinkState, Node, fetch_missing};

pub(crate) struct Links {
    node: Arc<Node>,
    trusted: Trusted,
    /// Controllers hear of the node once this says so.
    may_link: Option<watch::Receiver<bool>>,
    kept_up: Mutex<Vec<KeptUp>>,
}

/// A link that is kept up until this is dropped.
struct KeptUp {
    endpoint: ControllerEndpoint,
    state: watch::Receiver<LinkState>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for KeptUp {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Links {
    /// None yet. Grants are good by whoever is `trusted`, which is kept as [`Self::work_for`] says.
    pub(crate) fn new(
        node: Arc<Node>,
        trusted: Trusted,
        may_link: Option<watch::Receiver<bool>>,
    ) -> Self {
        Self {
            node,
            trusted,
            may_link,
            kept_up: Mutex::default(),
        }
    }

    /// Works for these controllers from now on, and for no others. A link to one that was there before stays as it is; one
    /// that moved, or has another key, is another one.
    pub(crate) fn work_for(&self, controllers: &[ControllerEndpoint]) {
        let mut kept_up = self.kept_up();
        self.trusted
            .are(controllers.iter().map(|controller| controller.key));
        kept_up.retain(|link| {
            let stays = controllers.contains(&link.endpoint);
            if !stays {
                tracing::info!(controller = link.endpoint.url, "no longer registered");
                self.node.relays.named(&link.endpoint.url, &[]);
            }
            stays
        });
        for endpoint in controllers {
            if kept_up.iter().all(|link| link.endpoint != *endpoint) {
                kept_up.push(self.begin(endpoint.clone()));
            }
        }
    }

    fn begin(&self, endpoint: ControllerEndpoint) -> KeptUp {
        let (state, seen) = watch::channel(LinkState::Connecting);
        let manifests = fetch_missing(self.node.store.clone(), endpoint.url.clone());
        let link = Link::new(Arc::clone(&self.node), endpoint.clone(), state);
        let may_link = self.may_link.clone();
        let linking = async move {
            if let Some(mut may_link) = may_link
                && may_link.wait_for(|may| *may).await.is_err()
            {
                return;
            }
            link.run().await;
        };
        KeptUp {
            endpoint,
            state: seen,
            tasks: vec![tokio::spawn(manifests), tokio::spawn(linking)],
        }
    }

    /// Each controller's URL, and where the link to it stands.
    pub(crate) fn states(&self) -> Vec<(String, LinkState)> {
        let kept_up = self.kept_up();
        let states = kept_up
            .iter()
            .map(|link| (link.endpoint.url.clone(), link.state.borrow().clone()));
        states.collect()
    }

    /// Ends all links, and returns when their work is over.
    pub(crate) async fn end(&self) {
        let ended = std::mem::take(&mut *self.kept_up());
        for mut link in ended {
            for task in std::mem::take(&mut link.tasks) {
                task.abort();
                // It was aborted, or had ended.
                let _ = task.await;
            }
        }
    }

    fn kept_up(&self) -> MutexGuard<'_, Vec<KeptUp>> {
        self.kept_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
