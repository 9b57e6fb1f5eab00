//! One video on a viewer's screen: shown by the clock from a random place on.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chainflix_client::mining::playhead::{NORMAL_RATE, PlayState, Snapshot};
use chainflix_client::playback::{Playback, PlaybackError};
use chainflix_client::player::fragments;
use chainflix_primitives::manifest::Rendition;
use chainflix_primitives::window::CELL_MS;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::Draws;
use crate::tally::{Tally, milliseconds};

/// Plaintext that is read ahead of the screen, in fragments, as `chainflix watch` does.
const READ_AHEAD: usize = 6;
/// A fragment that is later than this is a stall, as in `chainflix watch`.
const STALL: Duration = Duration::from_millis(40);
/// The player reports so often.
const REPORT: Duration = Duration::from_millis(500);
/// A part of a cell that is not there after so long is given up, and counted as lost.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// What is being proved when a video ends may take so long.
const LAST_PROOF: Duration = Duration::from_secs(3);
/// One fragment on its way to the screen.
struct Shown {
    plain: Bytes,
    at: Part,
}

/// Where a fragment is in the video.
#[derive(Clone)]
struct Part {
    cell: u16,
    range: std::ops::Range<u32>,
    position_ms: u64,
    duration: Duration,
}

/// The fragments of a rendition from the one on that is shown at `from_ms`.
fn parts(rendition: &Rendition, from_ms: u64) -> Vec<Part> {
    let mut parts = Vec::new();
    for (index, cell) in (0u16..).zip(&rendition.cells) {
        let mut position_ms = u64::from(index) * u64::from(CELL_MS);
        for (range, duration_ms) in fragments(cell) {
            let duration = Duration::from_millis(duration_ms.into());
            let part = Part {
                cell: index,
                range,
                position_ms,
                duration,
            };
            position_ms += u64::from(duration_ms);
            if position_ms > from_ms {
                parts.push(part);
            }
        }
    }
    parts
}

/// Reads fragments in order, as far ahead as the queue allows. Ends with the first that can't be had.
async fn read_all(
    playback: &Playback,
    rendition: u8,
    parts: Vec<Part>,
    queue: mpsc::Sender<Result<Shown, PlaybackError>>,
) {
    for at in parts {
        let read = playback.read(rendition, at.cell, at.range.clone()).await;
        let failed = read.is_err();
        let shown = read.map(|plain| Shown { plain, at });
        if queue.send(shown).await.is_err() || failed {
            return;
        }
    }
}

/// Plays one video from a random place to its end or the viewer's.
pub(crate) async fn play(
    playback: &Playback,
    draws: &mut Draws,
    asked: Instant,
    end: Instant,
) -> Tally {
    let mut tally = Tally::default();
    let number = playback.first_rendition();
    let manifest = playback.manifest();
    let total_ms = f64::from(manifest.total_playtime_ms);
    let Some(rendition) = manifest.renditions.get(usize::from(number)) else {
        tally.failure(&PlaybackError::NoSuchPart);
        return tally;
    };
    let parts = parts(rendition, (draws.share() * total_ms) as u64);
    let (sender, mut queue) = mpsc::channel(READ_AHEAD);
    let reading = async {
        read_all(playback, number, parts.clone(), sender).await;
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        never = reading => match never {},
        () = screen(playback, &parts, &mut queue, asked, end, &mut tally) => {}
    }
    // What was shown to its end may still be on its way to a verifier.
    let _ = timeout(LAST_PROOF, playback.mined()).await;
    let stats = playback.stats();
    tally.accepted += u64::from(stats.accepted);
    tally.bytes += stats.p2p_bytes;
    let dropped = stats.sources.values().map(|source| source.dropped);
    tally.sources_dropped += dropped.map(u64::from).sum::<u64>();
    tally
}

async fn report(playback: &Playback, position_ms: u64, state: PlayState) {
    playback
        .report(Snapshot::new(position_ms, state, NORMAL_RATE))
        .await;
}

/// Shows each fragment for its duration, and waits when the next is not there.
async fn screen(
    playback: &Playback,
    parts: &[Part],
    queue: &mut mpsc::Receiver<Result<Shown, PlaybackError>>,
    asked: Instant,
    end: Instant,
    tally: &mut Tally,
) {
    // When what is on screen is over. Before the first picture nothing plays, so nothing stalls.
    let mut until: Option<Instant> = None;
    for part in parts {
        let next = match until {
            Some(_) => timeout(STALL, queue.recv()).await.ok(),
            None => None,
        };
        let next = match next {
            Some(next) => next,
            None => {
                let since = Instant::now();
                if until.is_some() {
                    report(playback, part.position_ms, PlayState::Stalled).await;
                }
                let came = timeout(PATIENCE, queue.recv()).await;
                if until.is_some() {
                    tally.stall(since);
                    until = Some(Instant::now());
                }
                let Ok(came) = came else {
                    let video = playback.magnet().to_string();
                    tally
                        .lost
                        .push(json!({ "video": video, "cell": part.cell }));
                    return;
                };
                came
            }
        };
        let shown = match next {
            Some(Ok(shown)) => shown,
            Some(Err(error)) => {
                tally.failure(&error);
                return;
            }
            None => return,
        };
        if until.is_none() {
            tally.start_ms.push(milliseconds(asked.elapsed()));
        }
        debug_assert_eq!(shown.plain.len(), shown.at.range.len());
        let begins = until.unwrap_or_else(Instant::now);
        let ends = begins + shown.at.duration;
        loop {
            let now = Instant::now();
            let into = now.saturating_duration_since(begins);
            let into = milliseconds(into.min(shown.at.duration));
            report(playback, shown.at.position_ms + into, PlayState::Playing).await;
            if now >= ends {
                break;
            }
            tokio::time::sleep(REPORT.min(ends - now)).await;
        }
        tally.played += shown.at.duration;
        until = Some(ends);
        if Instant::now() >= end {
            report(playback, shown.at.position_ms, PlayState::Paused).await;
            return;
        }
    }
    let total_ms = u64::from(playback.manifest().total_playtime_ms);
    report(playback, total_ms, PlayState::Ended).await;
}
