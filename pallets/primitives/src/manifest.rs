//! The manifest of a video: what its magnet is the hash of.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, Hasher};
use crate::ids::{AccountId, Magnet, UploadId};
use crate::merkle;
use crate::possession::{MIN_BYTES_PER_SECOND, PLAIN_LEAF_BYTES, SLICES};
use crate::window;

/// Version of [`Manifest`].
pub const MANIFEST_VERSION: u8 = 1;
/// Most renditions of a video.
pub const MAX_RENDITIONS: u8 = 8;
/// Longest title in bytes of UTF-8.
pub const MAX_TITLE_BYTES: usize = 128;
/// Longest list of codecs in bytes.
pub const MAX_CODECS_BYTES: usize = 64;
/// Longest initialisation segment in bytes.
pub const MAX_INIT_SEGMENT_BYTES: usize = 64 * 1024;
/// Bytes of a leaf of the cipher tree: the group that is verified before use.
pub const CIPHER_GROUP_BYTES: usize = 16 * 1024;
/// Most bytes of a SCALE-encoded manifest that anybody has to read.
pub const MAX_MANIFEST_BYTES: usize = 8 * 1024 * 1024;
/// Most bytes of one cell: 60 s at 200 Mb/s.
pub const MAX_CELL_BYTES: u32 = 1_500_000_000;

/// The commitment to one cell: a leaf under the manifest root.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CellEntry {
    /// Rendition, an index into the manifest's list.
    pub rendition: u8,
    /// Index of the cell, that is its minute.
    pub index: u16,
    /// Playtime in ms.
    pub playtime_ms: u32,
    /// Length in bytes, of plaintext and ciphertext alike.
    pub bytes: u32,
    /// RFC 6962 root over the plaintext in leaves of 1 KiB.
    pub plain_root: Hash32,
    /// RFC 6962 root over the at-rest ciphertext in leaves of 16 KiB.
    pub cipher_root: Hash32,
}

/// One closed group of pictures inside a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Fragment {
    /// Offset in the cell, in bytes.
    pub offset: u32,
    /// Duration in ms.
    pub duration_ms: u32,
}

/// A cell and where its fragments begin.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ManifestCell {
    /// The commitment.
    pub entry: CellEntry,
    /// Fragments in order; each ends where the next begins.
    pub fragments: Vec<Fragment>,
}

/// One encoding of the video.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Rendition {
    /// Width in pixels, 0 without picture.
    pub width: u16,
    /// Height in pixels, 0 without picture.
    pub height: u16,
    /// Peak bits per second over a cell.
    pub bandwidth: u32,
    /// Codecs as in RFC 6381, for the playlist.
    pub codecs: String,
    /// CMAF initialisation segment.
    pub init_segment: Vec<u8>,
    /// Cells in order.
    pub cells: Vec<ManifestCell>,
}

/// Everything that a player needs to know of a video before the first cell.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub version: u8,
    /// Title, at most [`MAX_TITLE_BYTES`].
    pub title: String,
    /// The producer.
    pub producer: AccountId,
    /// The upload under which the content keys were derived.
    pub upload_id: UploadId,
    /// Playtime in ms.
    pub total_playtime_ms: u32,
    /// Renditions.
    pub renditions: Vec<Rendition>,
}

/// Why a manifest is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestError {
    /// The version is not known.
    UnknownVersion,
    /// The title is empty, too long, or holds control characters.
    Title,
    /// Total playtime is zero or more than a day.
    Playtime,
    /// There is no rendition, or too many.
    Renditions,
    /// A rendition's cells don't match the total playtime, or stand out of order.
    Cells,
    /// A cell is too small for its playtime or too large.
    CellSize,
    /// Fragments don't begin at 0, don't ascend, or leave the cell.
    Fragments,
    /// A list of codecs is too long or is none, or an initialisation segment is too long.
    Codecs,
}

impl CellEntry {
    /// Leaf under the manifest root.
    #[must_use]
    pub fn leaf_hash<H: Hasher>(&self) -> Hash32 {
        merkle::leaf_hash::<H>(&self.encode())
    }

    /// Groups of the cipher tree.
    #[must_use]
    pub fn groups(&self) -> u32 {
        self.bytes.div_ceil(CIPHER_GROUP_BYTES as u32)
    }

