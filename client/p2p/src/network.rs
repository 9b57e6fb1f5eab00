//! The swarm of the content network behind a handle with async methods.
//!
//! The libp2p event loop runs in a task of its own ([`actor`]) and ends when the last handle is dropped. QUIC and TCP
//! (noise, yamux) side by side; who connects first wins.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol};
use libp2p_stream::{Control, IncomingStreams, OpenStreamError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::peer::{PeerAddress, PeerKey};

mod actor;
mod muxer;

/// How long a connection may take, from dialling to the end of its handshake.
const DIAL_LIMIT: Duration = Duration::from_secs(5);
/// How long opening a stream on a connection may take.
const STREAM_LIMIT: Duration = Duration::from_secs(5);
/// Commands that wait for the swarm.
const COMMAND_QUEUE: usize = 256;

/// Where to listen, and how much to take on.
#[derive(Clone, Debug)]
pub struct NetworkConfig {
    /// Addresses to listen at; empty for a peer that only dials.
    pub listen: Vec<Multiaddr>,
    /// Connections from others, at most.
    pub max_incoming: u32,
    /// Connections of one peer, at most.
    pub max_per_peer: u32,
    /// Connections without a stream are closed after this.
    pub idle: Duration,
}

impl Default for NetworkConfig {
    /// Dials only; a storage node adds its addresses.
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            max_incoming: 512,
            max_per_peer: 4,
            idle: Duration::from_secs(60),
        }
    }
}

/// Loopback with ports that the system chooses, over QUIC and TCP.
#[must_use]
pub fn loopback() -> Vec<Multiaddr> {
    ["/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0"]
        .iter()
        .filter_map(|address| address.parse().ok())
        .collect()
}

/// Why the network did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key is no ed25519 key.
    #[error("the peer key can't be used")]
    Key,
    /// The transports can't be set up.
    #[error("the network can't be set up: {0}")]
    Transport(String),
    /// An address can't be listened at.
    #[error("can't listen at {address}: {reason}; choose another port")]
    Listen {
        /// The address.
        address: Multiaddr,
        /// What the system says.
        reason: String,
    },
}

/// Why a peer was not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// None of its addresses answered as that peer.
    #[error("the peer can't be reached: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the peer did not answer in time")]
    TimedOut,
    /// It does not speak the protocol.
    #[error("the peer does not speak {0}")]
    Unsupported(StreamProtocol),
    /// The network was shut down.
    #[error("the network is shut down")]
    Closed,
}

/// Bounds of what one protocol serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeLimits {
    /// Streams at a time.
    pub streams: NonZeroUsize,
    /// Streams of one peer at a time.
    pub streams_per_peer: NonZeroUsize,
}

/// A handle to the swarm; clones are the same swarm.
#[derive(Clone)]
pub struct Network {
    key: Arc<PeerKey>,
    peer_id: PeerId,
    commands: mpsc::Sender<actor::Command>,
    addresses: Arc<Mutex<Vec<Multiaddr>>>,
    control: Control,
}

impl Network {
    /// Starts a swarm under `key` and listens; returns when every address is bound.
    ///
    /// # Errors
    /// When an address can't be listened at.
    pub async fn start(key: PeerKey, config: NetworkConfig) -> Result<Self, StartError> {
        let peer_id = key.peer_id();
        let (swarm, control) = actor::swarm(&key, &config)?;
        let (commands, queue) = mpsc::channel(COMMAND_QUEUE);
        let addresses = Arc::new(Mutex::new(Vec::new()));
        let (ready, listening) = oneshot::channel();
        let actor = actor::Actor::new(swarm, queue, Arc::clone(&addresses));
        tokio::spawn(actor.run(config.listen, ready));
        listening
            .await
            .map_err(|_| StartError::Transport("it stopped at once".to_owned()))??;
        Ok(Self {
            key: Arc::new(key),
            peer_id,
            commands,
            addresses,
            control,
        })
    }

