//! Messages between a viewer or producer and a verifier.
//!
//! A session is opened once: HPKE (RFC 9180, base mode, X25519-HKDF-SHA256, HKDF-SHA256, ChaCha20-Poly1305) to the
//! verifier's exchange key with [`session_info`]; both sides export one key per direction ([`EXPORT_TO_VERIFIER`],
//! [`EXPORT_TO_CLIENT`]). After it every message is SCALE of [`Request`] or [`Reply`], sealed with ChaCha20-Poly1305
//! under the direction's key, with [`message_nonce`] of the message's number as nonce and the session id as associated
//! data. A number is used once: a verifier refuses one that is not above the last.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::delegation::SignedDelegation;
use crate::fault::PlacedLeaf;
use crate::hash::Hash32;
use crate::ids::{AccountId, Magnet, RandomConstant, Signature64, UploadId};
use crate::play_data::PlayData;
use crate::receipt::DeliveryToken;
use crate::refusal::Refusal;
use crate::rounds::Round;
use crate::sources::SignedSources;
use crate::ticket::{Acceptance, SignedTicket};
use crate::view::ViewLeaf;

/// Exporter context of the key with which the client seals.
pub const EXPORT_TO_VERIFIER: &[u8] = b"chainflix/session-to-verifier/1";
/// Exporter context of the key with which the verifier seals.
pub const EXPORT_TO_CLIENT: &[u8] = b"chainflix/session-to-client/1";
/// Most cells asked for in one message.
pub const MAX_CELLS_PER_REQUEST: u32 = 8;
/// Most content keys asked for in one message while publishing.
pub const MAX_UPLOAD_KEYS_PER_REQUEST: u16 = 256;

/// HPKE `info` of a session with `verifier` on the chain of `genesis`.
#[must_use]
pub fn session_info(genesis: &Hash32, verifier: &AccountId) -> Vec<u8> {
    [b"chainflix/session-info/1".as_slice(), genesis, &verifier.0].concat()
}

/// AEAD nonce of message `number`.
#[must_use]
pub fn message_nonce(number: u64) -> [u8; 12] {
    let mut nonce = [0u8; 12];
    for (byte, value) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
        *byte = value;
    }
    nonce
}

/// Opens a session.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct OpenSession {
    /// Who, by which key, and the wallet's consent.
    pub delegation: SignedDelegation,
    /// HPKE encapsulation.
    pub encapsulated: [u8; 32],
    /// ed25519 by the session key over [`crate::delegation::session_transcript`].
    pub signature: Signature64,
}

/// Asks for one cell's delivery tokens.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct CellWanted {
    /// The controller's choice of providers.
    pub sources: SignedSources,
    /// Bytes of the cell by the manifest.
    pub bytes: u32,
}

/// What a client may ask in a session.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Request {
    /// May the account watch this video now?
    #[codec(index = 0)]
    OpenVideo {
        /// The video.
        video: Magnet,
    },
    /// DownloadKeys and delivery tokens of cells.
    #[codec(index = 1)]
    CellKeys {
        /// The cells.
        cells: BoundedVec<CellWanted, ConstU32<MAX_CELLS_PER_REQUEST>>,
    },
    /// The content key of one cell that is being played, or is next.
    #[codec(index = 2)]
    ContentKey {
        /// The video.
        video: Magnet,
        /// Rendition of the cell.
        rendition: u8,
        /// Index of the cell.
        cell: u16,
    },
    /// Starts a cell: draws the random constant.
    #[codec(index = 3)]
    StartCell {
        /// The video.
        video: Magnet,
        /// Rendition of the cell.
        rendition: u8,
        /// Index of the cell.
        cell: u16,
    },
    /// Gives up the open ticket of the account.
    #[codec(index = 4)]
    AbandonCell {
        /// Only this one, by its random constant: another device of the account may have another one by now. `None` for
        /// whichever is open.
        ticket: Option<RandomConstant>,
    },
    /// Hands in Play Data.
    #[codec(index = 5)]
    FinishCell {
        /// The Play Data.
        data: alloc::boxed::Box<PlayData>,
    },
    /// An upload id for a new video. The account must be an eligible producer.
    #[codec(index = 6)]
    BeginUpload,
    /// Content keys of an upload, for its producer only.
    #[codec(index = 7)]
    UploadKeys {
        /// The upload.
        upload: UploadId,
        /// Rendition of the cells.
        rendition: u8,
        /// First cell.
        first: u16,
        /// Number of cells, at most [`MAX_UPLOAD_KEYS_PER_REQUEST`].
        count: u16,
    },
    /// What became of the account's latest accepted views, newest first.
    #[codec(index = 8)]
    Views {
        /// At most so many.
        limit: u16,
    },
    /// One view with its place in a view block, for whoever is paid by it: viewer, producer, supervisor and storage
    /// providers. From any verifier that has the view block.
    #[codec(index = 9)]
    View {
        /// Hash of its leaf.
        view: Hash32,
    },
    /// Starts the one cell of a campaign's creative, which plays within another video: draws the random constant.
    #[codec(index = 10)]
    StartAd {
        /// The campaign.
        campaign: u32,
        /// The video in which it plays.
        host_video: Magnet,
        /// Rendition of the creative.
        rendition: u8,
    },
}

