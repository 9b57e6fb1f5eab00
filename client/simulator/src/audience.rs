//! Made-up viewers: when they come, what they watch, when they skip and when they have enough.

use crate::catalogue::Catalogue;
use crate::nodes::REGIONS;
use crate::random::Random;
use crate::scenario::Scenario;

/// Share of viewers that leave within or after their first minute.
const QUITS_AT_ONCE: f64 = 0.25;
/// Share that leaves in each later minute.
const QUITS_LATER: f64 = 0.06;
/// Share that jumps to another minute after each.
const SEEKS: f64 = 0.04;
/// Share that does not begin at the beginning.
const STARTS_WITHIN: f64 = 0.15;
/// Share of viewers behind a translation that can't be punched.
const SYMMETRIC: f64 = 0.15;
/// By how much the audience rises and falls over the day.
const DIURNAL: f64 = 0.4;
/// A crowd is there after so much time, in ms.
const RISE_MS: f64 = 20_000.0;
/// Half of a crowd has gone after so much time, in ms.
const FALL_MS: f64 = 600_000.0;
/// A crowd makes at most so many times the usual audience of all videos.
const MOST_OF_ALL: f64 = 0.3;

/// A sudden audience of one video.
#[derive(Clone, Copy, Debug)]
pub struct FlashCrowd {
    /// The video.
    pub video: u32,
    /// When it begins, in ms.
    pub from_ms: u64,
    /// Starts a minute at its height.
    pub height: f64,
}

impl FlashCrowd {
    /// Starts a minute at `now_ms`.
    #[must_use]
    pub fn rate_at(&self, now_ms: u64) -> f64 {
        let Some(age) = now_ms.checked_sub(self.from_ms) else {
            return 0.0;
        };
        let age = age as f64;
        self.height * (age / RISE_MS).min(1.0) * (-age / FALL_MS).exp2()
    }
}

/// How many come, and for what.
#[derive(Clone, Debug)]
pub struct Audience {
    /// Starts a minute at the mean of the day, before shares that nobody watches are left out.
    pub starts_per_minute: f64,
    /// The crowds.
    pub crowds: Vec<FlashCrowd>,
    day_ms: f64,
}

/// Minutes that a viewer watches of a video of `cells`, on average; without seeks, which move but don't end.
#[must_use]
pub fn minutes_watched(cells: u16) -> f64 {
    let mut still = 1.0;
    let mut sum = 0.0;
    for cell in 0..cells {
        sum += still;
        still *= 1.0
            - if cell == 0 {
                QUITS_AT_ONCE
            } else {
                QUITS_LATER
            };
    }
    sum
}

impl Audience {
    /// The audience that takes the scenario's share of `upload` bytes per second.
    #[must_use]
    pub fn make(scenario: &Scenario, seed: u64, catalogue: &Catalogue, upload: f64) -> Self {
        let mut random = Random::new(seed, 3, 0);
        let videos = catalogue.videos.iter().enumerate();
        let mean_minutes = videos
            .map(|(index, video)| {
                let share = catalogue.weight_at(index as u32, u64::MAX) / catalogue.total_weight();
                share * minutes_watched(video.cells)
            })
            .sum::<f64>();
        let viewers = scenario.utilisation * upload / crate::catalogue::MEDIA_RATE;
        let starts_per_minute = viewers / mean_minutes.max(0.1);
        let length = scenario.minutes * 60_000;
        let crowds = (0..scenario.crowds).map(|turn| {
            let slot = length / u64::from(scenario.crowds);
            let within = random.below(usize::try_from(slot / 2).unwrap_or(1)) as u64;
            let video = loop {
                let video = random.below(catalogue.videos.len()) as u32;
                if catalogue.videos[video as usize].born_ms == 0 {
                    break video;
                }
            };
            let share = catalogue.weight_at(video, 0) / catalogue.total_weight();
            // ×10 to ×1000 of its usual audience, each decade as likely as the other.
            let factor = 10f64.powf(random.between(1.0, 3.0));
            let height = starts_per_minute * (share * factor).min(MOST_OF_ALL);
            FlashCrowd {
                video,
                from_ms: scenario.measured_from_ms() + u64::from(turn) * slot + within,
                height,
            }
        });
        let crowds = crowds.collect();
        Self {
            starts_per_minute,
            crowds,
            day_ms: scenario.day_minutes as f64 * 60_000.0,
        }
    }

