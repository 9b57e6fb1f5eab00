//! What publishers, players and dashboards ask, and what they are answered.

use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::sources::SignedSources;
use chainflix_primitives::{AccountId, Hash32, Magnet};
use serde::{Deserialize, Serialize};

use super::{Peer, scale_hex};

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
