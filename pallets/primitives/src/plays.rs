//! How often each cell was played in a settled view block, as verifiers tell registered controllers: what is watched, not
//! by whom.
//!
//! The leaves of a view block name viewers, so they stay with the verifiers. The counts follow from the leaves alone, so
//! that all verifiers that hold the block come to the same ones, and their sum stands on chain: whoever asks more than half
//! of the verifiers can be deceived by no fewer.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

use crate::hash::{Hash32, label};
use crate::ids::{AccountId, Magnet, Signature64};
use crate::rounds::Round;
use crate::view::ViewLeaf;

/// Most cells in one answer.
pub const MAX_CELLS_PER_PAGE: usize = 8_192;
/// A request is good for at most so long, in ms.
pub const MAX_REQUEST_MS: u64 = 60_000;

/// Asks for the plays of one settled view block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PlaysRequest {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// ed25519 key of the controller, registered on chain.
    pub controller: [u8; 32],
    /// The verifier that is asked.
    pub verifier: AccountId,
    /// The settled round.
    pub round: Round,
    /// Root of an approved view block of that round.
    pub root: Hash32,
    /// Place of the first cell that is wanted, in the order of [`count`].
    pub first: u32,
    /// Not good after this instant, ms since the Unix epoch; at most [`MAX_REQUEST_MS`] ahead.
    pub expires_ms: u64,
}

/// [`PlaysRequest`] with the controller's signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SignedPlaysRequest {
    /// The request.
    pub request: PlaysRequest,
    /// ed25519 by the controller over [`PlaysRequest::signing_payload`].
    pub signature: Signature64,
}

/// Plays of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CellPlays {
    /// The video.
    pub video: Magnet,
    /// Rendition of the cell.
    pub rendition: u8,
    /// Index of the cell.
    pub minute: u16,
    /// How often it was played, at least once.
    pub plays: u32,
}

/// Answer to a [`PlaysRequest`]: cells from the first that was wanted on, at most [`MAX_CELLS_PER_PAGE`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PlaysPage {
    /// Cells of the whole block.
    pub total: u32,
    /// Those of this page.
    pub cells: Vec<CellPlays>,
}

impl PlaysRequest {
    /// What the controller signs.
    #[must_use]
    pub fn signing_payload(&self) -> Vec<u8> {
        [label::PLAYS, &self.encode()].concat()
    }
}

/// Plays of a view block by cell, ascending.
pub fn count<'l>(leaves: impl IntoIterator<Item = &'l ViewLeaf>) -> Vec<CellPlays> {
    let mut counted: BTreeMap<(Magnet, u8, u16), u32> = BTreeMap::new();
    for ViewLeaf { claim, .. } in leaves {
        let plays = counted
            .entry((claim.video, claim.rendition, claim.minute))
            .or_default();
        // A block has fewer than 2³² leaves.
        *plays = plays.saturating_add(1);
    }
    counted
        .into_iter()
        .map(|((video, rendition, minute), plays)| CellPlays {
            video,
            rendition,
            minute,
            plays,
        })
        .collect()
}
