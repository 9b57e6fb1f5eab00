//! The swarm of the content network behind a handle with async methods.
//!
//! The libp2p event loop runs in a task of its own ([`actor`]) and ends when the last handle is dropped. QUIC and TCP
//! (noise, yamux) side by side; who connects first wins. A peer behind a router is reached through a relay at once and
//! directly as soon as both ends have punched; streams opened from then on run directly.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol};
use libp2p_stream::OpenStreamError;
use tokio::sync::{mpsc, oneshot, watch};

use crate::peer::{PeerAddress, PeerKey};

mod actor;
mod behaviour;
mod dial;
mod dialling;
mod listening;
mod mapping;
pub(crate) mod muxer;
mod paths;
mod punch;
pub(crate) mod reach;
mod reasons;
mod reserve;
mod serving;
mod streams;

pub(crate) use behaviour::PROTOCOL_VERSION;
pub use paths::Path;
pub use reach::{NatClass, Reachability};
pub use reserve::{RelayOffer, Reservations};
pub(crate) use serving::accept;
pub use serving::{ServeLimits, Serving};

use behaviour::Controls;
use paths::Paths;

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
    /// Addresses to listen at where the machine allows it: UDP ports through which a peer that only dials can be punched.
    pub listen_if_possible: Vec<Multiaddr>,
    /// Whether a path through a relay is to be replaced by a direct one.
    pub punch: bool,
    /// Whether to find out from where others reach this peer, and to ask the router for ports: AutoNAT v2, UPnP, PCP, NAT-PMP.
    pub probe: bool,
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
            listen_if_possible: Vec::new(),
            punch: true,
            probe: false,
            max_incoming: 512,
            max_per_peer: 8,
            idle: Duration::from_secs(60),
        }
    }
}

impl NetworkConfig {
    /// What a viewer starts with: it only dials, but can be punched.
    #[must_use]
    pub fn viewer() -> Self {
        let udp = ["/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/udp/0/quic-v1"];
        Self {
            listen_if_possible: udp.iter().filter_map(|udp| udp.parse().ok()).collect(),
            ..Self::default()
        }
    }
}

