//! Hole punching: two peers that are connected through a relay agree on a moment at which both dial the other.
//!
//! ```text
//! dialler of the relayed connection                 its other end
//!    │ ── Addresses ───────────────────────────────► │
//!    │ ◄─ Addresses ──────────────────────────────── │   the time between is the round trip
//!    │ ── Now ─────────────────────────────────────► │   dials
//!    │    half a round trip later: dials             │
//! ```
//!
//! It is DCUtR's exchange with one difference: both ends dial as QUIC clients, where in DCUtR one end only sends packets
//! that open its router. Whichever dial gets through first is the connection. That lets a peer behind a symmetric
//! translation through, in either role, whenever the other side's router lets any port of its address in (ADR 0022).

use std::time::{Duration, Instant};

use codec::{Decode, Encode};
use futures::{AsyncWriteExt, StreamExt};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol};
use libp2p_stream::{Control, IncomingStreams};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::actor::Command;
use super::paths::Paths;
use super::reach::{MAX_CANDIDATES, Observations};
use crate::frame::{self, FrameError};

/// The exchange, over relayed connections only.
const PUNCH_PROTOCOL: StreamProtocol = StreamProtocol::new("/chainflix/punch/1");
/// Longest message, in bytes.
const MAX_MESSAGE: usize = 1_024;
/// Each message must come within this time.
const ANSWERS: Duration = Duration::from_secs(5);
/// The dials of an attempt must have led to something within this time.
const DIALS: Duration = Duration::from_secs(4);
/// Attempts on one relayed connection.
const ATTEMPTS: u32 = 3;
/// A peer that was not told its own address yet waits so long for it, in steps.
const OWN_ADDRESS: (u32, Duration) = (20, Duration::from_millis(50));
/// Exchanges that are answered at a time.
const MAX_ANSWERING: usize = 64;

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum Message {
    /// Where the sender may be dialled, as binary multiaddresses.
    #[codec(index = 0)]
    Addresses(Vec<Vec<u8>>),
    /// Dial now.
    #[codec(index = 1)]
    Now,
}

/// What punching needs of the network.
#[derive(Clone)]
pub(super) struct Puncher {
    pub(super) control: Control,
    pub(super) commands: mpsc::WeakSender<Command>,
    pub(super) paths: Arc<Paths>,
    pub(super) observations: Arc<Mutex<Observations>>,
    pub(super) bound: Arc<Mutex<Vec<Multiaddr>>>,
}

impl Puncher {
    /// Punches to a peer that this one has dialled through a relay.
    pub(super) async fn punch(mut self, peer: PeerId) {
        for _ in 0..ATTEMPTS {
            if self.paths.direct_within(&peer, Duration::ZERO).await {
                return;
            }
            match self.attempt(peer).await {
                Ok(true) => {
                    tracing::debug!(%peer, "punched");
                    return;
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(%peer, %error, "no punching");
                    return;
                }
            }
        }
    }

    async fn attempt(&mut self, peer: PeerId) -> Result<bool, FrameError> {
        let own = self.own_addresses().await;
        let opened = self.control.open_stream(peer, PUNCH_PROTOCOL);
        let mut stream = opened
            .await
            .map_err(|error| FrameError::Io(std::io::Error::other(error)))?;
        let asked = Instant::now();
        frame::write_within(&mut stream, &Message::Addresses(own), ANSWERS).await?;
        let answer = frame::read_within(&mut stream, MAX_MESSAGE, ANSWERS).await?;
        let round_trip = asked.elapsed();
        let Some(Message::Addresses(addresses)) = answer else {
            return Err(FrameError::Malformed);
        };
        frame::write_within(&mut stream, &Message::Now, ANSWERS).await?;
        tokio::time::sleep(round_trip / 2).await;
        self.dial(peer, &addresses).await;
        let punched = self.paths.direct_within(&peer, DIALS).await;
        // Whether the end of the exchange is heard does not matter.
        let _ = stream.close().await;
        Ok(punched)
    }

    async fn answer(self, peer: PeerId, mut stream: Stream) -> Result<(), FrameError> {
        let first = frame::read_within(&mut stream, MAX_MESSAGE, ANSWERS).await?;
        let Some(Message::Addresses(addresses)) = first else {
            return Err(FrameError::Malformed);
        };
        let own = self.own_addresses().await;
        frame::write_within(&mut stream, &Message::Addresses(own), ANSWERS).await?;
        match frame::read_within(&mut stream, MAX_MESSAGE, ANSWERS).await? {
            Some(Message::Now) => {
                self.dial(peer, &addresses).await;
                Ok(())
            }
            _ => Err(FrameError::Malformed),
        }
    }

    /// Own candidates; the relay tells where it sees this peer soon after it was reached.
    async fn own_addresses(&self) -> Vec<Vec<u8>> {
        let (steps, step) = OWN_ADDRESS;
        for _ in 0..steps {
            let own = self.candidates();
            if !own.is_empty() {
                return own;
            }
            tokio::time::sleep(step).await;
        }
        Vec::new()
    }

    fn candidates(&self) -> Vec<Vec<u8>> {
        let bound = self
            .bound
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let observations = self.observations();
        let candidates = observations.candidates(&bound);
        candidates.iter().map(Multiaddr::to_vec).collect()
    }

    fn observations(&self) -> std::sync::MutexGuard<'_, Observations> {
        self.observations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn dial(&self, peer_id: PeerId, addresses: &[Vec<u8>]) {
        let addresses: Vec<Multiaddr> = addresses
            .iter()
            .take(MAX_CANDIDATES)
            .filter_map(|address| Multiaddr::try_from(address.clone()).ok())
            .collect();
        let addresses = {
            let mut observations = self.observations();
            let addresses = observations.may_dial(&addresses);
            observations.opened(addresses.len());
            addresses
        };
        if addresses.is_empty() {
            return;
        }
        if let Some(commands) = self.commands.upgrade() {
            // A swarm that is gone dials nobody.
            let _ = commands.send(Command::Punch { peer_id, addresses }).await;
        }
    }

    /// Answers exchanges until the swarm ends.
    pub(super) async fn serve(mut self, mut ended: tokio::sync::watch::Receiver<()>) {
        let Ok(incoming) = self.control.accept(PUNCH_PROTOCOL) else {
            return;
        };
        tokio::select! {
            () = self.answer_all(incoming) => {}
            // Only its end is ever told.
            _ = ended.changed() => {}
        }
    }

    async fn answer_all(&self, mut incoming: IncomingStreams) {
        let mut answering = JoinSet::new();
        loop {
            tokio::select! {
                next = incoming.next() => {
                    let Some((peer, stream)) = next else { return };
                    if answering.len() < MAX_ANSWERING {
                        let puncher = self.clone();
                        answering.spawn(async move {
                            if let Err(error) = puncher.answer(peer, stream).await {
                                tracing::debug!(%peer, %error, "punching ended");
                            }
                        });
                    }
                }
                Some(_) = answering.join_next(), if !answering.is_empty() => {}
            }
        }
    }
}
