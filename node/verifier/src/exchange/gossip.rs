//! Telling the other verifiers what happened here: accepted views, and as a courtesy whose ticket is open.
//!
//! News are bounded and may be dropped: whatever decides is fetched by root.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chainflix_primitives::{AccountId, view::ViewLeaf};
use futures::StreamExt;
use tokio::{sync::mpsc, task::JoinSet};

use super::messages::{MAX_NEW_VIEWS, PeerRequest};
use crate::context::Context;

/// News that may wait.
const QUEUE: usize = 8_192;
/// News that may wait for one verifier.
const PEER_QUEUE: usize = 256;
/// News told to one verifier at a time.
const TOLD_AT_ONCE: usize = 16;
/// Views are collected for so long before they are told.
const COLLECT: Duration = Duration::from_millis(100);

/// Something to tell.
#[derive(Debug)]
pub(crate) enum News {
    /// A view was accepted.
    Accepted(Box<ViewLeaf>),
    /// A ticket was issued; tell the viewer's other verifier.
    Opened {
        /// Whom to tell.
        to: AccountId,
        /// The viewer.
        viewer: AccountId,
        /// Playtime of the cell, in ms.
        playtime_ms: u32,
    },
    /// That ticket is closed.
    Closed {
        /// The viewer.
        viewer: AccountId,
    },
}

/// Hands news to the telling task.
#[derive(Clone)]
pub(crate) struct Gossip {
    news: mpsc::Sender<News>,
}

impl Gossip {
    /// The handle, and where the news come out.
    pub(crate) fn new() -> (Self, mpsc::Receiver<News>) {
        let (news, receiver) = mpsc::channel(QUEUE);
        (Self { news }, receiver)
    }

    /// Tells, or drops it when too much waits.
    pub(crate) fn tell(&self, news: News) {
        let _ = self.news.try_send(news);
    }
}

/// Tells all news until the service ends.
pub(crate) async fn run(context: Arc<Context>, mut news: mpsc::Receiver<News>) {
    let mut tellers = Tellers::new(context);
    let mut batch = Vec::new();
    while news.recv_many(&mut batch, MAX_NEW_VIEWS).await > 0 {
        let mut leaves = Vec::new();
        for item in batch.drain(..) {
            match item {
                News::Accepted(leaf) => leaves.push(*leaf),
                News::Opened {
                    to,
                    viewer,
                    playtime_ms,
                } => {
                    let request = PeerRequest::TicketOpened {
                        viewer,
                        playtime_ms,
                    };
                    tellers.tell(to, Arc::new(request));
                }
                News::Closed { viewer } => {
                    if let Some(to) = other_assigned(&tellers.context, &viewer) {
                        tellers.tell(to, Arc::new(PeerRequest::TicketClosed { viewer }));
                    }
                }
            }
        }
        if !leaves.is_empty() {
            tellers.tell_all(PeerRequest::NewViews { leaves });
            tokio::time::sleep(COLLECT).await;
        }
    }
}

/// One task for each verifier: one that does not answer holds up nobody else's news.
struct Tellers {
    context: Arc<Context>,
    queues: HashMap<AccountId, mpsc::Sender<Arc<PeerRequest>>>,
    tasks: JoinSet<()>,
}

impl Tellers {
    fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            queues: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    fn tell(&mut self, to: AccountId, request: Arc<PeerRequest>) {
        let queue = self.queues.entry(to).or_insert_with(|| {
            let (queue, waiting) = mpsc::channel(PEER_QUEUE);
            let context = Arc::clone(&self.context);
            self.tasks.spawn(tell_peer(context, to, waiting));
            queue
        });
        // One for which too much waits misses this.
        let _ = queue.try_send(request);
    }

    fn tell_all(&mut self, request: PeerRequest) {
        let own = self.context.place().account;
        let peers = self.context.verifiers.all();
        // Whoever is no verifier any more is told what waits, and no more.
        self.queues
            .retain(|account, _| peers.iter().any(|peer| peer.account == *account));
        while self.tasks.try_join_next().is_some() {}
        let request = Arc::new(request);
        for peer in peers.iter().filter(|peer| Some(peer.account) != own) {
            self.tell(peer.account, Arc::clone(&request));
        }
    }
}

async fn tell_peer(
    context: Arc<Context>,
    to: AccountId,
    mut waiting: mpsc::Receiver<Arc<PeerRequest>>,
) {
    let context = &*context;
    let waiting = futures::stream::poll_fn(|task| waiting.poll_recv(task));
    waiting
        .for_each_concurrent(TOLD_AT_ONCE, |request| async move {
            let Some(peer) = context.verifiers.with_account(&to) else {
                return;
            };
            if let Err(error) = context.exchange.ask(&peer, &request).await {
                tracing::debug!(verifier = %to, %error, "news were not told");
            }
        })
        .await;
}

/// The viewer's other verifier in the current round.
fn other_assigned(context: &Context, viewer: &AccountId) -> Option<AccountId> {
    use chainflix_primitives::{Sha256, draw};
    let place = context.place();
    let facts = context.facts.round(place.round).ok().flatten()?;
    draw::assigned_verifiers::<Sha256>(&facts.seed, viewer, &facts.set)
        .into_iter()
        .find(|verifier| Some(*verifier) != place.account)
}
