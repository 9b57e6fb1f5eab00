//! Tickets: the verifier-signed record of one started cell, and the signed acceptance of its Play Data.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, Hasher, label};
use crate::ids::{AccountId, Magnet, PlayCode, RandomConstant, Signature64};
use crate::merkle;
use crate::rounds::Round;

/// Version of [`Ticket`].
pub const TICKET_VERSION: u8 = 1;

/// One started cell. The tickets that a verifier issues in a round form a tree in order of issue, whose root goes on
/// chain with the verifier's report: a view without a ticket under a reported root earns nothing.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Ticket {
    /// [`TICKET_VERSION`].
    pub version: u8,
    /// The issuing verifier.
    pub issuer: AccountId,
    /// Round of issue.
    pub round: Round,
    /// Place in the issuer's list of the round.
    pub index: u32,
    /// The viewer.
    pub viewer: AccountId,
    /// Hash of the delegation under which the session was opened.
    pub delegation: Hash32,
    /// The video.
    pub video: Magnet,
    /// The minute, that is the cell's index.
    pub minute: u16,
    /// The rendition.
    pub rendition: u8,
    /// Time of issue, ms since the Unix epoch.
    pub issue_ms: u64,
    /// The random constant.
    pub constant: RandomConstant,
    /// The PlayCode of viewer, video, minute and cycle.
    pub play_code: PlayCode,
}

/// A ticket with the signature of the issuer's service key.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// ed25519 by the issuer's service key over [`Ticket::signing_payload`].
    pub signature: Signature64,
}

impl Ticket {
    /// What the issuer signs.
    #[must_use]
    pub fn signing_payload(&self, genesis: &Hash32) -> Vec<u8> {
        [label::TICKET, genesis, &self.encode()].concat()
    }

    /// Leaf of the issuer's tickets tree.
    #[must_use]
    pub fn leaf_hash<H: Hasher>(&self) -> Hash32 {
        merkle::leaf_hash::<H>(&self.encode())
    }
}

/// A verifier's signed word that a view counts: the viewer's proof should it be in no block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Acceptance {
    /// The verifier.
    pub issuer: AccountId,
    /// Leaf hash of the accepted ticket.
    pub ticket: Hash32,
    /// Round of acceptance; the view stands in this round's view block or, if that is rejected, in a later one.
    pub round: Round,
    /// ed25519 by the issuer's service key over [`Acceptance::signing_payload`].
    pub signature: Signature64,
}

impl Acceptance {
    /// What the issuer signs.
    #[must_use]
    pub fn signing_payload(
        genesis: &Hash32,
        issuer: &AccountId,
        ticket: &Hash32,
        round: Round,
    ) -> Vec<u8> {
        [
            label::ACCEPTANCE,
            genesis,
            &issuer.0,
            ticket,
            &round.to_le_bytes(),
        ]
        .concat()
    }
}
