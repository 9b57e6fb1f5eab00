//! A node's inventory in few bytes, with a checksum.
//!
//! ```text
//! version 1 byte | cells u32 | digest 32 | (video 32 | rendition 1 | first byte u16 | bytes u16 | bits)* | checksum 8
//! ```
//!
//! Numbers are little-endian. Bit `c % 8` of byte `c / 8` stands for cell `c`; bytes before the first one that is not 0 are
//! left out. The checksum is the first bytes of the SHA-256 of all before it.

use chainflix_primitives::{Hash32, Hasher, Magnet, Sha256};

use crate::protocol::{CellRef, InventoryDigest};

/// The only version there is.
const VERSION: u8 = 1;
/// Bytes of the checksum.
const CHECKSUM: usize = 8;

/// A packed inventory, not yet looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

/// A packed inventory is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the packed inventory is damaged")]
pub struct Damaged;

impl Packed {
    /// Packs `cells`, which ascend, whose digest is `digest`.
    pub fn pack<'a>(
        cells: impl IntoIterator<Item = &'a CellRef>,
        digest: &InventoryDigest,
    ) -> Self {
        let mut bytes = vec![VERSION];
        bytes.extend(digest.cells.to_le_bytes());
        bytes.extend(digest.hash);
        let mut group: Option<Group> = None;
        for cell in cells {
            group = match group {
                Some(mut open) if open.is_of(cell) => {
                    open.add(cell.cell);
                    Some(open)
                }
                other => {
                    other.into_iter().for_each(|full| full.write(&mut bytes));
                    Some(Group::begin(cell))
                }
            };
        }
        group.into_iter().for_each(|last| last.write(&mut bytes));
        let sum = Sha256::sha256(&bytes);
        bytes.extend(sum.iter().take(CHECKSUM));
        Self(bytes)
    }

    /// What was written.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// What is to be written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The cells, ascending, and their digest.
    ///
    /// # Errors
    /// When a byte is not as it was written.
    pub fn unpack(&self) -> Result<(Vec<CellRef>, InventoryDigest), Damaged> {
        self.read().ok_or(Damaged)
    }

    fn read(&self) -> Option<(Vec<CellRef>, InventoryDigest)> {
        let (body, sum) = self
            .0
            .split_at_checked(self.0.len().checked_sub(CHECKSUM)?)?;
        if !Sha256::sha256(body).starts_with(sum) {
            return None;
        }
        let (version, body) = body.split_first()?;
        if *version != VERSION {
            return None;
        }
        let (count, body) = body.split_first_chunk::<4>()?;
        let (hash, mut body) = body.split_first_chunk::<32>()?;
        let digest = InventoryDigest {
            cells: u32::from_le_bytes(*count),
            hash: *hash,
        };
        let mut cells = Vec::with_capacity(usize::try_from(digest.cells).ok()?.min(body.len()));
        while !body.is_empty() {
            body = read_group(body, &mut cells)?;
        }
        (u32::try_from(cells.len()) == Ok(digest.cells)).then_some((cells, digest))
    }
}

fn read_group<'a>(body: &'a [u8], cells: &mut Vec<CellRef>) -> Option<&'a [u8]> {
    let (video, body) = body.split_first_chunk::<32>()?;
    let (rendition, body) = body.split_first()?;
    let (first, body) = body.split_first_chunk::<2>()?;
    let (count, body) = body.split_first_chunk::<2>()?;
    let (bits, rest) = body.split_at_checked(u16::from_le_bytes(*count).into())?;
    let video: Hash32 = *video;
    for (place, byte) in (u32::from(u16::from_le_bytes(*first))..).zip(bits) {
        for bit in (0..8u32).filter(|bit| byte.wrapping_shr(*bit) & 1 == 1) {
            let cell = place.checked_mul(8)?.checked_add(bit)?;
            cells.push(CellRef {
                video: Magnet(video),
                rendition: *rendition,
                cell: u16::try_from(cell).ok()?,
            });
        }
    }
    Some(rest)
}

/// Cells of one rendition.
struct Group {
    video: Magnet,
    rendition: u8,
    /// Place of the first byte.
    first: u16,
    bits: Vec<u8>,
}

impl Group {
    fn begin(cell: &CellRef) -> Self {
        let mut group = Self {
            video: cell.video,
            rendition: cell.rendition,
            first: cell.cell / 8,
            bits: Vec::new(),
        };
        group.add(cell.cell);
        group
    }

    fn is_of(&self, cell: &CellRef) -> bool {
        self.video == cell.video && self.rendition == cell.rendition
    }

    /// Adds a cell that comes after all others.
    fn add(&mut self, cell: u16) {
        set_bit(
            &mut self.bits,
            cell.wrapping_sub(self.first.wrapping_mul(8)),
        );
    }

    /// At most 8,192 bytes: the cells of a rendition are numbered by 16 bits.
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.video.0);
        bytes.push(self.rendition);
        bytes.extend(self.first.to_le_bytes());
        let count = u16::try_from(self.bits.len()).unwrap_or(u16::MAX);
        bytes.extend(count.to_le_bytes());
        bytes.extend(self.bits);
    }
}

/// Sets bit `cell % 8` of byte `cell / 8`, with as many bytes as that takes.
pub(crate) fn set_bit(bits: &mut Vec<u8>, cell: u16) {
    let place = usize::from(cell / 8);
    if bits.len() <= place {
        bits.resize(place.saturating_add(1), 0);
    }
    if let Some(byte) = bits.get_mut(place) {
        *byte |= 1u8.wrapping_shl(u32::from(cell % 8));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    fn packed(cells: &BTreeSet<CellRef>) -> Packed {
        Packed::pack(cells, &InventoryDigest::of(cells))
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_alike_and_no_flipped_bit_passes(
            drawn in proptest::collection::btree_set((0u8..4, 0u8..3, any::<u16>()), 0..60), flip: usize,
        ) {
            let cells: BTreeSet<CellRef> = drawn
                .iter()
                .map(|(video, rendition, cell)| CellRef {
                    video: Magnet([*video; 32]),
                    rendition: *rendition,
                    cell: *cell,
                })
                .collect();
            let whole = packed(&cells);
            let (found, digest) = whole.unpack().unwrap();
            prop_assert_eq!(BTreeSet::from_iter(found.iter().copied()), cells.clone());
            prop_assert_eq!(found.len(), cells.len());
            prop_assert_eq!(digest, InventoryDigest::of(&cells));
            let mut flipped = whole.bytes().to_vec();
            let place = flip % (flipped.len() * 8);
            flipped[place / 8] ^= 1 << (place % 8);
            prop_assert_eq!(Packed::from_bytes(&flipped).unpack(), Err(Damaged));
            let cut = &whole.bytes()[..flip % whole.bytes().len()];
            prop_assert_eq!(Packed::from_bytes(cut).unpack(), Err(Damaged));
        }
    }

    #[test]
    fn a_single_cell_of_a_rendition_takes_38_bytes_wherever_it_lies() {
        let empty = packed(&BTreeSet::new()).bytes().len();
        let cell = CellRef {
            video: Magnet([1; 32]),
            rendition: 0,
            cell: u16::MAX,
        };
        assert_eq!(packed(&BTreeSet::from([cell])).bytes().len(), empty + 38);
    }
}
