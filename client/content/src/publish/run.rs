//! The renditions: ffmpeg's output through the packager into sealed cells, each durable before it is told of.
//!
//! While a cell is hashed and encrypted on another thread, the next one is already read; so a rendition holds two cells in
//! memory at most, whatever the length of the video. Several renditions are made at once where there are cores for it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chainflix_primitives::window::{self, CELL_MS};
use futures::{StreamExt, TryStreamExt};
use tokio::task::JoinHandle;

use super::journal::Journal;
use super::seal::SealedCell;
use super::{ContentKeys, KEYS_AT_ONCE, Progress, PublishError, PublishRequest, seal};
use crate::encode::{self, RunStart};
use crate::envelope::ContentKey;
use crate::isobmff::read::{Part, Reader};
use crate::packager::{CutError, Packager, PlainCell};
use crate::probe::Source;
use crate::process::{Running, ToolError};
use crate::rendition::RenditionSpec;
use crate::webvtt::Cue;

/// ffmpeg is stopped after so long, however short the source.
const LEAST_TIME_LIMIT: Duration = Duration::from_secs(600);

/// What all renditions of a publication share.
pub(super) struct Work<'a, K> {
    pub(super) request: &'a PublishRequest,
    pub(super) source: &'a Source,
    /// Subtitles, in the order of the source's.
    pub(super) texts: Arc<[Vec<Cue>]>,
    /// What stands behind each init segment: the list of texts.
    pub(super) text_list: Vec<u8>,
    pub(super) job: Mutex<Journal>,
    pub(super) keys: &'a K,
    pub(super) progress: &'a (dyn Fn(Progress) + Send + Sync),
    /// How far each rendition is, in ms.
    pub(super) done_ms: Vec<AtomicU32>,
}

impl<K: ContentKeys> Work<'_, K> {
    fn job(&self) -> MutexGuard<'_, Journal> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes what is missing of all renditions.
    pub(super) async fn renditions(&self, specs: &[RenditionSpec]) -> Result<(), PublishError> {
        let missing: Vec<(u8, &RenditionSpec)> = (0u8..)
            .zip(specs)
            .filter(|(number, _)| !self.job().is_complete(*number))
            .collect();
        for number in 0..u8::try_from(specs.len()).unwrap_or(u8::MAX) {
            if !missing.iter().any(|(other, _)| *other == number) {
                self.note(number, self.source.duration_ms);
            }
        }
        futures::stream::iter(missing)
            .map(|(number, spec)| self.rendition(number, spec))
            .buffer_unordered(self.request.at_once.max(1))
            .try_collect()
            .await
    }

    async fn rendition(&self, number: u8, spec: &RenditionSpec) -> Result<(), PublishError> {
        let seconds = self.source.duration_ms.div_ceil(1_000);
        let limit = LEAST_TIME_LIMIT.saturating_add(
            self.request
                .time_limit_per_second
                .checked_mul(seconds)
                .unwrap_or(Duration::MAX),
        );
        let start = RunStart::of_cell(self.source, self.job().cells_of(number));
        let rendition = Rendition {
            work: self,
            number,
            start,
            keys: KeyStore::new(self.keys, number, self.source.duration_ms, start.cell),
            sealing: None,
        };
        tokio::time::timeout(limit, rendition.make(spec))
            .await
            .unwrap_or_else(|_| {
                Err(ToolError::TimedOut {
                    program: "ffmpeg",
                    limit,
                }
                .into())
            })
    }

    /// Notes how far a rendition is; returns how far all are, in ms.
    fn note(&self, number: u8, done_ms: u32) -> u64 {
        if let Some(done) = self.done_ms.get(usize::from(number)) {
            done.store(done_ms.min(self.source.duration_ms), Ordering::Relaxed);
        }
        let done = self.done_ms.iter();
        done.map(|done| u64::from(done.load(Ordering::Relaxed)))
            .sum()
    }
}

struct Rendition<'a, K> {
    work: &'a Work<'a, K>,
    number: u8,
    start: RunStart,
    keys: KeyStore<'a, K>,
    /// The cell that is being sealed, if any.
    sealing: Option<JoinHandle<Result<SealedCell, CutError>>>,
}

