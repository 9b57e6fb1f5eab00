//! Dials in stages: a peer's own addresses first, relays a little later, so that a relay carries nothing that could have
//! gone directly, and a peer behind a router is reached at once all the same.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use tokio::sync::oneshot;

use super::ConnectError;
use super::streams::is_relayed;

/// Dials that one peer's callers wait for, at most.
const MAX_WAITING: usize = 64;
/// Addresses of one peer that are dialled in one attempt, at most.
const MAX_KNOWN: usize = 64;
/// Time that a peer's own addresses have before relays are tried too.
pub(super) const HEAD_START: Duration = Duration::from_millis(300);
/// Time that a relay has to answer over QUIC before it is dialled over TCP too: it sees a UDP port that can be punched.
pub(super) const QUIC_HEAD_START: Duration = Duration::from_millis(400);

pub(super) type Reply = oneshot::Sender<Result<(), ConnectError>>;

/// What is dialled together.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The peer's own addresses.
    Own(Vec<Multiaddr>),
    /// Relays that it is behind, each with all its addresses: a relay is dialled first, at whichever address answers
    /// first, and then asked for the peer.
    Relays(Vec<(PeerId, Vec<Multiaddr>)>),
}

/// A peer that is being dialled.
#[derive(Default)]
struct Attempt {
    waiting: Vec<Reply>,
    /// Dials under way.
    dials: HashSet<ConnectionId>,
    stages: VecDeque<Stage>,
    /// All addresses that were given so far.
    known: Known,
    /// Why the last of them failed.
    reason: Option<ConnectError>,
}

/// Addresses that need not be dialled again.
#[derive(Default)]
struct Known(HashSet<Multiaddr>);

impl Known {
    /// Those that are new.
    fn new_of(&mut self, addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
        let mut new = addresses;
        new.retain(|address| self.0.len() < MAX_KNOWN && self.0.insert(address.clone()));
        new
    }
}

/// Peers that are being dialled.
#[derive(Default)]
pub(super) struct Dialling {
    attempts: HashMap<PeerId, Attempt>,
    /// Relays that are being dialled.
    relays: HashMap<PeerId, Relay>,
}

/// A relay that is being dialled.
#[derive(Default)]
struct Relay {
    /// The peers that it is to be asked for, with their addresses.
    awaited: Vec<(PeerId, Multiaddr)>,
    /// Its addresses that are not QUIC's, until they are dialled.
    tcp: Vec<Multiaddr>,
    dials: HashSet<ConnectionId>,
    /// All its addresses that were given so far.
    known: Known,
}

impl Dialling {
    /// `reply` waits for the peer. Whether a stage is due: none is when these addresses are being dialled already, or too
    /// many wait. Of a relay, as which the peer `is_relay`, QUIC is dialled before TCP.
    pub(super) fn wait_for(
        &mut self,
        peer: PeerId,
        addresses: Vec<Multiaddr>,
        is_relay: bool,
        reply: Reply,
    ) -> bool {
        let under_way = self.attempts.contains_key(&peer);
        let attempt = self.attempts.entry(peer).or_default();
        attempt.waiting.retain(|reply| !reply.is_closed());
        if attempt.waiting.len() >= MAX_WAITING {
            // Whoever asked may have given up; that is its own affair.
            let _ = reply.send(Err(ConnectError::TimedOut));
            return false;
        }
        attempt.waiting.push(reply);
        // Whoever dialled first may have known old addresses only; these would be waited for in vain.
        let was_last = attempt.stages.is_empty();
        let new = attempt.known.new_of(addresses);
        attempt.stages.extend(stages(new, is_relay));
        !under_way || (was_last && !attempt.stages.is_empty())
    }

    /// The stage that is due.
    pub(super) fn next_stage(&mut self, peer: &PeerId) -> Option<Stage> {
        self.attempts.get_mut(peer)?.stages.pop_front()
    }

    pub(super) fn has_more(&self, peer: &PeerId) -> bool {
        let attempt = self.attempts.get(peer);
        attempt.is_some_and(|attempt| !attempt.stages.is_empty())
    }

    /// A dial was begun, or could not be.
    pub(super) fn dials(&mut self, peer: &PeerId, dial: Result<ConnectionId, ConnectError>) {
        if let Some(attempt) = self.attempts.get_mut(peer) {
            match dial {
                Ok(dial) => drop(attempt.dials.insert(dial)),
                Err(reason) => attempt.reason = Some(reason),
            }
        }
    }

