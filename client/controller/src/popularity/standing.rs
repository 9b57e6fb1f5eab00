//! What is known of demand, for people.

use super::{Popularity, RenditionRef};

/// Why a rendition has the copies that it has, for people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Verified plays a minute, fast and slow average.
    pub plays_per_minute: [f64; 2],
    /// Streams of its busiest cell.
    pub streams: u32,
    /// Whether a crowd is on.
    pub crowd: bool,
    /// Copies wanted of its first cell.
    pub wanted: u32,
}

impl Popularity {
    /// The renditions that are asked for most, first.
    #[must_use]
    pub fn most_asked(&self, limit: usize, now_ms: u64) -> Vec<(RenditionRef, Standing)> {
        let mut all: Vec<(RenditionRef, Standing)> = self
            .demands
            .keys()
            .filter_map(|rendition| Some((*rendition, self.standing(rendition, now_ms)?)))
            .filter(|(_, standing)| standing.streams > 0 || standing.plays_per_minute[1] > 0.001)
            .collect();
        let rank = |standing: &Standing| {
            let [fast, slow] = standing.plays_per_minute;
            f64::from(standing.streams).max(fast).max(slow)
        };
        all.sort_by(|(_, one), (_, other)| rank(other).total_cmp(&rank(one)));
        all.truncate(limit);
        all
    }

    /// How many renditions a crowd watches.
    #[must_use]
    pub fn crowds(&self) -> u32 {
        let on = self.demands.values().filter(|demand| demand.crowd.is_on());
        u32::try_from(on.count()).unwrap_or(u32::MAX)
    }

    /// What is known of a rendition.
    #[must_use]
    pub fn standing(&self, rendition: &RenditionRef, now_ms: u64) -> Option<Standing> {
        let demand = self.demands.get(rendition)?;
        Some(Standing {
            plays_per_minute: demand.history.features(now_ms),
            streams: demand.streams.iter().copied().max().unwrap_or(0),
            crowd: demand.crowd.is_on(),
            wanted: demand.wanted,
        })
    }
}
