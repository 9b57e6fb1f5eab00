//! Peers that are reached through a relay.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use libp2p::PeerId;
use libp2p::multiaddr::Protocol;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::cells::{TestCell, signer};
use super::node::{Node, impatient};
use crate::download::{CellDownload, Delivered, DownloadError, Source};
use crate::network::{NatClass, Network, NetworkConfig, Path, RelayOffer, Reservations, loopback};
use crate::peer::PeerKey;
use crate::relay::{Admission, PassRefusal, Passes, Relay, RelayConfig};

const MIB: usize = 1 << 20;

/// A pass is a number and the mebibytes that it allows, for everybody.
struct Numbered;

impl Passes for Numbered {
    fn check(&self, _: &PeerId, pass: &[u8]) -> Result<Admission, PassRefusal> {
        match pass {
            [serial, mebibytes] => Ok(Admission {
                expires_ms: u64::MAX,
                max_bytes: u64::from(*mebibytes) << 20,
                serial: u64::from(*serial),
            }),
            _ => Err(PassRefusal::Forged),
        }
    }
}

async fn relay() -> Relay {
    let config = RelayConfig::new(loopback());
    Relay::start(PeerKey::generate(), config, Arc::new(Numbered))
        .await
        .expect("loopback is free")
}

fn offer(relay: &Relay, pass: &[u8]) -> RelayOffer {
    RelayOffer {
        addresses: relay.addresses().to_vec(),
        pass: pass.to_vec(),
    }
}

/// A provider that holds reservations.
struct Hidden {
    node: Node,
    reservations: Reservations,
    offers: watch::Sender<Vec<RelayOffer>>,
}

impl Hidden {
    async fn start(cell: &TestCell, offers: Vec<RelayOffer>) -> Self {
        let node = Node::start(1, std::slice::from_ref(cell)).await;
        let relays = offers.len();
        let (offers, offered) = watch::channel(offers);
        let reservations = Reservations::keep(&node.network, offered);
        let hidden = Self {
            node,
            reservations,
            offers,
        };
        hidden.holds(relays.min(2)).await;
        hidden
    }

    async fn holds(&self, wanted: usize) {
        let mut held = self.reservations.held();
        let reached = held.wait_for(|held| *held == wanted);
        let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
        assert!(reached.is_ok(), "{wanted} reservations");
    }

    /// As somebody knows it who is told of its relays only.
    fn source(&self, cell: &TestCell) -> Source {
        self.source_in(cell, 3)
    }

    /// With the token of a round.
    fn source_in(&self, cell: &TestCell, round: u32) -> Source {
        let mut source = self.node.source_in(cell, round);
        let relayed =
            |address: &crate::Multiaddr| address.iter().any(|p| p == Protocol::P2pCircuit);
        source.peer.addresses.retain(relayed);
        assert!(!source.peer.addresses.is_empty());
        source
    }
}

async fn viewer(punch: bool) -> Network {
    let config = NetworkConfig {
        listen_if_possible: loopback(),
        punch,
        ..NetworkConfig::default()
    };
    let started = Network::start(PeerKey::generate(), config).await;
    started.expect("loopback is free")
}

