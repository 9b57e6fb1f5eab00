//! Layers of their own: subtitles and dubs that accompany a video that somebody else published.

use chainflix_content::tracks::{Tracks, text_of_minute};
use chainflix_content::{
    LayerKind, LayerRequest, Publication, PublishError, playable, publish_layer,
};
use chainflix_primitives::Sha256;

use crate::studio::{Studio, TestKeys, decode, plaintext, times};

const SRT: &str =
    "1\n00:00:01,000 --> 00:00:03,000\nErste Minute\n\n2\n00:02:05,000 --> 00:02:06,000\nDritte\n";

fn request(studio: &Studio, file: &str, kind: LayerKind, playtime_ms: u32) -> LayerRequest {
    LayerRequest {
        publication: studio.request(&studio.path(file), &format!("{file}.work")),
        kind,
        playtime_ms,
    }
}

async fn publish(request: &LayerRequest) -> Result<Publication, PublishError> {
    publish_layer(request, &TestKeys::default(), &|_| {}).await
}

#[tokio::test]
async fn subtitles_become_cells_of_the_minutes_of_their_video() {
    let studio = Studio::new();
    std::fs::write(studio.path("de.srt"), SRT).expect("room on the disk");
    let wanted = request(&studio, "de.srt", LayerKind::Subtitles, 130_500);
    let layer = publish(&wanted).await.expect("they are subtitles");
    let manifest = &layer.manifest;
    assert_eq!(playable::check(manifest), Ok(()));
    assert_eq!(manifest.total_playtime_ms, 130_500);
    let rendition = &manifest.renditions[0];
    assert_eq!(
        (rendition.cells.len(), rendition.codecs.as_str()),
        (3, "wvtt")
    );
    assert_eq!(Tracks::of_init(&rendition.init_segment).texts.len(), 1);
    let said = |cell| {
        let plain = plaintext(&layer, 0, cell);
        text_of_minute(&plain, 0).map(str::to_owned)
    };
    assert!(said(0).is_some_and(|text| text.contains("Erste Minute")));
    assert_eq!(said(1), None);
    assert!(said(2).is_some_and(|text| text.contains("00:02:05.000")));
}

#[tokio::test]
async fn h6_a_minute_in_which_nothing_is_said_is_not_known_without_its_key() {
    let studio = Studio::new();
    std::fs::write(studio.path("de.srt"), SRT).expect("room on the disk");
    let wanted = request(&studio, "de.srt", LayerKind::Subtitles, 130_500);
    let layer = publish(&wanted).await.expect("they are subtitles");
    // With the same words another publication, which has other keys, is silent in another way.
    let mut other = wanted.clone();
    other.publication.work = studio.path("other");
    let keys = TestKeys::default();
    keys.uploads.store(9, std::sync::atomic::Ordering::Relaxed);
    let other = publish_layer(&other, &keys, &|_| {}).await.expect("again");
    assert_ne!(plaintext(&layer, 0, 1), plaintext(&other, 0, 1));
}

#[tokio::test]
async fn a_layer_of_text_goes_on_where_it_stopped_and_comes_out_the_same() {
    let studio = Studio::new();
    std::fs::write(studio.path("de.srt"), SRT).expect("room on the disk");
    let wanted = request(&studio, "de.srt", LayerKind::Subtitles, 130_500);
    let whole = publish(&wanted).await.expect("they are subtitles");
    let journal = wanted.publication.work.join("journal");
    let lines = std::fs::read_to_string(&journal).expect("it is there");
    let kept: String = lines.split_inclusive('\n').take(3).collect();
    std::fs::write(&journal, kept).expect("room on the disk");
    let again = publish(&wanted).await.expect("it goes on");
    assert_eq!(again.magnet, whole.magnet);
    assert_eq!(again.magnet, again.manifest.magnet::<Sha256>());
}

#[tokio::test]
async fn a_dub_lasts_as_long_as_its_video_and_one_that_is_much_longer_is_for_another() {
    let studio = Studio::new();
    studio.make(
        "dub.mka",
        "-f lavfi -i sine=frequency=700 -t 62.5 -c:a flac",
    );
    let wanted = request(&studio, "dub.mka", LayerKind::Dub, 64_000);
    let layer = publish(&wanted).await.expect("it is sound");
    assert_eq!(playable::check(&layer.manifest), Ok(()));
    assert_eq!(layer.manifest.total_playtime_ms, 64_000);
    let rendition = &layer.manifest.renditions[0];
    assert_eq!((rendition.width, rendition.cells.len()), (0, 2));
    let tracks = Tracks::of_init(&rendition.init_segment);
    assert_eq!((tracks.picture, tracks.sounds.len()), (None, 1));
    let played = studio.play_track(&layer, tracks.sounds[0].track);
    assert_eq!(decode(&played), "");
    assert!(times(&played, "a").last().is_some_and(|last| *last > 63.9));
    let short = request(&studio, "dub.mka", LayerKind::Dub, 50_000);
    let refused = publish(&short).await.expect_err("it is for another cut");
    assert!(refused.to_string().contains("12 s longer"), "{refused}");
}

#[tokio::test]
async fn what_is_no_layer_is_refused_in_one_sentence() {
    let studio = Studio::new();
    studio.make(
        "still.mp4",
        "-f lavfi -i testsrc2=size=64x36:rate=10 -t 2 -c:v libx264",
    );
    std::fs::write(studio.path("list.srt"), "#EXTM3U\n/etc/hostname\n").expect("room on the disk");
    for (file, kind, said) in [
        ("still.mp4", LayerKind::Dub, "no audio stream"),
        ("still.mp4", LayerKind::Subtitles, "no subtitles"),
        ("list.srt", LayerKind::Subtitles, "playlist"),
    ] {
        let refused = publish(&request(&studio, file, kind, 2_000)).await;
        let words = refused.expect_err(file).to_string();
        assert!(words.contains(said), "{words}");
    }
}

#[tokio::test]
async fn picture_and_sound_of_an_ordinary_film_come_apart_for_a_dub() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "5");
    let film = studio.publish(&source).await.expect("it is a film");
    let tracks = Tracks::of_init(&film.manifest.renditions[0].init_segment);
    assert!(!tracks.come_apart());
    let picture = studio.play_track(&film, tracks.picture.expect("it has one"));
    assert_eq!(decode(&picture), "");
    assert_eq!(times(&picture, "v").len(), 50);
    let sound = studio.play_track(&film, tracks.sounds[0].track);
    assert_eq!(decode(&sound), "");
    assert!(times(&sound, "a").last().is_some_and(|last| *last > 4.9));
}
