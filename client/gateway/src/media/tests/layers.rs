//! Subtitles and dubs of layer 2, over HTTP.

use chainflix_client::playback::LayerInfo;
use chainflix_primitives::Magnet;

use super::*;

/// A layer of the two minutes that [`Video`] has. One that `fails` has no keys.
struct Made {
    info: LayerInfo,
    manifest: Manifest,
    fails: bool,
}

fn layer(id: u32, kind: EnhancementKind, fails: bool) -> Arc<dyn LayerParts> {
    let mut manifest = Video::new(&[b"soun"]).manifest.clone();
    manifest.title = "Made by others".into();
    manifest.renditions.truncate(1);
    Arc::new(Made {
        info: LayerInfo {
            id,
            kind,
            language: "de".to_owned(),
            content: Magnet([id as u8; 32]),
        },
        manifest,
        fails,
    })
}

fn restricted() -> PlaybackError {
    let refusal = chainflix_primitives::refusal::Refusal::VideoNotActive;
    PlaybackError::Key(chainflix_client::verifiers::VerifierError::Refused(refusal))
}

impl LayerParts for Made {
    fn info(&self) -> &LayerInfo {
        &self.info
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn read(&self, cell: u16, range: Range<u32>) -> Plain<'_> {
        if self.fails {
            return futures::future::ready(Err(restricted())).boxed();
        }
        let whole = Bytes::from(fragment_of(0, cell, 1));
        let part = whole.slice(range.start as usize..range.end as usize);
        futures::future::ready(Ok(part)).boxed()
    }

    fn text(&self, cell: u16) -> BoxFuture<'_, Result<String, PlaybackError>> {
        let said = if self.fails {
            Err(restricted())
        } else {
            Ok(format!("WEBVTT layer {} minute {cell}", self.info.id))
        };
        futures::future::ready(said).boxed()
    }
}

/// Picture and sound in one `moof`, as films with one sound have them.
fn joint() -> (Vec<u8>, Vec<u8>) {
    let run = |bytes: u32, offset: u32| {
        let fields = [0x0000_0201, 1, offset, bytes].map(u32::to_be_bytes);
        boxed(b"trun", &[&fields.concat()])
    };
    let traf = |track: u32, bytes: u32, offset: u32| {
        let tfhd = [0x0002_0000, track].map(u32::to_be_bytes);
        let tfhd = boxed(b"tfhd", &[&tfhd.concat()]);
        boxed(b"traf", &[&tfhd, &run(bytes, offset)])
    };
    let mfhd = boxed(b"mfhd", &[&[0; 8]]);
    let built = |trafs: &[Vec<u8>], data: &[u8]| {
        let moof = boxed(b"moof", &[&mfhd, &trafs.concat()]);
        [moof, boxed(b"mdat", &[data])].concat()
    };
    // The header of `moof`, `mfhd`, two times 8 + 16 + 24, the header of `mdat`.
    let data_at = 8 + 16 + 96 + 8;
    let trafs = [traf(1, 7, data_at), traf(2, 5, data_at + 7)];
    let alone = [traf(1, 7, data_at - 48)];
    (built(&trafs, b"picturesound"), built(&alone, b"picture"))
}

#[tokio::test]
async fn subtitles_of_layer_2_are_a_text_of_their_own_and_leave_the_film_as_it_is() {
    let layers = vec![layer(7, EnhancementKind::Subtitles, false)];
    let video = Video::with(&[b"vide", b"soun"], layers);
    let server = Server::start(&video).await;
    let master = String::from_utf8(server.body("open/master.m3u8").await).unwrap();
    assert!(master.contains("NAME=\"Made by others · No. 7\",LANGUAGE=\"de\",DEFAULT=NO"));
    assert!(
        master.contains("URI=\"layers/7/playlist.m3u8\""),
        "{master}"
    );
    let playlist = String::from_utf8(server.body("open/layers/7/playlist.m3u8").await).unwrap();
    assert!(
        playlist.contains("0.vtt") && playlist.contains("1.vtt"),
        "{playlist}"
    );
    let said = server.body("open/layers/7/1.vtt").await;
    assert_eq!(said, b"WEBVTT layer 7 minute 1");
    assert_eq!(server.body("open/1/0/0.m4s").await, fragment_of(1, 0, 2));
    assert_eq!(video.read.lock().unwrap().len(), 1, "the film itself");
}

