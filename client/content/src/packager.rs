//! From samples to cells: fragments at keyframes two seconds apart, cells at the fragment nearest to each full minute.

use std::collections::VecDeque;
use std::sync::Arc;

use chainflix_primitives::manifest::Fragment;
use chainflix_primitives::window::{self, CELL_MS};

use crate::encode::{AAC_FRAME, BORDER_TOLERANCE_MS, FRAGMENT_SECONDS, RunStart, SAMPLE_RATE};
use crate::isobmff::{Sample, Track, write};
use crate::probe::FrameRate;
use crate::tracks;
use crate::webvtt::{self, Cue};
use lanes::{SoundLane, Timeline, frame_ticks};

mod lanes;

/// Groups of pictures that wait for the sound between them, at most; then they go without.
const MAX_WAITING_GROUPS: usize = 8;
/// Frames of the first sound that wait for the other sounds, at most: 16 s.
const MAX_WAITING_SOUND: usize = 768;

/// A cell before sealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlainCell {
    pub(crate) index: u16,
    pub(crate) data: Vec<u8>,
    pub(crate) fragments: Vec<Fragment>,
}

/// What stands at the end of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The last cell.
    pub(crate) last: PlainCell,
    /// Playtime of the whole video in ms.
    pub(crate) total_ms: u32,
}

/// Why an encoder's output can't be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CutError {
    /// The encoder made nothing.
    #[error("the encoder made neither pictures nor sound from it")]
    Nothing,
    /// Tracks other than asked for.
    #[error("the encoder made other tracks than it was asked for")]
    Tracks,
    /// A time before zero, or a minute without a fragment.
    #[error("the encoder left a gap in the timeline")]
    Timeline,
    /// A fragment that does not fit its fields.
    #[error("the encoder made a fragment that is too large")]
    TooLarge,
}

struct OpenCell {
    index: u16,
    data: Vec<u8>,
    /// Offset and start in ms of each fragment.
    fragments: Vec<(u32, i64)>,
}

/// Cuts one run of the encoder.
pub(crate) struct Packager {
    start: RunStart,
    frame_rate: Option<FrameRate>,
    picture: Option<Timeline>,
    sounds: Vec<SoundLane>,
    /// Subtitles, which are written at the beginning of each cell.
    texts: Arc<[Vec<Cue>]>,
    groups: VecDeque<Vec<Sample>>,
    /// End of the picture, or of the sound where there is no picture, in ticks.
    end: i64,
    sequence: u32,
    cell: Option<OpenCell>,
}

impl Packager {
    /// For a run from `start` with these tracks and texts; `frame_rate` is the picture's.
    pub(crate) fn new(
        tracks: &[Track],
        frame_rate: Option<FrameRate>,
        start: RunStart,
        texts: Arc<[Vec<Cue>]>,
    ) -> Result<Self, CutError> {
        let picture = tracks.iter().find(|track| track.picture.is_some());
        let sounds = || tracks.iter().filter(|track| track.picture.is_none());
        if picture.is_some() != frame_rate.is_some()
            || sounds().any(|track| track.timescale != SAMPLE_RATE)
        {
            return Err(CutError::Tracks);
        }
        // Sequence numbers go on where the run before would have been, give or take the frame rate's rounding; they
        // need only ascend.
        let fragments_before =
            u64::from(start.cell) * u64::from(CELL_MS) / 1_000 / FRAGMENT_SECONDS;
        Ok(Self {
            start,
            frame_rate,
            picture: picture.map(Timeline::new),
            sounds: sounds()
                .map(|track| SoundLane {
                    timeline: Timeline::new(track),
                    waiting: VecDeque::new(),
                })
                .collect(),
            texts,
            groups: VecDeque::new(),
            end: 0,
            sequence: u32::try_from(fragments_before).map_err(|_| CutError::TooLarge)?,
            cell: None,
        })
    }

