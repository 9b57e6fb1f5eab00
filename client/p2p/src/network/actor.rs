//! The task that owns the swarm.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::StreamExt;
use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId, Swarm, identify};
use tokio::sync::{mpsc, oneshot, watch};

use super::StartError;
use super::behaviour::{Behaviour, BehaviourEvent};
use super::dialling::{Dialling, Reply};
use super::mapping;
use super::paths::{Path, Paths};
use super::punch::Puncher;
use super::reach::{Observations, Reachability};
use super::reasons::{innermost, without_peer};
use super::streams::{is_relayed, path_of};

/// Relays that are remembered.
const MAX_RELAYS: usize = 64;

/// What handles ask of the swarm.
pub(super) enum Command {
    Dial {
        peer_id: PeerId,
        addresses: Vec<Multiaddr>,
        reply: Reply,
    },
    /// The next addresses of a peer that is being dialled are due.
    NextStage {
        peer_id: PeerId,
    },
    /// A relay that is being dialled has had its time over QUIC.
    RelayOverTcp {
        relay: PeerId,
    },
    /// Dials a peer that is connected through a relay, at the moment that was agreed.
    Punch {
        peer_id: PeerId,
        addresses: Vec<Multiaddr>,
    },
    /// The router forwards an address to this peer, or no longer does.
    Forwarded {
        address: Multiaddr,
        is_forwarded: bool,
    },
    /// A peer is a relay.
    Know {
        relay: PeerId,
    },
    /// Listens through a relay.
    Reserve {
        address: Multiaddr,
        reserved: oneshot::Sender<Result<(), String>>,
        /// Dropped when the reservation ends.
        ends: oneshot::Sender<()>,
    },
    Disconnect {
        peer_id: PeerId,
    },
}

/// A listener through a relay.
struct Circuit {
    /// Waits for the reservation.
    reserved: Option<oneshot::Sender<Result<(), String>>>,
    /// Held until it ends.
    _ends: oneshot::Sender<()>,
}

/// What the task shares with its handles.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) addresses: Arc<Mutex<Vec<Multiaddr>>>,
    pub(super) paths: Arc<Paths>,
    pub(super) observations: Arc<Mutex<Observations>>,
}

pub(super) struct Actor {
    pub(super) swarm: Swarm<Behaviour>,
    commands: mpsc::Receiver<Command>,
    seen: Seen,
    reachability: watch::Sender<Reachability>,
    pub(super) dialling: Dialling,
    circuits: HashMap<ListenerId, Circuit>,
    /// Relays: what they see counts. Anybody else could tell a peer wrong things about its router.
    relays: HashSet<PeerId>,
    /// For dials that become due later.
    pub(super) later: mpsc::WeakSender<Command>,
    puncher: Option<Puncher>,
    /// Whether to ask the router for ports.
    map_ports: bool,
    /// Tells what runs beside this task that it has ended.
    ended: watch::Sender<()>,
}

impl Actor {
    pub(super) fn new(
        swarm: Swarm<Behaviour>,
        commands: mpsc::Receiver<Command>,
        later: mpsc::WeakSender<Command>,
        seen: Seen,
        reachability: watch::Sender<Reachability>,
        puncher: Option<Puncher>,
        map_ports: bool,
    ) -> Self {
        let (ended, end) = watch::channel(());
        if let Some(puncher) = puncher.clone() {
            tokio::spawn(puncher.serve(end));
        }
        Self {
            swarm,
            commands,
            seen,
            reachability,
            dialling: Dialling::default(),
            circuits: HashMap::new(),
            relays: HashSet::new(),
            later,
            puncher,
            map_ports,
            ended,
        }
    }