impl<K: ContentKeys> Rendition<'_, K> {
    async fn make(mut self, spec: &RenditionSpec) -> Result<(), PublishError> {
        let source = self.work.source;
        let arguments =
            encode::arguments(source, spec, &self.start).map_err(|error| PublishError::Work {
                path: source.path.clone(),
                source: error,
            })?;
        let mut ffmpeg = Running::start("ffmpeg", &arguments)?;
        let mut reader = Reader::new(ffmpeg.take_output()?);
        let mut packager: Option<Packager> = None;
        let cut = loop {
            match reader.next().await {
                Ok(Some(Part::Init { mut bytes, tracks })) => {
                    let frame_rate = source.picture.map(|picture| picture.frame_rate);
                    let texts = self.work.texts.clone();
                    packager = Some(Packager::new(&tracks, frame_rate, self.start, texts)?);
                    bytes.extend(&self.work.text_list);
                    let mut job = self.work.job();
                    job.begin_rendition(self.number, bytes, &tracks)?;
                }
                Ok(Some(Part::Samples(samples))) => {
                    let packager = packager.as_mut().ok_or(CutError::Tracks)?;
                    for cell in packager.push(samples)? {
                        self.seal(cell, CELL_MS).await?;
                    }
                    if self.sealing.as_ref().is_some_and(JoinHandle::is_finished) {
                        self.keep(None).await?;
                    }
                    self.report(packager.end_ms());
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        // Where ffmpeg itself says what went wrong, that is the better message.
        ffmpeg.finish().await?;
        cut?;
        let (complete, end) = packager.ok_or(CutError::Nothing)?.finish()?;
        for cell in complete {
            self.seal(cell, CELL_MS).await?;
        }
        let playtime = window::cell_playtime(end.total_ms, end.last.index);
        let playtime = playtime.ok_or(CutError::Timeline)?;
        self.seal(end.last, playtime).await?;
        self.keep(Some(end.total_ms)).await?;
        self.report(end.total_ms);
        Ok(())
    }

    /// Begins to seal a cell, once the one before it is durable.
    async fn seal(&mut self, cell: PlainCell, playtime_ms: u32) -> Result<(), PublishError> {
        self.keep(None).await?;
        let number = self.number;
        let upload = self.work.job().upload().id;
        let key = self.keys.key_of(cell.index, upload).await?;
        self.sealing = Some(tokio::task::spawn_blocking(move || {
            seal::seal(cell, number, playtime_ms, &key)
        }));
        Ok(())
    }

    /// Makes the cell durable that is being sealed, if any. With the last one comes the playtime of the whole.
    async fn keep(&mut self, total_ms: Option<u32>) -> Result<(), PublishError> {
        let Some(sealing) = self.sealing.take() else {
            return Ok(());
        };
        // The thread ends without a result only when it panics.
        let sealed = sealing.await.map_err(|_| CutError::TooLarge)??;
        let entry = &sealed.cell.entry;
        let (cell, bytes) = (entry.index, entry.bytes);
        self.work.job().add_cell(&sealed, total_ms)?;
        (self.work.progress)(Progress::Sealed {
            rendition: self.number,
            cell,
            bytes,
        });
        Ok(())
    }

    fn report(&self, done_ms: u32) {
        let renditions = u64::try_from(self.work.done_ms.len()).unwrap_or(u64::MAX);
        (self.work.progress)(Progress::Encoding {
            rendition: self.number,
            done_ms: self.work.note(self.number, done_ms),
            total_ms: u64::from(self.work.source.duration_ms).saturating_mul(renditions),
        });
    }
}

/// Content keys in the order of cells, asked for some at a time.
pub(super) struct KeyStore<'a, K> {
    keys: &'a K,
    rendition: u8,
    /// Cells that the source promises.
    cells: u16,
    /// First cell whose key was not asked for.
    next: u16,
    ready: VecDeque<(u16, ContentKey)>,
}

impl<'a, K: ContentKeys> KeyStore<'a, K> {
    /// Keys of a rendition of `duration_ms`, from cell `first` on.
    pub(super) fn new(keys: &'a K, rendition: u8, duration_ms: u32, first: u16) -> Self {
        Self {
            keys,
            rendition,
            cells: window::cell_count(duration_ms).unwrap_or(1),
            next: first,
            ready: VecDeque::new(),
        }
    }

    pub(super) async fn key_of(
        &mut self,
        cell: u16,
        upload: chainflix_primitives::ids::UploadId,
    ) -> Result<ContentKey, PublishError> {
        if self.ready.is_empty() {
            let count = self.cells.saturating_sub(self.next).clamp(1, KEYS_AT_ONCE);
            let keys = self
                .keys
                .content_keys(upload, self.rendition, self.next, count)
                .await
                .map_err(PublishError::Keys)?;
            if keys.len() != usize::from(count) {
                return Err(PublishError::KeyCount {
                    got: keys.len(),
                    wanted: count,
                });
            }
            self.ready = (self.next..).zip(keys).collect();
            self.next = self.next.saturating_add(count);
        }
        match self.ready.pop_front() {
            Some((index, key)) if index == cell => Ok(key),
            _ => Err(CutError::Timeline.into()),
        }
    }
}
