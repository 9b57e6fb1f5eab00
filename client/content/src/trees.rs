//! The two Merkle trees of a cell, and the outboard that a storage node keeps beside the ciphertext.

use chainflix_primitives::manifest::CIPHER_GROUP_BYTES;
use chainflix_primitives::merkle::{self, Tree};
use chainflix_primitives::possession::PLAIN_LEAF_BYTES;
use chainflix_primitives::{Hash32, Sha256};

/// Bytes of a group of the cipher tree.
pub const GROUP_BYTES: usize = CIPHER_GROUP_BYTES;

/// The plain tree over a cell's plaintext, in leaves of 1 KiB: its root is the possession proof's anchor.
#[must_use]
pub fn plain_tree(plaintext: &[u8]) -> Tree {
    tree(plaintext, PLAIN_LEAF_BYTES)
}

/// The cipher tree over a cell's at-rest ciphertext, in groups of 16 KiB.
#[must_use]
pub fn cipher_tree(ciphertext: &[u8]) -> Tree {
    tree(ciphertext, GROUP_BYTES)
}

/// Hash of one group of at-rest ciphertext, as the cipher tree has it.
#[must_use]
pub fn group_hash(group: &[u8]) -> Hash32 {
    merkle::leaf_hash::<Sha256>(group)
}

/// Number of groups of a cell of `bytes` bytes.
#[must_use]
pub fn group_count(bytes: u32) -> u32 {
    bytes.div_ceil(GROUP_BYTES as u32)
}

/// Bytes of group `index` of a cell of `bytes` bytes: 16 KiB, of the last what is left; 0 past the end.
#[must_use]
pub fn group_bytes(bytes: u32, index: u32) -> usize {
    let offset = u64::from(index).saturating_mul(GROUP_BYTES as u64);
    let left = u64::from(bytes).saturating_sub(offset);
    usize::try_from(left).map_or(GROUP_BYTES, |left| left.min(GROUP_BYTES))
}

/// Offset of group `index` in its cell, in bytes.
#[must_use]
pub fn group_offset(index: u32) -> u64 {
    u64::from(index).saturating_mul(GROUP_BYTES as u64)
}

fn tree(content: &[u8], leaf: usize) -> Tree {
    let leaves = content
        .chunks(leaf)
        .map(merkle::leaf_hash::<Sha256>)
        .collect();
    Tree::new::<Sha256>(leaves)
}

/// Writes a cipher tree as its group hashes in order, 32 bytes each: 0.2 % of the cell.
#[must_use]
pub fn write_outboard(tree: &Tree) -> Vec<u8> {
    tree.leaves().concat()
}

/// Reads an outboard. `None` unless it has a hash for each group of `bytes` bytes and leads to `cipher_root`.
#[must_use]
pub fn read_outboard(outboard: &[u8], bytes: u32, cipher_root: &Hash32) -> Option<Tree> {
    let (hashes, rest) = outboard.as_chunks::<32>();
    let complete = rest.is_empty() && u32::try_from(hashes.len()) == Ok(group_count(bytes));
    let tree = complete.then(|| Tree::new::<Sha256>(hashes.to_vec()))?;
    (tree.root() == *cipher_root).then_some(tree)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outboard_reads_back_as_the_tree_that_it_was_written_from() {
        let content = vec![7u8; 3 * GROUP_BYTES + 5];
        let tree = cipher_tree(&content);
        let outboard = write_outboard(&tree);
        assert_eq!(outboard.len(), 4 * 32);
        let read = read_outboard(&outboard, content.len() as u32, &tree.root());
        assert_eq!(read, Some(tree));
    }

    #[test]
    fn m1_an_outboard_with_a_wrong_hash_or_of_another_length_is_refused() {
        let content = vec![7u8; 3 * GROUP_BYTES];
        let tree = cipher_tree(&content);
        let mut outboard = write_outboard(&tree);
        let bytes = content.len() as u32;
        assert_eq!(read_outboard(&outboard, bytes + 1, &tree.root()), None);
        assert_eq!(read_outboard(&outboard[..64], bytes, &tree.root()), None);
        outboard[40] ^= 1;
        assert_eq!(read_outboard(&outboard, bytes, &tree.root()), None);
    }

    #[test]
    fn groups_are_16_kib_and_the_last_is_the_rest() {
        let bytes = 2 * GROUP_BYTES as u32 + 1;
        assert_eq!(group_count(bytes), 3);
        assert_eq!(group_bytes(bytes, 0), GROUP_BYTES);
        assert_eq!(group_bytes(bytes, 2), 1);
        assert_eq!(group_bytes(bytes, 3), 0);
    }
}
