//! A long film: memory does not grow with its length.

use chainflix_content::rendition::{LADDER, RenditionSpec};
use chainflix_content::{Progress, publish};

use crate::studio::{SMALL, Studio, TestKeys, decode};

/// Most memory that publishing may take, in KiB.
const MOST_KIB: u64 = 300 * 1024;

/// The most memory that this process has had, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|n| n.parse().ok())
        .expect("a number of KiB")
}

#[tokio::test]
async fn twenty_four_minutes_in_two_renditions_take_less_than_300_mib() {
    let studio = Studio::new();
    studio.make(
        "minute.mkv",
        "-f lavfi -i testsrc2=size=96x54:rate=10 -t 60 -c:v libx264 -preset ultrafast",
    );
    let source = studio.make("long.mkv", "-stream_loop 23 -i minute.mkv -c copy");
    let mut request = studio.request(&source, "work");
    request.renditions = [36, 54]
        .map(|lines| RenditionSpec { lines, ..SMALL })
        .to_vec();
    request.at_once = 2;
    let last = std::sync::Mutex::new(None);
    let publication = publish(&request, &TestKeys::default(), &|progress| {
        if let Progress::Encoding {
            done_ms, total_ms, ..
        } = progress
        {
            *last.lock().expect("no panic") = Some((done_ms, total_ms));
        }
    })
    .await
    .expect("it is a film");
    assert_eq!(
        *last.lock().expect("no panic"),
        Some((2_880_000, 2_880_000))
    );
    assert_eq!(publication.manifest.validate(), Ok(()));
    for rendition in &publication.manifest.renditions {
        assert_eq!(rendition.cells.len(), 24);
        let fragments = rendition.cells.iter().map(|cell| cell.fragments.len());
        assert!(fragments.clone().all(|count| count == 30));
    }
    assert_eq!(decode(&studio.play(&publication, &[0, 11, 12, 23])), "");
    let peak = peak_kib();
    assert!(peak < MOST_KIB, "{peak} KiB");
    println!("24 minutes in two renditions: at most {} MiB", peak / 1024);
}

#[tokio::test]
async fn three_renditions_of_noise_at_1080_lines_at_once_take_less_than_300_mib() {
    let studio = Studio::new();
    // Few pictures: what counts is that each minute has as many bytes as a minute of its rendition may have.
    studio.make(
        "noise.mkv",
        "-f lavfi -i testsrc2=size=1920x1080:rate=3 -vf noise=alls=100:allf=t -t 4 -c:v libx264 -preset ultrafast -crf 32",
    );
    let source = studio.make("film.mkv", "-stream_loop 32 -i noise.mkv -c copy");
    let mut request = studio.request(&source, "work");
    request.renditions = LADDER.to_vec();
    request.at_once = LADDER.len();
    let publication = publish(&request, &TestKeys::default(), &|_| {})
        .await
        .expect("it is a film");
    let renditions = &publication.manifest.renditions;
    assert_eq!(renditions.len(), 3);
    for (rendition, spec) in renditions.iter().zip(LADDER) {
        let bytes = rendition.cells[1].entry.bytes;
        let full = spec.video_bits_per_second / 8 * 60;
        println!("a minute of {} lines: {bytes} bytes", spec.lines);
        assert!(bytes > full / 10 * 8, "{bytes} of {full} bytes");
    }
    let peak = peak_kib();
    assert!(peak < MOST_KIB, "{peak} KiB");
    println!("three renditions of noise: at most {} MiB", peak / 1024);
}
