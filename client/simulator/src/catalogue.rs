//! Made-up videos, and how much each is watched.

use crate::random::Random;
use crate::scenario::{Law, Scenario};

/// Media rate of every video, in bytes per second: 2.5 Mb/s.
pub const MEDIA_RATE: f64 = 312_500.0;
/// Bytes of a cell.
pub const CELL_BYTES: u32 = 18_750_000;
/// Share of videos that are published during the run.
const NEW: f64 = 0.1;
/// A new video is watched so many times as much at first, and half of that more is lost in [`NEWS_MS`].
const NEWS_FACTOR: f64 = 4.0;
/// Half-life of what is new, in ms.
const NEWS_MS: f64 = 1_200_000.0;

/// One video.
#[derive(Clone, Debug)]
pub struct Video {
    /// Its first cell among all.
    pub first_cell: u32,
    /// Its number of cells.
    pub cells: u16,
    /// How much it is watched, by the law of the scenario.
    pub weight: f64,
    /// When it is published, in ms.
    pub born_ms: u64,
}

/// All videos, and which cell belongs to which.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The videos, in no order of popularity.
    pub videos: Vec<Video>,
    /// Video of each cell.
    pub video_of: Vec<u32>,
    /// Weights summed up, for drawing.
    cumulative: Vec<f64>,
}

impl Catalogue {
    /// The catalogue of a run.
    #[must_use]
    pub fn make(scenario: &Scenario, seed: u64) -> Self {
        let mut random = Random::new(seed, 2, 0);
        let count = scenario.videos;
        let mut ranks: Vec<u32> = (1..=count).collect();
        for place in (1..ranks.len()).rev() {
            ranks.swap(place, random.below(place + 1));
        }
        let (mut videos, mut video_of) = (Vec::new(), Vec::new());
        for (index, rank) in ranks.into_iter().enumerate() {
            let n = f64::from(rank);
            let weight = match scenario.law {
                Law::Zipf(exponent) => n.powf(-exponent),
                // Ranks of a stretched exponential: y^c = b − a·ln(n), zero at the last.
                Law::Stretched(c) => {
                    let top = f64::from(count + 1).ln();
                    (1.0 - n.ln() / top).max(0.0).powf(1.0 / c)
                }
            };
            let cells = random.between(0.4, 1.6) * f64::from(scenario.cells_per_video);
            let cells = (cells.round() as u16).max(1);
            let born_ms = if random.chance(NEW) {
                let end = scenario.end_ms() / 60_000;
                random.below(usize::try_from(end).unwrap_or(1)) as u64 * 60_000
            } else {
                0
            };
            let first_cell = u32::try_from(video_of.len()).unwrap_or(u32::MAX);
            video_of.extend((0..cells).map(|_| index as u32));
            videos.push(Video {
                first_cell,
                cells,
                weight,
                born_ms,
            });
        }
        let mut sum = 0.0;
        let cumulative = videos.iter().map(|video| {
            sum += video.weight * if video.born_ms > 0 { NEWS_FACTOR } else { 1.0 };
            sum
        });
        let cumulative = cumulative.collect();
        Self {
            videos,
            video_of,
            cumulative,
        }
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> u32 {
        u32::try_from(self.video_of.len()).unwrap_or(u32::MAX)
    }

    /// Bytes of all cells.
    #[must_use]
    pub fn bytes(&self) -> f64 {
        f64::from(self.cells()) * f64::from(CELL_BYTES)
    }

    /// How much `video` is watched at `now_ms`, against all weights: nothing before it is published, most just after.
    #[must_use]
    pub fn weight_at(&self, video: u32, now_ms: u64) -> f64 {
        let Some(video) = self.videos.get(video as usize) else {
            return 0.0;
        };
        if now_ms < video.born_ms {
            return 0.0;
        }
        if video.born_ms == 0 {
            return video.weight;
        }
        let age = (now_ms - video.born_ms) as f64;
        video.weight * (1.0 + (NEWS_FACTOR - 1.0) * (-age / NEWS_MS).exp2())
    }

    /// A video drawn by how much it is watched at `now_ms`; `None` when the draw falls on a share that nobody watches now.
    #[must_use]
    pub fn draw(&self, random: &mut Random, now_ms: u64) -> Option<u32> {
        let total = self.cumulative.last().copied()?;
        let at = random.between(0.0, total);
        let place = self.cumulative.partition_point(|sum| *sum <= at);
        let video = u32::try_from(place).ok()?;
        let most = {
            let video = self.videos.get(place)?;
            video.weight * if video.born_ms > 0 { NEWS_FACTOR } else { 1.0 }
        };
        random
            .chance(self.weight_at(video, now_ms) / most)
            .then_some(video)
    }

    /// Sum of all weights, as far as [`Catalogue::draw`] draws from it.
    #[must_use]
    pub fn total_weight(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }
}
