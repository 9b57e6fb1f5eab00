//! What storage nodes, publishers and players say to a controller, and what it answers.
//!
//! Nodes hold one outbound WebSocket at [`NODE_PATH`] and speak JSON text messages, [`ToNode`] and [`FromNode`]:
//!
//! ```text
//! controller                                          node
//!     │ ── Challenge {genesis, controller, nonce} ────► │
//!     │ ◄─ Login {peer_key, signature} ──────────────── │   signature over login_payload
//!     │ ── Welcome {provider, heartbeat_ms} ──────────► │
//!     │ ◄─ Hello {addresses, space, digest} ─────────── │
//!     │ ── InventoryWanted ───────────────────────────► │   when the digest is not the one on record
//!     │ ◄─ Inventory {replace, added, removed} ──────── │   the whole first, then what changed, as it changes
//!     │ ◄─ Heartbeat {free_bytes, streams, digest} ──── │   every heartbeat_ms
//!     │ ── Command {id, Fetch | Keep | Drop} ─────────► │
//!     │ ◄─ Done {id} | Failed {id, reason} ──────────── │
//!     │ ◄─ Damaged {cells} ──────────────────────────── │   what no longer verifies; leaves the inventory
//! ```
//!
//! Everybody else speaks REST; each answer is a type of this module, each refusal an [`ApiError`].

use chainflix_primitives::{
    AccountId, Hash32, Hasher, Magnet, Sha256, Signature64, hash::label, placement::SignedGrant,
    sources::SignedSources,
};
use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};

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
/// Longest message in either direction, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// Most cells in one message.
pub const MAX_CELLS_PER_MESSAGE: usize = 1_024;
/// Most addresses of a node.
pub const MAX_ADDRESSES: usize = 8;
/// Longest address, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 128;
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Index on chain.
    pub provider: u32,
    /// ed25519 public key of its libp2p peer id.
    #[serde(with = "scale_hex")]
    pub peer_key: [u8; 32],
    /// Multiaddresses without the peer id.
    pub addresses: Vec<String>,
}

/// From the controller to a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, made and taken apart at once"
)]
pub enum ToNode {
    /// The first message: what to sign.
    Challenge {
        /// [`PROTOCOL_VERSION`].
        version: u16,
        /// Genesis hash of the chain.
        #[serde(with = "scale_hex")]
        genesis: Hash32,
        /// ed25519 key of the controller.
        #[serde(with = "scale_hex")]
        controller: [u8; 32],
        /// Fresh randomness.
        #[serde(with = "scale_hex")]
        nonce: Hash32,
    },
    /// Logged in.
    Welcome {
        /// The node's index on chain.
        provider: u32,
        /// Time between heartbeats, in ms.
        heartbeat_ms: u64,
    },
    /// The digest is not the one on record: send the whole inventory, beginning with `replace`.
    InventoryWanted,
    /// Something to do.
    Command {
        /// To be repeated in [`FromNode::Done`] or [`FromNode::Failed`].
        id: u64,
        /// What.
        command: Command,
    },
    /// The last message before the controller closes.
    Refused {
        /// Why.
        error: ApiError,
    },
}

/// What a node is told to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, made and taken apart at once"
)]
pub enum Command {
    /// Fetch a cell from another node, which hands it over against the grant.
    Fetch {
        /// Nodes that hold it, best first.
        from: Vec<Peer>,
        /// Which cell, and the right to take it in.
        #[serde(with = "scale_hex")]
        grant: SignedGrant,
    },
    /// Don't give these up for want of space.
    Keep {
        /// The cells.
        cells: Vec<CellRef>,
    },
    /// Delete these and stop serving them at once.
    Drop {
        /// The cells.
        cells: Vec<CellRef>,
        /// Why.
        reason: DropReason,
    },
}

/// Why a cell is to be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// The video is restricted or withdrawn.
    Restricted,
    /// More copies exist than are needed.
    Surplus,
    /// The video was never registered on chain.
    NeverRegistered,
}

/// From a node to the controller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromNode {
    /// Answers the challenge.
    Login {
        /// [`PROTOCOL_VERSION`].
        version: u16,
        /// ed25519 public key of the node's libp2p peer id, registered on chain.
        #[serde(with = "scale_hex")]
        peer_key: [u8; 32],
        /// By that key over [`login_payload`].
        signature: Signature64,
    },
    /// What the node offers.
    Hello {
        /// Multiaddresses at which it listens, without the peer id, at most [`MAX_ADDRESSES`]. Only those are passed on
        /// whose IP is the one that the node connects from; an unspecified IP (`0.0.0.0`, `::`) stands for it.
        addresses: Vec<String>,
        /// Space for cells, in bytes.
        capacity_bytes: u64,
        /// Of it free, in bytes.
        free_bytes: u64,
        /// Upload cap, in bytes per second.
        upload_bytes_per_second: u64,
        /// Its inventory.
        inventory: InventoryDigest,
    },
    /// It lives.
    Heartbeat {
        /// Free space, in bytes.
        free_bytes: u64,
        /// Streams that it is sending on.
        streams: u32,
        /// What it sends, in bytes per second over the time since the last heartbeat.
        sent_bytes_per_second: u64,
        /// Its inventory.
        inventory: InventoryDigest,
    },
    /// What it holds, complete and verified.
    Inventory {
        /// Forget what was on record before.
        replace: bool,
        /// Cells that it now holds, at most [`MAX_CELLS_PER_MESSAGE`].
        added: Vec<CellRef>,
        /// Cells that it no longer holds, at most [`MAX_CELLS_PER_MESSAGE`].
        removed: Vec<CellRef>,
    },
    /// A command was carried out.
    Done {
        /// Of the command.
        id: u64,
    },
    /// A command could not be carried out.
    Failed {
        /// Of the command.
        id: u64,
        /// One sentence, at most 256 bytes.
        reason: String,
    },
    /// Cells that no longer verify. The node has deleted them.
    Damaged {
        /// The cells.
        cells: Vec<CellRef>,
    },
}