    pub(super) async fn run(
        mut self,
        listen: Vec<Multiaddr>,
        if_possible: Vec<Multiaddr>,
        ready: oneshot::Sender<Result<(), StartError>>,
    ) {
        let listening = self.listen(listen, if_possible).await;
        let failed = listening.is_err();
        if ready.send(listening).is_err() || failed {
            return;
        }
        if self.map_ports {
            let ports = mapping::ports(&self.known_addresses());
            let (later, end) = (self.later.clone(), self.ended.subscribe());
            tokio::spawn(mapping::keep(ports, later, end));
        }
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.handle(event),
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command),
                    // The last handle is gone.
                    None => return,
                },
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Dial {
                peer_id,
                addresses,
                reply,
            } => self.dial(peer_id, addresses, reply),
            Command::NextStage { peer_id } => self.next_stage(peer_id),
            Command::RelayOverTcp { relay } => self.relay_over_tcp(relay),
            Command::Punch { peer_id, addresses } => {
                if self.seen.paths.best(&peer_id) == Some(Path::Direct) {
                    return;
                }
                let options = DialOpts::peer_id(peer_id)
                    .addresses(addresses)
                    .condition(PeerCondition::Always)
                    .build();
                if let Err(error) = self.swarm.dial(options) {
                    tracing::debug!(%peer_id, %error, "no dial to punch");
                }
            }
            Command::Reserve {
                address,
                reserved,
                ends,
            } => match self.swarm.listen_on(address) {
                Ok(listener) => {
                    let circuit = Circuit {
                        reserved: Some(reserved),
                        _ends: ends,
                    };
                    self.circuits.insert(listener, circuit);
                }
                Err(error) => {
                    // Whoever asked may have given up; that is its own affair.
                    let _ = reserved.send(Err(innermost(&error)));
                }
            },
            Command::Forwarded {
                address,
                is_forwarded,
            } => {
                if is_forwarded {
                    self.swarm.add_external_address(address.clone());
                } else {
                    self.swarm.remove_external_address(&address);
                }
                self.observations().forwarded(&address, is_forwarded);
                self.tell_reachability();
            }
            Command::Know { relay } => self.note_relay(relay),
            Command::Disconnect { peer_id } => {
                // An error says that there was no connection.
                let _ = self.swarm.disconnect_peer_id(peer_id);
            }
        }
    }

    pub(super) fn is_relay(&self, peer: &PeerId) -> bool {
        self.relays.contains(peer)
    }

    /// Before it is dialled: it says at once where it sees this peer.
    pub(super) fn note_relay(&mut self, relay: PeerId) {
        if self.relays.len() < MAX_RELAYS {
            self.relays.insert(relay);
        }
    }

    pub(super) fn handle(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished {
                peer_id, endpoint, ..
            } => {
                let relayed = endpoint.is_relayed();
                let path = if relayed { Path::Relayed } else { Path::Direct };
                let by_this_path = self.seen.paths.opened(peer_id, path);
                self.dialled(peer_id);
                if let Some(puncher) = &self.puncher
                    && relayed
                    && endpoint.is_dialer()
                    // Two relays may lead to one peer; punching twice at a time would make more connections than may be.
                    && by_this_path == 1
                {
                    tokio::spawn(puncher.clone().punch(peer_id));
                }
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                endpoint,
                num_established,
                ..
            } => {
                let path = path_of(match &endpoint {
                    libp2p::core::ConnectedPoint::Dialer { address, .. } => address,
                    libp2p::core::ConnectedPoint::Listener { local_addr, .. } => local_addr,
                });
                self.seen.paths.closed(peer_id, path);
                if num_established == 0 {
                    self.observations().forget(&peer_id);
                    self.tell_reachability();
                }
            }
            SwarmEvent::OutgoingConnectionError {
                peer_id: Some(peer_id),
                connection_id,
                error,
            } => self.dial_failed(peer_id, connection_id, &error),
            SwarmEvent::NewListenAddr {
                listener_id,
                address,
            } => {
                let address = self.without_own_id(address);
                let mut addresses = self.known_addresses();
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
                drop(addresses);
                if let Some(circuit) = self.circuits.get_mut(&listener_id)
                    && let Some(reserved) = circuit.reserved.take()
                {
                    let _ = reserved.send(Ok(()));
                }
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                let address = self.without_own_id(address);
                self.known_addresses().retain(|known| *known != address);
            }
            SwarmEvent::ListenerClosed {
                listener_id,
                addresses,
                reason,
            } => {
                for address in addresses {
                    let address = self.without_own_id(address);
                    self.known_addresses().retain(|known| *known != address);
                }
                if let Some(reserved) = self.circuits.remove(&listener_id).and_then(|c| c.reserved)
                {
                    let why = reason
                        .err()
                        .map_or_else(|| "the relay refused".to_owned(), |error| innermost(&error));
                    let _ = reserved.send(Err(why));
                }
            }
            SwarmEvent::ExternalAddrConfirmed { address } if !is_relayed(&address) => {
                self.observations().confirm(&without_peer(&address));
                self.tell_reachability();
            }
            SwarmEvent::ExternalAddrExpired { address } => {
                self.observations().expire(&without_peer(&address));
                self.tell_reachability();
            }
            SwarmEvent::Behaviour(event) => self.heard(event),
            _ => {}
        }
    }

    fn heard(&mut self, event: BehaviourEvent) {
        let news = match event {
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. })
                if self.relays.contains(&peer_id) =>
            {
                self.observations()
                    .observed(peer_id, &without_peer(&info.observed_addr))
            }
            BehaviourEvent::Upnp(libp2p_upnp::Event::NewExternalAddr { external_addr, .. }) => {
                self.observations().forwarded(&external_addr, true);
                true
            }
            BehaviourEvent::Upnp(libp2p_upnp::Event::ExpiredExternalAddr {
                external_addr, ..
            }) => {
                self.observations().forwarded(&external_addr, false);
                true
            }
            _ => false,
        };
        if news {
            self.tell_reachability();
        }
    }

    fn tell_reachability(&self) {
        let bound = self.known_addresses().clone();
        let now = self.observations().reachability(&bound);
        self.reachability.send_if_modified(|told| {
            let is_news = *told != now;
            *told = now;
            is_news
        });
    }

    fn without_own_id(&self, mut address: Multiaddr) -> Multiaddr {
        if address.iter().last() == Some(Protocol::P2p(*self.swarm.local_peer_id())) {
            address.pop();
        }
        address
    }

    fn observations(&self) -> MutexGuard<'_, Observations> {
        let observations = &self.seen.observations;
        observations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_addresses(&self) -> MutexGuard<'_, Vec<Multiaddr>> {
        let addresses = &self.seen.addresses;
        addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