    /// Takes samples as they come from the encoder; returns the cells that they complete.
    pub(crate) fn push(&mut self, samples: Vec<(u32, Sample)>) -> Result<Vec<PlainCell>, CutError> {
        for (track, sample) in samples {
            if let Some(picture) = self.picture.as_mut().filter(|known| known.id == track) {
                let origin = frame_ticks(self.start.frame, self.frame_rate, picture.timescale);
                let sample = picture.place(sample, origin);
                let end = sample.presentation() + i64::from(sample.duration);
                self.end = self.end.max(end);
                match self.groups.back_mut().filter(|_| !sample.sync) {
                    Some(group) => group.push(sample),
                    None => self.groups.push_back(vec![sample]),
                }
            } else if let Some(sound) = self
                .sounds
                .iter_mut()
                .find(|known| known.timeline.id == track)
            {
                let first = self.start.audio_frame.saturating_mul(AAC_FRAME);
                // The encoder's first frame is its own delay.
                let before = self
                    .start
                    .lead_in
                    .saturating_add(1)
                    .saturating_mul(AAC_FRAME);
                let first = i64::try_from(first).unwrap_or(i64::MAX);
                let before = i64::try_from(before).unwrap_or(i64::MAX);
                let sample = sound.timeline.place(sample, first.saturating_sub(before));
                if sample.decode >= first {
                    if self.picture.is_none() {
                        let end = sample.decode.saturating_add(i64::from(sample.duration));
                        self.end = self.end.max(end);
                    }
                    sound.waiting.push_back(sample);
                }
            } else {
                return Err(CutError::Tracks);
            }
        }
        let mut complete = Vec::new();
        while let Some(cell) = self.step(false)? {
            complete.extend(cell);
        }
        Ok(complete)
    }

    /// How far the encoder is, in ms of the whole video.
    pub(crate) fn end_ms(&self) -> u32 {
        let sound = self.sounds.first().map(|sound| &sound.timeline);
        let timeline = self.picture.as_ref().or(sound);
        let end_ms = timeline.map_or(0, |timeline| timeline.ms(self.end));
        u32::try_from(end_ms.max(0)).unwrap_or(u32::MAX)
    }

    /// Takes the end of the run; the cells that were still waiting come with it.
    pub(crate) fn finish(mut self) -> Result<(Vec<PlainCell>, End), CutError> {
        let mut complete = Vec::new();
        while let Some(cell) = self.step(true)? {
            complete.extend(cell);
        }
        let mut total_ms = self.end_ms();
        let cell = self.cell.ok_or(CutError::Nothing)?;
        // A frame that begins before the last border and ends after it makes no cell of its own.
        let cells = cell.index.saturating_add(1);
        if window::cell_count(total_ms).is_none_or(|count| count > cells) {
            total_ms = u32::from(cells) * CELL_MS;
        }
        let last = close(cell, i64::from(total_ms))?;
        Ok((complete, End { last, total_ms }))
    }

    /// Writes the next fragment, if one is ready, and returns the cell that it completes. `None` when none is ready.
    fn step(&mut self, at_end: bool) -> Result<Option<Option<PlainCell>>, CutError> {
        if self.picture.is_some() {
            self.step_picture(at_end)
        } else {
            self.step_sound(at_end)
        }
    }

    fn step_picture(&mut self, at_end: bool) -> Result<Option<Option<PlainCell>>, CutError> {
        let Some(picture) = &self.picture else {
            return Ok(None);
        };
        let timescale = picture.timescale;
        let next = self
            .groups
            .get(1)
            .and_then(|group| group.first())
            .map(Sample::presentation);
        let border = match next {
            Some(border) => {
                let sound_is_there = self
                    .sounds
                    .iter()
                    .all(|sound| sound.reaches(border, timescale));
                if !(sound_is_there || at_end || self.groups.len() > MAX_WAITING_GROUPS) {
                    return Ok(None);
                }
                border
            }
            None if at_end => self.end,
            None => return Ok(None),
        };
        let Some(pictures) = self.groups.pop_front() else {
            return Ok(None);
        };
        let starts_at = pictures.first().map_or(0, Sample::presentation);
        let (id, start_ms) = (picture.id, picture.ms(starts_at));
        let floor_ms = i128::from(starts_at) * 1_000 / i128::from(timescale);
        let bytes = self.fragment(Some((id, pictures)), border, timescale)?;
        self.append(bytes, start_ms, floor_ms).map(Some)
    }

    fn step_sound(&mut self, at_end: bool) -> Result<Option<Option<PlainCell>>, CutError> {
        let Some(lead) = self.sounds.first() else {
            return Ok(None);
        };
        let Some(first) = lead.waiting.front() else {
            return Ok(None);
        };
        let number = |sample: &Sample| {
            sample
                .decode
                .div_euclid(i64::from(SAMPLE_RATE) * FRAGMENT_SECONDS.cast_signed())
        };
        let (starts_at, this) = (first.decode, number(first));
        let next = lead.waiting.iter().find(|sample| number(sample) != this);
        let border = match next.map(|sample| sample.decode) {
            Some(border) => {
                let all_are_there = self
                    .sounds
                    .iter()
                    .all(|sound| sound.reaches(border, SAMPLE_RATE));
                if !(all_are_there || at_end || lead.waiting.len() > MAX_WAITING_SOUND) {
                    return Ok(None);
                }
                border
            }
            None if at_end => self.end,
            None => return Ok(None),
        };
        let start_ms = lead.timeline.ms(starts_at);
        let floor_ms = i128::from(starts_at) * 1_000 / i128::from(SAMPLE_RATE);
        let bytes = self.fragment(None, border, SAMPLE_RATE)?;
        self.append(bytes, start_ms, floor_ms).map(Some)
    }

