//! Messages between verifiers over the node's own network: a request-response protocol beside those of every
//! Substrate node, on the same port and connections.

use chainflix_runtime::opaque::{Block, Hash};
use chainflix_verifier::{MAX_PEER_MESSAGE_BYTES, PeerError, PeerNetwork, VerifierService};
use futures::future::BoxFuture;
use sc_network::{
    IfDisconnected, NetworkBackend, PeerId, ProtocolName, RequestFailure,
    config::{IncomingRequest, OutgoingResponse},
    service::traits::NetworkService,
};
use sc_service::TaskManager;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// A request is given up after this time.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Requests that may wait for an answer; further ones wait in their streams.
const QUEUE: usize = 64;

/// Requests answered at the same time.
const CONCURRENT: usize = 16;

/// Requests of other verifiers.
pub(in crate::service) type Inbound = async_channel::Receiver<IncomingRequest>;

/// The protocol's name on this chain.
fn protocol_name(genesis: &Hash, fork_id: Option<&str>) -> ProtocolName {
    let genesis = format!("{genesis:?}");
    let genesis = genesis.trim_start_matches("0x");
    match fork_id {
        Some(fork) => format!("/{genesis}/{fork}/chainflix-verifier/1").into(),
        None => format!("/{genesis}/chainflix-verifier/1").into(),
    }
}

/// The protocol, to be added to the network before it is built.
pub(in crate::service) struct VerifierProtocol {
    /// Its name.
    pub(in crate::service) name: ProtocolName,
    /// What others ask.
    pub(in crate::service) inbound: Inbound,
}

/// Describes the protocol to the network.
pub(in crate::service) fn protocol<N: NetworkBackend<Block, Hash>>(
    genesis: &Hash,
    fork_id: Option<&str>,
) -> (N::RequestResponseProtocolConfig, VerifierProtocol) {
    let name = protocol_name(genesis, fork_id);
    let (sender, inbound) = async_channel::bounded(QUEUE);
    let limit = MAX_PEER_MESSAGE_BYTES as u64;
    let config = N::request_response_config(
        name.clone(),
        Vec::new(),
        limit,
        limit,
        TIMEOUT,
        Some(sender),
    );
    (config, VerifierProtocol { name, inbound })
}

/// The node's network behind the service's [`PeerNetwork`].
pub(super) struct NodePeers {
    network: Arc<dyn NetworkService>,
    protocol: ProtocolName,
}

impl NodePeers {
    pub(super) fn new(network: Arc<dyn NetworkService>, protocol: ProtocolName) -> Self {
        Self { network, protocol }
    }
}

impl PeerNetwork for NodePeers {
    fn request(
        &self,
        network_key: [u8; 32],
        request: Vec<u8>,
    ) -> BoxFuture<'static, Result<Vec<u8>, PeerError>> {
        let network = self.network.clone();
        let protocol = self.protocol.clone();
        Box::pin(async move {
            let peer = PeerId::from_ed25519(&network_key)
                .ok_or_else(|| PeerError::Network("the announced key is no ed25519 key".into()))?;
            let answer = network.request(peer, protocol, request, None, IfDisconnected::TryConnect);
            match tokio::time::timeout(TIMEOUT, answer).await {
                Ok(Ok((bytes, _))) => Ok(bytes),
                Ok(Err(RequestFailure::NotConnected)) => Err(PeerError::NotConnected),
                Ok(Err(RequestFailure::Refused)) => Err(PeerError::Refused("no answer")),
                Ok(Err(error)) => Err(PeerError::Network(error.to_string())),
                Err(_) => Err(PeerError::Timeout),
            }
        })
    }
}

/// Answers what other verifiers ask. The transport has authenticated the peer's key; the service answers only those
/// that a verifier in force has announced.
pub(super) fn serve(service: Arc<VerifierService>, inbound: Inbound, tasks: &TaskManager) {
    let handle = tasks.spawn_handle();
    let spawner = handle.clone();
    let slots = Arc::new(Semaphore::new(CONCURRENT));
    handle.spawn("verifier-peers", Some("verifier"), async move {
        while let Ok(request) = inbound.recv().await {
            let Ok(slot) = slots.clone().acquire_owned().await else {
                return;
            };
            let service = service.clone();
            spawner.spawn("verifier-answer", Some("verifier"), async move {
                let result = match request.peer.into_ed25519() {
                    Some(key) => Ok(service.handle_peer(key, request.payload).await),
                    None => Err(()),
                };
                // A peer that has gone away gets no answer.
                let _ = request.pending_response.send(OutgoingResponse {
                    result,
                    reputation_changes: Vec::new(),
                    sent_feedback: None,
                });
                drop(slot);
            });
        }
    });
}
