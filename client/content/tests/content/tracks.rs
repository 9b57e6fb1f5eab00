//! Several sounds, subtitles, and sounds of many channels.

use chainflix_content::tracks::{Tracks, text_of_minute};
use chainflix_content::{Progress, publish};
use chainflix_primitives::{Hasher, Sha256};

use crate::studio::{Studio, TestKeys, decode, ffprobe, plaintext, times};

/// A film of 64 s with a tone of 300 Hz in German, one of 1,200 Hz as a commentary, and two subtitles.
fn film_of_many_tracks(studio: &Studio) -> std::path::PathBuf {
    let srt = "1\n00:00:01,000 --> 00:00:03,000\nErste Minute\n\n2\n00:00:59,000 --> 00:01:02,500\nÜber die Grenze\n";
    std::fs::write(studio.path("de.srt"), srt).expect("room on the disk");
    let srt = "1\n00:01:01,000 --> 00:01:02,000\n<i>Second</i> minute\n";
    std::fs::write(studio.path("en.srt"), srt).expect("room on the disk");
    studio.make(
        "film.mkv",
        "-f lavfi -i testsrc2=size=64x36:rate=10 -f lavfi -i sine=frequency=300 -f lavfi -i sine=frequency=1200 \
         -i de.srt -i en.srt -map 0 -map 1 -map 2 -map 3 -map 4 -t 64 -c:v libx264 -preset ultrafast -c:a flac \
         -metadata:s:a:0 language=ger -metadata:s:a:1 language=eng -metadata:s:a:1 title=Commentary \
         -metadata:s:s:0 language=ger -metadata:s:s:1 language=eng -metadata:s:s:1 title=Plain -disposition:a:0 default",
    )
}

/// Loudness of a frequency in a file, in dB below full.
fn loudness(file: &std::path::Path, hertz: u32) -> f64 {
    let output = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-v", "info", "-i"])
        .arg(file)
        .args([
            "-af",
            &format!("bandpass=f={hertz}:width_type=h:w=100,volumedetect"),
        ])
        .args(["-f", "null", "-"])
        .output()
        .expect("ffmpeg is installed");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mean = said
        .split("mean_volume:")
        .nth(1)
        .unwrap_or_else(|| panic!("{said}"));
    let number = mean.split_whitespace().next().expect("a number");
    number.parse().expect("a number")
}

#[tokio::test]
async fn every_sound_stays_with_its_language_and_comes_apart_from_the_picture() {
    let studio = Studio::new();
    let source = film_of_many_tracks(&studio);
    let publication = studio.publish(&source).await.expect("it is a film");
    let manifest = &publication.manifest;
    assert_eq!(manifest.total_playtime_ms, 64_000);
    let rendition = &manifest.renditions[0];
    assert_eq!(rendition.codecs, "avc1.64000c,mp4a.40.2");
    let tracks = Tracks::of_init(&rendition.init_segment);
    let sounds: Vec<_> = tracks
        .sounds
        .iter()
        .map(|sound| (sound.label.language(), sound.label.name()))
        .collect();
    assert_eq!(sounds, [(Some("ger"), ""), (Some("eng"), "Commentary")]);
    assert!(tracks.come_apart());
    let picture = studio.play_track(&publication, tracks.picture.expect("it has one"));
    assert_eq!(decode(&picture), "");
    assert_eq!(
        ffprobe(&picture, "-show_entries stream=codec_name"),
        ["h264"]
    );
    assert_eq!(times(&picture, "v").len(), 640);
    for (sound, heard, not_heard) in [(0, 300, 1_200), (1, 1_200, 300)] {
        let played = studio.play_track(&publication, tracks.sounds[sound].track);
        assert_eq!(decode(&played), "");
        let sounds = times(&played, "a");
        assert!(sounds[0].abs() < 0.000_1, "{}", sounds[0]);
        for pair in sounds.windows(2) {
            assert!((pair[1] - pair[0] - 1_024.0 / 48_000.0).abs() < 0.000_1);
        }
        let louder = loudness(&played, heard) - loudness(&played, not_heard);
        assert!(louder > 20.0, "{louder} dB");
    }
    // Whatever plays all tracks at once finds them in one file too.
    assert_eq!(decode(&studio.play(&publication, &[0, 1])), "");
}

