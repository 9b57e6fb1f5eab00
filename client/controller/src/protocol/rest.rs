//! What publishers, players and dashboards ask, and what they are answered.

use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::sources::SignedSources;
use chainflix_primitives::{AccountId, Hash32, Magnet};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Peer, scale_hex};

/// `POST /v1/placements`: which nodes shall take in a new video's cells?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlacementRequest {
    /// The video; its manifest is with the controller already.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub video: Magnet,
    /// Rendition of the cells.
    pub rendition: u8,
    /// First cell.
    pub first: u16,
    /// Number of cells, at most [`MAX_CELLS_PER_PLACEMENT`](super::MAX_CELLS_PER_PLACEMENT).
    #[schema(minimum = 1, maximum = 64)]
    pub count: u16,
}

/// Answer to a [`PlacementRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Placements {
    /// One for each cell asked for, in order.
    pub cells: Vec<CellPlacement>,
}

/// Where one cell goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CellPlacement {
    /// Index of the cell.
    pub cell: u16,
    /// Nodes that hold it already.
    pub held_by: Vec<u32>,
    /// Nodes that shall take it in.
    pub uploads: Vec<Upload>,
}

/// A node to which a cell is to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Upload {
    /// The node.
    pub peer: Peer,
    /// Its right to take the cell in.
    #[serde(with = "scale_hex")]
    #[schema(value_type = String, pattern = "^([0-9a-f]{2})*$")]
    pub grant: SignedGrant,
}

/// `GET /v1/sources/{magnet}/{rendition}/{cell}`: who serves a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourcesReply {
    /// The signed choice, for which verifiers issue delivery tokens.
    #[serde(with = "scale_hex")]
    #[schema(value_type = String, pattern = "^([0-9a-f]{2})*$")]
    pub sources: SignedSources,
    /// The same providers in the same order, and where to reach them.
    pub peers: Vec<Peer>,
}

/// One video in `GET /v1/videos` and `GET /v1/videos/{magnet}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VideoStatus {
    /// The video.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub video: Magnet,
    /// Title.
    pub title: String,
    /// Producer.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeStatus {
    /// Index on chain.
    pub provider: u32,
    /// Account that it earns for.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
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
    /// Load in thousandths of its upload capacity: streams, and leases not yet among them.
    pub load: u64,
    /// Whether it will leave.
    pub leaving: bool,
    /// Whether it is a viewer that shares what it has watched; its cells are no copies.
    pub shares: bool,
    /// Recent failures.
    pub failures: u32,
    /// Of a node that will leave: cells that still have too few copies without it. At 0 it may go.
    pub needed: u32,
}

/// `GET /v1/overview`: what the dashboard shows besides nodes and videos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// Nodes that are offered.
    pub nodes: u32,
    /// Videos on record.
    pub videos: u32,
    /// Cells with fewer copies than are always kept.
    pub short_cells: u32,
    /// Copies that are on their way.
    pub coming: u32,
    /// Load of all nodes together, in thousandths of their upload capacity.
    pub load: u64,
    /// Highest load of a node, in thousandths of its upload capacity.
    pub highest_load: u64,
    /// Share of all nodes' space that is free, in thousandths.
    pub free_permille: u64,
    /// What is asked for most, first.
    pub popular: Vec<Popular>,
    /// The last decisions about copies, newest first.
    pub moves: Vec<Move>,
    /// What somebody should look at, a sentence each.
    pub alarms: Vec<String>,
}

/// A rendition that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Popular {
    /// The video.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub video: Magnet,
    /// Its title.
    pub title: String,
    /// The rendition.
    pub rendition: u8,
    /// Verified plays in the last hour or so, in thousandths a minute.
    pub plays_per_minute_milli: u64,
    /// Streams of its busiest cell.
    pub streams: u32,
    /// Whether a crowd watches it.
    pub crowd: bool,
    /// Copies that are wanted of its first cell.
    pub wanted: u32,
}

/// A decision about copies, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Move {
    /// When, ms since the Unix epoch.
    pub at_ms: u64,
    /// The video.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub video: Magnet,
    /// What was decided, and why.
    pub words: String,
}

/// `GET /v1/health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Genesis hash of the chain that it works for.
    #[serde(with = "scale_hex")]
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub genesis: Hash32,
    /// ed25519 key with which it signs.
    #[serde(with = "scale_hex")]
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    pub controller: [u8; 32],
    /// Nodes that are offered.
    pub nodes: u32,
    /// Videos on record.
    pub videos: u32,
    /// Copies of each cell that it places.
    pub copies: u32,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// Stable, for machines.
    pub code: ErrorCode,
    /// One sentence for people.
    pub message: String,
}

/// Stable codes of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    /// The path is asked by another method.
    Method,
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
    /// The controller's database does not answer now.
    StateUnavailable,
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
