//! The beginning of a video, over HTTP.

use super::*;

#[tokio::test]
async fn the_beginning_is_the_first_fragment_after_its_initialisation_segment_and_its_type_names_the_codecs()
 {
    let video = Video::new(&[b"vide", b"soun"]);
    let server = Server::start(&video).await;
    let (status, head, body) = server.ask("open/first.mp4", "").await;
    assert_eq!(status, 200);
    let kind = "content-type: video/mp4; codecs=\"avc1.42c01e,mp4a.40.2\"";
    assert!(head.contains(kind), "{head}");
    let text = String::from_utf8_lossy(&body).into_owned();
    let init = init_segment(&[b"vide", b"soun"]);
    let fragment = fragment_of(0, 0, 2);
    for part in [init, fragment] {
        assert!(
            body.windows(part.len()).any(|bytes| bytes == part),
            "{text}"
        );
    }
    assert_eq!(*video.read.lock().unwrap(), [(0, 0, false)]);
}

#[tokio::test]
async fn what_is_played_apart_or_has_no_picture_has_no_beginning_to_show() {
    for kinds in [&PICTURE_AND_TWO_SOUNDS[..], &[b"soun"], &[b"soun", b"soun"]] {
        let video = Video::new(kinds);
        let server = Server::start(&video).await;
        assert_eq!(server.ask("open/first.mp4", "").await.0, 204);
        assert!(video.read.lock().unwrap().is_empty());
    }
    let server = Server::start(&Video::new(&[b"vide", b"soun"])).await;
    assert!(server.ask("other/first.mp4", "").await.0 >= 400);
}
