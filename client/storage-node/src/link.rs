//! The link to a controller: one outbound WebSocket, so that the node works behind any NAT.
//!
//! ```text
//!  Store ── inventory, events ──► Session ── hello, heartbeat, inventory, damaged ──► controller
//!                                  ▲   │
//!              done, failed ───────┘   └── fetch, keep, drop ──► Orders ── one at a time, or as a fetch ──► Store
//! ```
//!
//! A session ends for whatever reason, and the link dials again, at once after one that was well, then after longer and
//! longer pauses. What the controller has
//! on record is compared by digest; only what changed is told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chainflix_controller::protocol::{ApiError, FromNode, NODE_PATH};
use chainflix_p2p::Network;
use chainflix_primitives::Hash32;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use crate::consents::Consents;
use crate::keys::NodeKeys;
use crate::metrics::Counters;
use crate::relays::RelayBook;
use crate::store::Store;
use crate::streams::StreamsByCell;

mod inventory;
mod manifests;
mod orders;
mod session;

pub(crate) use self::manifests::fetch_missing;
use self::orders::Orders;

/// Between two attempts, at least.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// Between two attempts, at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A session that lasted so long says that controller and network are well.
const WELL: Duration = Duration::from_secs(60);

/// A controller that the node works for, as it is registered on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerEndpoint {
    /// Its `https://` or `http://` URL.
    pub url: String,
    /// Its ed25519 key.
    pub key: [u8; 32],
}

/// Where a link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Dialling, or waiting to dial again.
    Connecting,
    /// Logged in; the controller offers the node.
    Connected,
    /// The controller, or its answer, was not as it has to be; it is tried again.
    Refused(String),
}

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// The URL is of another kind.
    #[error("the controller's address {0:?} is no https:// or http:// URL")]
    Url(String),
    /// It can't be reached.
    #[error("the controller at {url} can't be reached: {source}")]
    Unreachable {
        /// Its URL.
        url: String,
        /// Why.
        #[source]
        source: Box<tokio_tungstenite::tungstenite::Error>,
    },
    /// Nothing came for too long.
    #[error("the controller is silent")]
    Silent,
    /// It closed the connection.
    #[error("the controller closed the connection")]
    Closed,
    /// What it says can't be read.
    #[error("the controller says something that can't be read; update one of the two")]
    Malformed,
    /// It speaks another version.
    #[error("the controller speaks version {0} of the protocol; update one of the two")]
    Version(u16),
    /// It is not the one that is registered on chain, or of another chain.
    #[error("this is not the controller that is registered on chain; check its address")]
    OtherController,
    /// It has this node under another index.
    #[error("the controller knows this node as provider {0}; start the node again")]
    OtherProvider(u32),
    /// It refuses the node.
    #[error("the controller refuses the node: {0}")]
    Refused(#[source] ApiError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// What the links of a node share.
pub(crate) struct Node {
    pub(crate) genesis: Hash32,
    pub(crate) provider: u32,
    pub(crate) keys: Arc<NodeKeys>,
    pub(crate) store: Store,
    pub(crate) counters: Arc<Counters>,
    pub(crate) streams: Arc<StreamsByCell>,
    pub(crate) network: Network,
    pub(crate) upload_bytes_per_second: u64,
    /// A file that says, by being there, that the node will leave.
    pub(crate) leaving: Option<PathBuf>,
    /// Where the swarm listens, without the peer id.
    pub(crate) addresses: watch::Receiver<Vec<String>>,
    /// Whether the operator says where it is reached.
    pub(crate) is_announced: bool,
    /// Whether it is a viewer that shares what it has watched.
    pub(crate) shares: bool,
    pub(crate) relays: RelayBook,
    pub(crate) consents: Consents,
}

impl Node {
    fn will_leave(&self) -> bool {
        self.leaving.as_ref().is_some_and(|file| file.exists())
    }
}

/// One controller's link.
pub(crate) struct Link {
    node: Arc<Node>,
    endpoint: ControllerEndpoint,
    orders: Orders,
    /// What became of commands, to be told.
    outcomes: mpsc::Receiver<FromNode>,
    state: watch::Sender<LinkState>,
}

impl Link {
    pub(crate) fn new(
        node: Arc<Node>,
        endpoint: ControllerEndpoint,
        state: watch::Sender<LinkState>,
    ) -> Self {
        let (orders, outcomes) = Orders::start(Arc::clone(&node), &endpoint);
        Self {
            node,
            endpoint,
            orders,
            outcomes,
            state,
        }
    }

    /// Keeps the link up until it is dropped.
    pub(crate) async fn run(mut self) {
        let mut pause = Duration::ZERO;
        // Between sessions too: damage found meanwhile is told in the next.
        let mut events = self.node.store.watch().events;
        loop {
            let started = Instant::now();
            let error = match self.session(&mut events).await {
                Ok(never) => match never {},
                Err(error) => error,
            };
            if started.elapsed() >= WELL {
                pause = Duration::ZERO;
            }
            let state = match &error {
                LinkError::Unreachable { .. } | LinkError::Silent | LinkError::Closed => {
                    LinkState::Connecting
                }
                error => LinkState::Refused(error.to_string()),
            };
            self.state.send_replace(state);
            tracing::warn!(controller = self.endpoint.url, %error, "no link to the controller; trying again");
            // Spread by key: else all nodes of a controller that was restarted come at once.
            let [spread, ..] = self.node.keys.peer().public();
            let part = f64::from(spread) / 512.0;
            sleep(pause.mul_f64(1.0 + part) + LEAST_PAUSE.mul_f64(part)).await;
            pause = pause.saturating_mul(2).clamp(LEAST_PAUSE, LONGEST_PAUSE);
        }
    }

    /// The WebSocket's URL.
    fn url(&self) -> Result<String, LinkError> {
        let base = self.endpoint.url.trim_end_matches('/');
        match base.split_once("://") {
            Some(("http" | "ws", rest)) => Ok(format!("ws://{rest}{NODE_PATH}")),
            Some(("https" | "wss", rest)) => Ok(format!("wss://{rest}{NODE_PATH}")),
            _ => Err(LinkError::Url(self.endpoint.url.clone())),
        }
    }
}