    /// Share of the mean audience that is there at `now_ms`.
    #[must_use]
    pub fn time_of_day(&self, now_ms: u64) -> f64 {
        1.0 + DIURNAL * (std::f64::consts::TAU * now_ms as f64 / self.day_ms).sin()
    }

    /// When the next viewer may come who is drawn from all videos, and whether one does.
    pub fn next_start(&self, random: &mut Random, now_ms: u64) -> (u64, bool) {
        let most = self.starts_per_minute * (1.0 + DIURNAL);
        let at = now_ms + random.wait_ms(60_000.0 / most);
        (at, random.chance(self.time_of_day(at) / (1.0 + DIURNAL)))
    }

    /// When the next viewer of a crowd may come, and whether one does.
    pub fn next_of_crowd(&self, crowd: usize, random: &mut Random, now_ms: u64) -> (u64, bool) {
        let Some(crowd) = self.crowds.get(crowd) else {
            return (u64::MAX, false);
        };
        let from = now_ms.max(crowd.from_ms);
        let at = from + random.wait_ms(60_000.0 / crowd.height.max(1e-6));
        (
            at,
            random.chance(crowd.rate_at(at) / crowd.height.max(1e-6)),
        )
    }

    /// Starts a minute of `video` at `now_ms`, crowds included: what only the oracle knows.
    #[must_use]
    pub fn true_rate(&self, catalogue: &Catalogue, video: u32, now_ms: u64) -> f64 {
        let usual =
            self.starts_per_minute * self.time_of_day(now_ms) * catalogue.weight_at(video, now_ms)
                / catalogue.total_weight();
        let crowds = self.crowds.iter().filter(|crowd| crowd.video == video);
        usual + crowds.map(|crowd| crowd.rate_at(now_ms)).sum::<f64>()
    }
}

/// One viewer of one video.
#[derive(Clone, Debug)]
pub struct Session {
    random: Random,
    /// The video.
    pub video: u32,
    /// The cell that it watches.
    pub cell: u16,
    cells: u16,
    first: bool,
    /// Index of its region.
    pub region: usize,
    /// Whether it is behind a translation that can't be punched.
    pub symmetric: bool,
}

/// What a viewer does after a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Goes on with the next cell, of which the first seconds are there already.
    On,
    /// Jumps to another cell, of which nothing is there.
    Jump,
    /// Has seen the cell and leaves.
    Leave,
    /// Has left within the cell.
    LeftWithin,
}

impl Session {
    /// The `number`-th viewer of a run.
    #[must_use]
    pub fn new(seed: u64, number: u64, video: u32, cells: u16) -> Self {
        let mut random = Random::new(seed, 4, number);
        let within = random.chance(STARTS_WITHIN);
        let cell = if within {
            random.below(cells.into()) as u16
        } else {
            0
        };
        Self {
            video,
            cell,
            cells,
            first: true,
            region: random.below(REGIONS.len()),
            symmetric: random.chance(SYMMETRIC),
            random,
        }
    }

    /// Decides what comes after the present cell, and goes there.
    pub fn go_on(&mut self) -> Next {
        let quits = if self.first {
            QUITS_AT_ONCE
        } else {
            QUITS_LATER
        };
        self.first = false;
        if self.random.chance(quits) {
            return if self.random.chance(0.5) {
                Next::Leave
            } else {
                Next::LeftWithin
            };
        }
        if self.random.chance(SEEKS) {
            self.cell = self.random.below(self.cells.into()) as u16;
            return Next::Jump;
        }
        self.cell += 1;
        if self.cell < self.cells {
            Next::On
        } else {
            Next::Leave
        }
    }
}
