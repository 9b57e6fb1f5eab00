use std::sync::Mutex;

use chainflix_primitives::AccountId;
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell,
};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::parts::{Layers, Plain};

mod ads;
mod first;
mod layers;

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = (content.len() + 8) as u32;
    [&length.to_be_bytes(), kind.as_slice(), &content].concat()
}

fn trak(id: u32, kind: &[u8; 4]) -> Vec<u8> {
    let tkhd = boxed(b"tkhd", &[&[0; 12], &id.to_be_bytes(), &[0; 68]]);
    let mdhd = boxed(b"mdhd", &[&[0; 24]]);
    let hdlr = boxed(b"hdlr", &[&[0; 8], kind, &[0; 13]]);
    boxed(b"trak", &[&tkhd, &boxed(b"mdia", &[&mdhd, &hdlr])])
}

/// An init segment of these tracks, by what they are.
fn init_segment(kinds: &[&[u8; 4]]) -> Vec<u8> {
    let traks: Vec<Vec<u8>> = (1u32..)
        .zip(kinds)
        .map(|(id, kind)| trak(id, kind))
        .collect();
    [
        boxed(b"ftyp", &[b"iso5"]),
        boxed(b"moov", &[&traks.concat()]),
    ]
    .concat()
}

/// What of a fragment belongs to one track: it says of which rendition and minute it is.
fn part(rendition: u8, cell: u16, track: u32) -> Vec<u8> {
    let tfhd = boxed(b"tfhd", &[&[0; 4], &track.to_be_bytes()]);
    let says = format!("rendition {rendition} minute {cell} track {track}");
    [
        boxed(b"moof", &[&boxed(b"traf", &[&tfhd])]),
        boxed(b"mdat", &[says.as_bytes()]),
    ]
    .concat()
}

fn fragment_of(rendition: u8, cell: u16, tracks: u32) -> Vec<u8> {
    let said = format!("WEBVTT minute {cell} of rendition {rendition}");
    let text = boxed(b"uuid", &[b"chainflix/vtt\0\0\x01", &[1], said.as_bytes()]);
    let parts = (1..=tracks).map(|track| part(rendition, cell, track));
    [vec![text], parts.collect()].concat().concat()
}

/// Two renditions of two minutes with a fragment each.
struct Video {
    manifest: Manifest,
    tracks: u32,
    layers: Layers,
    /// Before which minutes something may be shown, and how many ms of it are at hand.
    breaks: Vec<(u16, Option<u32>)>,
    /// What was read, and whether beside the picture.
    read: Mutex<Vec<(u8, u16, bool)>>,
}

impl Video {
    fn new(kinds: &[&[u8; 4]]) -> Arc<Self> {
        Self::with(kinds, Vec::new())
    }

    fn with(kinds: &[&[u8; 4]], layers: Layers) -> Arc<Self> {
        let tracks = kinds.len() as u32;
        let cell = |rendition: u8, index: u16| {
            let bytes = fragment_of(rendition, index, tracks).len() as u32;
            ManifestCell {
                entry: CellEntry {
                    rendition,
                    index,
                    playtime_ms: 2_000,
                    bytes,
                    plain_root: [0; 32],
                    cipher_root: [0; 32],
                },
                fragments: vec![Fragment {
                    offset: 0,
                    duration_ms: 2_000,
                }],
            }
        };
        let rendition = |number: u8| Rendition {
            width: 640,
            height: 360,
            bandwidth: 700_000,
            codecs: "avc1.42c01e,mp4a.40.2".into(),
            init_segment: init_segment(kinds),
            cells: vec![cell(number, 0), cell(number, 1)],
        };
        Arc::new(Self {
            manifest: Manifest {
                version: MANIFEST_VERSION,
                title: "T".into(),
                producer: AccountId([0; 32]),
                upload_id: UploadId([0; 16]),
                total_playtime_ms: 4_000,
                renditions: vec![rendition(0), rendition(1)],
            },
            tracks,
            layers,
            breaks: Vec::new(),
            read: Mutex::default(),
        })
    }

