//! What verifiers tell and ask each other.
//!
//! ```text
//!  accepted view ──► gossip ──NewViews──►  pool ─┐
//!                                                ├─► body ──► verdict
//!  header on chain ──► fetch ──BodyHashes──►     │
//!                        └─────Leaves (missing)──┘
//! ```
//!
//! Gossip is a courtesy that may be lost: whatever decides is fetched by root and verified.

use std::{sync::Arc, time::Duration};

use codec::{Decode, Encode};

mod fetch;
pub(crate) mod gossip;
pub(crate) mod messages;
mod pool;
mod serve;
mod snapshots;
mod totals;

pub(crate) use self::fetch::{Body, FetchError};
pub(crate) use self::pool::LeafPool;
pub(crate) use self::serve::Responder;

use self::messages::{PeerRequest, PeerResponse};
use crate::chain::verifiers::{Peer, Verifiers};
use crate::metrics::Metrics;
use crate::network::{MAX_PEER_MESSAGE_BYTES, PeerError, PeerNetwork};
use crate::store::Store;

/// How long an answer is waited for, whatever the network does.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks other verifiers.
pub(crate) struct Exchange {
    network: Arc<dyn PeerNetwork>,
    verifiers: Arc<Verifiers>,
    pool: Arc<LeafPool>,
    store: Store,
    metrics: Metrics,
}

impl Exchange {
    pub(crate) fn new(
        network: Arc<dyn PeerNetwork>,
        verifiers: Arc<Verifiers>,
        pool: Arc<LeafPool>,
        store: Store,
        metrics: Metrics,
    ) -> Self {
        Self {
            network,
            verifiers,
            pool,
            store,
            metrics,
        }
    }

    /// Sends one request and reads the answer.
    pub(crate) async fn ask(
        &self,
        peer: &Peer,
        request: &PeerRequest,
    ) -> Result<PeerResponse, PeerError> {
        let asked = self.network.request(peer.network_key, request.encode());
        let answer = tokio::time::timeout(PATIENCE, asked)
            .await
            .map_err(|_| PeerError::Timeout)??;
        if answer.len() > MAX_PEER_MESSAGE_BYTES {
            return Err(PeerError::BadAnswer("it is too long"));
        }
        match PeerResponse::decode(&mut answer.as_slice()) {
            Ok(PeerResponse::Refused(refusal)) => Err(PeerError::Refused(refusal.words())),
            Ok(response) => Ok(response),
            Err(_) => Err(PeerError::BadAnswer("it can't be read")),
        }
    }
}
