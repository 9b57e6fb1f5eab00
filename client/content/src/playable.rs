//! What a player asks of a manifest beyond the rules of the format, before it sets aside memory for it.
//!
//! A stranger's manifest may hold whatever its format allows: a cell of 1.5 GB, a million fragments of a millisecond. A
//! player holds three cells in memory and lists every fragment, so it plays only what it can hold.

use chainflix_primitives::manifest::{Manifest, ManifestError};

/// Largest cell that is played, in bytes: a minute at 33 Mb/s.
pub const MAX_PLAYED_CELL_BYTES: u32 = 250_000_000;
/// Most fragments of a cell: four a second.
pub const MAX_CELL_FRAGMENTS: usize = 240;
/// Fragments may begin so much before or after their minute, in ms: a frame is no shorter than that.
const BORDER_MS: u64 = 1_000;

/// Why a manifest is not played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unplayable {
    /// It breaks a rule of the format.
    #[error("its manifest breaks a rule ({0:?})")]
    Manifest(ManifestError),
    /// A cell is too large.
    #[error("minute {0} has more than {MAX_PLAYED_CELL_BYTES} bytes")]
    CellTooLarge(u16),
    /// A cell has too many fragments.
    #[error("minute {0} has more than {MAX_CELL_FRAGMENTS} fragments")]
    Fragments(u16),
    /// A cell's fragments do not play for its time.
    #[error("the fragments of minute {0} play for another time than the minute")]
    Timeline(u16),
}

/// Checks that a manifest can be played in bounded memory.
///
/// # Errors
/// The first rule that does not hold.
pub fn check(manifest: &Manifest) -> Result<(), Unplayable> {
    manifest.validate().map_err(Unplayable::Manifest)?;
    for cell in manifest.renditions.iter().flat_map(|r| &r.cells) {
        let index = cell.entry.index;
        if cell.entry.bytes > MAX_PLAYED_CELL_BYTES {
            return Err(Unplayable::CellTooLarge(index));
        }
        if cell.fragments.len() > MAX_CELL_FRAGMENTS {
            return Err(Unplayable::Fragments(index));
        }
        let durations = cell.fragments.iter();
        let played: u64 = durations.map(|f| u64::from(f.duration_ms)).sum();
        if played.abs_diff(u64::from(cell.entry.playtime_ms)) > BORDER_MS {
            return Err(Unplayable::Timeline(index));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::AccountId;
    use chainflix_primitives::ids::UploadId;
    use chainflix_primitives::manifest::{
        CellEntry, Fragment, MANIFEST_VERSION, ManifestCell, Rendition,
    };
    use codec::{Decode, Encode};
    use proptest::prelude::*;

    fn manifest(bytes: u32, durations: &[u32]) -> Manifest {
        let fragments = (0u32..).zip(durations);
        Manifest {
            version: MANIFEST_VERSION,
            title: "T".into(),
            producer: AccountId([0; 32]),
            upload_id: UploadId([0; 16]),
            total_playtime_ms: 60_000,
            renditions: vec![Rendition {
                width: 2,
                height: 2,
                bandwidth: 1,
                codecs: "avc1.42c01e".into(),
                init_segment: Vec::new(),
                cells: vec![ManifestCell {
                    entry: CellEntry {
                        rendition: 0,
                        index: 0,
                        playtime_ms: 60_000,
                        bytes,
                        plain_root: [0; 32],
                        cipher_root: [0; 32],
                    },
                    fragments: fragments
                        .map(|(offset, duration_ms)| Fragment {
                            offset,
                            duration_ms: *duration_ms,
                        })
                        .collect(),
                }],
            }],
        }
    }

    #[test]
    fn q1_hostile_sizes_are_refused_before_anything_is_set_aside_for_them() {
        assert_eq!(check(&manifest(300_000, &[2_000; 30])), Ok(()));
        assert_eq!(
            check(&manifest(300_000, &[2_000; 29])),
            Err(Unplayable::Timeline(0))
        );
        assert_eq!(
            check(&manifest(300_000, &[u32::MAX; 240])),
            Err(Unplayable::Timeline(0))
        );
        assert_eq!(
            check(&manifest(300_000, &[240; 250])),
            Err(Unplayable::Fragments(0))
        );
        let large = manifest(1_500_000_000, &[2_000; 30]);
        assert_eq!(large.validate(), Ok(()));
        assert_eq!(check(&large), Err(Unplayable::CellTooLarge(0)));
    }

    proptest! {
        #[test]
        fn q1_no_damaged_manifest_makes_decoding_or_checking_panic_or_allocate_what_it_does_not_hold(
            places in prop::collection::vec((0usize..500, any::<u8>()), 1..8),
            cut in 0usize..500,
        ) {
            let mut encoded = manifest(300_000, &[2_000; 30]).encode();
            for (place, byte) in places {
                if let Some(target) = encoded.get_mut(place) {
                    *target = byte;
                }
            }
            encoded.truncate(encoded.len() - cut.min(encoded.len()));
            if let Ok(read) = Manifest::decode(&mut encoded.as_slice()) {
                // Nothing that was read is larger than what it was read from.
                prop_assert!(read.encode().len() <= encoded.len());
                let _ = check(&read);
            }
        }
    }
}
