//! Telling the other verifiers what happened here: accepted views, and as a courtesy whose ticket is open.
//!
//! News are bounded and may be dropped: whatever decides is fetched by root.

use std::{sync::Arc, time::Duration};

use chainflix_primitives::{AccountId, view::ViewLeaf};
use futures::future::join_all;
use tokio::sync::mpsc;

use super::messages::{MAX_NEW_VIEWS, PeerRequest};
use crate::context::Context;

/// News that may wait.
const QUEUE: usize = 8_192;
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
    let mut batch = Vec::new();
    while news.recv_many(&mut batch, MAX_NEW_VIEWS).await > 0 {
        let mut leaves = Vec::new();
        let mut notes = Vec::new();
        for item in batch.drain(..) {
            match item {
                News::Accepted(leaf) => leaves.push(*leaf),
                note => notes.push(note),
            }
        }
        join_all(notes.into_iter().map(|note| tell_note(&context, note))).await;
        if !leaves.is_empty() {
            tell_all(&context, PeerRequest::NewViews { leaves }).await;
            tokio::time::sleep(COLLECT).await;
        }
    }
}

async fn tell_note(context: &Context, note: News) {
    let (to, request) = match note {
        News::Opened {
            to,
            viewer,
            playtime_ms,
        } => {
            let request = PeerRequest::TicketOpened {
                viewer,
                playtime_ms,
            };
            (Some(to), request)
        }
        News::Closed { viewer } => (
            other_assigned(context, &viewer),
            PeerRequest::TicketClosed { viewer },
        ),
        News::Accepted(_) => return,
    };
    if let Some(peer) = to.and_then(|to| context.verifiers.with_account(&to)) {
        // A courtesy: whether it arrives changes nothing that counts.
        let _ = context.exchange.ask(&peer, &request).await;
    }
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

async fn tell_all(context: &Context, request: PeerRequest) {
    let own = context.place().account;
    let peers = context.verifiers.all();
    let others = peers.iter().filter(|peer| Some(peer.account) != own);
    let request = &request;
    let told = others.map(|peer| async move {
        if let Err(error) = context.exchange.ask(peer, request).await {
            tracing::debug!(verifier = %peer.account, %error, "views were not told");
        }
    });
    join_all(told).await;
}
