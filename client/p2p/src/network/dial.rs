//! Dialling peers and the relays that they are behind.

use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError};
use libp2p::{Multiaddr, PeerId};

use super::ConnectError;
use super::actor::{Actor, Command};
use super::dialling::{HEAD_START, QUIC_HEAD_START, Reply, Stage};
use super::reasons::unreachable_because;

impl Actor {
    pub(super) fn dial(&mut self, peer_id: PeerId, addresses: Vec<Multiaddr>, reply: Reply) {
        if self.swarm.is_connected(&peer_id) {
            let _ = reply.send(Ok(()));
            return;
        }
        let nowhere = addresses.is_empty();
        let is_relay = self.is_relay(&peer_id);
        if self.dialling.wait_for(peer_id, addresses, is_relay, reply) {
            if nowhere {
                let error = unreachable_because(&DialError::NoAddresses);
                self.dialling.ended(&peer_id, &Err(error));
            } else {
                self.next_stage(peer_id);
            }
        }
    }

    /// Dials what is due, and sees to it that the next becomes due.
    pub(super) fn next_stage(&mut self, peer_id: PeerId) {
        match self.dialling.next_stage(&peer_id) {
            Some(Stage::Own(addresses)) => self.dial_now(peer_id, addresses),
            Some(Stage::Relays(relays)) => {
                for (relay, addresses) in relays {
                    self.dial_through(relay, addresses, peer_id);
                }
            }
            None => {}
        }
        if self.dialling.has_more(&peer_id)
            && let Some(commands) = self.later.upgrade()
        {
            let is_relay = self.is_relay(&peer_id);
            let head_start = if is_relay {
                QUIC_HEAD_START
            } else {
                HEAD_START
            };
            tokio::spawn(async move {
                tokio::time::sleep(head_start).await;
                // A swarm that is gone dials nobody.
                let _ = commands.send(Command::NextStage { peer_id }).await;
            });
        }
        self.settle(peer_id);
    }

    fn dial_now(&mut self, peer_id: PeerId, addresses: Vec<Multiaddr>) {
        let options = DialOpts::peer_id(peer_id)
            .addresses(addresses)
            .condition(PeerCondition::Disconnected)
            .build();
        let dial = options.connection_id();
        let begun = self.swarm.dial(options);
        let begun = begun.map(|()| dial).map_err(|e| unreachable_because(&e));
        self.dialling.dials(&peer_id, begun);
    }

    /// libp2p's relay client dials a relay once, at one address; so it is connected before, at whichever answers.
    fn dial_through(&mut self, relay: PeerId, addresses: Vec<Multiaddr>, peer_id: PeerId) {
        self.note_relay(relay);
        let Some(address) = addresses.first() else {
            return;
        };
        let circuit = address.clone().with(Protocol::P2pCircuit);
        if self.swarm.is_connected(&relay) {
            self.dial_now(peer_id, vec![circuit]);
            return;
        }
        let now = self.dialling.awaits(relay, addresses, peer_id, circuit);
        if now.is_empty() {
            return;
        }
        self.dial_relay(relay, now);
        if let Some(commands) = self.later.upgrade() {
            tokio::spawn(async move {
                tokio::time::sleep(QUIC_HEAD_START).await;
                let _ = commands.send(Command::RelayOverTcp { relay }).await;
            });
        }
    }

    /// The relay has not answered over QUIC yet, or refused it.
    pub(super) fn relay_over_tcp(&mut self, relay: PeerId) {
        let tcp = self.dialling.over_tcp(&relay);
        if !tcp.is_empty() && !self.swarm.is_connected(&relay) {
            self.dial_relay(relay, tcp);
        }
    }

    fn dial_relay(&mut self, relay: PeerId, addresses: Vec<Multiaddr>) {
        let options = DialOpts::peer_id(relay)
            .addresses(addresses)
            .condition(PeerCondition::Disconnected)
            .build();
        let dial = options.connection_id();
        self.dialling.dials_relay(&relay, dial);
        if let Err(error) = self.swarm.dial(options) {
            self.relay_dial_failed(relay, dial, &unreachable_because(&error));
        }
    }

    fn relay_dial_failed(&mut self, relay: PeerId, dial: ConnectionId, reason: &ConnectError) {
        if !self.dialling.relay_dial_failed(&relay, dial) || self.swarm.is_connected(&relay) {
            return;
        }
        let tcp = self.dialling.over_tcp(&relay);
        if tcp.is_empty() {
            for waiting in self.dialling.relay_failed(&relay, reason) {
                self.settle(waiting);
            }
        } else {
            self.dial_relay(relay, tcp);
        }
    }

    /// A peer is connected, by whichever path: who waited for it is told, and what waited for it as a relay is dialled.
    pub(super) fn dialled(&mut self, peer_id: PeerId) {
        self.dialling.ended(&peer_id, &Ok(()));
        for (peer, circuit) in self.dialling.relay_connected(&peer_id) {
            self.dial_now(peer, vec![circuit]);
            self.settle(peer);
        }
    }

    /// When nothing of a peer's attempt is under way any more, the next stage is due, or it has failed.
    fn settle(&mut self, peer_id: PeerId) {
        let Some(reason) = self.dialling.has_failed(&peer_id) else {
            return;
        };
        if self.dialling.has_more(&peer_id) {
            self.next_stage(peer_id);
        } else if self.swarm.is_connected(&peer_id) {
            self.dialling.ended(&peer_id, &Ok(()));
        } else {
            self.dialling.ended(&peer_id, &Err(reason));
        }
    }

    pub(super) fn dial_failed(&mut self, peer_id: PeerId, dial: ConnectionId, error: &DialError) {
        let reason = unreachable_because(error);
        self.dialling.failed(&peer_id, dial, reason.clone());
        self.settle(peer_id);
        self.relay_dial_failed(peer_id, dial, &reason);
    }
}
