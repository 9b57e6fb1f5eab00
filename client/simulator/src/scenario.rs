//! What is simulated: how many nodes and videos, what people watch, what goes wrong.

use serde::Serialize;

/// How popularity falls from the first video to the last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Law {
    /// The n-th is watched in proportion to n to the power of minus this.
    Zipf(f64),
    /// Stretched exponential with this exponent (Guo et al., *The stretched exponential distribution of Internet media
    /// access patterns*, PODC 2008).
    Stretched(f64),
}

/// All parameters of a run besides strategy and seed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// Storage nodes.
    pub nodes: u32,
    /// Videos.
    pub videos: u32,
    /// Cells of a video on average.
    pub cells_per_video: u32,
    /// Space of all nodes, in copies of the whole catalogue.
    pub storage: f64,
    /// Share of all upload capacity that viewers take at the daily mean.
    pub utilisation: f64,
    /// What the origin can send, as a share of all upload capacity.
    pub origin: f64,
    /// Copies that are always kept, by strategies that keep any.
    pub copies: usize,
    /// Minutes before anything is measured.
    pub warm_up_minutes: u64,
    /// Minutes that are measured.
    pub minutes: u64,
    /// Minutes of a day: compressed, so that a run sees several.
    pub day_minutes: u64,
    /// Popularity.
    pub law: Law,
    /// Flash crowds, in all.
    pub crowds: u32,
    /// Mean time that a home node stays, in minutes; 0 for ever.
    pub stays_minutes: f64,
    /// Mean time that it is away, in minutes.
    pub away_minutes: f64,
    /// Share of home nodes that leave for good at half time.
    pub mass_leave: f64,
    /// Whether a region is cut off for ten minutes at half time.
    pub region_cut: bool,
    /// Fake requests a second for an unpopular video during the second half.
    pub fakes_per_second: u32,
}

/// The usual: Zipf, homes come and go, nothing special happens.
const CALM: Scenario = Scenario {
    name: "calm",
    nodes: 100,
    videos: 240,
    cells_per_video: 8,
    storage: 4.5,
    utilisation: 0.45,
    origin: 0.05,
    copies: 3,
    warm_up_minutes: 20,
    minutes: 50,
    day_minutes: 50,
    law: Law::Zipf(0.9),
    crowds: 0,
    stays_minutes: 120.0,
    away_minutes: 10.0,
    mass_leave: 0.0,
    region_cut: false,
    fakes_per_second: 0,
};

/// Every scenario that has a name.
pub const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "mixed",
        crowds: 4,
        stays_minutes: 60.0,
        fakes_per_second: 20,
        ..CALM
    },
    CALM,
    Scenario {
        name: "stretched",
        law: Law::Stretched(0.3),
        ..CALM
    },
    Scenario {
        name: "crowds",
        crowds: 8,
        ..CALM
    },
    Scenario {
        name: "churn",
        stays_minutes: 20.0,
        away_minutes: 5.0,
        ..CALM
    },
    Scenario {
        name: "mass-leave",
        mass_leave: 0.3,
        ..CALM
    },
    Scenario {
        name: "region-cut",
        region_cut: true,
        ..CALM
    },
    Scenario {
        name: "fake-views",
        fakes_per_second: 200,
        ..CALM
    },
];

impl Scenario {
    /// The scenario of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        SCENARIOS.iter().find(|found| found.name == name).copied()
    }

    /// When measuring begins, in ms.
    #[must_use]
    pub fn measured_from_ms(&self) -> u64 {
        self.warm_up_minutes.saturating_mul(60_000)
    }

    /// When the run ends, in ms.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        let minutes = self.warm_up_minutes.saturating_add(self.minutes);
        minutes.saturating_mul(60_000)
    }

    /// When what happens at half time happens, in ms.
    #[must_use]
    pub fn half_time_ms(&self) -> u64 {
        self.measured_from_ms()
            .saturating_add(self.minutes.saturating_mul(30_000))
    }
}
