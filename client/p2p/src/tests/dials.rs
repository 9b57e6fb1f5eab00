//! Addresses that are listened at and dialled, good ones and such as nobody answers at.

use libp2p::PeerId;
use tokio::net::TcpListener;

use super::node::{Node, viewer};
use crate::Multiaddr;
use crate::network::{Network, NetworkConfig, loopback};
use crate::peer::{PeerAddress, PeerKey};

/// An address that takes connections and says nothing, as long as the listener is there.
async fn silent() -> (TcpListener, Multiaddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let address = format!("/ip4/127.0.0.1/tcp/{port}");
    (listener, address.parse().expect("an address"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_only_wanted_stops_no_start_by_never_being_bound() {
    let (_listener, address) = silent().await;
    let circuit = format!("{address}/p2p/{}/p2p-circuit", PeerId::random());
    let config = NetworkConfig {
        listen: loopback(),
        listen_if_possible: vec![circuit.parse().expect("an address")],
        ..NetworkConfig::default()
    };
    let started = Network::start(PeerKey::generate(), config).await;
    let network = started.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(network.addresses().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_a_peers_new_address_does_not_wait_for_the_old_one_that_is_being_dialled() {
    let (_listener, address) = silent().await;
    let node = Node::start(1, &[]).await;
    let old = PeerAddress {
        addresses: vec![address],
        ..node.network.address()
    };
    let (viewer, new) = (viewer().await, node.network.address());
    let (by_old, by_new) = tokio::join!(viewer.connect(&old), viewer.connect(&new));
    assert_eq!((by_old, by_new), (Ok(()), Ok(())));
}
