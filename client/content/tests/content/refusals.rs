//! What can't be published is refused in one sentence that says why.

use std::os::unix::fs::symlink;

use chainflix_content::{PublishError, probe::SourceError};

use crate::studio::{Studio, TestKeys};

async fn refused(studio: &Studio, name: &str) -> SourceError {
    match studio.publish(&studio.path(name)).await {
        Err(PublishError::Source(error)) => error,
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn each_file_that_is_no_video_has_its_own_sentence() {
    let studio = Studio::new();
    let write = |name: &str, content: &[u8]| {
        std::fs::write(studio.path(name), content).expect("room on the disk");
    };
    write("empty.mp4", b"");
    write("notes.txt", b"Dear diary,\nnothing to see here.\n");
    write(
        "list.m3u8",
        b"#EXTM3U\n#EXTINF:2,\n/etc/hostname\n#EXT-X-ENDLIST\n",
    );
    write("list.mp4", b"ffconcat version 1.0\nfile '/etc/hostname'\n");
    let noise: Vec<u8> = (0u32..100_000)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    write("noise.mp4", &noise);
    studio.make("picture.png", "-f lavfi -i color=red -frames:v 1");
    studio.make("picture.jpg", "-f lavfi -i color=red -frames:v 1");
    write("words.srt", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n");

    assert!(matches!(
        refused(&studio, "empty.mp4").await,
        SourceError::Empty(_)
    ));
    assert!(matches!(
        refused(&studio, "missing.mp4").await,
        SourceError::NotFound(_)
    ));
    assert!(matches!(
        refused(&studio, ".").await,
        SourceError::NotAFile(_)
    ));
    for name in [
        "notes.txt",
        "list.m3u8",
        "list.mp4",
        "noise.mp4",
        "picture.png",
        "picture.jpg",
    ] {
        let error = refused(&studio, name).await;
        assert!(
            matches!(error, SourceError::NotAVideo { .. }),
            "{name}: {error}"
        );
        let sentence = error.to_string();
        assert!(sentence.contains("is not a video"), "{sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
    assert!(matches!(
        refused(&studio, "words.srt").await,
        SourceError::NoStream(_)
    ));
}

#[tokio::test]
async fn a_playlist_does_not_pull_other_files_in() {
    let studio = Studio::new();
    studio.film("private.mp4", "2");
    std::fs::write(
        studio.path("trap.mp4"),
        "  \n#EXTM3U\n#EXTINF:2,\nprivate.mp4\n#EXT-X-ENDLIST\n",
    )
    .expect("room on the disk");
    let error = refused(&studio, "trap.mp4").await;
    assert!(matches!(error, SourceError::NotAVideo { .. }), "{error}");
}

#[tokio::test]
async fn a_dangling_link_is_not_found_and_a_socket_is_no_file() {
    let studio = Studio::new();
    symlink("nowhere", studio.path("link.mp4")).expect("links work");
    assert!(matches!(
        refused(&studio, "link.mp4").await,
        SourceError::NotFound(_)
    ));
    let _socket =
        std::os::unix::net::UnixListener::bind(studio.path("socket")).expect("sockets work");
    assert!(matches!(
        refused(&studio, "socket").await,
        SourceError::NotAFile(_)
    ));
}

#[tokio::test]
async fn more_than_a_day_is_too_long() {
    let studio = Studio::new();
    // 90,000 frames, one a second.
    studio.make(
        "day.mkv",
        "-f lavfi -i color=black:size=16x16:rate=1 -t 90000 -c:v mjpeg",
    );
    let error = refused(&studio, "day.mkv").await;
    assert!(
        matches!(error, SourceError::TooLong { hours: 25 | 26, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_title_must_fit() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "1");
    for title in [String::new(), "x".repeat(129)] {
        let mut request = studio.request(&source, "work");
        request.title = title;
        let refused = chainflix_content::publish(&request, &TestKeys::default(), &|_| {}).await;
        assert!(matches!(refused, Err(PublishError::Title(0 | 129))));
    }
}

#[tokio::test]
async fn without_keys_nothing_is_published() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "1");
    let request = studio.request(&source, "work");
    let keys = TestKeys {
        fails: true,
        ..TestKeys::default()
    };
    let refused = chainflix_content::publish(&request, &keys, &|_| {}).await;
    let Err(error @ PublishError::Keys(_)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(error.to_string(), "no content keys: the verifier is away");
    assert!(!studio.path("work").join("manifest").exists());
}
