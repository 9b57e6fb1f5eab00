//! What storage nodes, publishers and players say to a controller, and what it answers.
//!
//! Nodes hold one outbound WebSocket at [`NODE_PATH`] and speak JSON text messages, [`ToNode`] and [`FromNode`]:
//!
//! ```text
//! controller                                          node
//!     │ ── Challenge {genesis, controller, nonce} ────► │
//!     │ ◄─ Login {peer_key, signature} ──────────────── │   signature over login_payload
//!     │ ── Welcome {provider, heartbeat_ms} ──────────► │
//!     │ ── Relays {relays} ───────────────────────────► │   as many as the controller has, and new passes every hour
//!     │ ◄─ Hello {addresses, space, digest} ─────────── │   again when its addresses or its path change
//!     │ ── InventoryWanted ───────────────────────────► │   when the digest is not the one on record
//!     │ ◄─ Inventory {replace, added, removed} ──────── │   the whole first, then what changed, as it changes
//!     │ ◄─ Heartbeat {free_bytes, streams, digest} ──── │   every heartbeat_ms
//!     │ ◄─ Leaving {leaving} ────────────────────────── │   when its operator says so
//!     │ ── Command {id, Fetch | Keep | Drop} ─────────► │
//!     │ ◄─ Done {id} | Failed {id, reason} ──────────── │
//!     │ ◄─ Damaged {cells} ──────────────────────────── │   what no longer verifies; leaves the inventory
//! ```
//!
//! Everybody else speaks REST; each answer is a type of this module, each refusal an [`ApiError`].

mod node;
mod relay;
mod rest;

use chainflix_primitives::{Hash32, Hasher, Magnet, Sha256, hash::label};
use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};

pub use node::{Command, DropReason, FromNode, PathClass, Serving, ToNode};
pub use relay::{
    MAX_RELAY_ADDRESSES, MAX_RELAYS, PASS_PERIOD_MS, Relay, RelayPass, SignedRelayPass,
};
pub use rest::{
    ApiError, CellPlacement, ErrorCode, Health, Move, NodeStatus, Overview, PlacementRequest,
    Placements, Popular, SourcesReply, Upload, VideoStatus,
};

/// Version of this protocol; a node with another one is refused.
pub const PROTOCOL_VERSION: u16 = 1;
/// Where nodes connect.
pub const NODE_PATH: &str = "/v1/node";
/// A node's heartbeats are so far apart, in ms.
pub const HEARTBEAT_MS: u64 = 5_000;
/// A node that was not heard of for so long is not offered, in ms.
pub const OFFERED_MS: u64 = 15_000;
/// The inventory of a node that was not heard of for so long leaves the index, in ms.
pub const INDEXED_MS: u64 = 60_000;
/// After a surplus copy of a cell was given up, a controller gives up another one of it after so much time at the earliest, in ms.
pub const SURPLUS_PAUSE_MS: u64 = 60_000;
/// Longest message in either direction, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// Most cells in one message.
pub const MAX_CELLS_PER_MESSAGE: usize = 1_024;
/// Most cells of which a heartbeat tells the streams.
pub const MAX_SERVING: usize = 64;
/// Most addresses of a node.
pub const MAX_ADDRESSES: usize = 8;
/// Longest address, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 160;
/// Most cells for which placements are asked in one request.
pub const MAX_CELLS_PER_PLACEMENT: u16 = 64;
/// Header of a manifest's upload with the producer's SCALE-encoded `WalletSignature` in hex.
pub const SIGNATURE_HEADER: &str = "x-chainflix-signature";
/// Header of a manifest's upload with the instant until which the signature is good, ms since the Unix epoch.
pub const EXPIRES_HEADER: &str = "x-chainflix-expires-ms";
/// A producer's signature is good for at most so long, in ms.
pub const MAX_SIGNATURE_AGE_MS: u64 = 300_000;

/// What a node signs to log in: the challenge, bound to chain and controller so that it is good nowhere else.
#[must_use]
pub fn login_payload(
    genesis: &Hash32,
    controller: &[u8; 32],
    nonce: &Hash32,
    peer_key: &[u8; 32],
) -> Vec<u8> {
    [label::LOGIN, genesis, controller, nonce, peer_key].concat()
}

/// One cell of one rendition of a video.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize,
)]
pub struct CellRef {
    /// The video.
    pub video: Magnet,
    /// Rendition of the cell.
    pub rendition: u8,
    /// Index of the cell.
    pub cell: u16,
}

/// A set of cells in 36 bytes: equal inventories have equal digests, and adding or removing a cell is one hash.
///
/// The hash is the exclusive or of the SHA-256 of each cell. It tells a node and its controller whether they agree; it
/// protects neither against a node that lies about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryDigest {
    /// Number of cells.
    pub cells: u32,
    /// Exclusive or of their hashes.
    #[serde(with = "scale_hex")]
    pub hash: Hash32,
}

impl InventoryDigest {
    /// Digest of `cells`, each of which stands there once.
    pub fn of<'a>(cells: impl IntoIterator<Item = &'a CellRef>) -> Self {
        let mut digest = Self::default();
        for cell in cells {
            digest.add(cell);
        }
        digest
    }

    /// Adds a cell that is not among them.
    pub fn add(&mut self, cell: &CellRef) {
        self.cells = self.cells.saturating_add(1);
        self.toggle(cell);
    }

    /// Removes a cell that is among them.
    pub fn remove(&mut self, cell: &CellRef) {
        self.cells = self.cells.saturating_sub(1);
        self.toggle(cell);
    }

    fn toggle(&mut self, cell: &CellRef) {
        for (byte, other) in self.hash.iter_mut().zip(Sha256::sha256(&cell.encode())) {
            *byte ^= other;
        }
    }
}

/// A node as somebody who fetches or uploads needs to know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Peer {
    /// Index on chain.
    pub provider: u32,
    /// ed25519 public key of its libp2p peer id.
    #[serde(with = "scale_hex")]
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub peer_key: [u8; 32],
    /// Multiaddresses without the peer id.
    pub addresses: Vec<String>,
}

/// SCALE in hex, for values that are signed or hashed as SCALE and must not be written in two ways.
pub mod scale_hex {
    use codec::{Decode, DecodeAll, Encode};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes lower-case hex without `0x`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<T: Encode, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&const_hex::encode(value.encode()))
    }

    /// Reads hex with or without `0x`.
    ///
    /// # Errors
    /// When it is not hex, or not exactly one value.
    pub fn deserialize<'de, T: Decode, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = const_hex::decode(&text).map_err(D::Error::custom)?;
        T::decode_all(&mut bytes.as_slice()).map_err(D::Error::custom)
    }
}