    /// `relay` is to be asked for `peer` at `address` when it is connected. Its addresses that are to be dialled now; none
    /// when they are being dialled already.
    pub(super) fn awaits(
        &mut self,
        relay: PeerId,
        addresses: Vec<Multiaddr>,
        peer: PeerId,
        address: Multiaddr,
    ) -> Vec<Multiaddr> {
        let under_way = self.relays.contains_key(&relay);
        let known = self.relays.entry(relay).or_default();
        if !known.awaited.iter().any(|(awaited, _)| *awaited == peer) {
            known.awaited.push((peer, address));
        }
        let new = known.known.new_of(addresses);
        if under_way {
            return new;
        }
        let (quic, tcp): (Vec<_>, Vec<_>) = new.into_iter().partition(is_quic);
        if quic.is_empty() {
            return tcp;
        }
        known.tcp = tcp;
        quic
    }

    /// Addresses of a relay that is being dialled which were not tried yet.
    pub(super) fn over_tcp(&mut self, relay: &PeerId) -> Vec<Multiaddr> {
        let relay = self.relays.get_mut(relay);
        relay.map_or_else(Vec::new, |relay| std::mem::take(&mut relay.tcp))
    }

    /// A dial of a relay was begun.
    pub(super) fn dials_relay(&mut self, relay: &PeerId, dial: ConnectionId) {
        if let Some(relay) = self.relays.get_mut(relay) {
            relay.dials.insert(dial);
        }
    }

    /// A dial of a relay has failed, or could not be begun. Whether none is under way any more.
    pub(super) fn relay_dial_failed(&mut self, relay: &PeerId, dial: ConnectionId) -> bool {
        self.relays.get_mut(relay).is_some_and(|relay| {
            relay.dials.remove(&dial);
            relay.dials.is_empty()
        })
    }

    /// A relay is connected: what it is to be asked for.
    pub(super) fn relay_connected(&mut self, relay: &PeerId) -> Vec<(PeerId, Multiaddr)> {
        self.relays.remove(relay).unwrap_or_default().awaited
    }

    /// A relay is not to be had; the peers that were waiting for it.
    pub(super) fn relay_failed(&mut self, relay: &PeerId, reason: &ConnectError) -> Vec<PeerId> {
        let awaited = self.relay_connected(relay);
        let peers = awaited.into_iter().map(|(peer, _)| {
            self.dials(&peer, Err(reason.clone()));
            peer
        });
        peers.collect()
    }

    /// A dial has failed; one that is not an attempt's changes nothing.
    pub(super) fn failed(&mut self, peer: &PeerId, dial: ConnectionId, reason: ConnectError) {
        if let Some(attempt) = self.attempts.get_mut(peer)
            && attempt.dials.remove(&dial)
        {
            attempt.reason = Some(reason);
        }
    }

    /// Why the dials of a stage have all failed. `None` as long as there is hope.
    pub(super) fn has_failed(&self, peer: &PeerId) -> Option<ConnectError> {
        let attempt = self.attempts.get(peer)?;
        let awaits = |relay: &Relay| relay.awaited.iter().any(|(awaited, _)| awaited == peer);
        if !attempt.dials.is_empty() || self.relays.values().any(awaits) {
            return None;
        }
        Some(attempt.reason.clone().unwrap_or(ConnectError::TimedOut))
    }

    /// Tells all that wait.
    pub(super) fn ended(&mut self, peer: &PeerId, result: &Result<(), ConnectError>) {
        let Some(attempt) = self.attempts.remove(peer) else {
            return;
        };
        self.relays.retain(|_, relay| {
            relay.awaited.retain(|(awaited, _)| awaited != peer);
            !relay.awaited.is_empty()
        });
        for reply in attempt.waiting {
            let _ = reply.send(result.clone());
        }
    }
}

fn is_quic(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::QuicV1)
}

/// Own addresses, then relays. Of one that `is_relay` itself QUIC before TCP.
fn stages(addresses: Vec<Multiaddr>, is_relay: bool) -> VecDeque<Stage> {
    let (relayed, own): (Vec<_>, Vec<_>) = addresses.into_iter().partition(is_relayed);
    let mut relays: Vec<(PeerId, Vec<Multiaddr>)> = Vec::new();
    for address in &relayed {
        let Some((relay, address)) = relay_of(address) else {
            continue;
        };
        match relays.iter_mut().find(|(known, _)| *known == relay) {
            Some((_, addresses)) => addresses.push(address),
            None => relays.push((relay, vec![address])),
        }
    }
    let (first, second): (Vec<_>, Vec<_>) = own
        .into_iter()
        .partition(|address| !is_relay || is_quic(address));
    let own = [first, second].into_iter().filter(|own| !own.is_empty());
    let relays = (!relays.is_empty()).then_some(Stage::Relays(relays));
    own.map(Stage::Own).chain(relays).collect()
}

