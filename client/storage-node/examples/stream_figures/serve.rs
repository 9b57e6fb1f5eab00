//! The process that is measured: a storage node as it runs everywhere, and libp2p's own measure beside it.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use chainflix_p2p::network::{NetworkConfig, ServeLimits};
use chainflix_p2p::{Network, PeerKey, perf};
use chainflix_primitives::AccountId;
use chainflix_storage_node::keys::{NodeKeys, VerifierEndpoint};
use chainflix_storage_node::{Config, StorageNode};
use serde_json::json;
use zeroize::Zeroizing;

use crate::viewers::VERIFIER;
use crate::world::{GENESIS, PROVIDER};

/// Streams that the node takes on.
const VIEWERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2_000);
/// Space for cells, in bytes.
pub(crate) const QUOTA: u64 = 64 << 30;

/// The node's keys.
pub(crate) fn keys() -> NodeKeys {
    NodeKeys::new(PeerKey::from_seed([1; 32]), &Zeroizing::new([2; 32]))
}

/// Serves until standard input ends, and says on standard output where.
pub(crate) async fn run(folder: &Path, endpoint: String, paced: bool) {
    let mut config = Config::new(folder.to_owned(), QUOTA, GENESIS, PROVIDER);
    // TCP alone: over QUIC the same is another figure.
    config.listen_at(vec!["/ip4/127.0.0.1/tcp/0".parse().expect("an address")]);
    config.scrub_bytes_per_second = 0;
    config.paced = paced;
    config.viewers = VIEWERS;
    let verifier = VerifierEndpoint {
        account: AccountId([VERIFIER; 32]),
        endpoint,
    };
    let node = StorageNode::start(config.clone(), keys(), Arc::new(vec![verifier]))
        .await
        .expect("the node starts");
    let network = Network::start(
        PeerKey::from_seed([3; 32]),
        NetworkConfig {
            listen: config.listen,
            ..NetworkConfig::default()
        },
    )
    .await
    .expect("loopback is free");
    let limits = ServeLimits {
        streams: VIEWERS,
        streams_per_peer: VIEWERS,
    };
    let _perf = perf::serve(&network, limits).expect("nothing is served yet");
    println!(
        "{}",
        json!({ "node": place(&node.address()), "perf": place(&network.address()) })
    );
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    ended.await.expect("no panic").expect("a pipe");
    node.stop().await;
}

fn place(peer: &chainflix_p2p::PeerAddress) -> Vec<String> {
    peer.addresses.iter().map(ToString::to_string).collect()
}