#[tokio::test]
async fn a_dub_is_a_sound_of_its_own_and_has_the_films_sound_come_apart_from_the_picture() {
    let layers = vec![layer(9, EnhancementKind::Dub, false)];
    let video = Video::with(&[b"vide", b"soun"], layers);
    let server = Server::start(&video).await;
    let master = String::from_utf8(server.body("open/master.m3u8").await).unwrap();
    assert!(master.contains("URI=\"sound/0/playlist.m3u8\""), "{master}");
    assert!(
        master.contains("URI=\"layers/9/playlist.m3u8\""),
        "{master}"
    );
    let picture = Tracks::of_init(&server.body("open/0/init.mp4").await);
    assert_eq!((picture.picture, picture.sounds.len()), (Some(1), 0));
    assert_eq!(server.body("open/0/0/0.m4s").await, part(0, 0, 1));
    assert_eq!(server.body("open/sound/0/0/0.m4s").await, part(0, 0, 2));
    let dub = Tracks::of_init(&server.body("open/layers/9/init.mp4").await);
    assert_eq!((dub.picture, dub.sounds.len()), (None, 1));
    assert_eq!(server.body("open/layers/9/1/0.m4s").await, part(0, 1, 1));
    let (status, _, body) = server
        .ask("open/layers/9/1/0.m4s", "Range: bytes=4-11\r\n")
        .await;
    assert_eq!((status, &body[..]), (206, &part(0, 1, 1)[4..12]));
}

#[tokio::test]
async fn a_layer_that_fails_says_so_and_the_film_goes_on() {
    let layers = vec![
        layer(7, EnhancementKind::Subtitles, true),
        layer(9, EnhancementKind::Dub, true),
    ];
    let video = Video::with(&[b"vide", b"soun"], layers);
    let server = Server::start(&video).await;
    for path in ["open/layers/7/0.vtt", "open/layers/9/0/0.m4s"] {
        let (status, _, body) = server.ask(path, "").await;
        assert_eq!(status, 403, "{path}");
        assert!(!body.is_empty(), "{path}");
    }
    assert_eq!(server.body("open/0/0/0.m4s").await, part(0, 0, 1));
    assert_eq!(server.body("open/sound/0/1/0.m4s").await, part(1, 1, 2));
}

#[tokio::test]
async fn q3_a_layer_that_is_not_offered_is_not_there_nor_one_of_the_other_kind() {
    let layers = vec![
        layer(7, EnhancementKind::Subtitles, false),
        layer(9, EnhancementKind::Dub, false),
    ];
    let video = Video::with(&[b"vide", b"soun"], layers);
    let server = Server::start(&video).await;
    for path in [
        "open/layers/8/playlist.m3u8",
        "open/layers/7/init.mp4",
        "open/layers/7/0/0.m4s",
        "open/layers/9/0.vtt",
        "open/layers/9/2/0.m4s",
        "open/layers/9/0/1.m4s",
        "open/layers/7/one.vtt",
        "other/layers/7/0.vtt",
    ] {
        assert_eq!(server.ask(path, "").await.0, 404, "{path}");
    }
}

#[test]
fn what_is_served_of_a_joint_fragment_is_the_picture_and_its_data_alone() {
    let (whole, picture) = joint();
    let part = tracks::part_of(&Bytes::from(whole), 1);
    assert_eq!(part.as_deref(), Some(&picture[..]));
}
