//! A player without a screen: shows a video by the clock, through the same engine that the web player uses.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chainflix_primitives::Magnet;
use chainflix_primitives::manifest::{ManifestCell, Rendition};
use serde::Serialize;
use sha2::Digest;
use tokio::sync::mpsc;

use crate::mining::playhead::{NORMAL_RATE, PlayState, Snapshot};
use crate::playback::{Playback, PlaybackError, PlaybackStats};

/// Plaintext that is read ahead of the screen, in fragments: browsers hold about as much.
const READ_AHEAD: usize = 6;
/// The player reports so often.
const REPORT: Duration = Duration::from_millis(250);
/// A fragment that is later than this is a stall.
const STALL: Duration = Duration::from_millis(40);

/// What was watched, and how well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WatchReport {
    /// The video.
    pub magnet: Magnet,
    /// Title.
    pub title: String,
    /// Rendition that was played.
    pub rendition: u8,
    /// Cells that were played.
    pub cells: u16,
    /// What was played, in ms.
    pub played_ms: u64,
    /// From the call to the first fragment of plaintext, in ms.
    pub ttff_ms: u64,
    /// How often the screen waited.
    pub stalls: u32,
    /// How long it waited in all, in ms.
    pub stalled_ms: u64,
    /// SHA-256 over the plaintext that was played, in hex.
    pub played_sha256: String,
    /// Counts of the engine.
    #[serde(flatten)]
    pub stats: PlaybackStats,
    /// Share of the bytes that each source gave, in percent.
    pub source_shares: BTreeMap<u32, u64>,
}

/// How far the player is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchProgress {
    /// Position in ms.
    pub position_ms: u64,
    /// Length in ms.
    pub total_ms: u64,
}

/// How to watch.
#[derive(Clone, Copy, Debug)]
pub struct WatchOptions {
    /// Which rendition; the one with the highest bandwidth when there is no such.
    pub rendition: Option<u8>,
    /// Stop after so much, in ms.
    pub at_most_ms: Option<u64>,
    /// When watching was asked for.
    pub asked: Instant,
}

/// One fragment on its way to the screen.
struct Shown {
    plain: Bytes,
    duration: Duration,
    cell: u16,
}

