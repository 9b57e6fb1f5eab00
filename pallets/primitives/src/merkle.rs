//! Merkle trees as in RFC 6962 (section 2.1): `0x00` before a leaf, `0x01` before a node, no duplicated leaves.
//!
//! A proof is the list of sibling hashes from the leaf up; index and count are given beside it, so that a proof for
//! one position never verifies for another. The count decides how long a path must be, but is not under the root:
//! whoever commits to a root commits to the count beside it. The root of no leaves is SHA-256 of nothing.

use alloc::vec::Vec;

use crate::hash::{Hash32, Hasher};

pub mod range;

/// Longest proof that is looked at: trees have fewer than 2³² leaves.
pub const MAX_PROOF_LEN: usize = 32;

/// Hash of a leaf's content.
#[must_use]
pub fn leaf_hash<H: Hasher>(content: &[u8]) -> Hash32 {
    H::sha256_parts(&[&[0x00], content])
}

/// Hash of an inner node.
#[must_use]
pub fn node_hash<H: Hasher>(left: &Hash32, right: &Hash32) -> Hash32 {
    let mut bytes = [0u8; 65];
    let (tag, rest) = bytes.split_at_mut(1);
    let (first, second) = rest.split_at_mut(32);
    tag.copy_from_slice(&[0x01]);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    H::sha256(&bytes)
}

/// Root of a tree without leaves.
#[must_use]
pub fn empty_root<H: Hasher>() -> Hash32 {
    H::sha256(&[])
}

/// Root over leaf hashes, in order. Linear time, logarithmic memory.
#[must_use]
pub fn root<H: Hasher>(leaf_hashes: &[Hash32]) -> Hash32 {
    let mut builder = RootBuilder::<H>::new();
    for leaf in leaf_hashes {
        builder.push(*leaf);
    }
    builder.root()
}

/// Root over leaves that come one by one.
#[derive(Clone, Debug)]
pub struct RootBuilder<H> {
    /// Roots of complete subtrees, largest first, with the number of their leaves.
    complete: Vec<(u32, Hash32)>,
    count: u32,
    hasher: core::marker::PhantomData<H>,
}

impl<H: Hasher> Default for RootBuilder<H> {
    fn default() -> Self {
        Self::new()
    }
}

impl<H: Hasher> RootBuilder<H> {
    /// A tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self {
            complete: Vec::new(),
            count: 0,
            hasher: core::marker::PhantomData,
        }
    }

    /// Appends one leaf, given by its [`leaf_hash`].
    pub fn push(&mut self, leaf: Hash32) {
        let mut size = 1u32;
        let mut hash = leaf;
        while let Some((last_size, last)) = self.complete.last() {
            if *last_size != size {
                break;
            }
            hash = node_hash::<H>(last, &hash);
            size = size.saturating_mul(2);
            self.complete.pop();
        }
        self.complete.push((size, hash));
        self.count = self.count.saturating_add(1);
    }

    /// Number of leaves so far.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The complete subtrees so far, largest first, each with the number of its leaves: all that is needed to go on
    /// later.
    #[must_use]
    pub fn peaks(&self) -> &[(u32, Hash32)] {
        &self.complete
    }

    /// Goes on where a builder with these [`Self::peaks`] stood.
    #[must_use]
    pub fn from_peaks(peaks: Vec<(u32, Hash32)>) -> Self {
        let count = peaks
            .iter()
            .fold(0u32, |sum, (size, _)| sum.saturating_add(*size));
        Self {
            complete: peaks,
            count,
            hasher: core::marker::PhantomData,
        }
    }

    /// Root over the leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash32 {
        self.complete
            .iter()
            .rev()
            .map(|(_, hash)| *hash)
            .reduce(|right, left| node_hash::<H>(&left, &right))
            .unwrap_or_else(empty_root::<H>)
    }
}

/// Largest power of two below `count`; the size of the left subtree of a tree with `count` ≥ 2 leaves.
fn left_size(count: usize) -> usize {
    count
        .checked_sub(1)
        .and_then(|last| last.checked_ilog2())
        .map_or(0, |exponent| 1 << exponent)
}

/// Sibling hashes of leaf `index`, from the leaf up. `None` when there is no such leaf.
#[must_use]
pub fn proof<H: Hasher>(leaf_hashes: &[Hash32], index: usize) -> Option<Vec<Hash32>> {
    leaf_hashes.get(index)?;
    let mut path = Vec::new();
    let mut slice = leaf_hashes;
    let mut position = index;
    while slice.len() > 1 {
        let (left, right) = slice.split_at(left_size(slice.len()));
        if position < left.len() {
            path.push(root::<H>(right));
            slice = left;
        } else {
            path.push(root::<H>(left));
            position = position.checked_sub(left.len())?;
            slice = right;
        }
    }
    path.reverse();
    Some(path)
}

/// Whether `leaf` stands at `index` of the tree of `count` leaves under `root`.
///
/// False for a proof that is too short or too long for index and count, or made for another index.
#[must_use]
pub fn verify<H: Hasher>(
    leaf: Hash32,
    index: u32,
    count: u32,
    proof: &[Hash32],
    root: &Hash32,
) -> bool {
    root_from_proof::<H>(leaf, index, count, proof).is_some_and(|computed| computed == *root)
}

/// The root that a proof leads to. `None` when its length does not fit index and count.
///
/// The algorithm of RFC 9162, section 2.1.3.2, which is the verification that RFC 6962 leaves to the reader.
#[must_use]
pub fn root_from_proof<H: Hasher>(
    leaf: Hash32,
    index: u32,
    count: u32,
    proof: &[Hash32],
) -> Option<Hash32> {
    if proof.len() > MAX_PROOF_LEN || index >= count {
        return None;
    }
    let mut node = index;
    let mut last = count.checked_sub(1)?;
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash::<H>(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash::<H>(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// A whole tree in memory: every proof in logarithmic time after one linear pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Hashes level by level, leaves first. An odd last hash of a level moves up unchanged.
    levels: Vec<Vec<Hash32>>,
    root: Hash32,
}

impl Tree {
    /// Builds the tree over leaf hashes.
    #[must_use]
    pub fn new<H: Hasher>(leaf_hashes: Vec<Hash32>) -> Self {
        let mut levels = Vec::new();
        let mut level = leaf_hashes;
        while level.len() > 1 {
            let next = level
                .chunks(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(node_hash::<H>(left, right)),
                    [single] => Some(*single),
                    _ => None,
                })
                .collect();
            levels.push(core::mem::replace(&mut level, next));
        }
        let root = level.first().copied().unwrap_or_else(empty_root::<H>);
        levels.push(level);
        Self { levels, root }
    }

    /// Root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash32 {
        self.root
    }

    /// Number of leaves.
    #[must_use]
    pub fn count(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Sibling hashes of leaf `index`, from the leaf up; the same as [`proof`]. `None` when there is no such leaf.
    #[must_use]
    pub fn proof(&self, index: usize) -> Option<Vec<Hash32>> {
        self.levels.first()?.get(index)?;
        let mut position = index;
        let mut path = Vec::new();
        for level in &self.levels {
            if let Some(sibling) = level.get(position ^ 1) {
                path.push(*sibling);
            }
            position >>= 1;
        }
        Some(path)
    }
}
