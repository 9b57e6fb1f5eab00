//! Interrupted publications go on where they stopped.

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use chainflix_content::rendition::RenditionSpec;
use chainflix_content::{Progress, Publication, PublishError, PublishRequest, publish};
use tokio::sync::Notify;

use crate::studio::{SMALL, Studio, TestKeys, decode, times};

/// Publishes until cell `cell` is sealed, and drops the job there.
async fn interrupted_after(request: &PublishRequest, keys: &TestKeys, cell: u16) {
    let reached = Notify::new();
    let progress = |progress: Progress| {
        if matches!(progress, Progress::Sealed { cell: sealed, .. } if sealed == cell) {
            reached.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = reached.notified() => {}
        done = publish(request, keys, &progress) => panic!("not interrupted: {done:?}"),
    }
}

async fn resumed(request: &PublishRequest, keys: &TestKeys) -> (Publication, Vec<u16>) {
    let sealed = Mutex::new(Vec::new());
    let publication = publish(request, keys, &|progress| {
        if let Progress::Sealed { cell, .. } = progress {
            sealed.lock().expect("no panic").push(cell);
        }
    })
    .await
    .expect("it goes on");
    (publication, sealed.into_inner().expect("no panic"))
}

#[tokio::test]
async fn an_interrupted_publication_goes_on_at_the_first_missing_cell() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "185");
    let request = studio.request(&source, "work");
    let keys = TestKeys::default();
    interrupted_after(&request, &keys, 1).await;
    let first = std::fs::read(request.work.join("cells/0-0")).expect("it is durable");
    let (publication, sealed) = resumed(&request, &keys).await;
    assert_eq!(sealed, [2, 3]);
    assert_eq!(keys.uploads.load(Ordering::Relaxed), 1, "one upload id");
    assert_eq!(
        std::fs::read(publication.cell_path(0, 0)).expect("still there"),
        first
    );
    assert_eq!(publication.manifest.total_playtime_ms, 185_000);

    let played = studio.play(&publication, &[0, 1, 2, 3]);
    assert_eq!(decode(&played), "");
    let pictures = times(&played, "v");
    assert_eq!(pictures.len(), 1_850);
    for (number, time) in pictures.iter().enumerate() {
        assert!(
            (time - number as f64 / 10.0).abs() < 0.001,
            "{number}: {time}"
        );
    }
    for pair in times(&played, "a").windows(2) {
        let frame = pair[1] - pair[0];
        assert!((frame - 1_024.0 / 48_000.0).abs() < 0.000_1, "{pair:?}");
    }
}

#[tokio::test]
async fn all_renditions_go_on_and_are_cut_as_if_nothing_had_happened() {
    let studio = Studio::new();
    let source = studio.make(
        "film.mp4",
        "-f lavfi -i testsrc2=size=64x48:rate=30000/1001 -f lavfi -i sine -t 130 -preset ultrafast -c:a aac",
    );
    let mut whole = studio.request(&source, "whole");
    whole.renditions = [36, 48]
        .map(|lines| RenditionSpec { lines, ..SMALL })
        .to_vec();
    whole.at_once = 2;
    let (expected, _) = resumed(&whole, &TestKeys::default()).await;
    let mut request = whole.clone();
    request.work = studio.path("interrupted");
    let keys = TestKeys::default();
    for cell in [0, 1] {
        interrupted_after(&request, &keys, cell).await;
    }
    let journal = std::fs::read_to_string(request.work.join("journal")).expect("it was begun");
    let durable = journal
        .lines()
        .filter(|line| line.contains(r#""record":"cell""#))
        .count();
    assert!(durable >= 2, "{journal}");
    let (publication, sealed) = resumed(&request, &keys).await;
    assert_eq!(
        sealed.len() + durable,
        6,
        "cells that were durable are not made again: {sealed:?}"
    );
    assert_eq!(keys.uploads.load(Ordering::Relaxed), 1, "one upload id");
    let cuts = |publication: &Publication| -> Vec<Vec<u32>> {
        let renditions = publication.manifest.renditions.iter();
        renditions
            .map(|rendition| {
                let cells = rendition.cells.iter();
                let fragments = cells.flat_map(|cell| cell.fragments.iter());
                fragments.map(|fragment| fragment.duration_ms).collect()
            })
            .collect()
    };
    assert!(
        cuts(&publication) == cuts(&expected),
        "fragments are cut where they would have been"
    );
    assert_eq!(decode(&studio.play(&publication, &[0, 1, 2])), "");
}

#[tokio::test]
async fn a_finished_publication_is_not_made_again() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "2");
    let request = studio.request(&source, "work");
    let keys = TestKeys::default();
    let (first, _) = resumed(&request, &keys).await;
    let (second, sealed) = resumed(&request, &keys).await;
    assert_eq!(first, second);
    assert!(sealed.is_empty());
    assert_eq!(keys.keys.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_journal_cut_anywhere_is_either_resumed_or_begun_anew() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "62");
    let request = studio.request(&source, "work");
    let (whole, _) = resumed(&request, &TestKeys::default()).await;
    let journal = std::fs::read(request.work.join("journal")).expect("it is there");
    let lines: Vec<usize> = journal
        .iter()
        .enumerate()
        .filter_map(|(place, byte)| (*byte == b'\n').then_some(place + 1))
        .collect();
    // Job, rendition, two cells: cut inside the first, the third and the last, and cleanly after the third.
    assert_eq!(lines.len(), 4);
    let cuts = [
        lines[0] / 2,
        (lines[1] + lines[2]) / 2,
        lines[2],
        lines[3] - 1,
    ];
    for cut in cuts {
        std::fs::write(request.work.join("journal"), &journal[..cut]).expect("room on the disk");
        let (again, _) = resumed(&request, &TestKeys::default()).await;
        assert_eq!(again.manifest.validate(), Ok(()));
        assert_eq!(
            again.manifest.total_playtime_ms,
            whole.manifest.total_playtime_ms
        );
        assert_eq!(decode(&studio.play(&again, &[0, 1])), "");
    }
}

#[tokio::test]
async fn a_directory_of_another_publication_is_refused() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "2");
    let request = studio.request(&source, "work");
    resumed(&request, &TestKeys::default()).await;
    let mut other = request.clone();
    other.title = "Another film".to_owned();
    let refused = publish(&other, &TestKeys::default(), &|_| {}).await;
    let Err(error @ PublishError::OtherPublication { .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(error.to_string().contains("the title differs"), "{error}");
    studio.film("film.mp4", "3");
    let refused = publish(&request, &TestKeys::default(), &|_| {}).await;
    assert!(matches!(
        refused,
        Err(PublishError::OtherPublication {
            what: "the content of the source file",
            ..
        })
    ));
}

#[tokio::test]
async fn two_jobs_do_not_share_a_directory() {
    let studio = Studio::new();
    let source = studio.film("film.mp4", "65");
    let request = studio.request(&source, "work");
    let keys = TestKeys::default();
    let (one, two) = tokio::join!(
        publish(&request, &keys, &|_| {}),
        publish(&request, &keys, &|_| {})
    );
    let in_use =
        |result: &Result<Publication, PublishError>| matches!(result, Err(PublishError::InUse(_)));
    assert!(in_use(&one) != in_use(&two), "{one:?} {two:?}");
    assert!(one.is_ok() || two.is_ok());
}
