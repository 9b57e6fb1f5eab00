//! The controller's signed choice of providers for one cell: tokens are issued only for it, so that a viewer does not
//! choose who is paid.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, label};
use crate::ids::{Magnet, Signature64};
use crate::view::MAX_PROVIDERS;

/// Providers that may serve one cell, best first.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Sources {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// ed25519 key of the controller, registered on chain.
    pub controller: [u8; 32],
    /// The video.
    pub video: Magnet,
    /// Rendition of the cell.
    pub rendition: u8,
    /// Index of the cell.
    pub cell: u16,
    /// Providers by chain index.
    pub providers: BoundedVec<u32, ConstU32<MAX_PROVIDERS>>,
    /// Not good after this instant, ms since the Unix epoch.
    pub expires_ms: u64,
}

/// [`Sources`] with the controller's signature.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedSources {
    /// The list.
    pub sources: Sources,
    /// ed25519 by the controller over [`Sources::signing_payload`].
    pub signature: Signature64,
}

impl Sources {
    /// What the controller signs.
    #[must_use]
    pub fn signing_payload(&self) -> Vec<u8> {
        [label::SOURCES, &self.encode()].concat()
    }
}