    /// Id of this peer.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        self.peer_id
    }

    /// Key of this peer.
    #[must_use]
    pub fn key(&self) -> &PeerKey {
        &self.key
    }

    /// Addresses at which this peer listens, without its id.
    #[must_use]
    pub fn addresses(&self) -> Vec<Multiaddr> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// This peer as others can reach it.
    #[must_use]
    pub fn address(&self) -> PeerAddress {
        PeerAddress {
            peer_key: self.key.public(),
            addresses: self.addresses(),
        }
    }

    /// Connects to a peer; nothing to do when it is connected.
    ///
    /// # Errors
    /// When none of its addresses answers in 5 s.
    pub async fn connect(&self, peer: &PeerAddress) -> Result<(), ConnectError> {
        let peer_id = peer
            .peer_id()
            .ok_or_else(|| ConnectError::Unreachable("its key is no ed25519 key".to_owned()))?;
        let (reply, answer) = oneshot::channel();
        let command = actor::Command::Dial {
            peer_id,
            addresses: peer.addresses.clone(),
            reply,
        };
        let dial = async {
            self.commands
                .send(command)
                .await
                .map_err(|_| ConnectError::Closed)?;
            answer.await.map_err(|_| ConnectError::Closed)?
        };
        tokio::time::timeout(DIAL_LIMIT, dial)
            .await
            .unwrap_or(Err(ConnectError::TimedOut))
    }

    /// Closes all connections to a peer.
    pub async fn disconnect(&self, peer: &PeerAddress) {
        if let Some(peer_id) = peer.peer_id() {
            // When the swarm is gone, so are its connections.
            let _ = self
                .commands
                .send(actor::Command::Disconnect { peer_id })
                .await;
        }
    }

    /// Opens a stream of `protocol` to a peer, connecting first if need be.
    pub(crate) async fn open(
        &self,
        peer: &PeerAddress,
        protocol: StreamProtocol,
    ) -> Result<Stream, ConnectError> {
        self.connect(peer).await?;
        let peer_id = peer.peer_id().ok_or(ConnectError::Closed)?;
        let mut control = self.control.clone();
        match tokio::time::timeout(STREAM_LIMIT, control.open_stream(peer_id, protocol)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(OpenStreamError::UnsupportedProtocol(protocol))) => {
                Err(ConnectError::Unsupported(protocol))
            }
            Ok(Err(error)) => Err(ConnectError::Unreachable(error.to_string())),
            Err(_) => Err(ConnectError::TimedOut),
        }
    }

    /// Answers streams of `protocol` with `handler`, each in its own task, until the guard is dropped.
    ///
    /// `None` when the protocol is served already.
    pub(crate) fn serve<H, F>(
        &self,
        protocol: StreamProtocol,
        limits: ServeLimits,
        handler: H,
    ) -> Option<Serving>
    where
        H: Fn(PeerId, Stream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let incoming = self.control.clone().accept(protocol).ok()?;
        Some(Serving(tokio::spawn(accept(incoming, limits, handler))))
    }
}

/// Ends serving a protocol when dropped; streams that are being answered are ended too.
#[must_use = "a protocol is served only as long as this is kept"]
pub struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// libp2p-stream drops streams when this loop is slow, so it does nothing but hand them on.
async fn accept<H, F>(mut incoming: IncomingStreams, limits: ServeLimits, handler: H)
where
    H: Fn(PeerId, Stream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut answering = tokio::task::JoinSet::new();
    let mut by_peer = std::collections::HashMap::<PeerId, usize>::new();
    loop {
        tokio::select! {
            next = incoming.next() => {
                let Some((peer, stream)) = next else { break };
                let of_peer = by_peer.entry(peer).or_default();
                if *of_peer >= limits.streams_per_peer.get() || answering.len() >= limits.streams.get() {
                    tracing::debug!(%peer, "stream dropped: as many as may be are open");
                    if *of_peer == 0 {
                        by_peer.remove(&peer);
                    }
                    continue;
                }
                *of_peer += 1;
                let answer = handler(peer, stream);
                answering.spawn(async move {
                    // A defect in an answer ends that answer, and its place must be given back.
                    let _ = tokio::spawn(answer).await;
                    peer
                });
            }
            Some(ended) = answering.join_next(), if !answering.is_empty() => {
                if let Ok(peer) = ended
                    && let Some(of_peer) = by_peer.get_mut(&peer)
                {
                    *of_peer -= 1;
                    if *of_peer == 0 {
                        by_peer.remove(&peer);
                    }
                }
            }
        }
    }
}