    /// The pictures and what sounds before `border`: in one `moof`, or with several sounds in one for each track, so that
    /// they can be taken apart.
    fn fragment(
        &mut self,
        pictures: Option<(u32, Vec<Sample>)>,
        border: i64,
        timescale: u32,
    ) -> Result<Vec<u8>, CutError> {
        let sounds = self.sounds.iter_mut().map(|sound| {
            let samples = sound.take_before(border, timescale);
            (sound.timeline.id, samples)
        });
        let tracks: Vec<(u32, Vec<Sample>)> = pictures
            .into_iter()
            .chain(sounds.filter(|(_, samples)| !samples.is_empty()))
            .collect();
        let runs: Vec<write::Run<'_>> = tracks
            .iter()
            .map(|(track, samples)| write::Run {
                track: *track,
                samples,
            })
            .collect();
        let together = if self.sounds.len() > 1 { 1 } else { runs.len() };
        let mut bytes = Vec::new();
        for runs in runs.chunks(together.max(1)) {
            self.sequence = self.sequence.saturating_add(1);
            bytes.extend(write::fragment(self.sequence, runs).ok_or(CutError::TooLarge)?);
        }
        Ok(bytes)
    }

    /// Puts a fragment into its cell; returns the cell before when that is complete.
    fn append(
        &mut self,
        bytes: Vec<u8>,
        start_ms: i64,
        floor_ms: i128,
    ) -> Result<Option<PlainCell>, CutError> {
        let minute = (floor_ms + i128::from(BORDER_TOLERANCE_MS)).div_euclid(i128::from(CELL_MS));
        let index = u16::try_from(minute).map_err(|_| CutError::Timeline)?;
        let expected = match &self.cell {
            Some(cell) if cell.index == index => index,
            Some(cell) => cell.index.saturating_add(1),
            None => self.start.cell,
        };
        if index != expected {
            return Err(CutError::Timeline);
        }
        let complete = match self.cell.take_if(|cell| cell.index != index) {
            Some(before) => Some(close(before, start_ms)?),
            None => None,
        };
        let mut offset = 0;
        let cell = match &mut self.cell {
            Some(cell) => {
                offset = u32::try_from(cell.data.len()).map_err(|_| CutError::TooLarge)?;
                cell
            }
            none => none.insert(OpenCell {
                index,
                // What is said in the minute belongs to its first fragment.
                data: texts_of(&self.texts, index)?,
                fragments: Vec::new(),
            }),
        };
        cell.fragments.push((offset, start_ms));
        cell.data.extend(bytes);
        Ok(complete)
    }
}

/// The texts of minute `index`, as they stand at the beginning of its cell.
fn texts_of(texts: &[Vec<Cue>], index: u16) -> Result<Vec<u8>, CutError> {
    let mut bytes = Vec::new();
    for (number, cues) in (0u8..).zip(texts) {
        if let Some(text) = webvtt::minute(cues, index) {
            bytes.extend(tracks::text_box(number, &text).ok_or(CutError::TooLarge)?);
        }
    }
    Ok(bytes)
}

/// Completes a cell whose last fragment ends at `end_ms`.
fn close(cell: OpenCell, end_ms: i64) -> Result<PlainCell, CutError> {
    let ends = cell
        .fragments
        .iter()
        .skip(1)
        .map(|(_, start_ms)| *start_ms)
        .chain([end_ms]);
    let fragments = cell
        .fragments
        .iter()
        .zip(ends)
        .map(|((offset, start_ms), end_ms)| {
            let duration = end_ms.saturating_sub(*start_ms).max(0);
            Ok(Fragment {
                offset: *offset,
                duration_ms: u32::try_from(duration).map_err(|_| CutError::Timeline)?,
            })
        })
        .collect::<Result<_, CutError>>()?;
    Ok(PlainCell {
        index: cell.index,
        data: cell.data,
        fragments,
    })
}
