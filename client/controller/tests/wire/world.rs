//! A running controller, nodes that connect to it, and a chain that says what the test wants.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chainflix_controller::clock::ManualClock;
use chainflix_controller::protocol::{
    CellRef, FromNode, InventoryDigest, NODE_PATH, PathClass, ToNode, login_payload,
};
use chainflix_controller::registry::{RegisteredProvider, Registration};
use chainflix_controller::state::Database;
use chainflix_controller::{Config, Running, start};
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet, Sha256, Signature64, ids::UploadId};
use ed25519_zebra::SigningKey;
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) use crate::chain::Chain;

pub(crate) const GENESIS: [u8; 32] = [9; 32];

pub(crate) struct World {
    pub(crate) controller: Running,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) chain: Arc<Chain>,
    pub(crate) http: reqwest::Client,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) producer: SigningKey,
}

impl World {
    pub(crate) async fn new(copies: usize) -> Self {
        Self::with(copies, |_| {}).await
    }

    pub(crate) async fn with(copies: usize, change: impl FnOnce(&mut Config)) -> Self {
        Self::on(Arc::new(Chain::default()), copies, change).await
    }

    /// Another controller on the same chain.
    pub(crate) async fn on(
        chain: Arc<Chain>,
        copies: usize,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(1_700_000_000_000));
        let producer = SigningKey::from([77; 32]);
        chain.producers.lock().unwrap().push(account_of(&producer));
        let listen: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let mut config = Config::new(listen, GENESIS, SigningKey::from([1; 32]));
        config.copies = copies;
        config.database = Some(database_in(folder.path()));
        config.choice_log = Some(folder.path().join("choices.jsonl"));
        change(&mut config);
        let controller = start(config, chain.clone(), clock.clone()).await.unwrap();
        Self {
            controller,
            clock,
            chain,
            http: reqwest::Client::new(),
            folder,
            producer,
        }
    }

    /// Where it keeps its state.
    pub(crate) fn database(&self) -> Database {
        database_in(self.folder.path())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.controller.address)
    }

    pub(crate) async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> (u16, T) {
        let response = self.http.get(self.url(path)).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Registers a provider on chain.
    pub(crate) fn register(&self, index: u32, class: ProviderClass) -> SigningKey {
        let key = SigningKey::from([index as u8 + 100; 32]);
        let peer_key: [u8; 32] = key.verification_key().into();
        let record = ProviderRecord {
            owner: AccountId([index as u8; 32]),
            peer_key,
            exchange_key: [0; 32],
            class,
            region: *b"KR",
            space_bytes: 1 << 30,
            from_round: 0,
        };
        let registered = RegisteredProvider { index, record };
        self.chain
            .providers
            .lock()
            .unwrap()
            .insert(peer_key, registered);
        key
    }

    /// Registers and connects a node that holds `cells`.
    pub(crate) async fn node(&self, index: u32, cells: &[CellRef]) -> Node {
        let key = self.register(index, ProviderClass::AlwaysOn);
        self.connect_with(index, &key, cells).await
    }

    /// Connects a registered node that holds `cells`.
    pub(crate) async fn connect_with(
        &self,
        index: u32,
        key: &SigningKey,
        cells: &[CellRef],
    ) -> Node {
        let mut node = self.connect(key).await;
        node.hello(InventoryDigest::of(cells)).await;
        if !cells.is_empty() {
            assert_eq!(node.next().await, ToNode::InventoryWanted);
            node.say(&FromNode::Inventory {
                replace: true,
                added: cells.to_vec(),
                removed: Vec::new(),
            })
            .await;
        }
        self.until(|nodes| {
            nodes
                .iter()
                .any(|n| n.provider == index && n.offered && n.cells as usize == cells.len())
        })
        .await;
        node
    }

    pub(crate) async fn connect(&self, key: &SigningKey) -> Node {
        let mut node = self.dial().await;
        let answer = node.log_in(key).await;
        assert!(matches!(answer, ToNode::Welcome { .. }), "{answer:?}");
        node
    }

    pub(crate) async fn dial(&self) -> Node {
        let url = format!("ws://{}{NODE_PATH}", self.controller.address);
        let (socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        Node { socket }
    }

    /// Waits until the list of nodes is as wanted: messages of different connections have no order.
    pub(crate) async fn until(
        &self,
        wanted: impl Fn(&[chainflix_controller::protocol::NodeStatus]) -> bool,
    ) {
        for _ in 0..500 {
            let (_, nodes): (u16, Vec<_>) = self.get("/v1/nodes").await;
            if wanted(&nodes) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the nodes did not get there");
    }

    /// Hands in the test video's manifest as its producer does, and registers it on chain.
    pub(crate) async fn publish(&self, cells: u16) -> Magnet {
        let manifest = manifest(account_of(&self.producer), cells);
        let magnet = manifest.magnet::<Sha256>();
        let response = self
            .hand_in(&manifest, magnet, &self.producer, 60_000)
            .await;
        assert_eq!(
            response.status().as_u16(),
            200,
            "{:?}",
            response.text().await
        );
        self.chain
            .videos
            .lock()
            .unwrap()
            .insert(magnet, Registration::Active);
        magnet
    }

    pub(crate) async fn hand_in(
        &self,
        manifest: &Manifest,
        magnet: Magnet,
        key: &SigningKey,
        good_for_ms: u64,
    ) -> reqwest::Response {
        use chainflix_controller::clock::Clock;
        use chainflix_primitives::delegation::WalletSignature;
        use codec::Encode;
        let expires = self.clock.unix_ms() + good_for_ms;
        let controller: [u8; 32] = SigningKey::from([1; 32]).verification_key().into();
        let text = chainflix_primitives::placement::announcement_text(
            &GENESIS,
            &controller,
            &magnet,
            expires,
        );
        let signature = WalletSignature::Ed25519(Signature64(key.sign(&text).to_bytes()));
        self.http
            .post(self.url(&format!("/v1/manifests/{magnet}")))
            .header("x-chainflix-signature", hex::encode(signature.encode()))
            .header("x-chainflix-expires-ms", expires.to_string())
            .body(manifest.encode())
            .send()
            .await
            .unwrap()
    }
}

/// The storage node's end of a WebSocket.
pub(crate) struct Node {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Node {
    pub(crate) async fn next(&mut self) -> ToNode {
        let message = self.next_within(Duration::from_secs(20)).await;
        message.expect("a message in time")
    }

    pub(crate) async fn next_within(&mut self, patience: Duration) -> Option<ToNode> {
        let message = tokio::time::timeout(patience, self.socket.next());
        match message.await.ok()? {
            Some(Ok(Message::Text(text))) => Some(serde_json::from_str(&text).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn say(&mut self, message: &FromNode) {
        let text = serde_json::to_string(message).unwrap();
        self.say_text(text).await;
    }

    pub(crate) async fn say_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn log_in(&mut self, key: &SigningKey) -> ToNode {
        let ToNode::Challenge {
            genesis,
            controller,
            nonce,
            ..
        } = self.next().await
        else {
            panic!("no challenge")
        };
        let peer_key: [u8; 32] = key.verification_key().into();
        let payload = login_payload(&genesis, &controller, &nonce, &peer_key);
        self.answer(peer_key, Signature64(key.sign(&payload).to_bytes()))
            .await
    }

    pub(crate) async fn answer(&mut self, peer_key: [u8; 32], signature: Signature64) -> ToNode {
        self.say(&FromNode::Login {
            version: 1,
            peer_key,
            signature,
        })
        .await;
        self.next().await
    }

    pub(crate) async fn hello(&mut self, inventory: InventoryDigest) {
        self.hello_as(inventory, false).await;
    }

    /// As a storage node, or as a viewer that shares.
    pub(crate) async fn hello_as(&mut self, inventory: InventoryDigest, shares: bool) {
        self.say(&FromNode::Hello {
            addresses: vec!["/ip4/0.0.0.0/tcp/4001".into(), "/ip4/8.8.8.8/tcp/53".into()],
            capacity_bytes: 1 << 30,
            free_bytes: 1 << 30,
            upload_bytes_per_second: 1_000_000,
            path: PathClass::Direct,
            shares,
            inventory,
        })
        .await;
    }

    pub(crate) async fn beat(&mut self, inventory: InventoryDigest) {
        self.say(&FromNode::Heartbeat {
            free_bytes: 1 << 30,
            streams: 0,
            sent_bytes_per_second: 0,
            inventory,
            serving: Vec::new(),
        })
        .await;
    }

    pub(crate) async fn close(mut self) {
        self.socket.close(None).await.unwrap();
    }
}

fn database_in(folder: &Path) -> Database {
    Database::File(folder.join("controller.sqlite"))
}

pub(crate) fn account_of(key: &SigningKey) -> AccountId {
    AccountId(key.verification_key().into())
}

pub(crate) fn cell(video: Magnet, index: u16) -> CellRef {
    CellRef {
        video,
        rendition: 0,
        cell: index,
    }
}

pub(crate) fn manifest(producer: AccountId, cells: u16) -> Manifest {
    let bytes = 300_000;
    let cells = (0..cells).map(|index| ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index,
            playtime_ms: 60_000,
            bytes,
            plain_root: [1; 32],
            cipher_root: [index as u8; 32],
        },
        fragments: vec![Fragment {
            offset: 0,
            duration_ms: 60_000,
        }],
    });
    let cells: Vec<ManifestCell> = cells.collect();
    Manifest {
        version: MANIFEST_VERSION,
        title: "A test".into(),
        producer,
        upload_id: UploadId([3; 16]),
        total_playtime_ms: cells.len() as u32 * 60_000,
        renditions: vec![Rendition {
            width: 640,
            height: 360,
            bandwidth: 40_000,
            codecs: "avc1.42c01e".into(),
            init_segment: vec![0; 16],
            cells,
        }],
    }
}
