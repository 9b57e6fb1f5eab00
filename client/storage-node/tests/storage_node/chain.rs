//! A running controller, the chain as it asks for it, and nodes that work for it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::NodeStatus;
use chainflix_controller::registry::{
    ChainEvents, RegisteredProvider, Registration, Registry, RegistryError,
};
use chainflix_controller::{Running, start};
use chainflix_p2p::PeerKey;
use chainflix_p2p::network::loopback;
use chainflix_primitives::delegation::WalletSignature;
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::manifest::{
    Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::placement::announcement_text;
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet, Sha256, Signature64};
use chainflix_storage_node::keys::{NodeKeys, Verifiers};
use chainflix_storage_node::link::{ControllerEndpoint, LinkState};
use chainflix_storage_node::{Config, StorageNode};
use codec::Encode;
use ed25519_zebra::SigningKey;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::world::{Cell, GENESIS, QUOTA};

/// The chain: providers by peer key, videos by magnet.
#[derive(Default)]
pub(crate) struct Chain {
    providers: Mutex<HashMap<[u8; 32], RegisteredProvider>>,
    videos: Mutex<HashMap<Magnet, Registration>>,
}

impl Registry for Chain {
    fn provider<'a>(
        &'a self,
        peer_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Option<RegisteredProvider>, RegistryError>> {
        let found = self.providers.lock().unwrap().get(peer_key).cloned();
        async move { Ok(found) }.boxed()
    }

    fn may_publish<'a>(&'a self, _: &'a AccountId) -> BoxFuture<'a, Result<bool, RegistryError>> {
        async { Ok(true) }.boxed()
    }

    fn registration<'a>(
        &'a self,
        video: &'a Magnet,
    ) -> BoxFuture<'a, Result<Registration, RegistryError>> {
        let known = self.videos.lock().unwrap().get(video).copied();
        async move { Ok(known.unwrap_or(Registration::Unknown)) }.boxed()
    }

    /// It has no events: the controller finds out by asking.
    fn events_after(&self, _: Option<u64>) -> BoxFuture<'_, Result<ChainEvents, RegistryError>> {
        async { Ok(ChainEvents::default()) }.boxed()
    }
}

pub(crate) struct World {
    pub(crate) chain: Arc<Chain>,
    pub(crate) controller: Running,
    key: SigningKey,
    http: reqwest::Client,
}

fn controller_key() -> SigningKey {
    SigningKey::from([1; 32])
}

pub(crate) async fn controller(chain: &Arc<Chain>, listen: SocketAddr, copies: usize) -> Running {
    controller_with(chain, listen, copies, Vec::new()).await
}

async fn controller_with(
    chain: &Arc<Chain>,
    listen: SocketAddr,
    copies: usize,
    relays: Vec<Vec<String>>,
) -> Running {
    let mut config = chainflix_controller::Config::new(listen, GENESIS, controller_key());
    config.copies = copies;
    config.relays = relays;
    let clock = Arc::new(SystemClock::default());
    start(config, chain.clone(), clock).await.unwrap()
}

impl World {
    pub(crate) async fn new(copies: usize) -> Self {
        Self::with_relays(copies, Vec::new()).await
    }

    pub(crate) async fn with_relays(copies: usize, relays: Vec<Vec<String>>) -> Self {
        let chain = Arc::new(Chain::default());
        let listen = "127.0.0.1:0".parse().unwrap();
        let controller = controller_with(&chain, listen, copies, relays).await;
        Self {
            chain,
            controller,
            key: controller_key(),
            http: reqwest::Client::new(),
        }
    }

    /// Another controller of the same chain, with a key of its own and nothing in common with the first.
    pub(crate) async fn beside(&self, copies: usize) -> Self {
        let key = SigningKey::from([2; 32]);
        let listen = "127.0.0.1:0".parse().unwrap();
        let mut config = chainflix_controller::Config::new(listen, GENESIS, key);
        config.copies = copies;
        let clock = Arc::new(SystemClock::default());
        let controller = start(config, self.chain.clone(), clock).await.unwrap();
        Self {
            chain: self.chain.clone(),
            controller,
            key,
            http: reqwest::Client::new(),
        }
    }

    pub(crate) fn endpoint(&self) -> ControllerEndpoint {
        ControllerEndpoint {
            url: format!("http://{}", self.controller.address),
            key: self.key.verification_key().into(),
        }
    }

    /// Registers a provider, and what it is started with.
    pub(crate) fn provider(&self, index: u32, folder: &Path) -> (Config, NodeKeys) {
        let keys = keys_of(index);
        let record = ProviderRecord {
            owner: AccountId([index as u8; 32]),
            peer_key: keys.peer().public(),
            exchange_key: keys.exchange_key(),
            class: ProviderClass::AlwaysOn,
            region: *b"KR",
            space_bytes: QUOTA,
            from_round: 0,
        };
        let registered = RegisteredProvider { index, record };
        let mut providers = self.chain.providers.lock().unwrap();
        providers.insert(keys.peer().public(), registered);
        let mut config = node_config(index, folder);
        config.controllers = vec![self.endpoint()];
        (config, keys)
    }

