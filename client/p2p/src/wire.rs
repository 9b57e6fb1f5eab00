//! The messages of the content network.
//!
//! | protocol | between | carries |
//! |---|---|---|
//! | [`CELL_PROTOCOL`] | viewer and provider | groups of one cell under a delivery token, receipts, countersignatures |
//! | [`STORE_PROTOCOL`] | publisher or provider and provider | one whole cell under a placement grant |
//! | [`MANIFEST_PROTOCOL`] | anybody and provider | a manifest |

use chainflix_primitives::Hash32;
use chainflix_primitives::ids::{Magnet, Signature64};
use chainflix_primitives::manifest::MAX_MANIFEST_BYTES;
use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::receipt::DeliveryToken;
use codec::{Decode, Encode};
use libp2p::StreamProtocol;

/// Cells, against delivery tokens.
pub const CELL_PROTOCOL: StreamProtocol = StreamProtocol::new("/chainflix/cell/1");
/// Cells, against placement grants.
pub const STORE_PROTOCOL: StreamProtocol = StreamProtocol::new("/chainflix/store/1");
/// Manifests.
pub const MANIFEST_PROTOCOL: StreamProtocol = StreamProtocol::new("/chainflix/manifest/1");

/// Groups of one request, at most: a mebibyte, after which a receipt is due.
pub const MAX_RUN_GROUPS: u32 = 64;
/// Requests that wait at a provider, at most; a viewer with more is cut off.
pub const MAX_WAITING_RANGES: usize = 8;
/// Longest message to a provider, in bytes.
pub const MAX_TO_PROVIDER: usize = 1_024;
/// Longest message to a viewer, in bytes: a group of 16 KiB, or the head of a range.
pub const MAX_TO_VIEWER: usize = 16 * 1_024 + 64;
/// Number of [`ToViewer::Group`] in its encoding.
pub(crate) const GROUP_INDEX: u8 = 3;
/// Groups of one run in which a whole cell is handed over.
pub const STORE_RUN_GROUPS: u32 = 16;
/// Longest message on [`STORE_PROTOCOL`], in bytes: a run of groups with its proof.
pub const MAX_STORE_MESSAGE: usize = 16 * 16 * 1_024 + 64 * 32 + 64;
/// Longest message on [`MANIFEST_PROTOCOL`], in bytes.
pub const MAX_MANIFEST_MESSAGE: usize = MAX_MANIFEST_BYTES + 64;

/// Place of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct CellPlace {
    /// The video.
    pub video: Magnet,
    /// Rendition of the cell.
    pub rendition: u8,
    /// Index of the cell.
    pub cell: u16,
}

/// From a viewer to a provider on [`CELL_PROTOCOL`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, made and taken apart at once"
)]
pub enum ToProvider {
    /// First of all: by which token, and that the viewer's session key is behind this connection.
    #[codec(index = 0)]
    Open {
        /// The token.
        token: DeliveryToken,
        /// By the session key over [`chainflix_primitives::receipt::delivery_payload`].
        signature: Signature64,
    },
    /// Groups `first .. first + count`, at most [`MAX_RUN_GROUPS`]. Answered in order.
    #[codec(index = 1)]
    Range {
        /// First group.
        first: u32,
        /// Number of groups.
        count: u32,
    },
    /// Countersigns a running total.
    #[codec(index = 2)]
    Countersign {
        /// The total in bytes.
        bytes: u64,
        /// By the session key over [`chainflix_primitives::receipt::countersignature_payload`].
        signature: Signature64,
    },
}

/// From a provider to a viewer on [`CELL_PROTOCOL`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ToViewer {
    /// The token is good.
    #[codec(index = 0)]
    Opened {
        /// Running total that this stream begins with, in bytes. Not 0 when an earlier stream was cut off.
        sent: u64,
    },
    /// Refused; nothing follows.
    #[codec(index = 1)]
    Refused(DeliveryRefusal),
    /// Head of a range: what its groups are verified against as they come.
    #[codec(index = 2)]
    Range {
        /// First group.
        first: u32,
        /// Hash of each group's at-rest ciphertext.
        hashes: Vec<Hash32>,
        /// With the hashes, what leads to the cipher root.
        proof: Vec<Hash32>,
    },
    /// The next group of the range, under the DownloadKey layer.
    #[codec(index = 3)]
    Group(Vec<u8>),
    /// A signed running total, after each range.
    #[codec(index = 4)]
    Receipt {
        /// The total in bytes.
        bytes: u64,
        /// By the provider's peer key over [`chainflix_primitives::receipt::receipt_payload`].
        signature: Signature64,
    },
}

