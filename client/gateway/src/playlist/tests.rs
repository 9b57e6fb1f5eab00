use super::*;
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::manifest::{CellEntry, Fragment, MANIFEST_VERSION, ManifestCell};
use chainflix_primitives::{AccountId, Magnet};
use proptest::prelude::*;

fn manifest() -> Manifest {
    let cell = |index: u16, offsets: &[(u32, u32)]| ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index,
            playtime_ms: 4_000,
            bytes: 900,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        },
        fragments: offsets
            .iter()
            .map(|(offset, duration_ms)| Fragment {
                offset: *offset,
                duration_ms: *duration_ms,
            })
            .collect(),
    };
    Manifest {
        version: MANIFEST_VERSION,
        title: "T".into(),
        producer: AccountId([0; 32]),
        upload_id: UploadId([0; 16]),
        total_playtime_ms: 6_040,
        renditions: vec![Rendition {
            width: 640,
            height: 360,
            bandwidth: 700_000,
            codecs: "avc1.42c01e,mp4a.40.2".into(),
            init_segment: vec![1, 2, 3],
            cells: vec![cell(0, &[(0, 2_000), (300, 2_040)]), cell(1, &[(0, 2_000)])],
        }],
    }
}

#[test]
fn a_rendition_is_listed_fragment_by_fragment_after_its_initialisation_segment() {
    let expected = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n\
        #EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n\
        #EXTINF:2.000,\n0/0.m4s\n#EXTINF:2.040,\n0/1.m4s\n#EXTINF:2.000,\n1/0.m4s\n#EXT-X-ENDLIST\n";
    assert_eq!(media(&manifest().renditions[0], ""), expected);
}

#[test]
fn breaks_stand_where_their_minutes_begin_and_a_video_without_any_is_listed_as_ever() {
    assert_eq!(breaks("5ec", &[]), "");
    let text = breaks("5ec", &[1, 66, 1_441, MONTH]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "#EXT-X-PROGRAM-DATE-TIME:2001-01-01T00:00:00.000Z"
    );
    assert_eq!(
        lines[1],
        "#EXT-X-DATERANGE:ID=\"ad-1\",CLASS=\"com.apple.hls.interstitial\",START-DATE=\"2001-01-01T00:01:00.000Z\",\
         X-ASSET-LIST=\"/media/5ec/ads/1\",X-RESUME-OFFSET=0,CUE=\"ONCE\""
    );
    assert!(
        lines[2].contains("START-DATE=\"2001-01-01T01:06:00.000Z\""),
        "{text}"
    );
    assert!(
        lines[3].contains("START-DATE=\"2001-01-02T00:01:00.000Z\""),
        "{text}"
    );
    assert_eq!(lines.len(), 4);
    let listed = media(&manifest().renditions[0], &text);
    let (head, segments) = listed.split_once(&text).expect("all breaks");
    assert!(head.ends_with("#EXT-X-MAP:URI=\"init.mp4\"\n") && segments.starts_with("#EXTINF"));
}

#[test]
fn the_master_names_codecs_and_size() {
    let text = master(&manifest(), 0, &[]);
    assert!(text.contains(
        "#EXT-X-STREAM-INF:BANDWIDTH=700000,CODECS=\"avc1.42c01e,mp4a.40.2\",RESOLUTION=640x360\n0/playlist.m3u8\n"
    ), "{text}");
}

#[test]
fn a_producer_writes_no_lines_of_its_own_into_a_playlist() {
    let mut forged = manifest();
    forged.renditions[0].codecs = "avc1\"\nhttps://elsewhere.example/".into();
    let text = master(&forged, 0, &[]);
    assert!(
        !text.contains("elsewhere") && !text.contains("CODECS"),
        "{text}"
    );
}

/// A box of ISO BMFF.
fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, content].concat()
}

fn trak(id: u8, kind: &[u8; 4], name: &str) -> Vec<u8> {
    let mut tkhd = [0; 84];
    tkhd[15] = id;
    // The language "eng".
    let mdhd = [&[0; 20][..], &[0x15, 0xc7], &[0; 2]].concat();
    let hdlr = [&[0; 8][..], kind, &[0; 12], name.as_bytes(), &[0]].concat();
    let mdia = [boxed(b"mdhd", &mdhd), boxed(b"hdlr", &hdlr)].concat();
    boxed(
        b"trak",
        &[boxed(b"tkhd", &tkhd), boxed(b"mdia", &mdia)].concat(),
    )
}

fn init_segment(traks: &[Vec<u8>], texts: &str) -> Vec<u8> {
    let list = [b"chainflix/texts\x01".as_slice(), texts.as_bytes()].concat();
    [boxed(b"moov", &traks.concat()), boxed(b"uuid", &list)].concat()
}

#[test]
fn the_rendition_to_begin_with_stands_first() {
    let mut two = manifest();
    two.renditions.push(two.renditions[0].clone());
    let text = master(&two, 1, &[]);
    let first = text.find("\n1/playlist.m3u8").unwrap();
    assert!(first < text.find("\n0/playlist.m3u8").unwrap(), "{text}");
}

