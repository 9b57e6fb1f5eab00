//! The relay: carries bytes between peers that do not reach each other directly.
//!
//! ```text
//! storage node ── stream /chainflix/relay-pass/1 ──► Gate      a pass: whose, how long, how many bytes
//! storage node ── reserve (circuit relay v2) ──────► Gate      only with a pass
//! viewer ──────── connect to the node ─────────────► circuit   on the node's account
//! ```
//!
//! It reads nothing of what it carries: peers encrypt from end to end. Bytes count against the pass of the peer that
//! holds the reservation, in both directions; when they are used up, its circuits end. A viewer needs no pass, since the
//! node that it asks for vouches for the circuit, but has limits by peer and by address. The relay also dials peers back
//! that want to know whether they can be reached (AutoNAT v2).

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use codec::{Decode, Encode};
use libp2p::{Multiaddr, PeerId, StreamProtocol};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::network::reach::Use;
use crate::network::{ServeLimits, StartError};
use crate::peer::PeerKey;

mod gate;
mod meter;
mod metrics;
mod service;

pub use metrics::RelayFigures;

/// Passes are shown by this protocol: one message of opaque bytes, one [`PassAnswer`].
pub const PASS_PROTOCOL: StreamProtocol = StreamProtocol::new("/chainflix/relay-pass/1");
/// Longest pass, in bytes.
pub const MAX_PASS_BYTES: usize = 512;
/// Longest message with a pass or its answer, in bytes.
pub(crate) const MAX_PASS_MESSAGE: usize = MAX_PASS_BYTES + 8;
/// Peers that may be on a relay's books.
const MAX_HOLDERS: usize = 65_536;

/// What a good pass allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Not after this instant, ms since the Unix epoch.
    pub expires_ms: u64,
    /// Bytes in both directions together.
    pub max_bytes: u64,
    /// Number of the pass: the bytes of one number are counted together, a higher one begins anew.
    pub serial: u64,
}

/// Why a pass opens nothing. The numbers are part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, thiserror::Error)]
pub enum PassRefusal {
    /// It can't be read, or nobody whom this relay works for has signed it.
    #[error("the relay does not know who signed the pass")]
    #[codec(index = 0)]
    Forged,
    /// It was made out to another peer.
    #[error("the pass is another peer's")]
    #[codec(index = 1)]
    OtherPeer,
    /// It is for another chain.
    #[error("the pass is for another chain")]
    #[codec(index = 2)]
    OtherChain,
    /// It is no longer good, or older than the one that was shown before.
    #[error("the pass has expired")]
    #[codec(index = 3)]
    Expired,
    /// The relay keeps no more books.
    #[error("the relay is full")]
    #[codec(index = 4)]
    Full,
}

/// Answer to a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PassAnswer {
    /// It is good.
    #[codec(index = 0)]
    Taken,
    /// It is not.
    #[codec(index = 1)]
    Refused(PassRefusal),
}

/// Who may use the relay: reads passes.
pub trait Passes: Send + Sync + 'static {
    /// What `pass` allows `peer`.
    ///
    /// # Errors
    /// When it was not made by somebody the relay works for, or not for this peer.
    fn check(&self, peer: &PeerId, pass: &[u8]) -> Result<Admission, PassRefusal>;
}

/// Limits of a relay.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// Where it listens.
    pub listen: Vec<Multiaddr>,
    /// Where it listens if the machine allows it.
    pub listen_if_possible: Vec<Multiaddr>,
    /// Addresses by which others reach it, when these are not where it listens.
    pub announce: Vec<Multiaddr>,
    /// Connections, at most.
    pub max_connections: u32,
    /// Peers that hold a reservation, at most.
    pub max_reservations: usize,
    /// Circuits at a time.
    pub max_circuits: usize,
    /// Circuits of one dialling peer at a time.
    pub max_circuits_per_peer: usize,
    /// Circuits that one address may begin in a minute.
    pub circuits_per_minute: NonZeroU32,
    /// Bytes of one circuit, in both directions together.
    pub circuit_bytes: u64,
    /// Longest life of a circuit.
    pub circuit_time: Duration,
}

impl RelayConfig {
    /// 4,096 reservations; 2,048 circuits of at most 8 GiB and two hours, 8 of one viewer, 120 a minute from one address.
    #[must_use]
    pub fn new(listen: Vec<Multiaddr>) -> Self {
        Self {
            listen,
            listen_if_possible: Vec::new(),
            announce: Vec::new(),
            max_connections: 16_384,
            max_reservations: 4_096,
            max_circuits: 2_048,
            max_circuits_per_peer: 8,
            circuits_per_minute: NonZeroU32::MIN.saturating_add(119),
            circuit_bytes: 8 << 30,
            circuit_time: Duration::from_secs(7_200),
        }
    }
}

/// A relay that runs, until it is dropped.
pub struct Relay {
    peer_id: PeerId,
    addresses: Vec<Multiaddr>,
    books: Arc<gate::Gate>,
    tasks: Vec<JoinHandle<()>>,
}

impl Relay {
    /// Starts a relay under `key`; returns when every address is bound.
    ///
    /// # Errors
    /// When an address can't be listened at.
    pub async fn start(
        key: PeerKey,
        config: RelayConfig,
        passes: Arc<dyn Passes>,
    ) -> Result<Self, StartError> {
        let books = Arc::new(gate::Gate::new(passes, MAX_HOLDERS));
        let (swarm, control) = service::swarm(&key, &config, &books)?;
        let peer_id = key.peer_id();
        let mut control = control;
        let shown = control
            .accept(PASS_PROTOCOL)
            .map_err(|_| StartError::Transport("passes are taken already".to_owned()))?;
        let limits = ServeLimits {
            streams: NonZeroUsize::MIN.saturating_add(255),
            streams_per_peer: NonZeroUsize::MIN.saturating_add(1),
        };
        let taking = {
            let books = Arc::clone(&books);
            crate::network::accept(shown, limits, move |peer, stream| {
                service::take_pass(Arc::clone(&books), peer, stream)
            })
        };
        let (ready, listening) = oneshot::channel();
        let serving = service::run(swarm, config, Arc::clone(&books), ready);
        let tasks = vec![tokio::spawn(serving), tokio::spawn(taking)];
        let stopped = |_| StartError::Transport("it stopped at once".to_owned());
        let addresses = match listening.await.map_err(stopped) {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(error)) | Err(error) => {
                tasks.iter().for_each(JoinHandle::abort);
                return Err(error);
            }
        };
        Ok(Self {
            peer_id,
            addresses,
            books,
            tasks,
        })
    }

    /// Its peer id.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        self.peer_id
    }

    /// Its addresses with its peer id, as storage nodes are told them: what was announced, or those of the machine that are
    /// of use to others.
    #[must_use]
    pub fn addresses(&self) -> &[Multiaddr] {
        &self.addresses
    }

    /// Whether one of them means something everywhere.
    #[must_use]
    pub fn is_public(&self) -> bool {
        let mut uses = self.addresses.iter().map(Use::of);
        uses.any(|of| matches!(of, Use::Anywhere | Use::Relayed))
    }

    /// What it has done so far.
    #[must_use]
    pub fn figures(&self) -> RelayFigures {
        self.books.figures()
    }

    /// Counters and gauges in Prometheus' text format.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.figures().render()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