    /// Starts a registered node without verifiers and waits until it is linked.
    pub(crate) async fn node(&self, index: u32, folder: &Path) -> StorageNode {
        let (config, keys) = self.provider(index, folder);
        let node = StorageNode::start(config, keys, no_verifiers()).await;
        let node = node.unwrap();
        linked(&node).await;
        node
    }

    pub(crate) async fn nodes(&self) -> Vec<NodeStatus> {
        self.get("nodes").await.unwrap()
    }

    /// What the controller answers. `None` when it refuses.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        let url = format!("http://{}/v1/{path}", self.controller.address);
        let answer = self.http.get(url).send().await.unwrap();
        answer.status().is_success().then_some(())?;
        Some(answer.json().await.unwrap())
    }

    /// The chain says this of a video from now on.
    pub(crate) fn register(&self, video: Magnet, registration: Registration) {
        self.chain
            .videos
            .lock()
            .unwrap()
            .insert(video, registration);
    }

    /// Waits until the controller's list of nodes is as wanted.
    pub(crate) async fn until(&self, wanted: impl Fn(&[NodeStatus]) -> bool) {
        let mut nodes = Vec::new();
        for _ in 0..1_000 {
            nodes = self.nodes().await;
            if wanted(&nodes) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the nodes did not get there: {nodes:?}");
    }

    /// Hands in the manifest of a video of these cells, and registers it on chain.
    pub(crate) async fn publish(&self, cells: &[Cell]) -> (Magnet, Vec<Cell>, Vec<u8>) {
        let producer = SigningKey::from([77; 32]);
        let manifest = manifest(&producer, cells);
        let video = manifest.magnet::<Sha256>();
        self.chain
            .videos
            .lock()
            .unwrap()
            .insert(video, Registration::Active);
        let expires = SystemClock::default().unix_ms() + 60_000;
        let controller: [u8; 32] = self.key.verification_key().into();
        let text = announcement_text(&GENESIS, &controller, &video, expires);
        let signature = WalletSignature::Ed25519(Signature64(producer.sign(&text).to_bytes()));
        let url = format!("http://{}/v1/manifests/{video}", self.controller.address);
        let answer = self
            .http
            .post(url)
            .header("x-chainflix-signature", hex::encode(signature.encode()))
            .header("x-chainflix-expires-ms", expires.to_string())
            .body(manifest.encode())
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{:?}", answer.text().await);
        let cells = cells.iter().cloned().map(|mut cell| {
            cell.at.video = video;
            cell
        });
        (video, cells.collect(), manifest.encode())
    }
}

/// A manifest of cells, the last of which is as short as they come.
fn manifest(producer: &SigningKey, cells: &[Cell]) -> Manifest {
    let total_playtime_ms = (cells.len() as u32 - 1) * 60_000 + 2_000;
    let cells = cells.iter().enumerate().map(|(index, cell)| {
        let mut entry = cell.entry.clone();
        if index + 1 < cells.len() {
            entry.playtime_ms = 60_000;
        }
        ManifestCell {
            entry,
            fragments: vec![Fragment {
                offset: 0,
                duration_ms: 2_000,
            }],
        }
    });
    Manifest {
        version: MANIFEST_VERSION,
        title: "A test".into(),
        producer: AccountId(producer.verification_key().into()),
        upload_id: UploadId([3; 16]),
        total_playtime_ms,
        renditions: vec![Rendition {
            width: 640,
            height: 360,
            bandwidth: 40_000,
            codecs: "avc1.42c01e".into(),
            init_segment: vec![0; 16],
            cells: cells.collect(),
        }],
    }
}

pub(crate) fn keys_of(index: u32) -> NodeKeys {
    let seed = index as u8 + 100;
    NodeKeys::new(
        PeerKey::from_seed([seed; 32]),
        &Zeroizing::new([seed + 1; 32]),
    )
}

pub(crate) fn node_config(index: u32, folder: &Path) -> Config {
    let mut config = Config::new(folder.to_path_buf(), QUOTA, GENESIS, index);
    config.listen_at(loopback());
    config.leaving = Some(folder.join("leaving"));
    // Damage waits for whoever the test lets ask.
    config.scrub_bytes_per_second = 0;
    config
}

pub(crate) fn no_verifiers() -> Arc<dyn Verifiers> {
    Arc::new(Vec::new())
}

pub(crate) async fn linked(node: &StorageNode) {
    link_state(node, |state| *state == LinkState::Connected).await;
}

/// Waits until the node's only link is in this state.
pub(crate) async fn link_state(node: &StorageNode, wanted: impl Fn(&LinkState) -> bool) {
    for _ in 0..1_000 {
        if wanted(&node.status().links[0].1) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the link did not get there: {:?}", node.status().links);
}
