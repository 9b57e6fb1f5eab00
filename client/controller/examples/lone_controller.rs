//! A controller without a chain: one video, held by one node, is known and may be watched; anybody may publish. It prints its
//! address and runs until it is ended; `scripts/controllers/bad-input.sh` sends it what it should refuse.

use std::sync::Arc;
use std::time::Duration;

use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::{
    CellRef, EXPIRES_HEADER, FromNode, InventoryDigest, NODE_PATH, PROTOCOL_VERSION, PathClass,
    SIGNATURE_HEADER, ToNode, login_payload,
};
use chainflix_controller::registry::{
    ChainEvents, RegisteredProvider, Registration, Registry, RegistryError,
};
use chainflix_controller::{Config, start};
use chainflix_primitives::delegation::WalletSignature;
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::placement::announcement_text;
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet, Sha256, Signature64};
use codec::Encode;
use ed25519_zebra::SigningKey;
use futures::future::BoxFuture;
use futures::{FutureExt, SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

type Failure = Box<dyn std::error::Error>;

const GENESIS: [u8; 32] = [0; 32];
const CELLS: u16 = 3;

fn public(key: &SigningKey) -> [u8; 32] {
    key.verification_key().into()
}

/// What stands for the chain: one video, one provider.
struct NoChain {
    video: Magnet,
    node: [u8; 32],
}

impl Registry for NoChain {
    fn provider<'a>(
        &'a self,
        peer_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Option<RegisteredProvider>, RegistryError>> {
        let record = ProviderRecord {
            owner: AccountId([7; 32]),
            peer_key: self.node,
            exchange_key: [0; 32],
            class: ProviderClass::AlwaysOn,
            region: *b"KR",
            space_bytes: 1 << 30,
            from_round: 0,
        };
        let found = (*peer_key == self.node).then_some(RegisteredProvider { index: 0, record });
        async { Ok(found) }.boxed()
    }

    fn may_publish<'a>(&'a self, _: &'a AccountId) -> BoxFuture<'a, Result<bool, RegistryError>> {
        async { Ok(true) }.boxed()
    }

    fn registration<'a>(
        &'a self,
        video: &'a Magnet,
    ) -> BoxFuture<'a, Result<Registration, RegistryError>> {
        let found = match *video == self.video {
            true => Registration::Active,
            false => Registration::Unknown,
        };
        async move { Ok(found) }.boxed()
    }

    fn events_after(&self, _: Option<u64>) -> BoxFuture<'_, Result<ChainEvents, RegistryError>> {
        async { Ok(ChainEvents::default()) }.boxed()
    }
}

fn manifest(producer: &SigningKey) -> Manifest {
    let cells = (0..CELLS).map(|index| ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index,
            playtime_ms: 60_000,
            bytes: 300_000,
            plain_root: [1; 32],
            cipher_root: [2; 32],
        },
        fragments: vec![Fragment {
            offset: 0,
            duration_ms: 60_000,
        }],
    });
    Manifest {
        version: MANIFEST_VERSION,
        title: "A video".into(),
        producer: AccountId(public(producer)),
        upload_id: UploadId([3; 16]),
        total_playtime_ms: u32::from(CELLS) * 60_000,
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

/// Hands in the video as its producer does.
async fn publish(base: &str, controller: [u8; 32], producer: &SigningKey) -> Result<(), Failure> {
    let manifest = manifest(producer);
    let video = manifest.magnet::<Sha256>();
    let expires = SystemClock::default().unix_ms() + 60_000;
    let text = announcement_text(&GENESIS, &controller, &video, expires);
    let signature = WalletSignature::Ed25519(Signature64(producer.sign(&text).to_bytes()));
    let request = reqwest::Client::new()
        .post(format!("{base}/v1/manifests/{video}"))
        .header(SIGNATURE_HEADER, hex::encode(signature.encode()))
        .header(EXPIRES_HEADER, expires.to_string())
        .body(manifest.encode());
    request.send().await?.error_for_status()?;
    Ok(())
}

/// A node that holds all of the video and says so for as long as it is listened to; `linked` when it has said it.
async fn node(
    base: String,
    key: SigningKey,
    cells: Vec<CellRef>,
    linked: tokio::sync::oneshot::Sender<()>,
) -> Result<(), Failure> {
    let url = format!("{}{NODE_PATH}", base.replacen("http", "ws", 1));
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await?;
    let said = |message: &FromNode| serde_json::to_string(message).map(Message::text);
    let challenge = socket.next().await.ok_or("no challenge")??;
    let ToNode::Challenge {
        genesis,
        controller,
        nonce,
        ..
    } = serde_json::from_str(challenge.to_text()?)?
    else {
        return Err("no challenge".into());
    };
    let peer_key = public(&key);
    let payload = login_payload(&genesis, &controller, &nonce, &peer_key);
    let inventory = InventoryDigest::of(&cells);
    for message in [
        FromNode::Login {
            version: PROTOCOL_VERSION,
            peer_key,
            signature: Signature64(key.sign(&payload).to_bytes()),
        },
        FromNode::Hello {
            addresses: vec!["/ip4/0.0.0.0/tcp/4001".into()],
            capacity_bytes: 1 << 30,
            free_bytes: 1 << 30,
            upload_bytes_per_second: 1_000_000,
            path: PathClass::Direct,
            shares: false,
            inventory,
        },
        FromNode::Inventory {
            replace: true,
            added: cells,
            removed: Vec::new(),
        },
    ] {
        socket.send(said(&message)?).await?;
    }
    // Whoever waits for it may have ended.
    let _ = linked.send(());
    let (mut socket, mut told) = socket.split();
    // What it is told is of no interest: it has no disk.
    tokio::spawn(async move { while let Some(Ok(_)) = told.next().await {} });
    loop {
        let beat = FromNode::Heartbeat {
            free_bytes: 1 << 30,
            streams: 0,
            sent_bytes_per_second: 0,
            serving: Vec::new(),
            inventory,
        };
        socket.send(said(&beat)?).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let [controller_key, producer, peer] = [[1; 32], [2; 32], [3; 32]].map(SigningKey::from);
    let video = manifest(&producer).magnet::<Sha256>();
    let config = Config::new("127.0.0.1:0".parse()?, GENESIS, controller_key);
    let clock = Arc::new(SystemClock::default());
    let chain = NoChain {
        video,
        node: public(&peer),
    };
    let mut controller = start(config, Arc::new(chain), clock).await?;
    let base = format!("http://{}", controller.address);
    publish(&base, public(&controller_key), &producer).await?;
    let cells = (0..CELLS).map(|cell| CellRef {
        video,
        rendition: 0,
        cell,
    });
    let (linked, is_linked) = tokio::sync::oneshot::channel();
    let cells = cells.collect();
    let task = node(base.clone(), peer, cells, linked);
    tokio::spawn(async move {
        if let Err(error) = task.await {
            eprintln!("the node is gone: {error}");
        }
    });
    is_linked.await?;
    println!("{base}");
    controller.stopped().await;
    Err("the controller stopped by itself".into())
}
