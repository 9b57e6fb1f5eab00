//! Reservations: staying reachable through relays.
//!
//! A relay is shown a pass, then asked for a reservation; both are renewed before they run out, and begun anew when the
//! relay goes away. Two relays at a time: one may fail, and two tell what kind of router this peer is behind.

use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::actor::Command;
use super::{ConnectError, Network};
use crate::frame::{self, FrameError};
use crate::relay::{MAX_PASS_MESSAGE, PASS_PROTOCOL, PassAnswer, PassRefusal};

/// Relays of which reservations are held.
const RELAYS: usize = 2;
/// Relays that are kept in mind.
const MAX_OFFERS: usize = 8;
/// The relay answers a pass within this time.
const ANSWERS: Duration = Duration::from_secs(5);
/// The relay grants a reservation within this time.
const RESERVED: Duration = Duration::from_secs(10);
/// Time after which a relay that failed is tried again; doubled up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest time between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A relay, and the pass that opens it to this peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayOffer {
    /// Its addresses, which all end with its peer id.
    pub addresses: Vec<Multiaddr>,
    /// What it is shown, as its operator's controller made it.
    pub pass: Vec<u8>,
}

impl RelayOffer {
    /// Relays from a list of addresses: those of one peer id belong together. Without passes.
    #[must_use]
    pub fn by_relay(addresses: &[Multiaddr]) -> Vec<Self> {
        let mut relays: Vec<Self> = Vec::new();
        for address in addresses {
            let id = match address.iter().last() {
                Some(Protocol::P2p(id)) => Some(id),
                _ => None,
            };
            let same = |relay: &&mut Self| id.is_some() && relay.peer_id() == id;
            match relays.iter_mut().find(same) {
                Some(relay) => relay.addresses.push(address.clone()),
                None => relays.push(Self {
                    addresses: vec![address.clone()],
                    pass: Vec::new(),
                }),
            }
        }
        relays
    }

    /// The relay's peer id, when all addresses name the same.
    #[must_use]
    pub fn peer_id(&self) -> Option<PeerId> {
        let mut ids = self
            .addresses
            .iter()
            .map(|address| match address.iter().last() {
                Some(Protocol::P2p(id)) => Some(id),
                _ => None,
            });
        let first = ids.next().flatten()?;
        ids.all(|id| id == Some(first)).then_some(first)
    }
}

/// Why there is no reservation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReserved {
    #[error("its addresses name no peer id")]
    Nobody,
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Refused(#[from] PassRefusal),
    #[error("no reservation: {0}")]
    Reservation(String),
    #[error("it did not answer in time")]
    Silent,
}

impl Network {
    /// Asks the relay at `address`, which ends with its peer id, for a reservation. The receiver ends with it.
    pub(crate) async fn reserve_at(
        &self,
        address: &Multiaddr,
    ) -> Result<oneshot::Receiver<()>, NotReserved> {
        let (reserved, answer) = oneshot::channel();
        let (ends, end) = oneshot::channel();
        let command = Command::Reserve {
            address: address.clone().with(Protocol::P2pCircuit),
            reserved,
            ends,
        };
        let sent = self.commands.send(command).await;
        sent.map_err(|_| ConnectError::Closed)?;
        match tokio::time::timeout(RESERVED, answer).await {
            Ok(Ok(Ok(()))) => Ok(end),
            Ok(Ok(Err(why))) => Err(NotReserved::Reservation(why)),
            Ok(Err(_)) => Err(ConnectError::Closed.into()),
            Err(_) => Err(NotReserved::Silent),
        }
    }
}

/// Keeps reservations until it is dropped.
#[must_use = "reservations are kept only as long as this is"]
pub struct Reservations {
    task: JoinHandle<()>,
    held: watch::Receiver<usize>,
}

impl Reservations {
    /// Reserves at the first two relays of `offers`, and at others when these fail or the offers change.
    pub fn keep(network: &Network, offers: watch::Receiver<Vec<RelayOffer>>) -> Self {
        let (told, held) = watch::channel(0);
        let task = tokio::spawn(keep(network.clone(), offers, told));
        Self { task, held }
    }

    /// Relays at which this peer can be reached now.
    #[must_use]
    pub fn held(&self) -> watch::Receiver<usize> {
        self.held.clone()
    }
}

