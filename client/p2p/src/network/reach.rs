//! From where others reach this peer: which address they see it at, and what kind of address translation that shows.
//!
//! Servers tell at which address they see a connection (libp2p identify). Two servers that see different ports of one
//! socket show a translation whose ports depend on the destination: a symmetric one, which can't be punched unless the
//! other side lets any port in. Only UDP is looked at: TCP dials leave from ports of their own.

mod ports;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

use crate::peer::MAX_ADDRESSES;

/// Servers whose observations are kept.
const MAX_SERVERS: usize = 16;
/// Confirmed addresses that are kept.
const MAX_CONFIRMED: usize = 8;
/// Addresses that are told to a peer for punching, at most.
pub(super) const MAX_CANDIDATES: usize = 8;

/// What kind of address translation a peer is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NatClass {
    /// No server has told yet.
    #[default]
    Unknown,
    /// None: it is seen at an address of its own, or at one that its router forwards to it.
    Public,
    /// One that keeps a socket's port for all destinations, which lets itself be punched.
    Punchable,
    /// One that gives a socket another port for each destination.
    Symmetric,
    /// UDP does not get through, only TCP.
    NoUdp,
}

/// From where others reach this peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reachability {
    /// Kind of address translation.
    pub class: NatClass,
    /// Addresses at which it was dialled successfully from outside, or that the router forwards.
    pub confirmed: Vec<Multiaddr>,
}

/// What servers have told.
#[derive(Debug, Default)]
pub(super) struct Observations {
    /// Where each server sees this peer's UDP socket; IPv4, or the family of which there is any.
    udp: BTreeMap<PeerId, SocketAddr>,
    /// Servers that are connected over TCP.
    tcp: BTreeMap<PeerId, SocketAddr>,
    confirmed: Vec<Multiaddr>,
    /// Destinations that were written to since a server last told something new.
    opened: u16,
    /// What the router said that it forwards to this peer.
    forwarded: Vec<Multiaddr>,
}

impl Observations {
    /// `server` sees this peer at `address`. Whether that is news.
    pub(super) fn observed(&mut self, server: PeerId, address: &Multiaddr) -> bool {
        let Some((socket, udp)) = socket_of(address) else {
            return false;
        };
        let seen = if udp { &mut self.udp } else { &mut self.tcp };
        if seen.len() >= MAX_SERVERS && !seen.contains_key(&server) {
            return false;
        }
        let is_news = seen.insert(server, socket) != Some(socket);
        if is_news && udp {
            self.opened = 0;
        }
        is_news
    }

    /// So many destinations are written to now.
    pub(super) fn opened(&mut self, count: usize) {
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        self.opened = self.opened.saturating_add(count);
    }

    /// The connection to a server is gone; what it saw no longer holds.
    pub(super) fn forget(&mut self, server: &PeerId) {
        self.udp.remove(server);
        self.tcp.remove(server);
    }

    pub(super) fn confirm(&mut self, address: &Multiaddr) {
        if self.confirmed.len() < MAX_CONFIRMED && !self.confirmed.contains(address) {
            self.confirmed.push(address.clone());
        }
    }

    /// The router forwards `address`, or no longer does.
    pub(super) fn forwarded(&mut self, address: &Multiaddr, is_forwarded: bool) {
        self.forwarded.retain(|known| known != address);
        if is_forwarded {
            if self.forwarded.len() < MAX_CONFIRMED {
                self.forwarded.push(address.clone());
            }
            self.confirm(address);
        } else {
            self.expire(address);
        }
    }

    pub(super) fn expire(&mut self, address: &Multiaddr) {
        self.confirmed.retain(|known| known != address);
    }

    /// What follows from all that, for a peer that listens at `bound`.
    pub(super) fn reachability(&self, bound: &[Multiaddr]) -> Reachability {
        Reachability {
            class: self.class(bound),
            confirmed: self.confirmed.clone(),
        }
    }

    fn class(&self, bound: &[Multiaddr]) -> NatClass {
        let own: Vec<IpAddr> = bound
            .iter()
            .filter_map(|address| Some(socket_of(address)?.0.ip()))
            .collect();
        let seen_v4: Vec<&SocketAddr> = self.udp.values().filter(|seen| seen.is_ipv4()).collect();
        let Some(first) = seen_v4.first() else {
            let any = self.udp.values().chain(self.tcp.values());
            return if any.clone().any(|seen| own.contains(&seen.ip())) {
                NatClass::Public
            } else if self.udp.is_empty() && !self.tcp.is_empty() {
                NatClass::NoUdp
            } else {
                NatClass::Unknown
            };
        };
        if own.contains(&first.ip()) || !self.forwarded.is_empty() {
            NatClass::Public
        } else if seen_v4.iter().any(|seen| seen != first) {
            NatClass::Symmetric
        } else {
            NatClass::Punchable
        }
    }