/// `POST /v1/placements`: which nodes shall take in a new video's cells?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementRequest {
    /// The video; its manifest is with the controller already.
    pub video: Magnet,
    /// Rendition of the cells.
    pub rendition: u8,
    /// First cell.
    pub first: u16,
    /// Number of cells, at most [`MAX_CELLS_PER_PLACEMENT`].
    pub count: u16,
}

/// Answer to a [`PlacementRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placements {
    /// One for each cell asked for, in order.
    pub cells: Vec<CellPlacement>,
}

/// Where one cell goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellPlacement {
    /// Index of the cell.
    pub cell: u16,
    /// Nodes that hold it already.
    pub held_by: Vec<u32>,
    /// Nodes that shall take it in.
    pub uploads: Vec<Upload>,
}

/// A node to which a cell is to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The node.
    pub peer: Peer,
    /// Its right to take the cell in.
    #[serde(with = "scale_hex")]
    pub grant: SignedGrant,
}

/// `GET /v1/sources/{magnet}/{rendition}/{cell}`: who serves a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcesReply {
    /// The signed choice, for which verifiers issue delivery tokens.
    #[serde(with = "scale_hex")]
    pub sources: SignedSources,
    /// The same providers in the same order, and where to reach them.
    pub peers: Vec<Peer>,
}

/// One video in `GET /v1/videos` and `GET /v1/videos/{magnet}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoStatus {
    /// The video.
    pub video: Magnet,
    /// Title.
    pub title: String,
    /// Producer.
    pub producer: AccountId,
    /// Playtime in ms.
    pub total_playtime_ms: u32,
    /// Bytes of all renditions.
    pub bytes: u64,
    /// Length ÷ playtime of the largest rendition, in bytes per second: the rate below which it can't be played.
    pub throttle_bytes_per_second: u64,
    /// Cells of all renditions.
    pub cells: u32,
    /// Copies of the cell that has fewest, on nodes that are offered.
    pub copies: u32,
    /// Whether the chain knows it as a video that may be watched.
    pub registered: bool,
}

/// One node in `GET /v1/nodes`. Addresses are told only with sources and placements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeStatus {
    /// Index on chain.
    pub provider: u32,
    /// Account that it earns for.
    pub owner: AccountId,
    /// Region code, ISO 3166-1 alpha-2.
    pub region: String,
    /// Whether it is offered to viewers.
    pub offered: bool,
    /// Time since it was last heard of, in ms.
    pub silent_ms: u64,
    /// Space, in bytes.
    pub capacity_bytes: u64,
    /// Free space, in bytes.
    pub free_bytes: u64,
    /// Cells that it holds.
    pub cells: u32,
    /// Load in thousandths: streams, and leases not yet among them, by upload capacity.
    pub load: u64,
    /// Recent failures.
    pub failures: u32,
}

/// `GET /v1/health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Genesis hash of the chain that it works for.
    #[serde(with = "scale_hex")]
    pub genesis: Hash32,
    /// ed25519 key with which it signs.
    #[serde(with = "scale_hex")]
    pub controller: [u8; 32],
    /// Nodes that are offered.
    pub nodes: u32,
    /// Videos on record.
    pub videos: u32,
    /// Copies of each cell that it places.
    pub copies: u32,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// Stable, for machines.
    pub code: ErrorCode,
    /// One sentence for people.
    pub message: String,
}

/// Stable codes of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request or message can't be read, or exceeds a bound.
    Malformed,
    /// The protocol's version is another one.
    Version,
    /// The signature does not fit.
    Signature,
    /// The node's key is not registered on chain.
    NotRegistered,
    /// The account may not publish.
    NotEligible,
    /// There is no such video, cell or path.
    NotFound,
    /// The manifest is not the one of the magnet, or breaks a rule.
    Manifest,
    /// Not enough nodes, or not enough space on them.
    NoSpace,
    /// No node that is offered holds the cell.
    NoSource,
    /// The controller holds as much as it may.
    Full,
    /// Too many requests.
    RateLimited,
    /// The chain can't be asked now.
    ChainUnreachable,
    /// Another connection of the same node has taken over, or the node was silent for too long.
    Superseded,
}

impl ApiError {
    /// A refusal.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
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
        serializer.serialize_str(&hex::encode(value.encode()))
    }

    /// Reads hex with or without `0x`.
    ///
    /// # Errors
    /// When it is not hex, or not exactly one value.
    pub fn deserialize<'de, T: Decode, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes =
            hex::decode(text.strip_prefix("0x").unwrap_or(&text)).map_err(D::Error::custom)?;
        T::decode_all(&mut bytes.as_slice()).map_err(D::Error::custom)
    }
}