impl Drop for Reservations {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(
    network: Network,
    mut offers: watch::Receiver<Vec<RelayOffer>>,
    held: watch::Sender<usize>,
) {
    let mut working = JoinSet::new();
    let mut relays: Vec<PeerId> = Vec::new();
    loop {
        let now: Vec<RelayOffer> = offers
            .borrow_and_update()
            .iter()
            .take(MAX_OFFERS)
            .cloned()
            .collect();
        let wanted: Vec<PeerId> = now
            .iter()
            .filter_map(RelayOffer::peer_id)
            .take(RELAYS)
            .collect();
        // A new pass for the same relay goes to the task that is at work for it.
        if wanted != relays {
            working.shutdown().await;
            for relay in &wanted {
                let keeper = Keeper {
                    network: network.clone(),
                    relay: *relay,
                    offers: offers.clone(),
                    held: held.clone(),
                };
                working.spawn(keeper.run());
            }
            relays = wanted;
        }
        if offers.changed().await.is_err() {
            // Nobody offers any more; what is held stays.
            while working.join_next().await.is_some() {}
            return;
        }
    }
}

/// Keeps the reservation at one relay.
struct Keeper {
    network: Network,
    relay: PeerId,
    offers: watch::Receiver<Vec<RelayOffer>>,
    held: watch::Sender<usize>,
}

/// Counts a reservation as long as it lasts.
struct Held<'a>(&'a watch::Sender<usize>);

impl<'a> Held<'a> {
    fn new(held: &'a watch::Sender<usize>) -> Self {
        held.send_modify(|count| *count = count.saturating_add(1));
        Self(held)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Keeper {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.reserve().await {
                Ok(ends) => {
                    tracing::info!(relay = %self.relay, "reachable through the relay");
                    pause = FIRST_PAUSE;
                    self.hold(ends).await;
                    tracing::info!(relay = %self.relay, "no longer reachable through the relay");
                }
                Err(error) => tracing::warn!(relay = %self.relay, %error, "relay not used"),
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    fn offer(&mut self) -> Option<RelayOffer> {
        let offers = self.offers.borrow_and_update();
        let own = offers
            .iter()
            .find(|offer| offer.peer_id() == Some(self.relay));
        own.cloned()
    }

    /// The receiver ends with the reservation.
    async fn reserve(&mut self) -> Result<oneshot::Receiver<()>, NotReserved> {
        let offer = self.offer().ok_or(NotReserved::Nobody)?;
        self.show(&offer).await?;
        let mut last = NotReserved::Nobody;
        // One address is enough: the relay tells nobody else, and others may dial it at any of them.
        for address in &offer.addresses {
            match self.network.reserve_at(address).await {
                Ok(ends) => return Ok(ends),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Shows new passes as they come, until the reservation ends.
    async fn hold(&mut self, mut ends: oneshot::Receiver<()>) {
        let held = self.held.clone();
        let _held = Held::new(&held);
        loop {
            tokio::select! {
                _ = &mut ends => return,
                changed = self.offers.changed() => {
                    if changed.is_err() {
                        // Nobody offers any more; the reservation stays as long as its pass.
                        let _ = ends.await;
                        return;
                    }
                    if let Some(offer) = self.offer()
                        && let Err(error) = self.show(&offer).await
                    {
                        tracing::warn!(relay = %self.relay, %error, "the relay does not take the new pass");
                    }
                }
            }
        }
    }

    async fn show(&self, offer: &RelayOffer) -> Result<(), NotReserved> {
        let know = Command::Know { relay: self.relay };
        let known = self.network.commands.send(know).await;
        known.map_err(|_| ConnectError::Closed)?;
        // QUIC first, so that it sees the UDP port, and TCP soon after that, where UDP is dropped.
        self.network
            .dial_within_limit(self.relay, offer.addresses.clone())
            .await?;
        let opened = self
            .network
            .open_connected(self.relay, PASS_PROTOCOL)
            .await?;
        let mut stream = opened.0;
        frame::write_within(&mut stream, &offer.pass, ANSWERS).await?;
        match frame::read_within(&mut stream, MAX_PASS_MESSAGE, ANSWERS).await? {
            Some(PassAnswer::Taken) => Ok(()),
            Some(PassAnswer::Refused(refusal)) => Err(refusal.into()),
            None => Err(NotReserved::Silent),
        }
    }
}
