//! One rendition: ffmpeg's output through the packager into sealed cells, each durable before the next is begun.

use std::collections::VecDeque;
use std::time::Duration;

use chainflix_primitives::window::{self, CELL_MS};

use super::journal::Journal;
use super::{ContentKeys, KEYS_AT_ONCE, Progress, PublishError, PublishRequest, seal};
use crate::encode::{self, RunStart};
use crate::envelope::ContentKey;
use crate::isobmff::read::{Part, Reader};
use crate::packager::{CutError, Packager, PlainCell};
use crate::probe::Source;
use crate::process::{Running, ToolError};
use crate::rendition::RenditionSpec;

/// ffmpeg is stopped after so long, however short the source.
const LEAST_TIME_LIMIT: Duration = Duration::from_secs(600);

/// Makes what is missing of rendition `number`.
pub(super) async fn rendition<K: ContentKeys>(
    request: &PublishRequest,
    source: &Source,
    number: u8,
    spec: &RenditionSpec,
    job: &mut Journal,
    keys: &K,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(), PublishError> {
    let seconds = source.duration_ms.div_ceil(1_000);
    let limit = LEAST_TIME_LIMIT.saturating_add(
        request
            .time_limit_per_second
            .checked_mul(seconds)
            .unwrap_or(Duration::MAX),
    );
    let start = RunStart::of_cell(source, job.cells_of(number));
    let work = Rendition {
        source,
        number,
        start,
        job,
        keys: KeyStore {
            keys,
            rendition: number,
            cells: window::cell_count(source.duration_ms).unwrap_or(1),
            next: start.cell,
            ready: VecDeque::new(),
        },
        progress,
    };
    tokio::time::timeout(limit, work.make(spec))
        .await
        .unwrap_or_else(|_| {
            Err(ToolError::TimedOut {
                program: "ffmpeg",
                limit,
            }
            .into())
        })
}

struct Rendition<'a, K> {
    source: &'a Source,
    number: u8,
    start: RunStart,
    job: &'a mut Journal,
    keys: KeyStore<'a, K>,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
}

impl<K: ContentKeys> Rendition<'_, K> {
    async fn make(mut self, spec: &RenditionSpec) -> Result<(), PublishError> {
        let arguments = encode::arguments(self.source, spec, &self.start).map_err(|source| {
            PublishError::Work {
                path: self.source.path.clone(),
                source,
            }
        })?;
        let mut ffmpeg = Running::start("ffmpeg", &arguments)?;
        let mut reader = Reader::new(ffmpeg.take_output()?);
        let mut packager: Option<Packager> = None;
        let cut = loop {
            match reader.next().await {
                Ok(Some(Part::Init { bytes, tracks })) => {
                    let frame_rate = self.source.picture.map(|picture| picture.frame_rate);
                    packager = Some(Packager::new(&tracks, frame_rate, self.start)?);
                    self.job.begin_rendition(self.number, bytes, &tracks)?;
                }
                Ok(Some(Part::Samples(samples))) => {
                    let packager = packager.as_mut().ok_or(CutError::Tracks)?;
                    for cell in packager.push(samples)? {
                        self.seal(cell, CELL_MS, None).await?;
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
            self.seal(cell, CELL_MS, None).await?;
        }
        let playtime = window::cell_playtime(end.total_ms, end.last.index);
        let playtime = playtime.ok_or(CutError::Timeline)?;
        self.seal(end.last, playtime, Some(end.total_ms)).await?;
        self.report(end.total_ms);
        Ok(())
    }

    async fn seal(
        &mut self,
        cell: PlainCell,
        playtime_ms: u32,
        total_ms: Option<u32>,
    ) -> Result<(), PublishError> {
        let (number, index) = (self.number, cell.index);
        let key = self.keys.key_of(index, self.job.upload().id).await?;
        let sealed =
            tokio::task::spawn_blocking(move || seal::seal(cell, number, playtime_ms, &key))
                .await
                .map_err(|_| CutError::TooLarge)??;
        let bytes = sealed.cell.entry.bytes;
        self.job.add_cell(&sealed, total_ms)?;
        (self.progress)(Progress::Sealed {
            rendition: number,
            cell: index,
            bytes,
        });
        Ok(())
    }

    fn report(&self, done_ms: u32) {
        (self.progress)(Progress::Encoding {
            rendition: self.number,
            done_ms: done_ms.min(self.source.duration_ms),
            total_ms: self.source.duration_ms,
        });
    }
}

/// Content keys in the order of cells, asked for some at a time.
struct KeyStore<'a, K> {
    keys: &'a K,
    rendition: u8,
    /// Cells that the source promises.
    cells: u16,
    /// First cell whose key was not asked for.
    next: u16,
    ready: VecDeque<(u16, ContentKey)>,
}

impl<K: ContentKeys> KeyStore<'_, K> {
    async fn key_of(
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
