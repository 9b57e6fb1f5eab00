//! Sources of every shape.

use chainflix_content::publish::least_bytes;

use crate::studio::{Studio, decode, ffprobe, times};

#[tokio::test]
async fn a_rotated_video_is_published_upright() {
    let studio = Studio::new();
    studio.film("lying.mp4", "2");
    let source = studio.make(
        "turned.mp4",
        "-i lying.mp4 -c copy -metadata:s:v:0 rotate=90",
    );
    assert!(ffprobe(&source, "-show_entries stream_side_data=rotation")[0].contains("90"));
    let publication = studio.publish(&source).await.expect("it is a video");
    let rendition = &publication.manifest.renditions[0];
    assert_eq!((rendition.width, rendition.height), (144, 256));
}

#[tokio::test]
async fn an_odd_size_loses_at_most_a_line() {
    let studio = Studio::new();
    let source = studio.make(
        "odd.mkv",
        "-f lavfi -i testsrc2=size=131x73:rate=10 -t 2 -c:v ffv1 -pix_fmt yuv444p",
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    let rendition = &publication.manifest.renditions[0];
    assert_eq!((rendition.width, rendition.height), (130, 72));
    assert!(
        rendition.codecs.starts_with("avc1.6400"),
        "{}",
        rendition.codecs
    );
}

#[tokio::test]
async fn a_video_without_sound_has_no_sound() {
    let studio = Studio::new();
    let source = studio.make(
        "silent.mp4",
        "-f lavfi -i testsrc2=size=128x72:rate=25 -t 3",
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    assert_eq!(publication.manifest.total_playtime_ms, 3_000);
    let played = studio.play(&publication, &[0]);
    assert_eq!(decode(&played), "");
    assert_eq!(
        ffprobe(&played, "-show_entries stream=codec_name"),
        ["h264"]
    );
}

#[tokio::test]
async fn sound_alone_is_cut_at_the_frame_nearest_after_each_border() {
    let studio = Studio::new();
    let source = studio.make(
        "song.flac",
        "-f lavfi -i sine=frequency=300:sample_rate=44100 -t 125",
    );
    let publication = studio.publish(&source).await.expect("it is a song");
    let manifest = &publication.manifest;
    assert_eq!(manifest.total_playtime_ms, 125_000);
    let rendition = &manifest.renditions[0];
    assert_eq!((rendition.width, rendition.height), (0, 0));
    assert_eq!(rendition.codecs, "mp4a.40.2");
    let fragments: Vec<usize> = rendition
        .cells
        .iter()
        .map(|cell| cell.fragments.len())
        .collect();
    assert_eq!(fragments, [30, 30, 3]);
    let played = studio.play(&publication, &[0, 1, 2]);
    assert_eq!(decode(&played), "");
    for cell in [1u16, 2] {
        let first = times(&studio.play(&publication, &[cell]), "a")[0];
        let late = first - 60.0 * f64::from(cell);
        assert!((0.0..0.0214).contains(&late), "{late}");
    }
}

#[tokio::test]
async fn a_song_with_a_cover_is_sound() {
    let studio = Studio::new();
    studio.make(
        "cover.png",
        "-f lavfi -i color=red:size=300x300 -frames:v 1",
    );
    let source = studio.make(
        "song.mp3",
        "-f lavfi -i sine -i cover.png -map 0 -map 1 -t 4 -c:v copy -disposition:v attached_pic",
    );
    let publication = studio.publish(&source).await.expect("it is a song");
    assert_eq!(publication.manifest.renditions[0].codecs, "mp4a.40.2");
}

#[tokio::test]
async fn variable_frame_rate_keeps_its_times_and_fills_every_cell() {
    let studio = Studio::new();
    // Frames at 0 to 1.9 s and then one at 65 s: a minute without a new picture.
    let source = studio.make(
        "slides.mkv",
        "-f lavfi -i testsrc2=size=128x72:rate=10:duration=2.1 -vf setpts='if(lt(N,20),PTS,65/TB)' \
         -fps_mode passthrough -c:v libx264 -preset ultrafast",
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    let manifest = &publication.manifest;
    assert!((65_000..65_300).contains(&manifest.total_playtime_ms));
    let [first, second] = manifest.renditions[0].cells.as_slice() else {
        panic!("two cells");
    };
    assert_eq!((first.fragments.len(), second.fragments.len()), (30, 3));
    let played = studio.play(&publication, &[0, 1]);
    assert_eq!(decode(&played), "");
}

#[tokio::test]
async fn sound_longer_than_the_picture_keeps_the_last_picture_and_the_other_way_round() {
    let studio = Studio::new();
    let source = studio.make(
        "long-sound.mkv",
        "-f lavfi -i testsrc2=size=128x72:rate=10:duration=3 -f lavfi -i sine=duration=64",
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    assert!((64_000..64_200).contains(&publication.manifest.total_playtime_ms));
    let played = studio.play(&publication, &[0, 1]);
    assert!(times(&played, "v").last().is_some_and(|last| *last > 63.8));
    let source = studio.make(
        "long-picture.mkv",
        "-f lavfi -i testsrc2=size=128x72:rate=10:duration=6 -f lavfi -i sine=duration=3",
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    assert_eq!(publication.manifest.total_playtime_ms, 6_000);
    let played = studio.play(&publication, &[0]);
    assert!(times(&played, "a").last().is_some_and(|last| *last > 5.9));
}

#[tokio::test]
async fn a_still_picture_and_silence_meet_the_least_size_of_a_cell() {
    let studio = Studio::new();
    let source = studio.make(
        "still.mp4",
        "-f lavfi -i color=black:size=64x36:rate=10 -f lavfi -i anullsrc -t 61 -c:a aac -b:a 8k",
    );
    let mut request = studio.request(&source, "work");
    request.renditions[0].audio_bits_per_second = 16_000;
    let publication =
        chainflix_content::publish(&request, &crate::studio::TestKeys::default(), &|_| {})
            .await
            .expect("it is a video");
    let cells = &publication.manifest.renditions[0].cells;
    assert_eq!(u64::from(cells[0].entry.bytes), least_bytes(60_000));
    assert_eq!(
        u64::from(cells[1].entry.bytes),
        least_bytes(1_000).max(8_192)
    );
    assert_eq!(decode(&studio.play(&publication, &[0, 1])), "");
}

#[tokio::test]
async fn lengths_at_the_border_make_the_right_number_of_cells() {
    let studio = Studio::new();
    for (seconds, cells, total_ms) in [
        ("0.1", 1, 100),
        ("59.9", 1, 59_900),
        ("60", 1, 60_000),
        ("60.1", 2, 60_100),
        ("61", 2, 61_000),
    ] {
        let source = studio.make(
            &format!("{seconds}.mp4"),
            &format!("-f lavfi -i testsrc2=size=64x36:rate=10 -t {seconds} -preset ultrafast"),
        );
        let publication = studio.publish(&source).await.expect("it is a video");
        let manifest = &publication.manifest;
        assert_eq!(manifest.total_playtime_ms, total_ms, "{seconds}");
        assert_eq!(manifest.renditions[0].cells.len(), cells, "{seconds}");
    }
}

#[tokio::test]
async fn a_truncated_file_is_published_as_far_as_it_goes() {
    let studio = Studio::new();
    let source = studio.make(
        "whole.mkv",
        "-f lavfi -i testsrc2=size=128x72:rate=10 -f lavfi -i sine -t 20 -c:v libx264 -c:a aac",
    );
    let content = std::fs::read(&source).expect("it is there");
    let cut = studio.path("cut.mkv");
    std::fs::write(&cut, &content[..content.len() / 2]).expect("room on the disk");
    let publication = studio.publish(&cut).await.expect("half a video");
    let total_ms = publication.manifest.total_playtime_ms;
    assert!((5_000..15_000).contains(&total_ms), "{total_ms}");
    assert_eq!(decode(&studio.play(&publication, &[0])), "");
}

#[tokio::test]
async fn several_renditions_share_their_borders() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "62");
    let mut request = studio.request(&source, "work");
    request.renditions = vec![
        crate::studio::SMALL,
        chainflix_content::RenditionSpec {
            lines: 72,
            ..crate::studio::SMALL
        },
    ];
    let publication =
        chainflix_content::publish(&request, &crate::studio::TestKeys::default(), &|_| {})
            .await
            .expect("it is a video");
    assert_eq!(publication.manifest.validate(), Ok(()));
    let starts: Vec<Vec<u32>> = publication
        .manifest
        .renditions
        .iter()
        .map(|rendition| {
            rendition
                .cells
                .iter()
                .flat_map(|cell| cell.fragments.iter().map(|fragment| fragment.duration_ms))
                .collect()
        })
        .collect();
    assert_eq!(starts.len(), 2);
    assert_eq!(starts[0], starts[1]);
}
