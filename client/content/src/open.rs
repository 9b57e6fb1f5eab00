//! From verified ciphertext to plaintext.

use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::merkle::Tree;

use crate::envelope::ContentKey;
use crate::trees;

/// Why ciphertext was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A group does not hash to what the cipher tree has.
    #[error("group {0} of the cell is not what was published")]
    Group(u32),
    /// The content does not have the cell's length.
    #[error("the cell has {got} bytes instead of {expected}")]
    Length {
        /// Bytes there are.
        got: usize,
        /// Bytes there should be.
        expected: u32,
    },
    /// The opened cell does not stand under the plain root: the key is another cell's.
    #[error("the content key does not open this cell")]
    Key,
}

/// Verifies group `index` of a cell against its cipher tree, and decrypts it in place.
///
/// # Errors
/// [`OpenError::Group`]; the group is left as it was.
pub fn open_group(
    tree: &Tree,
    key: &ContentKey,
    index: u32,
    group: &mut [u8],
) -> Result<(), OpenError> {
    let expected = usize::try_from(index)
        .ok()
        .and_then(|index| tree.leaf(index));
    if expected != Some(trees::group_hash(group)) {
        return Err(OpenError::Group(index));
    }
    key.apply(trees::group_offset(index), group);
    Ok(())
}

/// Verifies a whole cell against both of its roots, and decrypts it in place. Returns the plain tree, from which
/// possession is proved.
///
/// # Errors
/// What does not fit; the content is then of no use.
pub fn open_cell(
    entry: &CellEntry,
    key: &ContentKey,
    content: &mut [u8],
) -> Result<Tree, OpenError> {
    if u32::try_from(content.len()) != Ok(entry.bytes) {
        return Err(OpenError::Length {
            got: content.len(),
            expected: entry.bytes,
        });
    }
    if trees::cipher_tree(content).root() != entry.cipher_root {
        return Err(OpenError::Group(0));
    }
    key.apply(0, content);
    let plain = trees::plain_tree(content);
    if plain.root() != entry.plain_root {
        return Err(OpenError::Key);
    }
    Ok(plain)
}
