//! Messages between the controller and a node.

use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::{Hash32, Signature64};
use serde::{Deserialize, Serialize};

use super::{ApiError, CellRef, InventoryDigest, Peer, Relay, scale_hex};

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
    /// Relays that the node may use, in place of those named before, at most [`super::MAX_RELAYS`]; sent again with new
    /// passes before the old ones run out.
    Relays {
        /// The relays.
        relays: Vec<Relay>,
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
    /// More copies exist than are needed. A node that works for several controllers drops the copy once each has said so
    /// within less than [`super::SURPLUS_PAUSE_MS`]; the command is done all the same.
    Surplus,
    /// The video was never registered on chain.
    NeverRegistered,
}

/// Streams of one cell that a node is sending on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// The cell.
    pub cell: CellRef,
    /// Streams to viewers with a delivery token.
    pub streams: u32,
}

/// How others reach a node; better ones first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PathClass {
    /// At a public address.
    #[default]
    Direct,
    /// Behind an address translation that lets itself be punched.
    Punched,
    /// Only through a relay.
    Relayed,
}

impl PathClass {
    /// How a viewer reaches the node who, when `symmetric`, is behind a translation that can't be punched.
    #[must_use]
    pub fn for_viewer(self, symmetric: bool) -> Self {
        match self {
            Self::Punched if symmetric => Self::Relayed,
            class => class,
        }
    }
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
        /// whose IP is the one that the node connects from; an unspecified IP (`0.0.0.0`, `::`) stands for it. Addresses
        /// through a relay (`…/p2p-circuit`) are passed on when the relay is one of the controller's.
        addresses: Vec<String>,
        /// Space for cells, in bytes.
        capacity_bytes: u64,
        /// Of it free, in bytes.
        free_bytes: u64,
        /// Upload cap, in bytes per second.
        upload_bytes_per_second: u64,
        /// How others reach it.
        #[serde(default)]
        path: PathClass,
        /// Whether it is a viewer that shares what it has watched: it is named as a source like others, never counts as a
        /// copy, and is told to do nothing but to erase what may not be watched any more.
        #[serde(default)]
        shares: bool,
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
        /// The cells that it is sending most streams of against delivery tokens, at most [`MAX_SERVING`].
        #[serde(default)]
        serving: Vec<Serving>,
        /// Its inventory.
        inventory: InventoryDigest,
    },
    /// It will leave, or stays after all. A node that will leave gets no new cells, its copies no longer count, and others
    /// are made; it goes on serving meanwhile.
    Leaving {
        /// Whether it will leave.
        leaving: bool,
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