/// What a client needs to fetch one cell.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CellGrant {
    /// Rendition of the cell.
    pub rendition: u8,
    /// Index of the cell.
    pub cell: u16,
    /// Key of the wire layer.
    pub download_key: [u8; 32],
    /// One token per provider, in the order of the sources.
    pub tokens: Vec<DeliveryToken>,
}

/// What became of one accepted view.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ViewStatus {
    /// Its id: the hash of its leaf.
    pub view: Hash32,
    /// The video.
    pub video: Magnet,
    /// The minute.
    pub minute: u16,
    /// Round of acceptance.
    pub round: Round,
    /// What became of it.
    pub fate: ViewFate,
}

/// What became of an accepted view.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ViewFate {
    /// Its block waits for verdicts.
    #[codec(index = 0)]
    Pending,
    /// Settled; the viewer's own part, in units.
    #[codec(index = 1)]
    Settled {
        /// Value of the whole view, in units.
        value: u128,
        /// The viewer's part, in units.
        viewer_part: u128,
    },
    /// In no approved block for 20 rounds.
    #[codec(index = 2)]
    Expired,
    /// Excluded by a rule that concerns several issuers.
    #[codec(index = 3)]
    Excluded {
        /// Which.
        reason: crate::earnings::Exclusion,
    },
    /// Lost: a view of its block was proven wrong, and the whole block is void.
    #[codec(index = 4)]
    Voided,
}

/// A view, with what shows that it stands in a view block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ViewRecord {
    /// The leaf, and where it stands.
    pub view: ViewPlace,
    /// The wallet's consent to the session key that signed it. `None` when the verifier no longer has it.
    pub delegation: Option<SignedDelegation>,
    /// What became of it; only its issuer says so.
    pub fate: Option<ViewFate>,
}

/// Where a view stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ViewPlace {
    /// In no view block whose header is in a finalized block.
    #[codec(index = 0)]
    Nowhere(ViewLeaf),
    /// In the view block that `issuer` reported of `round`: the approved one, or else the latest.
    #[codec(index = 1)]
    InBlock {
        /// The verifier that accepted the view.
        issuer: AccountId,
        /// Round of the view block.
        round: Round,
        /// The leaf with its index, and its path under the header's root.
        placed: PlacedLeaf,
    },
}

impl ViewPlace {
    /// The leaf.
    #[must_use]
    pub const fn leaf(&self) -> &ViewLeaf {
        match self {
            Self::Nowhere(leaf) => leaf,
            Self::InBlock { placed, .. } => &placed.leaf,
        }
    }
}

/// A verifier's answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Reply {
    /// Refused, and why.
    #[codec(index = 0)]
    Refused(Refusal),
    /// The video may be watched.
    #[codec(index = 1)]
    VideoOpen {
        /// Account of the verifiers that may issue tickets to the viewer in this cycle, highest first.
        assigned: Vec<AccountId>,
        /// Minutes that have earned in this cycle, as a bitmap, lowest bit of the first byte for minute 0.
        earned: Vec<u8>,
    },
    /// Keys and tokens, in the order asked.
    #[codec(index = 2)]
    CellKeys(Vec<CellGrant>),
    /// A content key.
    #[codec(index = 3)]
    ContentKey([u8; 32]),
    /// The cell is started.
    #[codec(index = 4)]
    Started(SignedTicket),
    /// The open ticket is gone.
    #[codec(index = 5)]
    Abandoned,
    /// The view is accepted and durable.
    #[codec(index = 6)]
    Accepted(Acceptance),
    /// An upload id.
    #[codec(index = 7)]
    Upload {
        /// The id, to be registered with the video.
        upload: UploadId,
        /// Key epoch from which its keys are derived, to be registered with the video.
        key_epoch: u32,
    },
    /// Content keys in order.
    #[codec(index = 8)]
    UploadKeys(Vec<[u8; 32]>),
    /// The account's latest accepted views.
    #[codec(index = 9)]
    Views(Vec<ViewStatus>),
    /// One view.
    #[codec(index = 10)]
    View(alloc::boxed::Box<ViewRecord>),
}

/// The key between the verifiers and one provider, sealed to the provider; anyone may fetch it, only the provider can
/// open it. HPKE base mode, single shot, `info` = [`session_info`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SealedProviderKey {
    /// Key epoch.
    pub epoch: u32,
    /// HPKE encapsulation.
    pub encapsulated: [u8; 32],
    /// The 32-byte key, sealed.
    pub sealed: Vec<u8>,
}

/// An account's lifetime earnings under an adopted root.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ClaimProof {
    /// The account.
    pub account: AccountId,
    /// The adopted root's round.
    pub as_of: Round,
    /// Lifetime total, in units.
    pub total: u128,
    /// Place in the tree.
    pub index: u32,
    /// Accounts in the tree.
    pub count: u32,
    /// The path.
    pub path: Vec<Hash32>,
}
