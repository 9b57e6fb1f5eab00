//! Proofs for a run of leaves: what a receiver needs so that it can check each leaf of the run by its hash alone.
//!
//! The proof holds the roots of the largest subtrees that lie outside the run, from left to right. With the run's leaf
//! hashes they give the root in one pass, so one proof serves a whole range of a cell or of a view block.

use alloc::vec::Vec;

use super::{Tree, left_size, node_hash, root};
use crate::hash::{Hash32, Hasher};

/// Longest proof of a run: two for each level.
pub const MAX_RANGE_PROOF_LEN: usize = 64;

impl Tree {
    /// Hash of leaf `index`. `None` when there is no such leaf.
    #[must_use]
    pub fn leaf(&self, index: usize) -> Option<Hash32> {
        self.levels.first()?.get(index).copied()
    }

    /// Hashes of the leaves in order.
    #[must_use]
    pub fn leaves(&self) -> &[Hash32] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// Roots of the largest subtrees outside leaves `first .. first + count`, from left to right. `None` when the run
    /// is empty or leaves the tree.
    #[must_use]
    pub fn range_proof(&self, first: usize, count: usize) -> Option<Vec<Hash32>> {
        let end = first.checked_add(count)?;
        if count == 0 || end > self.count() {
            return None;
        }
        let mut proof = Vec::new();
        // Subtrees still to be looked at, the leftmost on top.
        let mut open = Vec::from([(0usize, self.count())]);
        while let Some((low, high)) = open.pop() {
            if high <= first || low >= end {
                proof.push(self.subtree(low, high)?);
            } else if low < first || high > end {
                let middle = low.checked_add(left_size(high.checked_sub(low)?))?;
                open.push((middle, high));
                open.push((low, middle));
            }
        }
        Some(proof)
    }

    /// Root of the subtree over leaves `low .. high`, which must be one of the tree's own.
    fn subtree(&self, low: usize, high: usize) -> Option<Hash32> {
        let level = high
            .checked_sub(low)?
            .checked_next_power_of_two()?
            .checked_ilog2()?;
        let place = low.checked_shr(level)?;
        self.levels
            .get(usize::try_from(level).ok()?)?
            .get(place)
            .copied()
    }
}

/// The root that a run of leaf hashes beginning at leaf `first` of `total` leads to with its proof. `None` when the run
/// is empty, leaves the tree, or the proof's length does not fit.
#[must_use]
pub fn root_from_range<H: Hasher>(
    leaf_hashes: &[Hash32],
    first: usize,
    total: usize,
    proof: &[Hash32],
) -> Option<Hash32> {
    let end = first.checked_add(leaf_hashes.len())?;
    if leaf_hashes.is_empty() || end > total || proof.len() > MAX_RANGE_PROOF_LEN {
        return None;
    }
    let mut proof = proof.iter();
    let run = Run { leaf_hashes, first };
    let computed = run.root_of::<H>(0, total, &mut proof)?;
    proof.next().is_none().then_some(computed)
}

struct Run<'a> {
    leaf_hashes: &'a [Hash32],
    first: usize,
}

impl Run<'_> {
    /// Depth of the recursion is the tree's height.
    fn root_of<H: Hasher>(
        &self,
        low: usize,
        high: usize,
        proof: &mut core::slice::Iter<'_, Hash32>,
    ) -> Option<Hash32> {
        let end = self.first.checked_add(self.leaf_hashes.len())?;
        if high <= self.first || low >= end {
            return proof.next().copied();
        }
        if low >= self.first && high <= end {
            let from = low.checked_sub(self.first)?;
            let to = high.checked_sub(self.first)?;
            return Some(root::<H>(self.leaf_hashes.get(from..to)?));
        }
        let middle = low.checked_add(left_size(high.checked_sub(low)?))?;
        let left = self.root_of::<H>(low, middle, proof)?;
        let right = self.root_of::<H>(middle, high, proof)?;
        Some(node_hash::<H>(&left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Sha256;

    fn leaves(count: usize) -> Vec<Hash32> {
        (0..count)
            .map(|index| Sha256::sha256(&index.to_le_bytes()))
            .collect()
    }

    #[test]
    fn every_run_of_every_small_tree_leads_to_its_root() {
        for total in 1..40 {
            let leaves = leaves(total);
            let tree = Tree::new::<Sha256>(leaves.clone());
            for first in 0..total {
                for count in 1..=total - first {
                    let proof = tree.range_proof(first, count).expect("the run is inside");
                    let run = &leaves[first..first + count];
                    assert_eq!(
                        root_from_range::<Sha256>(run, first, total, &proof),
                        Some(tree.root()),
                        "{first} + {count} of {total}"
                    );
                }
            }
        }
    }

    #[test]
    fn m2_a_run_at_another_place_size_or_with_another_leaf_does_not_lead_to_the_root() {
        let leaves = leaves(21);
        let tree = Tree::new::<Sha256>(leaves.clone());
        let proof = tree.range_proof(5, 6).expect("inside");
        let run = leaves[5..11].to_vec();
        let root = Some(tree.root());
        assert_ne!(root_from_range::<Sha256>(&run, 6, 21, &proof), root);
        // A count that makes the tree of another shape; like a path, a run is given with its root and the count of that.
        assert_ne!(root_from_range::<Sha256>(&run, 5, 33, &proof), root);
        assert_ne!(root_from_range::<Sha256>(&run[1..], 5, 21, &proof), root);
        assert_ne!(root_from_range::<Sha256>(&run, 5, 21, &proof[1..]), root);
        let mut longer = proof.clone();
        longer.push([0; 32]);
        assert_eq!(root_from_range::<Sha256>(&run, 5, 21, &longer), None);
        let mut other = run.clone();
        other[3][0] ^= 1;
        assert_ne!(root_from_range::<Sha256>(&other, 5, 21, &proof), root);
    }

    #[test]
    fn a_run_outside_the_tree_has_no_proof_and_no_root() {
        let tree = Tree::new::<Sha256>(leaves(4));
        assert_eq!(tree.range_proof(0, 0), None);
        assert_eq!(tree.range_proof(3, 2), None);
        assert_eq!(tree.range_proof(usize::MAX, 2), None);
        assert_eq!(root_from_range::<Sha256>(&[], 0, 4, &[]), None);
        assert_eq!(root_from_range::<Sha256>(&leaves(2), 3, 4, &[]), None);
    }
}