/// The relay that an address leads through, and its own address.
fn relay_of(address: &Multiaddr) -> Option<(PeerId, Multiaddr)> {
    let own: Multiaddr = address
        .iter()
        .take_while(|part| *part != Protocol::P2pCircuit)
        .collect();
    match own.iter().last()? {
        Protocol::P2p(relay) => Some((relay, own)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relayed(relay: PeerId, transport: &str) -> (Multiaddr, Multiaddr) {
        let own: Multiaddr = format!("/ip4/198.51.100.1/{transport}/p2p/{relay}")
            .parse()
            .expect("an address");
        (own.clone(), own.with(Protocol::P2pCircuit))
    }

    #[test]
    fn own_addresses_come_before_relays_and_all_addresses_of_a_relay_are_dialled_together() {
        let (one, two) = (PeerId::random(), PeerId::random());
        let (tcp, through_tcp) = relayed(one, "tcp/1");
        let (quic, through_quic) = relayed(one, "udp/1/quic-v1");
        let (other, through_other) = relayed(two, "tcp/1");
        let own: Multiaddr = "/ip4/203.0.113.1/tcp/1".parse().expect("an address");
        let addresses = vec![through_tcp, own.clone(), through_other, through_quic];
        let order = stages(addresses, false);
        let relays = vec![(one, vec![tcp, quic]), (two, vec![other])];
        assert_eq!(order, [Stage::Own(vec![own]), Stage::Relays(relays)]);
    }

    #[test]
    fn an_attempt_has_failed_when_all_its_dials_and_relays_have_and_others_do_not_count() {
        let (mut dialling, peer, relay) = (Dialling::default(), PeerId::random(), PeerId::random());
        let (reply, mut answer) = oneshot::channel();
        assert!(dialling.wait_for(peer, Vec::new(), false, reply));
        let [dial, other] = [1, 2].map(ConnectionId::new_unchecked);
        dialling.dials(&peer, Ok(dial));
        let ((tcp, circuit), (quic, _)) =
            (relayed(relay, "tcp/1"), relayed(relay, "udp/1/quic-v1"));
        let first = dialling.awaits(relay, vec![tcp.clone(), quic.clone()], peer, circuit);
        assert_eq!(first, [quic]);
        assert_eq!(dialling.over_tcp(&relay), [tcp]);
        assert!(dialling.over_tcp(&relay).is_empty());
        dialling.failed(&peer, other, ConnectError::Closed);
        dialling.failed(&peer, dial, ConnectError::TimedOut);
        assert_eq!(dialling.has_failed(&peer), None);
        assert_eq!(dialling.relay_failed(&relay, &ConnectError::Closed), [peer]);
        assert_eq!(dialling.has_failed(&peer), Some(ConnectError::Closed));
        dialling.ended(&peer, &Err(ConnectError::Closed));
        assert_eq!(answer.try_recv(), Ok(Err(ConnectError::Closed)));
    }

    #[test]
    fn a_relay_is_dialled_over_quic_first_and_each_address_once_whoever_brings_it() {
        let (mut dialling, relay) = (Dialling::default(), PeerId::random());
        let (tcp, _) = relayed(relay, "tcp/1");
        let (quic, _) = relayed(relay, "udp/1/quic-v1");
        let (moved, _) = relayed(relay, "udp/2/quic-v1");
        let mut waits = |addresses: &[&Multiaddr]| {
            let addresses = addresses.iter().copied().cloned().collect();
            let due = dialling.wait_for(relay, addresses, true, oneshot::channel().0);
            (due, dialling.next_stage(&relay))
        };
        let own = |address: &Multiaddr| Some(Stage::Own(vec![address.clone()]));
        assert_eq!(waits(&[&tcp, &quic]), (true, own(&quic)));
        assert_eq!(waits(&[&quic]), (false, own(&tcp)));
        assert_eq!(waits(&[&quic, &tcp]), (false, None));
        assert_eq!(waits(&[&tcp, &moved]), (true, own(&moved)));
    }

    #[test]
    fn a_relay_that_moved_is_dialled_where_the_next_caller_knows_it_and_asked_once_for_a_peer() {
        let (mut dialling, relay) = (Dialling::default(), PeerId::random());
        let [peer, other] = [PeerId::random(), PeerId::random()];
        let (old, through_old) = relayed(relay, "tcp/1");
        let (new, through_new) = relayed(relay, "tcp/2");
        let mut awaits = |peer, address: &Multiaddr, circuit: &Multiaddr| {
            dialling.awaits(relay, vec![address.clone()], peer, circuit.clone())
        };
        assert_eq!(awaits(peer, &old, &through_old), std::slice::from_ref(&old));
        assert!(awaits(other, &old, &through_old).is_empty());
        assert_eq!(awaits(peer, &new, &through_new), [new]);
        let asked = dialling.relay_connected(&relay);
        assert_eq!(asked, [(peer, through_old.clone()), (other, through_old)]);
    }
}
