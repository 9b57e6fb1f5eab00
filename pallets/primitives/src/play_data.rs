//! Play Data: what the viewer sends back after a cell, and what the verifier checks openings against.

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, Hasher};
use crate::ids::Signature64;
use crate::manifest::CellEntry;
use crate::merkle::{self, MAX_PROOF_LEN};
use crate::possession::{self, ChainStart, PLAIN_LEAF_BYTES, SLICES};
use crate::receipt::Receipt;
use crate::view::{MAX_PROVIDERS, ViewClaim};

/// A Merkle path.
pub type Path = BoundedVec<Hash32, ConstU32<{ MAX_PROOF_LEN as u32 }>>;

/// One leaf of the plaintext that the possession chain read, with its path under the plain root.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PlainOpening {
    /// The leaf's bytes; only the last leaf of a cell is shorter than 1 KiB.
    pub bytes: BoundedVec<u8, ConstU32<{ PLAIN_LEAF_BYTES as u32 }>>,
    /// Its path.
    pub path: Path,
}

/// What the viewer sends after a cell was shown.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PlayData {
    /// The claim.
    pub claim: ViewClaim,
    /// ed25519 by the session key over the claim.
    pub signature: Signature64,
    /// The cell as the manifest commits to it.
    pub cell: CellEntry,
    /// Path of that entry under the video's manifest root.
    pub cell_path: Path,
    /// The eight leaves that the chain read, in order.
    pub openings: BoundedVec<PlainOpening, ConstU32<SLICES>>,
    /// The last receipt of each provider, in the order of the claim's deliveries.
    pub receipts: BoundedVec<Receipt, ConstU32<MAX_PROVIDERS>>,
}

/// Why openings don't prove possession.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PossessionError {
    /// There are not eight openings, or the cell has too few leaves for eight slices.
    WrongCount,
    /// An opened leaf does not stand under the plain root at the index that the chain asks for, or has another length
    /// than the cell's leaf there.
    LeafNotUnderRoot,
    /// The chain over the opened leaves ends in another accumulator than the claim's.
    WrongAccumulator,
}

/// Walks the possession chain over `openings`, verifying each leaf under the cell's plain root.
///
/// # Errors
/// The first thing that does not hold.
pub fn check_possession<H: Hasher>(
    from: &ChainStart,
    cell: &CellEntry,
    openings: &[PlainOpening],
    acc: &Hash32,
) -> Result<(), PossessionError> {
    let bytes = u64::from(cell.bytes);
    let leaves = possession::leaf_count(bytes);
    if openings.len() != SLICES as usize {
        return Err(PossessionError::WrongCount);
    }
    let mut current = possession::start::<H>(from);
    for (slice, opening) in (0..SLICES).zip(openings) {
        let index =
            possession::leaf_index(slice, leaves, &current).ok_or(PossessionError::WrongCount)?;
        let leaf = merkle::leaf_hash::<H>(&opening.bytes);
        // Without its length a producer could commit to a tree over empty leaves, and nobody would need the bytes.
        if possession::leaf_bytes(bytes, index) != Some(opening.bytes.len())
            || !merkle::verify::<H>(leaf, index, leaves, &opening.path, &cell.plain_root)
        {
            return Err(PossessionError::LeafNotUnderRoot);
        }
        current = possession::step::<H>(slice, &current, &opening.bytes);
    }
    if current != *acc {
        return Err(PossessionError::WrongAccumulator);
    }
    Ok(())
}

/// The parts of Play Data that verifiers fetch from the issuer when they sample a leaf.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ViewEvidence {
    /// The cell as the manifest commits to it.
    pub cell: CellEntry,
    /// Path of that entry under the video's manifest root.
    pub cell_path: Path,
    /// The eight leaves that the chain read, in order.
    pub openings: BoundedVec<PlainOpening, ConstU32<SLICES>>,
    /// The last receipt of each provider.
    pub receipts: BoundedVec<Receipt, ConstU32<MAX_PROVIDERS>>,
}

impl From<PlayData> for ViewEvidence {
    fn from(data: PlayData) -> Self {
        Self {
            cell: data.cell,
            cell_path: data.cell_path,
            openings: data.openings,
            receipts: data.receipts,
        }
    }
}

/// Collects hashes into a [`Path`]. `None` when there are more than [`MAX_PROOF_LEN`].
#[must_use]
pub fn path(hashes: Vec<Hash32>) -> Option<Path> {
    Path::try_from(hashes).ok()
}