    fn give(&self, rendition: u8, cell: u16, range: Range<u32>, beside: bool) -> Plain<'_> {
        self.read.lock().unwrap().push((rendition, cell, beside));
        let whole = Bytes::from(fragment_of(rendition, cell, self.tracks));
        async move { Ok(whole.slice(range.start as usize..range.end as usize)) }.boxed()
    }
}

impl Parts for Video {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn first_rendition(&self) -> u8 {
        0
    }

    /// The second minute is shown in the second rendition.
    fn rendition_of(&self, cell: u16) -> u8 {
        u8::from(cell == 1)
    }

    fn read(&self, rendition: u8, cell: u16, range: Range<u32>) -> Plain<'_> {
        self.give(rendition, cell, range, false)
    }

    fn read_beside(&self, rendition: u8, cell: u16, range: Range<u32>) -> Plain<'_> {
        self.give(rendition, cell, range, true)
    }

    fn first_fragment(&self, cell: u16) -> Plain<'_> {
        let rendition = self.rendition_of(cell);
        let whole = fragment_of(rendition, cell, self.tracks).len() as u32;
        match self.manifest.cell(rendition, cell) {
            Some(_) => self.give(rendition, cell, 0..whole, true),
            None => futures::future::ready(Err(PlaybackError::NoSuchPart)).boxed(),
        }
    }

    fn layers(&self) -> BoxFuture<'_, Layers> {
        futures::future::ready(self.layers.clone()).boxed()
    }

    fn breaks(&self) -> BoxFuture<'_, Vec<u16>> {
        let breaks = self.breaks.iter().map(|(before, _)| *before).collect();
        futures::future::ready(breaks).boxed()
    }

    fn ad(&self, before: u16) -> BoxFuture<'_, Option<u32>> {
        let found = self.breaks.iter().find(|(at, _)| *at == before);
        futures::future::ready(found.and_then(|(_, ad)| *ad)).boxed()
    }

    fn closed(&self) -> BoxFuture<'_, ()> {
        std::future::pending().boxed()
    }
}

/// The one that is open under the name `open`.
struct Only(Arc<Video>);

impl Open for Only {
    fn video(&self, id: &str) -> Result<Arc<dyn Parts>, Failure> {
        if id == "open" {
            return Ok(self.0.clone());
        }
        Err(Failure::not_open())
    }
}

/// A gateway with this video alone; asks it over HTTP.
struct Server {
    address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn start(video: &Arc<Video>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open: Arc<dyn Open> = Arc::new(Only(video.clone()));
        let router: Router = routes().with_state(open);
        Self {
            address: listener.local_addr().unwrap(),
            task: tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }),
        }
    }

    /// Status, head and body of the answer.
    async fn ask(&self, path: &str, header: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request =
            format!("GET /media/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), answer[end + 4..].to_vec())
    }

    async fn body(&self, path: &str) -> Vec<u8> {
        let (status, head, body) = self.ask(path, "").await;
        assert_eq!(status, 200, "{head}");
        body
    }
}

const PICTURE_AND_TWO_SOUNDS: [&[u8; 4]; 3] = [b"vide", b"soun", b"soun"];

#[tokio::test]
async fn each_rendition_is_the_picture_alone_when_there_are_several_sounds() {
    let video = Video::new(&PICTURE_AND_TWO_SOUNDS);
    let server = Server::start(&video).await;
    let init = Tracks::of_init(&server.body("open/1/init.mp4").await);
    assert_eq!((init.picture, init.sounds.len()), (Some(1), 0));
    assert_eq!(server.body("open/1/0/0.m4s").await, part(1, 0, 1));
    assert_eq!(server.body("open/0/1/0.m4s").await, part(0, 1, 1));
    assert_eq!(*video.read.lock().unwrap(), [(1, 0, false), (0, 1, false)]);
}

