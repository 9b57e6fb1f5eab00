//! Bodies of view blocks in the store: leaf hashes in order, leaves by hash.
//!
//! A leaf that is carried from one block into another is stored once.

use chainflix_primitives::{Round, hash::Hash32, view::ViewLeaf};
use codec::{Decode, Encode};

use super::tables::{BODIES, BODIES_OF_ROUND, BODY_HASHES, LEAVES};
use super::{Batch, StoreResult, View};

/// Leaf hashes in one entry.
const CHUNK: usize = 4_096;

/// A body whose leaves are all in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct BodyInfo {
    /// Round of the header that it stands under.
    pub(crate) round: Round,
    /// Number of leaves.
    pub(crate) count: u32,
}

impl Batch<'_> {
    /// Keeps leaves by hash.
    pub(crate) fn put_leaves<'l>(
        &self,
        leaves: impl IntoIterator<Item = (&'l Hash32, &'l ViewLeaf)>,
    ) -> StoreResult<()> {
        self.put_all(LEAVES, leaves)
    }

    /// Completes a body, all of whose leaves are in the store.
    pub(crate) fn put_body(
        &self,
        root: &Hash32,
        round: Round,
        hashes: &[Hash32],
    ) -> StoreResult<()> {
        for (chunk, part) in (0u32..).zip(hashes.chunks(CHUNK)) {
            self.put(BODY_HASHES, &(*root, chunk), &part.to_vec())?;
        }
        let count = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
        self.put(BODIES, root, &BodyInfo { round, count })?;
        self.put(BODIES_OF_ROUND, &(round, *root), &())
    }
}

impl View {
    /// Round of the oldest body.
    pub(crate) fn first_body(&self) -> StoreResult<Option<Round>> {
        let all = (Round::MAX, [u8::MAX; 32]);
        let first = self.range(BODIES_OF_ROUND, &(0, [0; 32]), &all, 1)?;
        Ok(first.first().map(|((round, _), ())| *round))
    }

    /// Leaf hashes of a body in order. `None` when the body is not here, or not complete.
    pub(crate) fn body_hashes(&self, root: &Hash32) -> StoreResult<Option<Vec<Hash32>>> {
        let Some(info) = self.get(BODIES, root)? else {
            return Ok(None);
        };
        let chunks = self.range(BODY_HASHES, &(*root, 0), &(*root, u32::MAX), usize::MAX)?;
        let hashes: Vec<Hash32> = chunks.into_iter().flat_map(|(_, part)| part).collect();
        Ok((u32::try_from(hashes.len()) == Ok(info.count)).then_some(hashes))
    }

    /// Leaf hashes of a body from leaf `first` on, at most `limit`. `None` when the body is not here.
    pub(crate) fn body_hashes_from(
        &self,
        root: &Hash32,
        first: u32,
        limit: usize,
    ) -> StoreResult<Option<Vec<Hash32>>> {
        if !self.has(BODIES, root)? {
            return Ok(None);
        }
        let first = first as usize;
        let chunk = u32::try_from(first / CHUNK).unwrap_or(u32::MAX);
        let chunks = limit.div_ceil(CHUNK).saturating_add(1);
        let read = self.range(BODY_HASHES, &(*root, chunk), &(*root, u32::MAX), chunks)?;
        let hashes = read.into_iter().flat_map(|(_, part)| part);
        Ok(Some(hashes.skip(first % CHUNK).take(limit).collect()))
    }

    /// Leaves of a body in order, with their hashes. `None` when the body is not here, or not complete.
    pub(crate) fn body(&self, root: &Hash32) -> StoreResult<Option<(Vec<Hash32>, Vec<ViewLeaf>)>> {
        let Some(hashes) = self.body_hashes(root)? else {
            return Ok(None);
        };
        let leaves: Option<Vec<ViewLeaf>> = self.get_all(LEAVES, &hashes)?.into_iter().collect();
        Ok(leaves.map(|leaves| (hashes, leaves)))
    }
}
