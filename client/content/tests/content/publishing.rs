//! What a publication consists of.

use chainflix_content::trees;
use chainflix_primitives::Sha256;

use crate::studio::{Studio, TestKeys, decode, ffprobe, plaintext, times};
use chainflix_content::{Progress, publish};

#[tokio::test]
async fn seventy_seconds_become_a_cell_of_thirty_fragments_and_one_of_five() {
    let studio = Studio::new();
    let publication = studio
        .publish(&studio.film("film.mp4", "70"))
        .await
        .expect("it is a video");
    let manifest = &publication.manifest;
    assert_eq!(manifest.validate(), Ok(()));
    assert_eq!(manifest.total_playtime_ms, 70_000);
    assert_eq!(publication.magnet, manifest.magnet::<Sha256>());
    assert_eq!(publication.key_epoch, 3);
    let [rendition] = manifest.renditions.as_slice() else {
        panic!("one rendition was asked for");
    };
    assert_eq!((rendition.width, rendition.height), (256, 144));
    // H.264 High without constraints, at level 1.2; AAC-LC.
    assert_eq!(rendition.codecs, "avc1.64000c,mp4a.40.2");
    let fragments: Vec<usize> = rendition
        .cells
        .iter()
        .map(|cell| cell.fragments.len())
        .collect();
    assert_eq!(fragments, [30, 5]);
    let durations = rendition
        .cells
        .iter()
        .flat_map(|cell| cell.fragments.iter().map(|fragment| fragment.duration_ms));
    assert!(durations.clone().all(|duration| duration == 2_000));
    for cell in &rendition.cells {
        let entry = &cell.entry;
        let ciphertext = std::fs::read(publication.cell_path(0, entry.index)).expect("a file");
        let outboard = std::fs::read(publication.outboard_path(0, entry.index)).expect("a file");
        assert_eq!(trees::cipher_tree(&ciphertext).root(), entry.cipher_root);
        assert!(trees::read_outboard(&outboard, entry.bytes, &entry.cipher_root).is_some());
    }
    let peak = rendition
        .cells
        .iter()
        .map(|cell| u64::from(cell.entry.bytes) * 8_000 / u64::from(cell.entry.playtime_ms))
        .max();
    assert!(peak.is_some_and(|peak| u64::from(rendition.bandwidth).abs_diff(peak) <= 1));
}

#[tokio::test]
async fn what_is_played_has_every_frame_at_its_time_and_no_error() {
    let studio = Studio::new();
    let publication = studio
        .publish(&studio.film("film.mp4", "61.5"))
        .await
        .expect("it is a video");
    assert_eq!(publication.manifest.total_playtime_ms, 61_500);
    let played = studio.play(&publication, &[0, 1]);
    assert_eq!(decode(&played), "");
    let pictures = times(&played, "v");
    assert_eq!(pictures.len(), 615);
    for (number, time) in pictures.iter().enumerate() {
        assert!(
            (time - number as f64 / 10.0).abs() < 0.001,
            "{number}: {time}"
        );
    }
    let sounds = times(&played, "a");
    for pair in sounds.windows(2) {
        assert!((pair[1] - pair[0] - 1_024.0 / 48_000.0).abs() < 0.000_1);
    }
    assert!(sounds[0].abs() < 0.000_1, "{}", sounds[0]);
    assert!(
        sounds
            .last()
            .is_some_and(|last| (61.4..61.5).contains(last))
    );
}

#[tokio::test]
async fn a_cell_plays_without_the_ones_before_it_from_its_own_minute_on() {
    let studio = Studio::new();
    let publication = studio
        .publish(&studio.film("film.mp4", "63"))
        .await
        .expect("it is a video");
    let played = studio.play(&publication, &[1]);
    assert_eq!(decode(&played), "");
    let pictures = times(&played, "v");
    assert!((pictures[0] - 60.0).abs() < 0.001);
    assert_eq!(pictures.len(), 30);
    assert!((times(&played, "a")[0] - 60.0).abs() < 0.022);
}