#[test]
fn several_sounds_and_texts_are_groups_with_names_of_their_own() {
    let mut film = manifest();
    let traks = [
        trak(1, b"vide", "VideoHandler"),
        trak(2, b"soun", "SoundHandler"),
        trak(3, b"soun", "SoundHandler"),
    ];
    let texts = r#"[{"language":"deu","name":"Für alle"},{"language":"und","name":""}]"#;
    film.renditions[0].init_segment = init_segment(&traks, texts);
    let text = master(&film, 0, &[]);
    for line in [
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sounds\",NAME=\"eng 1\",LANGUAGE=\"eng\",DEFAULT=YES,AUTOSELECT=YES,URI=\"sound/0/playlist.m3u8\"\n",
        "NAME=\"eng 2\",LANGUAGE=\"eng\",DEFAULT=NO,AUTOSELECT=YES,URI=\"sound/1/playlist.m3u8\"\n",
        "NAME=\"Für alle\",LANGUAGE=\"deu\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"texts/0/playlist.m3u8\"\n",
        "NAME=\"Subtitles 2\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"texts/1/playlist.m3u8\"\n",
        "RESOLUTION=640x360,AUDIO=\"sounds\",SUBTITLES=\"texts\"\n0/playlist.m3u8\n",
    ] {
        assert!(text.contains(line), "{line} is missing: {text}");
    }
    assert_eq!(
        super::texts(&film.renditions[0]),
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXTINF:4.000,\n0.vtt\n#EXTINF:4.000,\n1.vtt\n#EXT-X-ENDLIST\n"
    );
}

fn layer(id: u32, kind: EnhancementKind) -> LayerInfo {
    LayerInfo {
        id,
        kind,
        language: "pt-BR".to_owned(),
        content: Magnet([3; 32]),
    }
}

#[test]
fn layers_stand_among_the_tracks_of_the_film_and_are_off_until_somebody_turns_them_on() {
    let mut film = manifest();
    let traks = [trak(1, b"vide", ""), trak(2, b"soun", "")];
    film.renditions[0].init_segment = init_segment(&traks, "[]");
    let (dub, subtitles) = (
        layer(7, EnhancementKind::Dub),
        layer(8, EnhancementKind::Subtitles),
    );
    let entries = [
        LayerEntry {
            info: &subtitles,
            title: "",
        },
        LayerEntry {
            info: &dub,
            title: "Dublado",
        },
    ];
    let text = master(&film, 0, &entries);
    for line in [
        // The film's own sound comes apart from the picture, so that the dub can take its place.
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sounds\",NAME=\"eng\",LANGUAGE=\"eng\",DEFAULT=YES,AUTOSELECT=YES,URI=\"sound/0/playlist.m3u8\"\n",
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sounds\",NAME=\"Dublado · No. 7\",LANGUAGE=\"pt-BR\",DEFAULT=NO,AUTOSELECT=NO,URI=\"layers/7/playlist.m3u8\"\n",
        "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"texts\",NAME=\"pt-BR · No. 8\",LANGUAGE=\"pt-BR\",DEFAULT=NO,AUTOSELECT=NO,FORCED=NO,URI=\"layers/8/playlist.m3u8\"\n",
        "RESOLUTION=640x360,AUDIO=\"sounds\",SUBTITLES=\"texts\"\n0/playlist.m3u8\n",
    ] {
        assert!(text.contains(line), "{line} is missing: {text}");
    }
    // Subtitles leave picture and sound together.
    let text = master(&film, 0, &entries[..1]);
    assert!(!text.contains("AUDIO"), "{text}");
    assert!(
        text.contains("SUBTITLES=\"texts\"\n0/playlist.m3u8\n"),
        "{text}"
    );
}

proptest! {
    #[test]
    fn q1_whatever_an_enhancer_calls_a_layer_every_line_of_a_playlist_is_ours(title in any::<String>()) {
        let info = layer(7, EnhancementKind::Subtitles);
        let playlist = master(&manifest(), 0, &[LayerEntry { info: &info, title: &title }]);
        for line in playlist.lines() {
            prop_assert!(["#EXTM3U", "#EXT-X-", "0/playlist.m3u8"].iter().any(|own| line.starts_with(own)), "{}", playlist);
            prop_assert!(line.matches('"').count() % 2 == 0, "{}", line);
        }
        prop_assert_eq!(playlist.matches("#EXT-X-MEDIA").count(), 1);
    }

    #[test]
    fn q1_whatever_a_producer_calls_its_tracks_every_line_of_a_playlist_is_ours(
        sound in "[^\0]{0,40}",
        text in any::<String>(),
        codecs in "\\PC{0,20}\n?[a-z:/]{0,10}",
    ) {
        let mut film = manifest();
        let traks = [trak(1, b"vide", ""), trak(2, b"soun", &sound), trak(3, b"soun", "x")];
        let list = serde_json::json!([{ "language": text, "name": text }]).to_string();
        film.renditions[0].init_segment = init_segment(&traks, &list);
        film.renditions[0].codecs = codecs;
        let playlist = master(&film, 0, &[]);
        let ours = ["#EXTM3U", "#EXT-X-", "0/playlist.m3u8"];
        for line in playlist.lines() {
            prop_assert!(ours.iter().any(|own| line.starts_with(own)), "{}", playlist);
            prop_assert!(line.matches('"').count() % 2 == 0, "{}", line);
        }
        prop_assert_eq!(playlist.lines().filter(|line| line.starts_with("#EXT-X-MEDIA")).count(), 3);
    }
}
