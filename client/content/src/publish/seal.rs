//! From a plain cell to ciphertext, outboard and commitment.

use chainflix_primitives::manifest::{CellEntry, Fragment, ManifestCell};
use chainflix_primitives::possession::{MIN_BYTES_PER_SECOND, PLAIN_LEAF_BYTES, SLICES};
use chainflix_primitives::{Hasher, Sha256};

use crate::envelope::{ContentKey, apply_keystream};
use crate::isobmff::write;
use crate::packager::{CutError, PlainCell};
use crate::trees;

/// Least length in bytes of a cell of `playtime_ms`: eight leaves, and 4 KiB per second.
#[must_use]
pub fn least_bytes(playtime_ms: u32) -> u64 {
    let for_leaves = (PLAIN_LEAF_BYTES as u64) * u64::from(SLICES);
    let for_time = (u64::from(playtime_ms) * MIN_BYTES_PER_SECOND).div_ceil(1_000);
    for_leaves.max(for_time)
}

/// A cell as it goes to storage nodes.
pub(super) struct SealedCell {
    pub(super) cell: ManifestCell,
    pub(super) ciphertext: Vec<u8>,
    pub(super) outboard: Vec<u8>,
}

/// Pads, hashes and encrypts a cell.
pub(super) fn seal(
    cell: PlainCell,
    rendition: u8,
    playtime_ms: u32,
    key: &ContentKey,
) -> Result<SealedCell, CutError> {
    let PlainCell {
        index,
        mut data,
        fragments,
    } = cell;
    pad(&mut data, playtime_ms)?;
    let plain_root = trees::plain_tree(&data).root();
    key.apply(0, &mut data);
    let cipher_tree = trees::cipher_tree(&data);
    let entry = CellEntry {
        rendition,
        index,
        playtime_ms,
        bytes: u32::try_from(data.len()).map_err(|_| CutError::TooLarge)?,
        plain_root,
        cipher_root: cipher_tree.root(),
    };
    if !entry.has_fitting_size() {
        return Err(CutError::TooLarge);
    }
    Ok(SealedCell {
        cell: ManifestCell {
            entry,
            fragments: fragments as Vec<Fragment>,
        },
        ciphertext: data,
        outboard: trees::write_outboard(&cipher_tree),
    })
}

/// Pads a cell that is too small with a `free` box, which players skip.
///
/// The padding is a keystream under the hash of what it pads: nobody who does not hold the cell can compute it, so a
/// still picture proves possession as well as any other.
fn pad(data: &mut Vec<u8>, playtime_ms: u32) -> Result<(), CutError> {
    let least = usize::try_from(least_bytes(playtime_ms)).map_err(|_| CutError::TooLarge)?;
    if data.len() >= least {
        return Ok(());
    }
    let missing = least.saturating_sub(data.len()).max(8);
    let seed = Sha256::sha256(data);
    let padding =
        write::free(missing, |fill| apply_keystream(&seed, 0, fill)).ok_or(CutError::TooLarge)?;
    data.extend(padding);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(bytes: usize, playtime_ms: u32) -> SealedCell {
        let cell = PlainCell {
            index: 3,
            data: vec![5; bytes],
            fragments: vec![Fragment {
                offset: 0,
                duration_ms: playtime_ms,
            }],
        };
        seal(cell, 1, playtime_ms, &ContentKey::new([9; 32])).expect("it fits")
    }

    #[test]
    fn a_small_cell_is_padded_to_the_least_size_and_a_large_one_left_alone() {
        assert_eq!(sealed(100, 60_000).ciphertext.len(), 245_760);
        assert_eq!(sealed(100, 40).ciphertext.len(), 8_192);
        assert_eq!(sealed(245_757, 60_000).ciphertext.len(), 245_765);
        assert_eq!(sealed(245_760, 60_000).ciphertext.len(), 245_760);
    }

    #[test]
    fn h6_the_padding_is_not_known_without_the_cell() {
        let open = |mut cell: SealedCell| {
            ContentKey::new([9; 32]).apply(0, &mut cell.ciphertext);
            cell.ciphertext.split_off(108)
        };
        assert_ne!(open(sealed(100, 2_000)), open(sealed(101, 2_000)));
        assert!(
            !open(sealed(100, 2_000))
                .windows(16)
                .any(|run| run == [0; 16])
        );
    }

    #[test]
    fn the_ciphertext_stands_under_its_root_and_opens_to_what_stands_under_the_plain_root() {
        let mut sealed = sealed(300_000, 60_000);
        let entry = sealed.cell.entry;
        assert_eq!(
            trees::read_outboard(&sealed.outboard, entry.bytes, &entry.cipher_root)
                .map(|tree| tree.root()),
            Some(trees::cipher_tree(&sealed.ciphertext).root())
        );
        ContentKey::new([9; 32]).apply(0, &mut sealed.ciphertext);
        assert_eq!(
            trees::plain_tree(&sealed.ciphertext).root(),
            entry.plain_root
        );
        assert_eq!(sealed.ciphertext, vec![5; 300_000]);
    }
}
