//! Addresses: which of a node's are passed on, and which group a client's belongs to.
//!
//! A node says where it listens, but not whose machine viewers shall dial: an address is passed on only when its IP is
//! the one that the node connects from, or when it leads through a relay of this controller. The controller itself never dials an address that it was told.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::protocol::{MAX_ADDRESS_BYTES, MAX_ADDRESSES};

/// Those of `declared` that may be passed on for a node that connects from `observed`: an unspecified IP becomes the
/// observed one, any other has to be it, or both lie on this machine. Or it leads through one of `relays`, addresses that
/// end with the relay's peer id.
#[must_use]
pub fn reachable(declared: &[String], observed: IpAddr, relays: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for address in declared.iter().take(MAX_ADDRESSES) {
        if let Some(address) =
            checked(address, observed.to_canonical()).or_else(|| relayed(address, relays))
            && !kept.contains(&address)
        {
            kept.push(address);
        }
    }
    kept
}

fn checked(address: &str, observed: IpAddr) -> Option<String> {
    if address.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    let mut parts = address.strip_prefix('/')?.split('/');
    let ip: IpAddr = match (parts.next()?, parts.next()?) {
        ("ip4", ip) => ip.parse::<Ipv4Addr>().ok()?.into(),
        ("ip6", ip) => ip.parse::<Ipv6Addr>().ok()?.into(),
        _ => return None,
    };
    let transport = parts.next()?;
    let port: u16 = parts.next()?.parse().ok()?;
    let rest: Vec<&str> = parts.collect();
    let known = matches!(
        (transport, rest.as_slice()),
        ("tcp", []) | ("udp", ["quic-v1"])
    );
    if !known || port == 0 {
        return None;
    }
    let ip = if ip.is_unspecified() && ip.is_ipv4() == observed.is_ipv4() {
        observed
    } else {
        ip
    };
    if ip != observed && !(ip.is_loopback() && observed.is_loopback()) {
        return None;
    }
    let family = if ip.is_ipv4() { "ip4" } else { "ip6" };
    let suffix = if transport == "udp" { "/quic-v1" } else { "" };
    Some(format!("/{family}/{ip}/{transport}/{port}{suffix}"))
}

/// An address through a relay that is known; the node's own peer id at its end is left out.
fn relayed(address: &str, relays: &[String]) -> Option<String> {
    let (relay, node) = address.split_once("/p2p-circuit")?;
    let known = relays.iter().any(|known| known == relay);
    let nothing_else = node.is_empty()
        || node
            .strip_prefix("/p2p/")
            .is_some_and(|id| !id.contains('/'));
    (known && nothing_else).then(|| format!("{relay}/p2p-circuit"))
}

/// The group that an address counts towards: its /24, or the /64 of IPv6, as the first eight bytes of the address.
#[must_use]
pub fn group(address: IpAddr) -> [u8; 8] {
    let mut group = [0u8; 8];
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            group = [4, 0, 0, 0, 0, a, b, c];
        }
        IpAddr::V6(ip) => {
            for (byte, value) in group.iter_mut().zip(ip.octets()) {
                *byte = value;
            }
        }
    }
    group
}

/// The client's address: the transport's, unless that is a listed proxy; then the last address of `X-Forwarded-For` that
/// is not one. A header from anybody else is ignored.
#[must_use]
pub fn client_address(transport: IpAddr, forwarded: Option<&str>, proxies: &[IpAddr]) -> IpAddr {
    let transport = transport.to_canonical();
    if !proxies.contains(&transport) {
        return transport;
    }
    forwarded
        .into_iter()
        .flat_map(|list| list.rsplit(','))
        .map_while(|part| part.trim().parse::<IpAddr>().ok())
        .map(|address| address.to_canonical())
        .find(|address| !proxies.contains(address))
        .unwrap_or(transport)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn kept(address: &str, observed: IpAddr) -> Vec<String> {
        reachable(&[address.to_owned()], observed, &[])
    }

    #[test]
    fn an_address_through_a_relay_is_passed_on_when_the_relay_is_the_controllers_and_nothing_else_is_in_it()
     {
        let relays = ["/ip4/198.51.100.1/udp/4001/quic-v1/p2p/RELAY".to_owned()];
        let passed = |end: &str| reachable(&[format!("{}{end}", relays[0])], NODE, &relays);
        let through = [format!("{}/p2p-circuit", relays[0])];
        assert_eq!(passed("/p2p-circuit"), through);
        assert_eq!(passed("/p2p-circuit/p2p/NODE"), through);
        assert!(passed("").is_empty());
        assert!(passed("/p2p-circuit/ip4/127.0.0.1/tcp/80").is_empty());
        assert!(passed("/p2p-circuit/p2p/NODE/p2p-circuit").is_empty());
        assert!(kept(&through[0], NODE).is_empty());
    }

    #[test]
    fn an_address_of_somebody_else_is_not_passed_on() {
        assert!(kept("/ip4/198.51.100.1/tcp/80", NODE).is_empty());
        assert!(kept("/ip4/127.0.0.1/tcp/80", NODE).is_empty());
        assert!(kept("/dns4/victim.example/tcp/80", NODE).is_empty());
        assert!(kept("/ip4/203.0.113.9/tcp/0", NODE).is_empty());
        assert!(kept("/ip4/203.0.113.9/tcp/80/p2p-circuit", NODE).is_empty());
    }

    #[test]
    fn the_unspecified_address_stands_for_the_one_that_the_node_connects_from() {
        assert_eq!(
            kept("/ip4/0.0.0.0/udp/4001/quic-v1", NODE),
            ["/ip4/203.0.113.9/udp/4001/quic-v1"]
        );
        assert_eq!(
            kept("/ip4/127.0.0.1/tcp/4001", LOOPBACK),
            ["/ip4/127.0.0.1/tcp/4001"]
        );
        assert!(kept("/ip6/::/tcp/4001", NODE).is_empty());
    }

    #[test]
    fn no_more_addresses_are_kept_than_a_node_may_have() {
        let many: Vec<String> = (1..100u16)
            .map(|port| format!("/ip4/203.0.113.9/tcp/{port}"))
            .collect();
        assert_eq!(reachable(&many, NODE, &[]).len(), MAX_ADDRESSES);
    }

    #[test]
    fn i1_forged_headers_are_ignored() {
        assert_eq!(client_address(NODE, Some("10.1.2.3"), &[]), NODE);
        assert_eq!(client_address(NODE, Some("10.1.2.3"), &[LOOPBACK]), NODE);
        // A listed proxy appends the address that it sees; what stood there before is the client's own invention.
        let proxy = LOOPBACK;
        let seen: IpAddr = "198.51.100.7".parse().unwrap();
        let header = "10.9.9.9, 198.51.100.7, 127.0.0.1";
        assert_eq!(client_address(proxy, Some(header), &[proxy]), seen);
        assert_eq!(client_address(proxy, Some("garbage"), &[proxy]), proxy);
        assert_eq!(client_address(proxy, None, &[proxy]), proxy);
    }

    #[test]
    fn addresses_of_one_24_or_one_64_are_one_group() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(group(ip("203.0.113.9")), group(ip("203.0.113.200")));
        assert_eq!(group(ip("203.0.113.9")), group(ip("::ffff:203.0.113.1")));
        assert_ne!(group(ip("203.0.113.9")), group(ip("203.0.114.9")));
        assert_eq!(
            group(ip("2001:db8:1:2::1")),
            group(ip("2001:db8:1:2:ffff::9"))
        );
        assert_ne!(group(ip("2001:db8:1:2::1")), group(ip("2001:db8:1:3::1")));
    }
}