/// A UDP (QUIC) and TCP port of all interfaces: of IPv4, and of IPv6, which not every machine has.
#[must_use]
pub fn everywhere(port: u16) -> (Vec<Multiaddr>, Vec<Multiaddr>) {
    let of = |ip: IpAddr| {
        let udp = Multiaddr::from(ip)
            .with(Protocol::Udp(port))
            .with(Protocol::QuicV1);
        vec![udp, Multiaddr::from(ip).with(Protocol::Tcp(port))]
    };
    let (v4, v6) = (Ipv4Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED);
    (of(v4.into()), of(v6.into()))
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

/// A handle to the swarm; clones are the same swarm.
#[derive(Clone)]
pub struct Network {
    key: Arc<PeerKey>,
    peer_id: PeerId,
    commands: mpsc::Sender<actor::Command>,
    addresses: Arc<Mutex<Vec<Multiaddr>>>,
    paths: Arc<Paths>,
    reachability: watch::Receiver<Reachability>,
    controls: Controls,
}

impl Network {
    /// Starts a swarm under `key` and listens; returns when every address is bound.
    ///
    /// # Errors
    /// When an address can't be listened at.
    pub async fn start(key: PeerKey, config: NetworkConfig) -> Result<Self, StartError> {
        let peer_id = key.peer_id();
        let (swarm, controls) = behaviour::swarm(&key, &config)?;
        let (commands, queue) = mpsc::channel(COMMAND_QUEUE);
        let seen = actor::Seen {
            addresses: Arc::default(),
            paths: Arc::default(),
            observations: Arc::default(),
        };
        let puncher = config.punch.then(|| punch::Puncher {
            control: controls.relayed.clone(),
            commands: commands.downgrade(),
            paths: Arc::clone(&seen.paths),
            observations: Arc::clone(&seen.observations),
            bound: Arc::clone(&seen.addresses),
        });
        let (ready, listening) = oneshot::channel();
        let (told, reachability) = watch::channel(Reachability::default());
        let later = commands.downgrade();
        let map_ports = config.probe;
        let actor = actor::Actor::new(swarm, queue, later, seen.clone(), told, puncher, map_ports);
        tokio::spawn(actor.run(config.listen, config.listen_if_possible, ready));
        listening
            .await
            .map_err(|_| StartError::Transport("it stopped at once".to_owned()))??;
        Ok(Self {
            key: Arc::new(key),
            peer_id,
            commands,
            addresses: seen.addresses,
            paths: seen.paths,
            reachability,
            controls,
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

    /// From where others reach this peer, as relays have told it.
    #[must_use]
    pub fn reachability(&self) -> watch::Receiver<Reachability> {
        self.reachability.clone()
    }

    /// Addresses that others are told, the best first, at most [`MAX_ADDRESSES`](crate::peer::MAX_ADDRESSES): its own as far as they lead to it, then
    /// those through relays.
    ///
    /// A peer behind a router keeps to itself what it listens at, since dialling that would only cost time; what was
    /// confirmed from outside it tells.
    #[must_use]
    pub fn told_addresses(&self) -> Vec<Multiaddr> {
        let bound = self.addresses();
        let reachability = self.reachability.borrow();
        let mut told = match reachability.class {
            NatClass::Unknown | NatClass::Public => bound.clone(),
            NatClass::Punchable | NatClass::Symmetric | NatClass::NoUdp => {
                let relayed = bound.iter().filter(|address| streams::is_relayed(address));
                let global = bound.iter().filter(|address| reach::is_global_v6(address));
                global.chain(relayed).cloned().collect()
            }
        };
        for address in &reachability.confirmed {
            if !told.contains(address) {
                told.push(address.clone());
            }
        }
        reach::best(told)
    }

    /// The best path to a peer. `None` when it is not connected.
    #[must_use]
    pub fn path(&self, peer: &PeerAddress) -> Option<Path> {
        self.paths.best(&peer.peer_id()?)
    }

    /// Waits until a peer is connected directly, for instance after a path through a relay; whether it was in time.
    pub async fn direct_within(&self, peer: &PeerAddress, limit: Duration) -> bool {
        match peer.peer_id() {
            Some(peer) => self.paths.direct_within(&peer, limit).await,
            None => false,
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
        self.dial_within_limit(peer_id, peer.addresses.clone())
            .await
    }

    async fn dial_within_limit(
        &self,
        peer_id: PeerId,
        addresses: Vec<Multiaddr>,
    ) -> Result<(), ConnectError> {
        let (reply, answer) = oneshot::channel();
        let command = actor::Command::Dial {
            peer_id,
            addresses,
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
        let opened = self.open_on_best_path(peer, protocol).await?;
        Ok(opened.0)
    }

    /// Like [`Self::open`], and tells by which path.
    pub(crate) async fn open_on_best_path(
        &self,
        peer: &PeerAddress,
        protocol: StreamProtocol,
    ) -> Result<(Stream, Path), ConnectError> {
        self.connect(peer).await?;
        let peer_id = peer.peer_id().ok_or(ConnectError::Closed)?;
        self.open_connected(peer_id, protocol).await
    }

    async fn open_connected(
        &self,
        peer_id: PeerId,
        protocol: StreamProtocol,
    ) -> Result<(Stream, Path), ConnectError> {
        let path = self.paths.best(&peer_id).unwrap_or(Path::Direct);
        let mut control = self.controls.of(path);
        match tokio::time::timeout(STREAM_LIMIT, control.open_stream(peer_id, protocol)).await {
            Ok(Ok(stream)) => Ok((stream, path)),
            Ok(Err(OpenStreamError::UnsupportedProtocol(protocol))) => {
                Err(ConnectError::Unsupported(protocol))
            }
            Ok(Err(error)) => Err(ConnectError::Unreachable(error.to_string())),
            Err(_) => Err(ConnectError::TimedOut),
        }
    }
}
