//! Samples on the source's timeline, and the sounds that wait until the pictures beside them have come.

use std::collections::VecDeque;

use crate::encode::SAMPLE_RATE;
use crate::isobmff::{Sample, Track};
use crate::probe::FrameRate;

/// Samples of a track on the source's timeline.
pub(super) struct Timeline {
    pub(super) id: u32,
    pub(super) timescale: u32,
    /// Added to the encoder's times; known from the first sample on.
    shift: Option<i64>,
}

impl Timeline {
    pub(super) fn new(track: &Track) -> Self {
        Self {
            id: track.id,
            timescale: track.timescale,
            shift: None,
        }
    }

    /// Puts a sample on the source's timeline, where the run's first sample stands at `origin` ticks.
    pub(super) fn place(&mut self, sample: Sample, origin: i64) -> Sample {
        let shift = *self
            .shift
            .get_or_insert_with(|| origin.saturating_sub(sample.presentation()));
        Sample {
            decode: sample.decode.saturating_add(shift),
            ..sample
        }
    }

    pub(super) fn ms(&self, ticks: i64) -> i64 {
        ticks_to_ms(ticks, self.timescale)
    }
}

/// Rounded to the nearest ms.
pub(super) fn ticks_to_ms(ticks: i64, timescale: u32) -> i64 {
    let scaled = i128::from(ticks) * 1_000 + i128::from(timescale) / 2;
    i64::try_from(scaled.div_euclid(i128::from(timescale))).unwrap_or(i64::MAX)
}

/// One sound, as far as it was not written.
pub(super) struct SoundLane {
    pub(super) timeline: Timeline,
    pub(super) waiting: VecDeque<Sample>,
}

impl SoundLane {
    /// Samples that begin before `border` on a timeline of `timescale`.
    pub(super) fn take_before(&mut self, border: i64, timescale: u32) -> Vec<Sample> {
        let mut taken = Vec::new();
        while let Some(sample) = self
            .waiting
            .pop_front_if(|sample| begins_before(sample, border, timescale))
        {
            taken.push(sample);
        }
        taken
    }

    /// Whether no more will come that begins before `border` on a timeline of `timescale`.
    pub(super) fn reaches(&self, border: i64, timescale: u32) -> bool {
        self.waiting
            .back()
            .is_some_and(|sample| !begins_before(sample, border, timescale))
    }
}

/// Whether a sample of sound begins before `border` on a timeline of `timescale`.
pub(super) fn begins_before(sample: &Sample, border: i64, timescale: u32) -> bool {
    i128::from(sample.decode) * i128::from(timescale) < i128::from(border) * i128::from(SAMPLE_RATE)
}

/// Start of frame `frame` in ticks of `timescale`.
pub(super) fn frame_ticks(frame: u64, rate: Option<FrameRate>, timescale: u32) -> i64 {
    let Some(rate) = rate else { return 0 };
    let ticks = u128::from(frame) * u128::from(rate.denominator) * u128::from(timescale)
        / u128::from(rate.numerator);
    i64::try_from(ticks).unwrap_or(i64::MAX)
}
