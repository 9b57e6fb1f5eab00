//! Messages between verifiers.
//!
//! Everything that can grow with the audience moves in ranges of at most [`MAX_RANGE_BYTES`]. Ranges are verified without
//! range proofs: what is fetched first is the whole list of leaf hashes, which must lead to the root on chain; each
//! leaf is then held against its own hash, from whomever it comes.

use bounded_collections::{BoundedVec, ConstU32};
use chainflix_primitives::{
    AccountId, Round, delegation::SignedDelegation, hash::Hash32, play_data::ViewEvidence,
    view::ViewLeaf,
};
use codec::{Decode, Encode};

use crate::snapshots::SnapshotHead;

/// Most bytes of one range.
pub(crate) const MAX_RANGE_BYTES: usize = 512 * 1024;
/// Most hashes of one range: 480 KiB.
pub(crate) const MAX_HASHES: usize = 15_360;
/// Most leaves asked for at once: at 512 bytes at most each, all of them fit into one range.
pub(crate) const MAX_LEAVES: u32 = 1_024;
/// Most leaves told of at once; with delegations they stay below half a range.
pub(crate) const MAX_NEW_VIEWS: usize = 256;
/// Most totals in one answer: 480 KB.
pub(crate) const MAX_TOTALS: usize = 10_000;
/// Most delegations asked for at once.
pub(crate) const MAX_DELEGATIONS: u32 = 1_024;
/// Most evidence asked for at once: each is at most about 25 KiB.
pub(crate) const MAX_EVIDENCE: u32 = 16;
/// Most snapshots that a verifier has.
pub(crate) const MAX_SNAPSHOTS: u32 = 2;

/// What one verifier asks or tells another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum PeerRequest {
    /// The set secret behind a commitment, sealed to the asking verifier.
    #[codec(index = 0)]
    SetSecret {
        /// The epoch.
        epoch: u32,
        /// The commitment on chain.
        commitment: Hash32,
    },
    /// A courtesy: the viewer has started a cell at the telling verifier.
    #[codec(index = 1)]
    TicketOpened {
        /// The viewer.
        viewer: AccountId,
        /// Playtime of the cell, in ms.
        playtime_ms: u32,
    },
    /// A courtesy: that cell is finished or given up.
    #[codec(index = 2)]
    TicketClosed {
        /// The viewer.
        viewer: AccountId,
    },
    /// Views that the telling verifier has accepted.
    #[codec(index = 3)]
    NewViews {
        /// Their leaves.
        leaves: Vec<ViewLeaf>,
    },
    /// Delegations by hash.
    #[codec(index = 4)]
    Delegations {
        /// Their hashes.
        hashes: BoundedVec<Hash32, ConstU32<MAX_DELEGATIONS>>,
    },
    /// Leaf hashes of a body, from a leaf on.
    #[codec(index = 5)]
    BodyHashes {
        /// Root of the body.
        root: Hash32,
        /// First leaf.
        first: u32,
    },
    /// Leaves by hash.
    #[codec(index = 6)]
    Leaves {
        /// Their hashes.
        hashes: BoundedVec<Hash32, ConstU32<MAX_LEAVES>>,
    },
    /// Leaf hashes of the asked verifier's own tickets of a round, from a ticket on.
    #[codec(index = 7)]
    TicketHashes {
        /// The round.
        round: Round,
        /// First ticket.
        first: u32,
    },
    /// Openings and receipts of the asked verifier's own views, by leaf hash.
    #[codec(index = 8)]
    Evidence {
        /// Leaf hashes.
        hashes: BoundedVec<Hash32, ConstU32<MAX_EVIDENCE>>,
    },
    /// Lifetime totals under an earnings root, from a place on.
    #[codec(index = 9)]
    Totals {
        /// Round of the root.
        as_of: Round,
        /// The root.
        root: Hash32,
        /// First place.
        first: u32,
    },
    /// Which snapshots of the ledger there are; whoever asks wants the next one made.
    #[codec(index = 10)]
    Snapshots,
    /// Hashes of the parts of a snapshot, from a part on.
    #[codec(index = 11)]
    SnapshotHashes {
        /// Root over its parts.
        root: Hash32,
        /// First part.
        first: u32,
    },
    /// A part of a snapshot.
    #[codec(index = 12)]
    SnapshotPart {
        /// Root over its parts.
        root: Hash32,
        /// Number of the part.
        index: u32,
    },
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum PeerResponse {
    /// No answer, and why.
    #[codec(index = 0)]
    Refused(PeerRefusal),
    /// Taken note of.
    #[codec(index = 1)]
    Noted,
    /// A set secret, sealed by HPKE.
    #[codec(index = 2)]
    SetSecret {
        /// HPKE encapsulation.
        encapsulated: [u8; 32],
        /// The sealed secret.
        sealed: Vec<u8>,
    },
    /// Delegations in the order asked, without those that are unknown.
    #[codec(index = 3)]
    Delegations(Vec<SignedDelegation>),
    /// Hashes in order; fewer than there are when the range is full.
    #[codec(index = 4)]
    Hashes(Vec<Hash32>),
    /// Leaves in the order asked, without those that are unknown; fewer when the range is full.
    #[codec(index = 5)]
    Leaves(Vec<ViewLeaf>),
    /// Evidence with its leaf's hash, in the order asked, without what is unknown.
    #[codec(index = 6)]
    Evidence(Vec<(Hash32, ViewEvidence)>),
    /// Accounts and totals in the order of the tree's leaves; fewer than there are when the range is full.
    #[codec(index = 7)]
    Totals(Vec<(AccountId, u128)>),
    /// The snapshots that there are.
    #[codec(index = 8)]
    Snapshots(BoundedVec<SnapshotHead, ConstU32<MAX_SNAPSHOTS>>),
    /// A part of a snapshot.
    #[codec(index = 9)]
    SnapshotPart(Vec<u8>),
}

/// Why a verifier does not answer another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum PeerRefusal {
    /// The asking node is not that of a verifier in force.
    #[codec(index = 0)]
    NotAVerifier,
    /// The message can't be read.
    #[codec(index = 1)]
    Malformed,
    /// What is asked for is not here.
    #[codec(index = 2)]
    Unknown,
    /// Too much is asked at once.
    #[codec(index = 3)]
    Busy,
}

impl PeerRefusal {
    /// In words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::NotAVerifier => "it does not know this node as a verifier's",
            Self::Malformed => "it could not read the message",
            Self::Unknown => "it does not have what was asked for",
            Self::Busy => "it is busy",
        }
    }
}