#[tokio::test]
async fn each_fragment_begins_with_a_keyframe_where_the_manifest_says() {
    let studio = Studio::new();
    let source = studio.make(
        "film.mkv",
        "-f lavfi -i testsrc2=size=128x72:rate=30000/1001 -t 125 -c:v libx264 -preset ultrafast",
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    let rendition = &publication.manifest.renditions[0];
    assert_eq!(rendition.cells.len(), 3);
    let mut start_ms = 0u32;
    for cell in &rendition.cells {
        let content = plaintext(&publication, 0, cell.entry.index);
        let border = u32::from(cell.entry.index) * 60_000;
        assert!(
            start_ms.abs_diff(border) <= 34,
            "cell begins at {start_ms} ms"
        );
        for (number, fragment) in cell.fragments.iter().enumerate() {
            let offset = fragment.offset as usize;
            assert_eq!(&content[offset + 4..offset + 8], b"moof");
            // Init segment and this fragment alone: its first frame is a keyframe at the fragment's start.
            if number % 10 == 0 {
                let end = cell
                    .fragments
                    .get(number + 1)
                    .map_or(content.len(), |next| next.offset as usize);
                let alone = studio.path("fragment.mp4");
                let bytes = [&rendition.init_segment, &content[offset..end]].concat();
                std::fs::write(&alone, bytes).expect("room on the disk");
                let first = &ffprobe(&alone, "-show_entries packet=pts_time,flags")[0];
                let (time, flags) = first.split_once(',').expect("two fields");
                assert!(flags.starts_with('K'), "{first}");
                let ms = (time.parse::<f64>().expect("a number") * 1_000.0).round() as u32;
                assert!(ms.abs_diff(start_ms) <= 1, "{ms} and {start_ms}");
            }
            start_ms += fragment.duration_ms;
        }
    }
    assert_eq!(start_ms, publication.manifest.total_playtime_ms);
}

#[tokio::test]
async fn picture_and_sound_stay_together() {
    let studio = Studio::new();
    // White and a tone from 5 s on, black and silence before.
    let source = studio.make(
        "flash.mp4",
        "-f lavfi -i color=black:size=128x72:rate=50:duration=5 -f lavfi -i color=white:size=128x72:rate=50:duration=3 \
         -f lavfi -i sine=frequency=1000:sample_rate=48000 -t 8 \
         -filter_complex [0:v][1:v]concat=n=2[v];[2:a]volume=enable='lt(t,5)':volume=0[a] \
         -map [v] -map [a] -c:v libx264 -c:a aac",
    );
    let publication = studio.publish(&source).await.expect("it is a video");
    let played = studio.play(&publication, &[0]);
    let output = std::process::Command::new("ffmpeg")
        .args(["-nostdin", "-v", "info", "-i"])
        .arg(&played)
        .args([
            "-vf",
            "blackdetect=d=1:pix_th=0.2",
            "-af",
            "silencedetect=noise=-40dB:d=1",
            "-f",
            "null",
            "-",
        ])
        .output()
        .expect("ffmpeg is installed");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let number_after = |name: &str| -> f64 {
        let rest = said.split(name).nth(1).unwrap_or_else(|| panic!("{said}"));
        let digits: String = rest
            .trim_start()
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        digits.parse().expect("a number")
    };
    let picture = number_after("black_end:");
    let sound = number_after("silence_end:");
    assert!((picture - 5.0).abs() < 0.03, "picture at {picture}");
    assert!((sound - picture).abs() < 0.03, "{sound} and {picture}");
}

#[tokio::test]
async fn the_same_source_and_keys_give_the_same_magnet() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "5");
    let mut magnets = Vec::new();
    for work in ["one", "two"] {
        let request = studio.request(&source, work);
        let keys = TestKeys::default();
        let publication = publish(&request, &keys, &|_| {}).await.expect("a video");
        magnets.push(publication.magnet);
    }
    assert_eq!(magnets[0], magnets[1]);
}

#[tokio::test]
async fn progress_is_told_and_ends_where_the_video_does() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "62");
    let told = std::sync::Mutex::new(Vec::new());
    let request = studio.request(&source, "work");
    publish(&request, &TestKeys::default(), &|progress| {
        told.lock().expect("no panic").push(progress);
    })
    .await
    .expect("it is a video");
    let told = told.into_inner().expect("no panic");
    assert_eq!(
        told[0],
        Progress::Probed {
            duration_ms: 62_000,
            renditions: 1,
            cells_before: 0
        }
    );
    let sealed = told
        .iter()
        .filter(|progress| matches!(progress, Progress::Sealed { .. }));
    assert_eq!(sealed.count(), 2);
    assert_eq!(
        told.last(),
        Some(&Progress::Encoding {
            rendition: 0,
            done_ms: 62_000,
            total_ms: 62_000
        })
    );
}

#[tokio::test]
async fn neither_plaintext_nor_keys_are_left_in_the_working_directory() {
    let studio = Studio::new();
    let publication = studio
        .publish(&studio.film("film.mp4", "3"))
        .await
        .expect("it is a video");
    let plain = plaintext(&publication, 0, 0);
    let secret = &plain[plain.len() / 2..][..32];
    let mut files = 0;
    for directory in [publication.work.clone(), publication.work.join("cells")] {
        for file in std::fs::read_dir(directory).expect("it is there") {
            let path = file.expect("it is there").path();
            if path.is_file() {
                let content = std::fs::read(&path).expect("readable");
                let leaks = content.windows(32).any(|window| window == secret);
                assert!(!leaks, "{}", path.display());
                files += 1;
            }
        }
    }
    assert_eq!(files, 4, "journal, manifest, cell, outboard");
}