    /// Addresses at which another peer may try this one, the most likely first.
    pub(super) fn candidates(&self, bound: &[Multiaddr]) -> Vec<Multiaddr> {
        let mut found: Vec<Multiaddr> = Vec::new();
        let global_v6 = bound.iter().filter(|address| is_global_v6(address));
        let sockets: Vec<SocketAddr> = self.udp.values().copied().collect();
        let seen: Vec<Multiaddr> = sockets.iter().copied().map(quic).collect();
        let next = ports::next_ports(&sockets, self.opened);
        let next: Vec<Multiaddr> = next.into_iter().map(quic).collect();
        let all = global_v6.chain(&seen).chain(&next).chain(&self.confirmed);
        for address in all {
            if found.len() < MAX_CANDIDATES && !found.contains(address) {
                found.push(address.clone());
            }
        }
        found
    }

    /// Those of another peer's candidates that may be dialled: addresses of private networks only by a peer that is
    /// itself seen at one, so that no stranger makes it dial into its own network.
    pub(super) fn may_dial(&self, candidates: &[Multiaddr]) -> Vec<Multiaddr> {
        let inside = self.udp.values().any(|seen| is_private(seen.ip()));
        candidates
            .iter()
            .take(MAX_CANDIDATES)
            .filter(|address| {
                socket_of(address)
                    .is_some_and(|(socket, udp)| udp && (inside || !is_private(socket.ip())))
            })
            .cloned()
            .collect()
    }
}

/// IP, port, and whether the transport is QUIC over UDP. `None` for other addresses, and relayed ones.
fn socket_of(address: &Multiaddr) -> Option<(SocketAddr, bool)> {
    let mut parts = address.iter();
    let ip: IpAddr = match parts.next()? {
        Protocol::Ip4(ip) => ip.into(),
        Protocol::Ip6(ip) => ip.into(),
        _ => return None,
    };
    let (port, udp) = match parts.next()? {
        Protocol::Udp(port) => (port, true),
        Protocol::Tcp(port) => (port, false),
        _ => return None,
    };
    let known = parts.all(|part| matches!(part, Protocol::QuicV1 | Protocol::P2p(_)));
    known.then(|| (SocketAddr::new(ip.to_canonical(), port), udp))
}

/// Whether an address is one of QUIC over public IPv6, which no router translates.
pub(super) fn is_global_v6(address: &Multiaddr) -> bool {
    socket_of(address)
        .is_some_and(|(socket, udp)| udp && socket.is_ipv6() && !is_private(socket.ip()))
}

/// Of what use an address is to others; the most useful comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// It is a public one.
    Anywhere,
    /// It leads through a relay, or is a name.
    Relayed,
    /// It means something inside some network only.
    Inside,
    /// It means something on this machine only, or on this one of its lines.
    Here,
}

impl Use {
    pub(crate) fn of(address: &Multiaddr) -> Self {
        match socket_of(address) {
            Some((socket, _)) if is_here(socket.ip()) => Self::Here,
            Some((socket, _)) if is_private(socket.ip()) => Self::Inside,
            Some(_) => Self::Anywhere,
            None => Self::Relayed,
        }
    }
}

/// The addresses that others are told, the most useful first, at most [`MAX_ADDRESSES`]. A machine has as many IPv6 addresses
/// as it likes: they take half of the places, so that the other family is told too.
pub(super) fn best(mut addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
    addresses.sort_by_key(Use::of);
    let mut places = MAX_ADDRESSES / 2;
    addresses.retain(|address| {
        let is_v6 = socket_of(address).is_some_and(|(socket, _)| socket.is_ipv6());
        let has_place = !is_v6 || places > 0;
        if is_v6 {
            places = places.saturating_sub(1);
        }
        has_place
    });
    addresses.truncate(MAX_ADDRESSES);
    addresses
}

fn is_here(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unicast_link_local(),
    }
}

fn quic(socket: SocketAddr) -> Multiaddr {
    Multiaddr::from(socket.ip())
        .with(Protocol::Udp(socket.port()))
        .with(Protocol::QuicV1)
}

