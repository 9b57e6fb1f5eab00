//! A storage node that has no disk.

use std::time::Duration;

use chainflix_controller::protocol::{
    CellRef, FromNode, InventoryDigest, MAX_CELLS_PER_MESSAGE, NODE_PATH, PROTOCOL_VERSION,
    PathClass, Serving, ToNode, login_payload,
};
use chainflix_primitives::Signature64;
use ed25519_zebra::SigningKey;
use futures::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::Failure;
use crate::world::public;

/// A node that is logged in and has told what it holds; it beats for as long as the program runs.
pub(crate) async fn node(
    address: String,
    key: SigningKey,
    cells: Vec<CellRef>,
) -> Result<(), Failure> {
    let config = WebSocketConfig::default().read_buffer_size(4 << 10);
    let url = format!("ws://{address}{NODE_PATH}");
    let (mut socket, _) =
        tokio_tungstenite::connect_async_with_config(url, Some(config), false).await?;
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
    let serving = cells.iter().take(10).map(|cell| Serving {
        cell: *cell,
        streams: 1,
    });
    let beat = said(&FromNode::Heartbeat {
        free_bytes: 1 << 39,
        streams: 10,
        sent_bytes_per_second: 1_500_000,
        inventory,
        serving: serving.collect(),
    })?;
    for message in [
        FromNode::Login {
            version: PROTOCOL_VERSION,
            peer_key,
            signature: Signature64(key.sign(&payload).to_bytes()),
        },
        FromNode::Hello {
            addresses: vec!["/ip4/0.0.0.0/tcp/4001".into()],
            capacity_bytes: 1 << 40,
            free_bytes: 1 << 39,
            upload_bytes_per_second: 25_000_000,
            path: PathClass::Direct,
            shares: false,
            inventory,
        },
    ] {
        socket.send(said(&message)?).await?;
    }
    for (place, part) in cells.chunks(MAX_CELLS_PER_MESSAGE).enumerate() {
        let inventory = FromNode::Inventory {
            replace: place == 0,
            added: part.to_vec(),
            removed: Vec::new(),
        };
        socket.send(said(&inventory)?).await?;
    }
    tokio::spawn(async move {
        let (mut socket, mut told) = socket.split();
        tokio::spawn(async move { while let Some(Ok(_)) = told.next().await {} });
        while socket.send(beat.clone()).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    });
    Ok(())
}