    /// Whether the size fits the playtime: at least 8 leaves, at least 4 KiB per second, not too large.
    #[must_use]
    pub fn has_fitting_size(&self) -> bool {
        let least_for_leaves = (PLAIN_LEAF_BYTES as u64).saturating_mul(u64::from(SLICES));
        let least_for_time = u64::from(self.playtime_ms)
            .saturating_mul(MIN_BYTES_PER_SECOND)
            .div_ceil(1000);
        let bytes = u64::from(self.bytes);
        bytes >= least_for_leaves && bytes >= least_for_time && self.bytes <= MAX_CELL_BYTES
    }
}

impl Manifest {
    /// The magnet: SHA-256 of the SCALE encoding.
    #[must_use]
    pub fn magnet<H: Hasher>(&self) -> Magnet {
        Magnet(H::sha256(&self.encode()))
    }

    /// Cell entries in the order of the manifest tree: by rendition, then index.
    pub fn entries(&self) -> impl Iterator<Item = &CellEntry> {
        self.renditions
            .iter()
            .flat_map(|rendition| rendition.cells.iter().map(|cell| &cell.entry))
    }

    /// Root over all cell entries, which goes on chain.
    #[must_use]
    pub fn root<H: Hasher>(&self) -> Hash32 {
        let leaves: Vec<Hash32> = self.entries().map(CellEntry::leaf_hash::<H>).collect();
        merkle::root::<H>(&leaves)
    }

    /// Number of cells of all renditions.
    #[must_use]
    pub fn entry_count(&self) -> u32 {
        u32::try_from(self.entries().count()).unwrap_or(u32::MAX)
    }

    /// The cell at `index` of `rendition`, with its place in the manifest tree.
    #[must_use]
    pub fn cell(&self, rendition: u8, index: u16) -> Option<(&ManifestCell, u32)> {
        let before: usize = self
            .renditions
            .iter()
            .take(usize::from(rendition))
            .map(|r| r.cells.len())
            .sum();
        let cell = self
            .renditions
            .get(usize::from(rendition))?
            .cells
            .get(usize::from(index))?;
        let place = before.checked_add(usize::from(index))?;
        Some((cell, u32::try_from(place).ok()?))
    }

    /// Checks everything that does not need the cells' content.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn validate(&self) -> Result<(), ManifestError> {
        if self.version != MANIFEST_VERSION {
            return Err(ManifestError::UnknownVersion);
        }
        if self.title.is_empty()
            || self.title.len() > MAX_TITLE_BYTES
            || self.title.contains(char::is_control)
        {
            return Err(ManifestError::Title);
        }
        let count = window::cell_count(self.total_playtime_ms).ok_or(ManifestError::Playtime)?;
        if self.renditions.is_empty() || self.renditions.len() > usize::from(MAX_RENDITIONS) {
            return Err(ManifestError::Renditions);
        }
        for (number, rendition) in (0u8..).zip(&self.renditions) {
            if !is_list_of_codecs(&rendition.codecs)
                || rendition.init_segment.len() > MAX_INIT_SEGMENT_BYTES
            {
                return Err(ManifestError::Codecs);
            }
            if rendition.cells.len() != usize::from(count) {
                return Err(ManifestError::Cells);
            }
            for (index, cell) in (0u16..).zip(&rendition.cells) {
                self.validate_cell(number, index, cell)?;
            }
        }
        Ok(())
    }

    fn validate_cell(
        &self,
        rendition: u8,
        index: u16,
        cell: &ManifestCell,
    ) -> Result<(), ManifestError> {
        let entry = &cell.entry;
        let playtime = window::cell_playtime(self.total_playtime_ms, index);
        if (entry.rendition, entry.index) != (rendition, index)
            || Some(entry.playtime_ms) != playtime
        {
            return Err(ManifestError::Cells);
        }
        if !entry.has_fitting_size() {
            return Err(ManifestError::CellSize);
        }
        let ascending = cell.fragments.windows(2).all(|pair| match pair {
            [a, b] => a.offset < b.offset,
            _ => false,
        });
        let begins_at_zero = cell
            .fragments
            .first()
            .is_some_and(|first| first.offset == 0);
        let inside = cell
            .fragments
            .last()
            .is_some_and(|last| last.offset < entry.bytes);
        if !(ascending && begins_at_zero && inside) {
            return Err(ManifestError::Fragments);
        }
        Ok(())
    }
}

/// Codecs go into a playlist as they are: a line break among them would let a producer write lines of its own.
fn is_list_of_codecs(codecs: &str) -> bool {
    let is_of_a_codec = |byte: u8| byte.is_ascii_alphanumeric() || b".,-_ ".contains(&byte);
    codecs.len() <= MAX_CODECS_BYTES && codecs.bytes().all(is_of_a_codec)
}