#[tokio::test]
async fn subtitles_stand_in_the_minutes_in_which_they_are_shown_and_as_files_to_propose() {
    let studio = Studio::new();
    let source = film_of_many_tracks(&studio);
    let publication = studio.publish(&source).await.expect("it is a film");
    let rendition = &publication.manifest.renditions[0];
    let tracks = Tracks::of_init(&rendition.init_segment);
    let texts: Vec<_> = tracks
        .texts
        .iter()
        .map(|text| (text.language(), text.name()))
        .collect();
    assert_eq!(texts, [(Some("ger"), ""), (Some("eng"), "Plain")]);
    let (first, second) = (plaintext(&publication, 0, 0), plaintext(&publication, 0, 1));
    assert_eq!(
        text_of_minute(&first, 0),
        Some(
            "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nErste Minute\n\n\
             00:00:59.000 --> 00:01:02.500\nÜber die Grenze\n"
        )
    );
    assert_eq!(text_of_minute(&first, 1), None);
    let border = text_of_minute(&second, 0).expect("it goes on");
    assert!(border.contains("Grenze") && !border.contains("Erste"));
    assert!(text_of_minute(&second, 1).is_some_and(|text| text.contains("<i>Second</i> minute")));
    assert_eq!(publication.texts.len(), 2);
    for candidate in &publication.texts {
        let content = std::fs::read(&candidate.file).expect("it is there");
        assert!(content.starts_with(b"WEBVTT\n"));
        assert_eq!(candidate.sha256, Sha256::sha256(&content));
    }
    assert!(publication.texts[0].file.ends_with("texts/0-ger.vtt"));
}

#[tokio::test]
async fn sound_alone_may_have_several_languages() {
    let studio = Studio::new();
    let source = studio.make(
        "talk.mka",
        "-f lavfi -i sine=frequency=300 -f lavfi -i sine=frequency=1200 -map 0 -map 1 -t 61 -c:a flac",
    );
    let publication = studio.publish(&source).await.expect("it is a talk");
    assert_eq!(publication.manifest.total_playtime_ms, 61_000);
    let tracks = Tracks::of_init(&publication.manifest.renditions[0].init_segment);
    assert_eq!((tracks.picture, tracks.sounds.len()), (None, 2));
    for sound in &tracks.sounds {
        let played = studio.play_track(&publication, sound.track);
        assert_eq!(decode(&played), "");
        assert!(
            times(&played, "a")
                .last()
                .is_some_and(|last| (60.9..61.0).contains(last))
        );
    }
}

#[tokio::test]
async fn what_can_not_be_published_of_a_source_is_named() {
    let studio = Studio::new();
    let source = studio.make(
        "many.mkv",
        "-f lavfi -i testsrc2=size=64x36:rate=10 -f lavfi -i sine -map 0 -map 1 -map 1 -map 1 -map 1 -map 1 -t 2 \
         -c:a flac -metadata:s:a:4 title=Fifth",
    );
    let told = std::sync::Mutex::new(Vec::new());
    let request = studio.request(&source, "work");
    let publication = publish(&request, &TestKeys::default(), &|progress| {
        if let Progress::LeftOut(sentence) = progress {
            told.lock().expect("no panic").push(sentence);
        }
    })
    .await
    .expect("it is a video");
    let tracks = Tracks::of_init(&publication.manifest.renditions[0].init_segment);
    assert_eq!(tracks.sounds.len(), 4);
    let told = told.into_inner().expect("no panic");
    assert_eq!(told, ["the sound “Fifth”: at most 4 are published"]);
}

#[tokio::test]
async fn the_middle_of_six_channels_is_heard_in_stereo() {
    let studio = Studio::new();
    let source = studio.make(
        "cinema.mkv",
        "-f lavfi -i testsrc2=size=64x36:rate=10 -f lavfi -i sine=frequency=440 -t 9 \
         -filter_complex [1:a]pan=5.1|FC=c0[a] -map 0:v -map [a] -c:v libx264 -c:a ac3",
    );
    assert_eq!(
        ffprobe(&source, "-select_streams a -show_entries stream=channels"),
        ["6"]
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    assert_eq!(publication.manifest.total_playtime_ms, 9_000);
    let rendition = &publication.manifest.renditions[0];
    assert_eq!(
        (rendition.cells.len(), rendition.cells[0].fragments.len()),
        (1, 5)
    );
    let played = studio.play(&publication, &[0]);
    assert_eq!(decode(&played), "");
    assert_eq!(
        ffprobe(&played, "-select_streams a -show_entries stream=channels"),
        ["2"]
    );
    let loud = loudness(&played, 440);
    assert!(loud > -40.0, "{loud} dB");
}
