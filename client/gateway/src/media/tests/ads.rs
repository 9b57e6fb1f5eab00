//! Breaks of layer 3, over HTTP.

use serde_json::{Value, json};

use super::*;

fn with_breaks(breaks: Vec<(u16, Option<u32>)>) -> Arc<Video> {
    let mut video = Video::new(&[b"vide", b"soun"]);
    let inner = Arc::get_mut(&mut video).expect("nobody else has it");
    inner.breaks = breaks;
    video
}

#[tokio::test]
async fn what_is_at_hand_for_a_break_is_listed_and_of_the_others_nothing_and_the_film_is_as_ever() {
    let video = with_breaks(vec![(1, Some(12_500)), (6, None)]);
    let server = Server::start(&video).await;
    let playlist = String::from_utf8(server.body("open/0/playlist.m3u8").await).unwrap();
    for before in [1, 6] {
        let line = format!("X-ASSET-LIST=\"/media/open/ads/{before}\"");
        assert!(playlist.contains(&line), "{playlist}");
    }
    let list = async |before: &str| -> Value {
        let body = server
            .body(&format!("open/ads/{before}?_HLS_primary_id=7"))
            .await;
        serde_json::from_slice(&body).unwrap()
    };
    let asset = json!({ "URI": "/media/open.ad1/master.m3u8", "DURATION": 12.5 });
    assert_eq!(list("1").await, json!({ "ASSETS": [asset] }));
    for nothing in ["6", "2"] {
        assert_eq!(list(nothing).await, json!({ "ASSETS": [] }), "{nothing}");
    }
    assert_eq!(server.body("open/0/1/0.m4s").await, fragment_of(0, 1, 2));
    assert_eq!(server.ask("open/ads/one", "").await.0, 400);
    assert_eq!(server.ask("other/ads/1", "").await.0, 404);
}

#[tokio::test]
async fn a_film_without_breaks_is_listed_without_a_time() {
    let server = Server::start(&with_breaks(Vec::new())).await;
    let playlist = String::from_utf8(server.body("open/0/playlist.m3u8").await).unwrap();
    assert!(!playlist.contains("DATE"), "{playlist}");
}