/// Plays a video from its start in real time, and waits until its minutes are accepted or refused.
///
/// # Errors
/// When a part of it can't be had.
pub async fn watch(
    playback: &Playback,
    options: WatchOptions,
    progress: &(dyn Fn(WatchProgress) + Send + Sync),
) -> Result<WatchReport, PlaybackError> {
    let manifest = playback.manifest();
    let number = chosen(&manifest.renditions, options.rendition);
    let rendition = manifest
        .renditions
        .get(usize::from(number))
        .ok_or(PlaybackError::NoSuchPart)?;
    let total_ms = u64::from(manifest.total_playtime_ms);
    let (sender, mut queue) = mpsc::channel::<Result<Shown, PlaybackError>>(READ_AHEAD);
    let reader = read_all(playback, number, rendition, sender);
    let screen = async {
        let mut screen = Screen::new(playback, total_ms, progress);
        let mut failed = None;
        while let Some(shown) = screen.next(&mut queue).await {
            match shown {
                Ok(shown) => screen.show(shown).await,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            let enough = options
                .at_most_ms
                .is_some_and(|most| screen.position_ms() >= most);
            if enough {
                break;
            }
        }
        screen.end().await;
        queue.close();
        (screen, failed)
    };
    let ((), (screen, failed)) = tokio::join!(reader, screen);
    // What was played before it failed earns all the same.
    playback.mined().await;
    if let Some(error) = failed {
        return Err(error);
    }
    let stats = playback.stats();
    let shares = |bytes: u64| {
        bytes
            .saturating_mul(100)
            .checked_div(stats.p2p_bytes.max(1))
    };
    Ok(WatchReport {
        magnet: playback.magnet(),
        title: manifest.title.clone(),
        rendition: number,
        cells: screen.last_cell.map_or(0, |cell| cell.saturating_add(1)),
        played_ms: screen.position_ms(),
        ttff_ms: screen
            .first
            .map_or(0, |at| milliseconds(at.duration_since(options.asked))),
        stalls: screen.stalls,
        stalled_ms: milliseconds(screen.stalled),
        played_sha256: hex::encode(screen.hasher.finalize()),
        source_shares: stats
            .sources
            .iter()
            .map(|(provider, source)| (*provider, shares(source.bytes).unwrap_or(0)))
            .collect(),
        stats,
    })
}

/// Reads every fragment in order, as far ahead as the queue allows.
async fn read_all(
    playback: &Playback,
    number: u8,
    rendition: &Rendition,
    queue: mpsc::Sender<Result<Shown, PlaybackError>>,
) {
    for (index, cell) in (0u16..).zip(&rendition.cells) {
        for (range, duration_ms) in fragments(cell) {
            let read = playback.read(number, index, range).await;
            let shown = read.map(|plain| Shown {
                plain,
                duration: Duration::from_millis(u64::from(duration_ms)),
                cell: index,
            });
            let failed = shown.is_err();
            if queue.send(shown).await.is_err() || failed {
                return;
            }
        }
    }
}

/// Byte ranges and durations of a cell's fragments.
pub fn fragments(cell: &ManifestCell) -> impl Iterator<Item = (Range<u32>, u32)> {
    let ends = cell
        .fragments
        .iter()
        .skip(1)
        .map(|next| next.offset)
        .chain([cell.entry.bytes]);
    cell.fragments
        .iter()
        .zip(ends)
        .map(|(fragment, end)| (fragment.offset..end, fragment.duration_ms))
}

/// The rendition `wanted`; the one with the highest bandwidth when there is no such.
pub(crate) fn chosen(renditions: &[Rendition], wanted: Option<u8>) -> u8 {
    let exists = |number: &u8| usize::from(*number) < renditions.len();
    let best = (0u8..)
        .zip(renditions)
        .max_by_key(|(_, rendition)| rendition.bandwidth)
        .map_or(0, |(number, _)| number);
    wanted.filter(exists).unwrap_or(best)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What a screen would do: show each fragment for its duration, and wait when the next is not there.
struct Screen<'a> {
    playback: &'a Playback,
    progress: &'a (dyn Fn(WatchProgress) + Send + Sync),
    total_ms: u64,
    first: Option<Instant>,
    position: Duration,
    stalls: u32,
    stalled: Duration,
    hasher: sha2::Sha256,
    last_cell: Option<u16>,
    /// When what is on screen is over.
    until: Option<Instant>,
}

impl<'a> Screen<'a> {
    fn new(
        playback: &'a Playback,
        total_ms: u64,
        progress: &'a (dyn Fn(WatchProgress) + Send + Sync),
    ) -> Self {
        Self {
            playback,
            progress,
            total_ms,
            first: None,
            position: Duration::ZERO,
            stalls: 0,
            stalled: Duration::ZERO,
            hasher: sha2::Sha256::new(),
            last_cell: None,
            until: None,
        }
    }

    fn position_ms(&self) -> u64 {
        milliseconds(self.position)
    }

    async fn report(&self, state: PlayState) {
        let position_ms = self.position_ms();
        self.playback
            .report(Snapshot::new(position_ms, state, NORMAL_RATE))
            .await;
        (self.progress)(WatchProgress {
            position_ms,
            total_ms: self.total_ms,
        });
    }

    /// The next fragment; a stall when it is not there in time.
    async fn next(
        &mut self,
        queue: &mut mpsc::Receiver<Result<Shown, PlaybackError>>,
    ) -> Option<Result<Shown, PlaybackError>> {
        if self.until.is_none() {
            // Before the first picture nothing plays, so nothing stalls.
            return queue.recv().await;
        }
        if let Ok(shown) = tokio::time::timeout(STALL, queue.recv()).await {
            return shown;
        }
        let since = Instant::now();
        self.stalls = self.stalls.saturating_add(1);
        self.report(PlayState::Stalled).await;
        let shown = queue.recv().await;
        let waited = since.elapsed();
        self.stalled = self.stalled.saturating_add(waited);
        self.until = Some(Instant::now());
        shown
    }

    async fn show(&mut self, shown: Shown) {
        let now = Instant::now();
        self.first.get_or_insert(now);
        self.hasher.update(&shown.plain);
        self.last_cell = Some(shown.cell);
        let begins = self.until.unwrap_or(now);
        let ends = begins + shown.duration;
        let start = self.position;
        loop {
            let now = Instant::now();
            self.position = start + now.saturating_duration_since(begins).min(shown.duration);
            self.report(PlayState::Playing).await;
            if now >= ends {
                break;
            }
            tokio::time::sleep(REPORT.min(ends - now)).await;
        }
        self.position = start + shown.duration;
        self.until = Some(ends);
    }

    async fn end(&mut self) {
        self.report(PlayState::Ended).await;
    }
}
