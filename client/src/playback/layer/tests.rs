use chainflix_primitives::AccountId;
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::manifest::{CellEntry, Fragment, MANIFEST_VERSION, ManifestCell};

use super::*;
use crate::chain::EnhancementState;

fn enhancement(kind: EnhancementKind, language: &str) -> Enhancement {
    Enhancement {
        id: 7,
        video: Magnet([1; 32]),
        kind,
        language: language.to_owned(),
        content: Magnet([2; 32]),
        price: None,
        owner: None,
        state: EnhancementState::Proposed,
    }
}

fn info(kind: EnhancementKind) -> LayerInfo {
    LayerInfo::of(&enhancement(kind, "de")).unwrap()
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, content].concat()
}

/// An init segment with a list of one text.
fn with_text() -> Vec<u8> {
    let list = br#"[{"language":"deu","name":""}]"#;
    boxed(b"uuid", &[b"chainflix/texts\x01".as_slice(), list].concat())
}

/// An init segment with one sound.
fn with_sound() -> Vec<u8> {
    let tkhd = boxed(b"tkhd", &[&[0; 12][..], &[0, 0, 0, 1], &[0; 68]].concat());
    let mdhd = boxed(b"mdhd", &[0; 24]);
    let hdlr = boxed(b"hdlr", &[&[0; 8][..], b"soun", &[0; 13]].concat());
    let mdia = boxed(b"mdia", &[mdhd, hdlr].concat());
    boxed(b"moov", &boxed(b"trak", &[tkhd, mdia].concat()))
}

fn manifest(total_playtime_ms: u32, init_segment: Vec<u8>) -> Manifest {
    let count = window::cell_count(total_playtime_ms).unwrap();
    let cell = |index: u16| ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index,
            playtime_ms: window::cell_playtime(total_playtime_ms, index).unwrap(),
            bytes: 300_000,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        },
        fragments: vec![Fragment {
            offset: 0,
            duration_ms: 2_000,
        }],
    };
    Manifest {
        version: MANIFEST_VERSION,
        title: "T".into(),
        producer: AccountId([0; 32]),
        upload_id: UploadId([0; 16]),
        total_playtime_ms,
        renditions: vec![Rendition {
            width: 0,
            height: 0,
            bandwidth: 1,
            codecs: "wvtt".into(),
            init_segment,
            cells: (0..count).map(cell).collect(),
        }],
    }
}

#[test]
fn effects_are_not_offered_and_neither_is_what_could_end_a_quotation_in_a_playlist() {
    let offered = |kind, language: &str| LayerInfo::of(&enhancement(kind, language)).is_some();
    assert!(offered(EnhancementKind::Subtitles, "pt-BR"));
    assert!(offered(EnhancementKind::Dub, "de"));
    assert!(!offered(EnhancementKind::Effects, "de"));
    for language in ["", "d\"e", "de\n", "de-", "überlang", "abcdefgh-abcdefgh"] {
        assert!(!offered(EnhancementKind::Dub, language), "{language}");
    }
}

#[test]
fn a_layer_has_the_track_that_it_is_about_and_the_minutes_of_its_video() {
    let video = manifest(130_000, Vec::new());
    let (subtitles, dub) = (info(EnhancementKind::Subtitles), info(EnhancementKind::Dub));
    let text = manifest(130_000, with_text());
    let sound = manifest(130_021, with_sound());
    assert!(subtitles.fits(&text, &video) && dub.fits(&sound, &video));
    assert!(!subtitles.fits(&sound, &video) && !dub.fits(&text, &video));
    assert!(!subtitles.fits(&manifest(119_999, with_text()), &video));
    assert!(!subtitles.fits(&manifest(132_000, with_text()), &video));
    // As long to a moment, and yet a minute more.
    let video = manifest(120_000, Vec::new());
    assert!(!subtitles.fits(&manifest(120_040, with_text()), &video));
}
