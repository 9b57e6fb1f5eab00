//! The possession chain and the nonce: proof that a cell's plaintext was at hand after the random constant was known.
//!
//! The player walks eight slices of the plaintext's leaves. Which leaf of a slice is read depends on the leaf before,
//! so no index is known before the previous leaf is in hand, and none before the constant is.

use core::ops::Range;

use crate::hash::{Hash32, Hasher, label};
use crate::ids::{AccountId, CellId, PlayCode, RandomConstant};
use crate::rounds::Cycle;

/// Slices of a cell, each with one leaf read.
pub const SLICES: u32 = 8;
/// Bytes of a leaf of the plain tree.
pub const PLAIN_LEAF_BYTES: usize = 1024;
/// Fewest bytes of a cell per second of playtime, so that a cell is worth fetching.
pub const MIN_BYTES_PER_SECOND: u64 = 4096;
/// Difficulty when no parameter says otherwise, in leading zero bits.
pub const DEFAULT_DIFFICULTY: u8 = 16;
/// Least and greatest difficulty that a parameter may set.
pub const DIFFICULTY_BOUNDS: (u8, u8) = (8, 24);

/// Everything of a view that its chain starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainStart {
    /// The verifier's random constant.
    pub constant: RandomConstant,
    /// The viewer's PlayCode of this minute and cycle.
    pub play_code: PlayCode,
    /// The viewer.
    pub viewer: AccountId,
    /// The cell.
    pub cell: CellId,
}

/// Leaves of a plaintext of `bytes` bytes.
#[must_use]
pub fn leaf_count(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(PLAIN_LEAF_BYTES as u64)).unwrap_or(u32::MAX)
}

/// Length in bytes of leaf `index` of a plaintext of `bytes` bytes: 1 KiB, of the last what is left. `None` when there
/// is no such leaf.
#[must_use]
pub fn leaf_bytes(bytes: u64, index: u32) -> Option<usize> {
    let before = u64::from(index).checked_mul(PLAIN_LEAF_BYTES as u64)?;
    let left = usize::try_from(bytes.checked_sub(before)?).ok()?;
    (left > 0).then_some(left.min(PLAIN_LEAF_BYTES))
}

/// Leaves of slice `slice` of `leaves`: `[⌊slice × leaves ÷ 8⌋, ⌊(slice + 1) × leaves ÷ 8⌋)`.
///
/// `None` for a ninth slice, or when the slice is empty (a cell has at least 8 leaves).
#[must_use]
pub fn slice(slice: u32, leaves: u32) -> Option<Range<u32>> {
    if slice >= SLICES {
        return None;
    }
    let border = |index: u32| {
        let scaled = u64::from(index).checked_mul(u64::from(leaves))?;
        u32::try_from(scaled.checked_div(u64::from(SLICES))?).ok()
    };
    let range = border(slice)?..border(slice.checked_add(1)?)?;
    (!range.is_empty()).then_some(range)
}

/// The accumulator before the first leaf.
#[must_use]
pub fn start<H: Hasher>(start: &ChainStart) -> Hash32 {
    H::sha256_parts(&[
        label::POSSESSION_START,
        &start.constant.0,
        &start.play_code.0,
        &start.viewer.0,
        &start.cell.0,
    ])
}

/// The leaf to read in slice `index` with accumulator `acc`. `None` as for [`slice()`].
#[must_use]
pub fn leaf_index(index: u32, leaves: u32, acc: &Hash32) -> Option<u32> {
    let range = slice(index, leaves)?;
    let length = u64::from(range.end.checked_sub(range.start)?);
    let (head, _) = acc.split_first_chunk::<8>()?;
    let offset = u64::from_le_bytes(*head).checked_rem(length)?;
    range.start.checked_add(u32::try_from(offset).ok()?)
}

/// The accumulator after reading `leaf` in slice `index`.
#[must_use]
pub fn step<H: Hasher>(index: u32, acc: &Hash32, leaf: &[u8]) -> Hash32 {
    let slice = u8::try_from(index).unwrap_or(u8::MAX);
    H::sha256_parts(&[label::POSSESSION_STEP, &[slice], acc, leaf])
}

/// Walks the whole chain; `read` returns the bytes of a leaf. `None` when a leaf is missing.
pub fn walk<'a, H: Hasher>(
    from: &ChainStart,
    leaves: u32,
    mut read: impl FnMut(u32) -> Option<&'a [u8]>,
) -> Option<([u32; SLICES as usize], Hash32)> {
    let mut acc = start::<H>(from);
    let mut indices = [0u32; SLICES as usize];
    for (slice, index) in (0..SLICES).zip(indices.iter_mut()) {
        *index = leaf_index(slice, leaves, &acc)?;
        acc = step::<H>(slice, &acc, read(*index)?);
    }
    Some((indices, acc))
}

/// What a nonce is mined over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonceInput {
    /// Genesis hash of the chain: a nonce of another chain is worth nothing here.
    pub genesis: Hash32,
    /// The accumulator after the eighth leaf.
    pub acc: Hash32,
    /// The viewer.
    pub viewer: AccountId,
    /// The cell.
    pub cell: CellId,
    /// The viewer's PlayCode.
    pub play_code: PlayCode,
    /// Cycle of the ticket's round.
    pub cycle: Cycle,
}

impl NonceInput {
    /// Hash of the input with `nonce`.
    #[must_use]
    pub fn hash<H: Hasher>(&self, nonce: u64) -> Hash32 {
        H::sha256_parts(&[
            label::NONCE,
            &self.genesis,
            &self.acc,
            &self.viewer.0,
            &self.cell.0,
            &self.play_code.0,
            &self.cycle.to_le_bytes(),
            &nonce.to_le_bytes(),
        ])
    }

    /// Whether `nonce` meets `difficulty`, counted in leading zero bits.
    #[must_use]
    pub fn is_met<H: Hasher>(&self, nonce: u64, difficulty: u8) -> bool {
        leading_zero_bits(&self.hash::<H>(nonce)) >= u32::from(difficulty)
    }

    /// The first of `candidates` that meets `difficulty`. At 16 bits that takes 65,536 hashes on average.
    #[must_use]
    pub fn mine<H: Hasher>(&self, difficulty: u8, mut candidates: Range<u64>) -> Option<u64> {
        candidates.find(|nonce| self.is_met::<H>(*nonce, difficulty))
    }
}

/// Leading zero bits of a digest.
#[must_use]
pub fn leading_zero_bits(digest: &Hash32) -> u32 {
    let zero_bytes = digest.iter().take_while(|byte| **byte == 0).count();
    let rest = digest
        .get(zero_bytes)
        .map_or(0, |byte| byte.leading_zeros());
    u32::try_from(zero_bytes)
        .unwrap_or(32)
        .saturating_mul(8)
        .saturating_add(rest)
}