/// Why a provider does not deliver. The numbers are part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, thiserror::Error)]
pub enum DeliveryRefusal {
    /// The token's version is not known.
    #[error("the provider does not know this version of tokens")]
    #[codec(index = 0)]
    Version,
    /// The token is for another chain.
    #[error("the token is for another chain")]
    #[codec(index = 1)]
    OtherChain,
    /// The token is for another provider.
    #[error("the token is for another provider")]
    #[codec(index = 2)]
    OtherProvider,
    /// The token is no longer good.
    #[error("the token has expired")]
    #[codec(index = 3)]
    Expired,
    /// No verifier made the token.
    #[error("the token is not by a verifier")]
    #[codec(index = 4)]
    Forged,
    /// The session key of the token is not behind this connection.
    #[error("the token is for another session")]
    #[codec(index = 5)]
    OtherSession,
    /// The provider can't get the key to open the token now.
    #[error("the provider can't open tokens of this verifier now")]
    #[codec(index = 6)]
    KeyUnavailable,
    /// The provider does not hold the cell.
    #[error("the provider does not hold the cell")]
    #[codec(index = 7)]
    NotHeld,
    /// A group of the cell is damaged on the provider's disk.
    #[error("the provider's copy of the cell is damaged")]
    #[codec(index = 8)]
    Damaged,
    /// A range is empty, too long, or leaves the cell; or too many wait.
    #[error("the range is not one that may be asked for")]
    #[codec(index = 9)]
    Range,
    /// The token's bytes are used up.
    #[error("the token's bytes are used up")]
    #[codec(index = 10)]
    Exhausted,
    /// Too much was not countersigned.
    #[error("too much was not countersigned")]
    #[codec(index = 11)]
    Unsigned,
    /// A countersignature does not fit.
    #[error("the countersignature does not fit")]
    #[codec(index = 12)]
    Countersignature,
    /// The provider has too much to do.
    #[error("the provider is busy")]
    #[codec(index = 13)]
    Busy,
    /// Another stream of the same token was opened since.
    #[error("the token is used on another stream")]
    #[codec(index = 14)]
    Superseded,
}

/// From whoever opened a stream of [`STORE_PROTOCOL`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ToKeeper {
    /// Take this cell in; the grant is made out to the receiver.
    #[codec(index = 0)]
    Put(SignedGrant),
    /// Hand this cell over; the grant is made out to the sender of this message.
    #[codec(index = 1)]
    Get {
        /// The grant.
        grant: SignedGrant,
        /// Group to begin with.
        first: u32,
    },
    /// The next run of a cell that is put.
    #[codec(index = 2)]
    Run(Run),
}

/// From whoever accepted a stream of [`STORE_PROTOCOL`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum FromKeeper {
    /// The cell is wanted: send its runs, from this group on.
    #[codec(index = 0)]
    Wanted {
        /// First group.
        first: u32,
    },
    /// The cell is held and durable.
    #[codec(index = 1)]
    Held,
    /// Refused; nothing follows.
    #[codec(index = 2)]
    Refused(StoreRefusal),
    /// The next run of a cell that was asked for.
    #[codec(index = 3)]
    Run(Run),
}

/// Consecutive whole groups of at-rest ciphertext, at most [`STORE_RUN_GROUPS`], and what leads from them to the cipher
/// root ([`chainflix_primitives::merkle::range`]).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Run {
    /// First group.
    pub first: u32,
    /// At-rest ciphertext.
    pub bytes: Vec<u8>,
    /// Range proof.
    pub proof: Vec<Hash32>,
}

/// Why a node does not take a cell in or hand it over. The numbers are part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, thiserror::Error)]
pub enum StoreRefusal {
    /// The grant is for another chain, by another controller, made out to somebody else, expired, or forged.
    #[error("the node does not accept the grant; ask the controller for a new one")]
    #[codec(index = 0)]
    Grant,
    /// The node has no space.
    #[error("the node has no space left")]
    #[codec(index = 1)]
    NoSpace,
    /// Somebody else is handing the cell in.
    #[error("the cell is being handed in by somebody else")]
    #[codec(index = 2)]
    Busy,
    /// What came does not verify.
    #[error("what was sent is not the cell that was granted")]
    #[codec(index = 3)]
    Unverified,
    /// The node does not hold the cell.
    #[error("the node does not hold the cell")]
    #[codec(index = 4)]
    NotHeld,
    /// The node's copy is damaged.
    #[error("the node's copy of the cell is damaged")]
    #[codec(index = 5)]
    Damaged,
    /// The node failed.
    #[error("the node failed; its log says why")]
    #[codec(index = 6)]
    Failed,
    /// The cell was dropped on the controller's command meanwhile.
    #[error("the cell was dropped meanwhile")]
    #[codec(index = 7)]
    Dropped,
}

/// A request on [`MANIFEST_PROTOCOL`]; one per stream.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ManifestRequest {
    /// The manifest of this video.
    #[codec(index = 0)]
    Get(Magnet),
    /// Keep this manifest: accepted from anybody by a node that holds a cell of the video, since the magnet is its hash.
    #[codec(index = 1)]
    Offer {
        /// The video.
        video: Magnet,
        /// SCALE-encoded manifest.
        manifest: Vec<u8>,
    },
}

/// Answer to a [`ManifestRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ManifestReply {
    /// The SCALE-encoded manifest.
    #[codec(index = 0)]
    Manifest(Vec<u8>),
    /// The node does not have it, or does not want it.
    #[codec(index = 1)]
    NotHeld,
    /// It is kept.
    #[codec(index = 2)]
    Kept,
}
