//! A node whose controller names it a relay.

use std::sync::Arc;
use std::time::Duration;

use chainflix_controller::protocol::{SignedRelayPass, SourcesReply};
use chainflix_p2p::network::loopback;
use chainflix_p2p::peer::peer_id_of;
use chainflix_p2p::relay::{Admission, PassRefusal, Passes, Relay, RelayConfig};
use chainflix_p2p::{NatClass, Network, NetworkConfig, Path, PeerAddress, PeerId, PeerKey};

use crate::chain::World;
use crate::world::Cell;

/// Takes the passes of the test's controller, as `chainflix relay` does.
struct OneController([u8; 32]);

impl Passes for OneController {
    fn check(&self, peer: &PeerId, pass: &[u8]) -> Result<Admission, PassRefusal> {
        let pass = SignedRelayPass::read(pass).ok_or(PassRefusal::Forged)?;
        let is_its_own = peer_id_of(&pass.peer_key).as_ref() == Some(peer);
        if !is_its_own || pass.controller != self.0 {
            return Err(PassRefusal::OtherPeer);
        }
        Ok(Admission {
            expires_ms: pass.expires_ms(),
            max_bytes: pass.max_bytes,
            serial: pass.period,
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_reached_through_the_relay_that_its_controller_names() {
    let controller = World::new(1).await.endpoint().key;
    let config = RelayConfig::new(loopback());
    let relay = Relay::start(
        PeerKey::generate(),
        config,
        Arc::new(OneController(controller)),
    );
    let relay = relay.await.unwrap();
    let addresses = relay.addresses().iter().map(ToString::to_string).collect();
    let world = World::with_relays(1, vec![addresses]).await;
    let (_, cells, _) = world.publish(&[Cell::new(0, 8_192)]).await;
    let folder = tempfile::tempdir().unwrap();
    let node = world.node(7, folder.path()).await;
    let (store, cell) = (node.store().clone(), cells[0].clone());
    let taking_in = tokio::task::spawn_blocking(move || cell.take_in(&store).unwrap());
    taking_in.await.unwrap();
    // What viewers are told of it.
    let path = format!("sources/{}/0/0", cells[0].at.video);
    let mut told = Vec::new();
    for _ in 0..500 {
        let reply: Option<SourcesReply> = world.get(&path).await;
        let peers = reply.map_or_else(Vec::new, |reply| reply.peers);
        told = peers.into_iter().flat_map(|peer| peer.addresses).collect();
        told.retain(|address| address.ends_with("/p2p-circuit"));
        if !told.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let peer = PeerAddress::parse(node.address().peer_key, &told).expect("addresses of relays");
    let config = NetworkConfig {
        punch: false,
        ..NetworkConfig::default()
    };
    let viewer = Network::start(PeerKey::generate(), config).await.unwrap();
    viewer.connect(&peer).await.unwrap();
    assert_eq!(viewer.path(&peer), Some(Path::Relayed));
    assert_eq!(node.reachability().class, NatClass::Public);
    assert_eq!(relay.figures().passes_refused, 0);
    node.stop().await;
}
