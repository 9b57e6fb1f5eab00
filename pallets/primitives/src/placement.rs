//! Placement: the controller's signed word that one provider may take in one cell, and a producer's request for it.
//!
//! A storage node takes no bytes from strangers: it accepts an upload only with a [`SignedGrant`] made out to itself, and
//! hands at-rest ciphertext to another provider only with one made out to that provider. What it takes in is verified
//! against the grant's cipher root, so a grant is harmless in anybody's hands.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, label};
use crate::ids::{Magnet, Signature64};
use crate::manifest::CellEntry;

/// One provider may take in one cell.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Grant {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// ed25519 key of the controller.
    pub controller: [u8; 32],
    /// Index of the provider on chain.
    pub provider: u32,
    /// ed25519 key of the provider's peer id.
    pub peer_key: [u8; 32],
    /// The video.
    pub video: Magnet,
    /// The cell: place, length and cipher root.
    pub cell: CellEntry,
    /// Not good after this instant, ms since the Unix epoch.
    pub expires_ms: u64,
}

/// [`Grant`] with the controller's signature.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedGrant {
    /// The grant.
    pub grant: Grant,
    /// ed25519 by the controller over [`Grant::signing_payload`].
    pub signature: Signature64,
}

impl Grant {
    /// What the controller signs.
    #[must_use]
    pub fn signing_payload(&self) -> Vec<u8> {
        [label::GRANT, &self.encode()].concat()
    }
}

/// What a producer's wallet signs so that a controller takes in the manifest of a new video: wrapped as wallets wrap
/// raw messages, so that it can't be a transaction.
#[must_use]
pub fn announcement_text(
    genesis: &Hash32,
    controller: &[u8; 32],
    video: &Magnet,
    expires_ms: u64,
) -> Vec<u8> {
    [
        b"<Bytes>".as_slice(),
        label::NEW_VIDEO,
        genesis,
        controller,
        &video.0,
        &expires_ms.to_le_bytes(),
        b"</Bytes>",
    ]
    .concat()
}
