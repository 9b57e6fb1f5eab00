//! Earnings trees of the largest size, as far as a path shows them: nobody can tell what stands beside it.

use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId, earnings,
    hash::Hash32,
    merkle::{self, MAX_PROOF_LEN},
};
use frame_support::BoundedVec;

use crate::{AccountTotal, Path, types::HostSha256};

/// A tree with one leaf that is known.
pub(super) struct OneLeaf {
    /// Its root.
    pub(super) root: Hash32,
    /// How many leaves it has.
    pub(super) count: u32,
    /// Path of the leaf, which is the first.
    pub(super) proof: Path,
}

/// The smallest tree in which the first leaf has a path of `steps` steps, at most 32.
pub(super) fn with_first_leaf(account: &AccountId, total: u128, steps: u32) -> OneLeaf {
    let count = 1u32.checked_shl(steps).unwrap_or(u32::MAX);
    let proof = siblings(steps);
    let leaf = earnings::leaf_hash::<HostSha256>(account, total);
    let root = merkle::root_from_proof::<HostSha256>(leaf, 0, count, &proof)
        .expect("a path that fits index and count");
    OneLeaf { root, count, proof }
}

/// A tree with two leaves that are known, beside each other.
pub(super) struct TwoLeaves {
    /// Its root.
    pub(super) root: Hash32,
    /// How many leaves it has.
    pub(super) count: u32,
    /// The first account, before all that benchmarks make.
    pub(super) before: (AccountId, AccountTotal),
    /// The second account, after all that benchmarks make.
    pub(super) after: (AccountId, AccountTotal),
}

/// The largest tree, in which all accounts between the first two are missing.
pub(super) fn without(total: u128) -> TwoLeaves {
    let (first, second) = (AccountId([0; 32]), AccountId([0xff; 32]));
    let leaf = |account| earnings::leaf_hash::<HostSha256>(account, total);
    let path = |sibling| {
        let mut path = siblings(MAX_PROOF_LEN as u32);
        path[0] = sibling;
        path
    };
    let at = |index, proof| AccountTotal {
        total,
        index,
        proof,
    };
    let before = at(0, path(leaf(&second)));
    let after = at(1, path(leaf(&first)));
    let count = u32::MAX;
    let root = merkle::root_from_proof::<HostSha256>(leaf(&first), 0, count, &before.proof)
        .expect("a path that fits index and count");
    TwoLeaves {
        root,
        count,
        before: (first, before),
        after: (second, after),
    }
}

/// Some hashes beside a path.
fn siblings(steps: u32) -> Path {
    let hashes: Vec<_> = (0..steps).map(|step| [step as u8; 32]).collect();
    BoundedVec::truncate_from(hashes)
}
