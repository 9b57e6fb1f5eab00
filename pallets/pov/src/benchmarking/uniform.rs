//! Trees all of whose leaves are the same: of any size, with a path for every leaf, so that a draw may fall where it will.

use alloc::vec::Vec;
use chainflix_primitives::{hash::Hash32, merkle::node_hash, play_data::Path};
use frame_support::BoundedVec;

use crate::crypto::HostHasher;

/// Trees over one leaf's hash.
pub(super) struct Uniform {
    /// Roots of complete trees with 2ⁿ leaves.
    complete: Vec<Hash32>,
}

impl Uniform {
    pub(super) fn of(leaf: Hash32) -> Self {
        let next = |hash: &Hash32| Some(node_hash::<HostHasher>(hash, hash));
        Self {
            complete: core::iter::successors(Some(leaf), next).take(32).collect(),
        }
    }

    /// Root of the tree with `count` leaves, at least one.
    pub(super) fn root(&self, count: u32) -> Hash32 {
        if count == 1 {
            return self.complete[0];
        }
        let level = (count - 1).ilog2();
        let right = self.root(count - (1 << level));
        node_hash::<HostHasher>(&self.complete[level as usize], &right)
    }

    /// Path of leaf `index` in the tree with `count` leaves.
    pub(super) fn path(&self, index: u32, count: u32) -> Path {
        let (mut index, mut count) = (index, count);
        let mut path = Vec::new();
        while count > 1 {
            let level = (count - 1).ilog2();
            let left = 1 << level;
            if index < left {
                path.push(self.root(count - left));
                count = left;
            } else {
                path.push(self.complete[level as usize]);
                index -= left;
                count -= left;
            }
        }
        path.reverse();
        BoundedVec::truncate_from(path)
    }
}
