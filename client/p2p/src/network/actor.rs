//! The task that owns the swarm.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{DialError, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, identify, noise, ping, tcp};
use libp2p_stream::Control;
use tokio::sync::{mpsc, oneshot};

use super::muxer;
use super::{ConnectError, NetworkConfig, StartError};
use crate::peer::PeerKey;

/// What identify tells others to be.
const PROTOCOL_VERSION: &str = "/chainflix/content/1";
/// Dials that one peer's callers wait for, at most.
const MAX_WAITING: usize = 64;

#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    identify: identify::Behaviour,
    streams: libp2p_stream::Behaviour,
}

/// What handles ask of the swarm.
pub(super) enum Command {
    Dial {
        peer_id: PeerId,
        addresses: Vec<Multiaddr>,
        reply: oneshot::Sender<Result<(), ConnectError>>,
    },
    Disconnect {
        peer_id: PeerId,
    },
}

pub(super) fn swarm(
    key: &PeerKey,
    config: &NetworkConfig,
) -> Result<(Swarm<Behaviour>, Control), StartError> {
    let keypair = key.keypair().ok_or(StartError::Key)?;
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(128))
        .with_max_pending_outgoing(Some(128))
        .with_max_established_incoming(Some(config.max_incoming))
        .with_max_established_per_peer(Some(config.max_per_peer));
    let transport = |error: &dyn std::error::Error| StartError::Transport(error.to_string());
    let swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            muxer::Config::default,
        )
        .map_err(|error| transport(&error))?
        .with_quic()
        .with_behaviour(|keypair| Behaviour {
            limits: connection_limits::Behaviour::new(limits),
            ping: ping::Behaviour::default(),
            identify: identify::Behaviour::new(identify::Config::new(
                PROTOCOL_VERSION.to_owned(),
                keypair.public(),
            )),
            streams: libp2p_stream::Behaviour::new(),
        })
        .map_err(|error| transport(&error))?
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(config.idle))
        .build();
    let control = swarm.behaviour().streams.new_control();
    Ok((swarm, control))
}

pub(super) struct Actor {
    swarm: Swarm<Behaviour>,
    commands: mpsc::Receiver<Command>,
    addresses: Arc<Mutex<Vec<Multiaddr>>>,
    dialling: HashMap<PeerId, Vec<oneshot::Sender<Result<(), ConnectError>>>>,
}

impl Actor {
    pub(super) fn new(
        swarm: Swarm<Behaviour>,
        commands: mpsc::Receiver<Command>,
        addresses: Arc<Mutex<Vec<Multiaddr>>>,
    ) -> Self {
        Self {
            swarm,
            commands,
            addresses,
            dialling: HashMap::new(),
        }
    }

    pub(super) async fn run(
        mut self,
        listen: Vec<Multiaddr>,
        ready: oneshot::Sender<Result<(), StartError>>,
    ) {
        let listening = self.listen(listen).await;
        let failed = listening.is_err();
        if ready.send(listening).is_err() || failed {
            return;
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

    /// Listens at each address, and waits until it is bound: dialling before that would tell others a wrong port.
    async fn listen(&mut self, addresses: Vec<Multiaddr>) -> Result<(), StartError> {
        let mut waiting = HashMap::<ListenerId, Multiaddr>::new();
        for address in addresses {
            match self.swarm.listen_on(address.clone()) {
                Ok(listener) => {
                    waiting.insert(listener, address);
                }
                Err(error) => {
                    return Err(StartError::Listen {
                        address,
                        reason: innermost(&error),
                    });
                }
            }
        }
        let all = async {
            while !waiting.is_empty() {
                let event = self.swarm.select_next_some().await;
                match &event {
                    SwarmEvent::NewListenAddr { listener_id, .. } => {
                        waiting.remove(listener_id);
                    }
                    SwarmEvent::ListenerClosed {
                        listener_id,
                        reason: Err(error),
                        ..
                    } => {
                        if let Some(address) = waiting.remove(listener_id) {
                            let reason = error.to_string();
                            return Err(StartError::Listen { address, reason });
                        }
                    }
                    _ => {}
                }
                self.handle(event);
            }
            Ok(())
        };
        tokio::time::timeout(Duration::from_secs(10), all)
            .await
            .unwrap_or_else(|_| Err(StartError::Transport("no address was bound".to_owned())))
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Dial {
                peer_id,
                addresses,
                reply,
            } => self.dial(peer_id, addresses, reply),
            Command::Disconnect { peer_id } => {
                // An error says that there was no connection.
                let _ = self.swarm.disconnect_peer_id(peer_id);
            }
        }
    }

    fn dial(
        &mut self,
        peer_id: PeerId,
        addresses: Vec<Multiaddr>,
        reply: oneshot::Sender<Result<(), ConnectError>>,
    ) {
        if self.swarm.is_connected(&peer_id) {
            // Whoever asked may have given up; that is its own affair.
            let _ = reply.send(Ok(()));
            return;
        }
        let waiting = self.dialling.entry(peer_id).or_default();
        waiting.retain(|reply| !reply.is_closed());
        if waiting.len() >= MAX_WAITING {
            let _ = reply.send(Err(ConnectError::TimedOut));
            return;
        }
        waiting.push(reply);
        let options = DialOpts::peer_id(peer_id)
            .addresses(addresses)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .build();
        match self.swarm.dial(options) {
            // Under way already: its end is this one's too.
            Ok(()) | Err(DialError::DialPeerConditionFalse(_)) => {}
            Err(error) => self.dialled(&peer_id, &Err(unreachable_because(&error))),
        }
    }

    fn dialled(&mut self, peer_id: &PeerId, result: &Result<(), ConnectError>) {
        for reply in self.dialling.remove(peer_id).into_iter().flatten() {
            let _ = reply.send(result.clone());
        }
    }

    fn handle(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => self.dialled(&peer_id, &Ok(())),
            SwarmEvent::OutgoingConnectionError {
                peer_id: Some(peer_id),
                error,
                ..
            } => {
                let connected = self.swarm.is_connected(&peer_id);
                let result = if connected {
                    Ok(())
                } else {
                    Err(unreachable_because(&error))
                };
                self.dialled(&peer_id, &result);
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                let mut addresses = self.known_addresses();
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.known_addresses().retain(|known| *known != address);
            }
            _ => {}
        }
    }

    fn known_addresses(&self) -> std::sync::MutexGuard<'_, Vec<Multiaddr>> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn unreachable_because(error: &DialError) -> ConnectError {
    let reason = match error {
        DialError::NoAddresses => "no address of it is known".to_owned(),
        DialError::WrongPeerId { .. } => "another peer answers at its address".to_owned(),
        DialError::Transport(errors) => errors
            .iter()
            .map(|(address, error)| format!("{}: {}", without_peer(address), innermost(error)))
            .collect::<Vec<_>>()
            .join("; "),
        other => innermost(other),
    };
    ConnectError::Unreachable(reason)
}

fn without_peer(address: &Multiaddr) -> Multiaddr {
    address
        .iter()
        .filter(|part| !matches!(part, Protocol::P2p(_)))
        .collect()
}

/// What lies under libp2p's layers of wrappers, which all say the same at length.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