async fn download(
    viewer: &Network,
    cell: &TestCell,
    source: Source,
) -> Result<Delivered, DownloadError> {
    let download = CellDownload::start(viewer, cell.wanted(), vec![source], signer(), impatient());
    let delivered = tokio::time::timeout(Duration::from_secs(30), download.complete()).await;
    delivered.unwrap_or_else(|_| panic!("stuck: {:?}", download.stats()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_cell_comes_through_a_relay_far_beyond_the_limits_of_signalling() {
    let cell = TestCell::new(0, 6 * MIB + 77);
    let relay = relay().await;
    let hidden = Hidden::start(&cell, vec![offer(&relay, &[1, 64])]).await;
    let delivered = download(&viewer(false).await, &cell, hidden.source(&cell)).await;
    let delivered = delivered.expect("it comes");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    let source = &delivered.stats.sources[0];
    assert_eq!(source.path, Some(Path::Relayed));
    assert_eq!(source.relayed, source.bytes);
    let figures = relay.figures();
    assert_eq!((figures.circuits, figures.reservations), (1, 1));
    assert!(figures.bytes > cell.ciphertext.len() as u64);
    assert!(
        relay
            .metrics()
            .contains("chainflix_relay_circuits_total 1\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_moves_to_the_direct_path_while_the_cell_comes() {
    let cell = TestCell::new(0, 64 * MIB);
    let relay = relay().await;
    let hidden = Hidden::start(&cell, vec![offer(&relay, &[1, 255])]).await;
    // Four seconds for the whole cell: punching is faster.
    hidden
        .node
        .faults()
        .read_takes_ms
        .store(15, Ordering::Relaxed);
    let delivered = download(&viewer(true).await, &cell, hidden.source(&cell)).await;
    let delivered = delivered.expect("it comes");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    let source = &delivered.stats.sources[0];
    assert_eq!(source.path, Some(Path::Direct));
    assert_eq!(source.bad_groups, 0);
    assert!(source.relayed < source.bytes, "{source:?}");
    assert_eq!(source.relayed % 16_384, 0);
    // Nothing came twice but what was on its way.
    assert!(source.bytes < cell.ciphertext.len() as u64 + MIB as u64);
    let token = hidden.node.source(&cell).token;
    // The last countersignature may still be on its way.
    let settled = async {
        loop {
            let (sent, countersigned) = hidden.node.account(&token);
            if sent == countersigned {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let settled = tokio::time::timeout(Duration::from_secs(10), settled).await;
    assert!(settled.is_ok(), "{:?}", hidden.node.account(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_udp_is_dropped_a_relay_is_used_over_tcp() {
    let dropped = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = dropped.local_addr().expect("bound").port();
    let relay = relay().await;
    let mut offer = offer(&relay, &[1, 8]);
    for address in &mut offer.addresses {
        let relay = address.pop().expect("its peer id");
        if address.iter().any(|part| part == Protocol::QuicV1) {
            let silent = format!("/ip4/127.0.0.1/udp/{port}/quic-v1");
            *address = silent.parse().expect("an address");
        }
        address.push(relay);
    }
    assert_eq!(offer.addresses.len(), 2);
    // It waits until there is a reservation.
    let hidden = Hidden::start(&TestCell::new(0, MIB), vec![offer]).await;
    assert_eq!(relay.figures().reservations, 1);
    drop((hidden, dropped));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_pass_nobody_is_reachable_through_the_relay() {
    let cell = TestCell::new(0, MIB);
    let relay = relay().await;
    let hidden = Hidden::start(&cell, Vec::new()).await;
    hidden.offers.send_replace(vec![offer(&relay, b"forged")]);
    let refused = async {
        while relay.figures().passes_refused == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let refused = tokio::time::timeout(Duration::from_secs(10), refused).await;
    assert!(refused.is_ok());
    assert_eq!(relay.figures().reservations, 0);
    // A peer that asks for a reservation all the same is refused by the relay itself.
    let asked = hidden.node.network.reserve_at(&relay.addresses()[0]).await;
    assert!(asked.is_err());
    assert_eq!(relay.figures().reservations, 0);
    assert!(relay.figures().reservations_refused > 0);
    hidden.offers.send_replace(vec![offer(&relay, &[1, 1])]);
    hidden.holds(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_carries_no_more_than_the_pass_allows_until_a_new_one_is_shown() {
    let cell = TestCell::new(0, 8 * MIB);
    let relay = relay().await;
    let hidden = Hidden::start(&cell, vec![offer(&relay, &[1, 2])]).await;
    let viewer = viewer(false).await;
    let cut = download(&viewer, &cell, hidden.source(&cell)).await;
    assert!(cut.is_err(), "{cut:?}");
    let figures = relay.figures();
    assert!(figures.cut_off > 0);
    assert!(figures.bytes < 3 * MIB as u64, "{figures:?}");
    hidden.offers.send_replace(vec![offer(&relay, &[2, 64])]);
    // Totals of a token run on; each round brings another.
    let mut failures = Vec::new();
    for round in 4..10 {
        match download(&viewer, &cell, hidden.source_in(&cell, round)).await {
            Ok(_) => return,
            Err(error) => failures.push(error),
        }
    }
    panic!("{failures:?}, {:?}", relay.figures());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_can_be_dialled_costs_the_relay_nothing() {
    let cell = TestCell::new(0, MIB);
    let relay = relay().await;
    let hidden = Hidden::start(&cell, vec![offer(&relay, &[1, 8])]).await;
    let source = hidden.node.source(&cell);
    let delivered = download(&viewer(true).await, &cell, source).await;
    let stats = delivered.expect("it comes").stats;
    assert_eq!(stats.sources[0].path, Some(Path::Direct));
    assert_eq!(relay.figures().circuits, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_are_held_and_a_third_takes_the_place_of_one_that_is_no_longer_offered() {
    let cell = TestCell::new(0, MIB);
    let (one, two, three) = (relay().await, relay().await, relay().await);
    let all = [&one, &two, &three].map(|relay| offer(relay, &[1, 8]));
    let hidden = Hidden::start(&cell, all.to_vec()).await;
    assert_eq!(three.figures().reservations, 0);
    let mut reachability = hidden.node.network.reachability();
    let public = reachability.wait_for(|now| now.class == NatClass::Public);
    let public = tokio::time::timeout(Duration::from_secs(10), public).await;
    // What was waited for is borrowed from the swarm, which can't go on meanwhile.
    assert!(public.map(drop).is_ok());
    hidden.offers.send_replace(all[1..].to_vec());
    drop(one);
    let reserved = async {
        while three.figures().reservations == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let reserved = tokio::time::timeout(Duration::from_secs(10), reserved).await;
    assert!(reserved.is_ok());
    hidden.holds(2).await;
    let delivered = download(&viewer(false).await, &cell, hidden.source(&cell)).await;
    assert!(delivered.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn q2_one_address_begins_no_more_circuits_than_it_may() {
    let cell = TestCell::new(0, 16_384);
    let mut config = RelayConfig::new(loopback());
    config.circuits_per_minute = NonZeroU32::MIN.saturating_add(1);
    let relay = Relay::start(PeerKey::generate(), config, Arc::new(Numbered)).await;
    let relay = relay.expect("loopback is free");
    let hidden = Hidden::start(&cell, vec![offer(&relay, &[1, 8])]).await;
    let source = hidden.source(&cell);
    for _ in 0..2 {
        assert!(viewer(false).await.connect(&source.peer).await.is_ok());
    }
    assert!(viewer(false).await.connect(&source.peer).await.is_err());
    assert!(relay.figures().circuits_refused > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_garbage_and_silence_at_a_relays_port_keep_nobody_out_and_are_cut_off() {
    let cell = TestCell::new(0, MIB);
    let relay = relay().await;
    let port = |at: fn(&Protocol<'_>) -> Option<u16>| {
        let found = relay
            .addresses()
            .iter()
            .find_map(|all| all.iter().find_map(|part| at(&part)));
        found.expect("it listens at both")
    };
    let tcp = port(|part| match part {
        Protocol::Tcp(port) => Some(*port),
        _ => None,
    });
    let udp = port(|part| match part {
        Protocol::Udp(port) => Some(*port),
        _ => None,
    });
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0")
        .await
        .expect("a port");
    for garbage in [
        &[0u8; 1_200][..],
        &[0xff; 1_200],
        b"\xc0\x00\x00\x00\x01",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        // The system may say that nobody wants it.
        let _ = socket.send_to(garbage, ("127.0.0.1", udp)).await;
    }
    let mut held = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(("127.0.0.1", tcp))
            .await
            .expect("it listens");
        let sent: &[u8] = match number % 4 {
            0 => b"",
            1 => b"\x13/multistream/1.0.0\n",
            2 => &[0xff; 4_096],
            _ => b"GET / HTTP/1.1\r\n\r\n",
        };
        // It may be cut off already.
        let _ = stream.write_all(sent).await;
        held.push(stream);
    }
    let hidden = Hidden::start(&cell, vec![offer(&relay, &[1, 64])]).await;
    let delivered = download(&viewer(false).await, &cell, hidden.source(&cell)).await;
    assert!(delivered.is_ok(), "{delivered:?}");
    for mut stream in held {
        let mut answer = Vec::new();
        let ended = stream.read_to_end(&mut answer);
        // A reset is an end, too.
        let ended = tokio::time::timeout(Duration::from_secs(30), ended).await;
        assert!(ended.is_ok(), "it is still open");
        assert!(answer.len() < 1_024);
    }
}
