use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::isobmff::Sample;
use crate::isobmff::write::{Run, fragment};

fn trak(id: u32, kind: &[u8; 4], language: [u8; 3], name: &str) -> Vec<u8> {
    let packed = language.iter().fold(0u16, |packed, letter| {
        packed << 5 | u16::from(letter - 0x60)
    });
    let tkhd = boxed(b"tkhd", &[&[0; 12], &id.to_be_bytes(), &[0; 68]]);
    let mdhd = boxed(b"mdhd", &[&[0; 20], &packed.to_be_bytes(), &[0; 2]]);
    let hdlr = boxed(b"hdlr", &[&[0; 8], kind, &[0; 12], name.as_bytes(), &[0]]);
    let mdia = boxed(b"mdia", &[&mdhd.unwrap(), &hdlr.unwrap()]);
    boxed(b"trak", &[&tkhd.unwrap(), &mdia.unwrap()]).unwrap()
}

fn trex(id: u32) -> Vec<u8> {
    boxed(b"trex", &[&[0; 4], &id.to_be_bytes(), &[0; 16]]).unwrap()
}

fn init() -> Vec<u8> {
    let mvex = boxed(b"mvex", &[&trex(1), &trex(2), &trex(3)]).unwrap();
    let traks = [
        trak(1, b"vide", *b"und", "VideoHandler"),
        trak(2, b"soun", *b"deu", "SoundHandler"),
        trak(3, b"soun", *b"eng", "Commentary"),
    ];
    let mvhd = boxed(b"mvhd", &[&[0; 100]]).unwrap();
    let moov = boxed(b"moov", &[&mvhd, &traks.concat(), &mvex]).unwrap();
    let ftyp = boxed(b"ftyp", &[b"iso5"]).unwrap();
    let texts = text_list(&[Label::new("fra", "Sous-titres")]).unwrap();
    [ftyp, moov, texts].concat()
}

#[test]
fn tracks_are_known_by_id_language_and_name() {
    let tracks = Tracks::of_init(&init());
    assert_eq!(tracks.picture, Some(1));
    let sounds: Vec<_> = tracks
        .sounds
        .iter()
        .map(|sound| (sound.track, sound.label.language(), sound.label.name()))
        .collect();
    assert_eq!(
        sounds,
        [(2, Some("deu"), ""), (3, Some("eng"), "Commentary")]
    );
    assert_eq!(tracks.texts, [Label::new("fra", "Sous-titres")]);
    assert!(tracks.come_apart());
}

#[test]
fn an_init_segment_of_one_track_has_no_other() {
    let alone = init_of(&init(), 3).unwrap();
    let tracks = Tracks::of_init(&alone);
    assert_eq!((tracks.picture, tracks.sounds.len()), (None, 1));
    assert_eq!(tracks.sounds[0].track, 3);
    let mvex = find(find(&alone, b"moov").unwrap(), b"mvex").unwrap();
    assert_eq!(mvex, trex(3));
    assert_eq!(init_of(&init(), 9), None);
}

#[test]
fn a_fragment_comes_apart_into_its_tracks() {
    let sample = |data: &'static [u8]| Sample {
        decode: 0,
        offset: 0,
        duration: 10,
        sync: true,
        data: Bytes::from_static(data),
    };
    let (picture, sound) = ([sample(b"picture")], [sample(b"sound")]);
    let run = |track, samples| Run { track, samples };
    let text = text_box(1, "WEBVTT\n").unwrap();
    let one = fragment(1, &[run(1, &picture)]).unwrap();
    let two = fragment(2, &[run(2, &sound)]).unwrap();
    let whole = Bytes::from([text, one.clone(), two.clone()].concat());
    assert_eq!(part_of(&whole, 1).as_deref(), Some(&one[..]));
    assert_eq!(part_of(&whole, 2).as_deref(), Some(&two[..]));
    assert_eq!(part_of(&whole, 3), None);
    assert_eq!(text_of_minute(&whole, 1), Some("WEBVTT\n"));
    assert_eq!(text_of_minute(&whole, 0), None);
}