/// Whether an address means something only inside some network.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let carrier = a == 100 && (64..128).contains(&b);
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || a == 0
                || carrier
        }
        IpAddr::V6(ip) => {
            let first = ip.segments().first().copied().unwrap_or(0);
            ip.is_loopback()
                || ip == Ipv6Addr::UNSPECIFIED
                || ip.is_multicast()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Multiaddr {
        text.parse().expect("a multiaddress")
    }

    fn seen_at(ports: &[u16]) -> Observations {
        let mut observations = Observations::default();
        for port in ports {
            let address = address(&format!("/ip4/203.0.113.9/udp/{port}/quic-v1"));
            assert!(observations.observed(PeerId::random(), &address));
        }
        observations
    }

    fn inside() -> Vec<Multiaddr> {
        vec![address("/ip4/192.168.1.7/udp/4001/quic-v1")]
    }

    #[test]
    fn both_families_are_told_however_many_ipv6_addresses_a_machine_has() {
        let mut bound: Vec<Multiaddr> = (1..=9)
            .map(|n| address(&format!("/ip6/2001:db8::{n}/udp/4001/quic-v1")))
            .collect();
        let v4 = [
            "/ip4/192.168.1.7/udp/4001/quic-v1",
            "/ip4/192.168.1.7/tcp/4001",
        ];
        let here = ["/ip4/127.0.0.1/tcp/4001", "/ip6/fe80::1/tcp/4001"];
        bound.extend(here.iter().chain(&v4).map(|text| address(text)));
        let told = best(bound.clone());
        assert_eq!(told[..4], bound[..4]);
        assert_eq!(told[4..6], v4.map(address));
        assert_eq!(told[6..], [address(here[0])]);
    }

    #[test]
    fn a_translation_is_symmetric_when_two_servers_see_different_ports() {
        let class = |ports: &[u16]| seen_at(ports).reachability(&inside()).class;
        assert_eq!(class(&[]), NatClass::Unknown);
        assert_eq!(class(&[7_000]), NatClass::Punchable);
        assert_eq!(class(&[7_000, 7_000]), NatClass::Punchable);
        assert_eq!(class(&[7_000, 7_001]), NatClass::Symmetric);
    }

    #[test]
    fn a_peer_that_is_seen_at_its_own_address_is_public() {
        let own = [address("/ip4/203.0.113.9/udp/4001/quic-v1")];
        let public = seen_at(&[4_001, 4_001]).reachability(&own);
        assert_eq!(public.class, NatClass::Public);
    }

    #[test]
    fn a_dial_from_a_server_makes_nobody_public_but_a_forwarded_port_does() {
        let mut observations = seen_at(&[7_000, 7_000]);
        let mapped = address("/ip4/203.0.113.9/udp/7000/quic-v1");
        // The router may let in only the server that was dialled before.
        observations.confirm(&mapped);
        let class = observations.reachability(&inside()).class;
        assert_eq!(class, NatClass::Punchable);
        observations.forwarded(&mapped, true);
        let class = observations.reachability(&inside()).class;
        assert_eq!(class, NatClass::Public);
        // One that was asked in another way goes on forwarding when this one ends.
        let other = address("/ip4/203.0.113.9/tcp/7001");
        observations.forwarded(&other, true);
        observations.forwarded(&mapped, false);
        let reachability = observations.reachability(&inside());
        assert_eq!(reachability.class, NatClass::Public);
        assert_eq!(reachability.confirmed, std::slice::from_ref(&other));
        observations.forwarded(&other, false);
        let class = observations.reachability(&inside()).class;
        assert_eq!(class, NatClass::Punchable);
    }

    #[test]
    fn a_peer_that_gets_through_by_tcp_only_says_so() {
        let mut observations = Observations::default();
        observations.observed(PeerId::random(), &address("/ip4/203.0.113.9/tcp/9"));
        assert_eq!(observations.reachability(&inside()).class, NatClass::NoUdp);
    }

    #[test]
    fn a_stranger_makes_no_peer_dial_into_its_own_network() {
        let offered = [
            "/ip4/192.168.1.1/udp/80/quic-v1",
            "/ip4/100.64.0.1/udp/80/quic-v1",
            "/ip4/127.0.0.1/udp/80/quic-v1",
            "/ip6/fd00::1/udp/80/quic-v1",
            "/ip4/198.51.100.1/tcp/80",
            "/ip4/198.51.100.1/udp/80/quic-v1",
        ]
        .map(address);
        let public = seen_at(&[7_000]);
        assert_eq!(public.may_dial(&offered), offered[5..]);
        let mut lan = Observations::default();
        lan.observed(PeerId::random(), &inside()[0]);
        assert_eq!(lan.may_dial(&offered).len(), 5);
    }

    #[test]
    fn no_more_is_kept_than_a_fixed_number() {
        let mut observations = seen_at(&(1..=16).collect::<Vec<u16>>());
        assert!(!observations.observed(PeerId::random(), &inside()[0]));
        for port in 1..100 {
            observations.confirm(&address(&format!("/ip4/203.0.113.9/udp/{port}/quic-v1")));
        }
        let candidates = observations.candidates(&[]);
        assert_eq!(candidates.len(), MAX_CANDIDATES);
        assert_eq!(
            observations.reachability(&[]).confirmed.len(),
            MAX_CONFIRMED
        );
    }
}
