//! The addresses that the node tells its controllers.

use std::net::{Ipv4Addr, Ipv6Addr};

use chainflix_controller::protocol::{MAX_ADDRESS_BYTES, MAX_ADDRESSES};
use chainflix_p2p::Multiaddr;

/// Part of an address that leads through a relay.
const THROUGH_A_RELAY: &str = "/p2p-circuit";

/// What to tell: the operator's own words if there are any, else where the swarm listens.
///
/// A node that listens on all interfaces sees its own networks' addresses, not the one that others see it from; it tells
/// the unspecified address with its port first, which the controller fills in.
pub(crate) fn told(announce: &[String], listen: &[Multiaddr], bound: &[Multiaddr]) -> Vec<String> {
    if !announce.is_empty() {
        return bounded(announce.iter().cloned());
    }
    let everywhere = [
        (format!("/ip4/{}/", Ipv4Addr::UNSPECIFIED), "/ip4/"),
        (format!("/ip6/{}/", Ipv6Addr::UNSPECIFIED), "/ip6/"),
    ];
    let bound: Vec<String> = bound.iter().map(ToString::to_string).collect();
    let mut addresses = Vec::new();
    for (unspecified, family) in &everywhere {
        if !listen
            .iter()
            .any(|l| l.to_string().starts_with(unspecified))
        {
            continue;
        }
        for address in bound.iter().filter(|a| !a.contains(THROUGH_A_RELAY)) {
            let after_ip = address
                .strip_prefix(family)
                .and_then(|rest| rest.split_once('/'));
            if let Some((_, rest)) = after_ip {
                addresses.push(format!("{unspecified}{rest}"));
            }
        }
    }
    // What the controller fills in comes first, then relays; addresses inside some network are of least use.
    let (relayed, own): (Vec<_>, Vec<_>) = bound
        .into_iter()
        .partition(|address| address.contains(THROUGH_A_RELAY));
    if addresses.is_empty() {
        addresses.extend(own.into_iter().chain(relayed));
    } else {
        addresses.extend(relayed.into_iter().chain(own));
    }
    bounded(addresses.into_iter())
}

fn bounded(addresses: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for address in addresses.filter(|address| address.len() <= MAX_ADDRESS_BYTES) {
        if kept.len() < MAX_ADDRESSES && !kept.contains(&address) {
            kept.push(address);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(addresses: &[&str]) -> Vec<Multiaddr> {
        let addresses = addresses.iter().map(|address| address.parse());
        addresses.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_node_that_listens_everywhere_tells_its_ports_and_lets_the_controller_fill_in_the_ip() {
        let listen = parsed(&["/ip4/0.0.0.0/tcp/0", "/ip4/0.0.0.0/udp/0/quic-v1"]);
        let bound = parsed(&[
            "/ip4/127.0.0.1/tcp/4001",
            "/ip4/192.168.1.7/tcp/4001",
            "/ip4/192.168.1.7/udp/4002/quic-v1",
        ]);
        let told = told(&[], &listen, &bound);
        assert_eq!(told[0], "/ip4/0.0.0.0/tcp/4001");
        assert_eq!(told[1], "/ip4/0.0.0.0/udp/4002/quic-v1");
        assert_eq!(told.len(), 5);
    }

    #[test]
    fn an_address_through_a_relay_is_told_as_it_is() {
        let listen = parsed(&["/ip4/0.0.0.0/tcp/0"]);
        let id = chainflix_p2p::PeerKey::from_seed([1; 32]).peer_id();
        let relayed = format!("/ip4/198.51.100.1/tcp/4001/p2p/{id}/p2p-circuit");
        let bound = parsed(&["/ip4/192.168.1.7/tcp/4001", &relayed]);
        let told = told(&[], &listen, &bound);
        assert_eq!(
            told,
            [
                "/ip4/0.0.0.0/tcp/4001",
                &relayed,
                "/ip4/192.168.1.7/tcp/4001"
            ]
        );
    }

    #[test]
    fn a_node_that_listens_on_one_address_tells_that() {
        let bound = parsed(&["/ip4/127.0.0.1/tcp/4001"]);
        let listen = parsed(&["/ip4/127.0.0.1/tcp/0"]);
        assert_eq!(told(&[], &listen, &bound), ["/ip4/127.0.0.1/tcp/4001"]);
    }

    #[test]
    fn what_the_operator_says_goes_and_no_more_than_may() {
        let announce: Vec<String> = (0..20).map(|p| format!("/ip4/0.0.0.0/tcp/{p}")).collect();
        assert_eq!(told(&announce, &[], &[]), announce[..MAX_ADDRESSES]);
    }
}