#[tokio::test]
async fn a_sound_is_taken_from_the_rendition_in_which_its_minute_is_shown_and_says_nothing_of_what_is_played()
 {
    let video = Video::new(&PICTURE_AND_TWO_SOUNDS);
    let server = Server::start(&video).await;
    let init = Tracks::of_init(&server.body("open/sound/1/init.mp4").await);
    assert_eq!((init.picture, init.sounds[0].track), (None, 3));
    assert_eq!(server.body("open/sound/1/0/0.m4s").await, part(0, 0, 3));
    assert_eq!(server.body("open/sound/0/1/0.m4s").await, part(1, 1, 2));
    assert_eq!(*video.read.lock().unwrap(), [(0, 0, true), (1, 1, true)]);
    let playlist = String::from_utf8(server.body("open/sound/1/playlist.m3u8").await).unwrap();
    assert!(playlist.contains("1/0.m4s"), "{playlist}");
}

#[tokio::test]
async fn without_a_picture_it_is_the_sound_that_is_played() {
    let video = Video::new(&[b"soun", b"soun"]);
    let server = Server::start(&video).await;
    assert_eq!(server.body("open/sound/1/0/0.m4s").await, part(0, 0, 2));
    assert_eq!(*video.read.lock().unwrap(), [(0, 0, false)]);
    let (status, _, _) = server.ask("open/0/0/0.m4s", "").await;
    assert_eq!(status, 404, "there is no picture to give");
}

#[tokio::test]
async fn with_one_sound_fragments_are_served_whole_and_there_is_no_sound_apart() {
    let video = Video::new(&[b"vide", b"soun"]);
    let server = Server::start(&video).await;
    assert_eq!(server.body("open/1/0/0.m4s").await, fragment_of(1, 0, 2));
    for path in [
        "open/sound/0/0/0.m4s",
        "open/sound/0/playlist.m3u8",
        "open/sound/7/init.mp4",
    ] {
        assert_eq!(server.ask(path, "").await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_said_in_a_minute_comes_from_its_first_fragment_and_silence_is_an_empty_text() {
    let video = Video::new(&PICTURE_AND_TWO_SOUNDS);
    let server = Server::start(&video).await;
    let said = server.body("open/texts/1/1.vtt").await;
    assert_eq!(said, b"WEBVTT minute 1 of rendition 1");
    assert_eq!(server.body("open/texts/0/1.vtt").await, b"WEBVTT\n");
    let playlist = String::from_utf8(server.body("open/texts/1/playlist.m3u8").await).unwrap();
    assert!(
        playlist.contains("0.vtt") && playlist.contains("1.vtt"),
        "{playlist}"
    );
    for path in [
        "open/texts/1/7.vtt",
        "open/texts/1/1.txt",
        "open/texts/1/one.vtt",
    ] {
        assert_eq!(server.ask(path, "").await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn ranges_are_of_what_is_served_and_not_of_what_is_stored() {
    for kinds in [&PICTURE_AND_TWO_SOUNDS[..], &PICTURE_AND_TWO_SOUNDS[..2]] {
        let video = Video::new(kinds);
        let server = Server::start(&video).await;
        let whole = server.body("open/0/0/0.m4s").await;
        let (status, head, body) = server.ask("open/0/0/0.m4s", "Range: bytes=4-11\r\n").await;
        assert_eq!((status, &body[..]), (206, &whole[4..12]));
        let wanted = format!("content-range: bytes 4-11/{}", whole.len());
        assert!(head.contains(&wanted), "{head}");
        let beyond = format!("Range: bytes={}-\r\n", whole.len());
        assert_eq!(server.ask("open/0/0/0.m4s", &beyond).await.0, 416);
    }
}

#[tokio::test]
async fn q3_what_is_not_open_or_not_there_is_said_to_be_so() {
    let video = Video::new(&PICTURE_AND_TWO_SOUNDS);
    let server = Server::start(&video).await;
    for path in [
        "other/master.m3u8",
        "other/0/init.mp4",
        "other/texts/0/0.vtt",
    ] {
        let (status, _, body) = server.ask(path, "").await;
        assert!((400..500).contains(&status), "{path}: {status}");
        assert!(!body.is_empty(), "{path}");
    }
    for path in [
        "open/2/playlist.m3u8",
        "open/0/2/0.m4s",
        "open/0/0/1.m4s",
        "open/0/0/0.mp4",
    ] {
        assert_eq!(server.ask(path, "").await.0, 404, "{path}");
    }
    assert!(
        video.read.lock().unwrap().is_empty(),
        "nothing was fetched for that"
    );
}