#[test]
fn what_stands_in_one_moof_with_others_is_cut_out_as_if_it_had_been_alone() {
    let sample = |decode, offset, data: &'static [u8]| Sample {
        decode,
        offset,
        duration: 10,
        sync: decode == 0,
        data: Bytes::from_static(data),
    };
    let picture = [sample(0, 0, b"key"), sample(10, 3, b"next")];
    let sound = [sample(0, 0, b"one"), sample(10, 0, b"two and more")];
    let run = |track, samples| Run { track, samples };
    let text = text_box(0, "WEBVTT\n").unwrap();
    let together = fragment(7, &[run(1, &picture), run(2, &sound)]).unwrap();
    let together = Bytes::from([text, together].concat());
    let alone = |track, samples| fragment(7, &[run(track, samples)]);
    assert_eq!(
        part_of(&together, 1).as_deref(),
        alone(1, &picture).as_deref()
    );
    assert_eq!(
        part_of(&together, 2).as_deref(),
        alone(2, &sound).as_deref()
    );
    assert_eq!(part_of(&together, 3), None);
    // Data that ends before the samples do.
    let cut = together.slice(..together.len() - 1);
    assert_eq!(part_of(&cut, 2), None);
}

#[test]
fn a_label_can_neither_end_a_line_nor_a_quotation() {
    let label = Label::new("DE", " a\"b\r\nURI=c\u{7} ");
    assert_eq!((label.language(), label.name()), (None, "abURI=c"));
    assert_eq!(
        Label::new("deu", &"ä".repeat(99)).name().len(),
        MAX_NAME_BYTES
    );
}

proptest! {
    #[test]
    fn q1_no_fragment_of_several_tracks_gives_more_than_it_holds(
        places in prop::collection::vec((0usize..300, any::<u8>()), 0..6),
    ) {
        let sample = |data: &'static [u8]| Sample {
            decode: 0,
            offset: 1,
            duration: 10,
            sync: true,
            data: Bytes::from_static(data),
        };
        let (picture, sound) = ([sample(b"picture")], [sample(b"sound")]);
        let runs = [
            Run { track: 1, samples: &picture },
            Run { track: 2, samples: &sound },
        ];
        let mut damaged = fragment(1, &runs).unwrap();
        for (place, byte) in places {
            if let Some(target) = damaged.get_mut(place) {
                *target = byte;
            }
        }
        let whole = Bytes::from(damaged);
        for track in 0..4 {
            let part = part_of(&whole, track);
            prop_assert!(part.is_none_or(|part| part.len() <= whole.len()));
        }
    }

    #[test]
    fn q1_no_init_segment_and_no_fragment_makes_a_reader_panic(
        content in prop::collection::vec(any::<u8>(), 0..400),
        places in prop::collection::vec((0usize..700, any::<u8>()), 0..12),
        cut in 0usize..700,
    ) {
        let mut damaged = init();
        for (place, byte) in places {
            if let Some(target) = damaged.get_mut(place) {
                *target = byte;
            }
        }
        damaged.truncate(cut.max(8));
        for bytes in [content, damaged] {
            let tracks = Tracks::of_init(&bytes);
            prop_assert!(tracks.sounds.len() <= MAX_SOUNDS && tracks.texts.len() <= MAX_TEXTS);
            for track in 0..4 {
                let alone = init_of(&bytes, track);
                prop_assert!(alone.is_none_or(|alone| alone.len() <= bytes.len() + 16));
                let part = part_of(&Bytes::from(bytes.clone()), track);
                prop_assert!(part.is_none_or(|part| part.len() <= bytes.len()));
            }
            let _ = text_of_minute(&bytes, 0);
        }
    }

    #[test]
    fn q1_every_label_is_bounded_and_fit_for_a_playlist(language in "\\PC{0,6}", name in any::<String>()) {
        let label = Label::new(&language, &name);
        prop_assert!(label.name().len() <= MAX_NAME_BYTES);
        prop_assert!(!label.name().contains(|c: char| c.is_control() || c == '"'));
        prop_assert!(label.language().is_none_or(|code| code.len() == 3));
    }
}
