use chainflix_primitives::{
    Hash32, Hasher, Sha256,
    manifest::{
        CellEntry, MAX_CELL_BYTES, MAX_CODECS_BYTES, MAX_INIT_SEGMENT_BYTES, MAX_RENDITIONS,
        MAX_TITLE_BYTES, Manifest, ManifestError,
    },
    merkle,
};
use codec::Encode;

use crate::samples::{cell_of, manifest, stream};

/// What a manifest is refused for after a change.
fn refusal(change: impl FnOnce(&mut Manifest)) -> Option<ManifestError> {
    let mut changed = manifest();
    change(&mut changed);
    changed.validate().err()
}

#[test]
fn the_magnet_is_the_hash_of_the_encoding_and_changes_with_any_of_it() {
    let manifest = manifest();
    assert_eq!(
        manifest.magnet::<Sha256>().0,
        Sha256::sha256(&manifest.encode())
    );
    let mut other = manifest.clone();
    other.renditions[1].cells[2].fragments[1].duration_ms += 1;
    assert_ne!(manifest.magnet::<Sha256>(), other.magnet::<Sha256>());
}

#[test]
fn every_cell_proves_its_place_under_the_manifest_root() {
    let manifest = manifest();
    let leaves: Vec<Hash32> = manifest
        .entries()
        .map(CellEntry::leaf_hash::<Sha256>)
        .collect();
    let root = manifest.root::<Sha256>();
    assert_eq!(manifest.entry_count(), 6);
    for rendition in 0..2u8 {
        for index in 0..3u16 {
            let (cell, place) = manifest.cell(rendition, index).expect("a cell");
            assert_eq!((cell.entry.rendition, cell.entry.index), (rendition, index));
            let path = merkle::proof::<Sha256>(&leaves, place as usize).expect("a leaf");
            let leaf = cell.entry.leaf_hash::<Sha256>();
            assert!(merkle::verify::<Sha256>(leaf, place, 6, &path, &root));
        }
    }
    assert!(manifest.cell(0, 3).is_none());
    assert!(manifest.cell(2, 0).is_none());
}

#[test]
fn a_manifest_as_it_should_be_is_valid() {
    assert_eq!(manifest().validate(), Ok(()));
}

#[test]
fn w3_a_video_without_playtime_or_of_more_than_a_day_is_refused() {
    for total in [0, 86_400_001, u32::MAX] {
        let refused = refusal(|m| m.total_playtime_ms = total);
        assert_eq!(refused, Some(ManifestError::Playtime));
    }
}

#[test]
fn w3_a_cell_above_60_s_or_of_no_time_is_refused() {
    for playtime in [0, 59_999, 60_001, 61_000] {
        let refused = refusal(|m| m.renditions[0].cells[0].entry.playtime_ms = playtime);
        assert_eq!(refused, Some(ManifestError::Cells));
    }
    let longer = refusal(|m| m.total_playtime_ms += 1);
    assert_eq!(longer, Some(ManifestError::Cells));
}

#[test]
fn cells_that_are_missing_too_many_or_out_of_order_are_refused() {
    let cells = Some(ManifestError::Cells);
    assert_eq!(refusal(|m| m.renditions[1].cells.truncate(2)), cells);
    assert_eq!(
        refusal(|m| {
            let extra = m.renditions[1].cells[2].clone();
            m.renditions[1].cells.push(extra);
        }),
        cells
    );
    assert_eq!(refusal(|m| m.renditions[0].cells.swap(0, 1)), cells);
    assert_eq!(refusal(|m| m.renditions.swap(0, 1)), cells);
}

#[test]
fn h6_a_cell_has_at_least_8_leaves_and_4_kib_per_second() {
    let mut entry = cell_of(&stream("a cell", 8_192));
    entry.playtime_ms = 2_000;
    assert!(entry.has_fitting_size());
    entry.playtime_ms = 2_001;
    assert!(!entry.has_fitting_size());
    entry.playtime_ms = 1;
    entry.bytes = 8_191;
    assert!(!entry.has_fitting_size());
    entry.playtime_ms = 60_000;
    entry.bytes = 60 * 4_096;
    assert!(entry.has_fitting_size());
    entry.bytes -= 1;
    assert!(!entry.has_fitting_size());
    entry.bytes = MAX_CELL_BYTES;
    assert!(entry.has_fitting_size());
    entry.bytes += 1;
    assert!(!entry.has_fitting_size());
    assert_eq!(
        refusal(|m| m.renditions[0].cells[1].entry.bytes = 8_191),
        Some(ManifestError::CellSize)
    );
}

#[test]
fn q1_one_over_each_bound_of_a_manifest_is_refused() {
    assert_eq!(
        refusal(|m| m.version = 2),
        Some(ManifestError::UnknownVersion)
    );
    assert_eq!(refusal(|m| m.title.clear()), Some(ManifestError::Title));
    assert_eq!(
        refusal(|m| m.title = "t".repeat(MAX_TITLE_BYTES + 1)),
        Some(ManifestError::Title)
    );
    assert_eq!(refusal(|m| m.title = "t".repeat(MAX_TITLE_BYTES)), None);
    assert_eq!(
        refusal(|m| m.renditions.clear()),
        Some(ManifestError::Renditions)
    );
    let nine = refusal(|m| {
        let first = m.renditions[0].clone();
        m.renditions.resize(usize::from(MAX_RENDITIONS) + 1, first);
    });
    assert_eq!(nine, Some(ManifestError::Renditions));
}

#[test]
fn a_producer_writes_no_lines_of_its_own_into_playlists() {
    for title in ["a\nb", "a\u{7f}", "\r"] {
        assert_eq!(
            refusal(|m| m.title = title.into()),
            Some(ManifestError::Title)
        );
    }
    let long = "a".repeat(MAX_CODECS_BYTES + 1);
    for codecs in ["avc1\"\nhttp://elsewhere.example/", "avc1\r", "ä", &long] {
        let refused = refusal(|m| m.renditions[1].codecs = codecs.into());
        assert_eq!(refused, Some(ManifestError::Codecs), "{codecs}");
    }
    let segment = |length| refusal(|m| m.renditions[0].init_segment = vec![0; length]);
    assert_eq!(segment(MAX_INIT_SEGMENT_BYTES), None);
    assert_eq!(
        segment(MAX_INIT_SEGMENT_BYTES + 1),
        Some(ManifestError::Codecs)
    );
}

#[test]
fn fragments_begin_at_0_ascend_and_stay_in_the_cell() {
    let fragments = Some(ManifestError::Fragments);
    assert_eq!(
        refusal(|m| m.renditions[0].cells[0].fragments.clear()),
        fragments
    );
    assert_eq!(
        refusal(|m| m.renditions[0].cells[0].fragments[0].offset = 1),
        fragments
    );
    assert_eq!(
        refusal(|m| m.renditions[0].cells[0].fragments[1].offset = 0),
        fragments
    );
    assert_eq!(
        refusal(|m| {
            let cell = &mut m.renditions[0].cells[0];
            cell.fragments[1].offset = cell.entry.bytes;
        }),
        fragments
    );
}

#[test]
fn the_last_group_of_a_cell_may_be_short() {
    let mut entry = cell_of(&stream("a cell", 32_768));
    assert_eq!(entry.groups(), 2);
    entry.bytes += 1;
    assert_eq!(entry.groups(), 3);
}
