//! How much each rendition of each video is asked for: from verified plays, and in the first minutes of a crowd from
//! streams that nodes serve against verifiers' tokens. Requests alone move nothing.

pub mod audience;
pub mod crowd;
pub mod forecast;
pub mod rate;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use chainflix_primitives::Magnet;

use crate::copies::{self, CopiesInputs};
use crate::protocol::CellRef;
use audience::Audience;
use crowd::{Crowd, Sight};
use forecast::{Forecaster, History};
use rate::Rate;

pub use standing::Standing;

/// Half-life of the count of choices, in ms.
const CHOICES_MS: u64 = 120_000;
/// Renditions with demand are looked at again so often even when nothing happens, in ms.
const ROUND_MS: u64 = 60_000;

/// Verified plays count as told of for so long after the last, in ms.
const TOLD_MS: u64 = 1_800_000;

/// One rendition of a video: what is watched, forecast and copied as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RenditionRef {
    /// The video.
    pub video: Magnet,
    /// Its rendition.
    pub rendition: u8,
}

impl From<&CellRef> for RenditionRef {
    fn from(cell: &CellRef) -> Self {
        Self {
            video: cell.video,
            rendition: cell.rendition,
        }
    }
}

/// What the nodes can do, as far as the number of copies depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fleet {
    /// Nodes that are offered.
    pub nodes: u32,
    /// Streams that one more copy can serve, in thousandths.
    pub per_copy_milli: u64,
    /// Share of nodes that can't take a stream, in thousandths.
    pub blocked_permille: u64,
    /// Share of space that is free, in thousandths.
    pub free_permille: u64,
}

/// A node so loaded can't be counted on to take another stream, in thousandths.
pub const FULL_PERMILLE: u64 = 850;

/// How loaded those are who hold a cell, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolderLoads {
    /// The least loaded.
    pub least: u64,
    /// On average.
    pub mean: u64,
}

/// Demand for one rendition.
#[derive(Debug)]
struct Demand {
    history: History,
    choices: Rate,
    crowd: Crowd,
    /// Streams by cell, as nodes last told.
    streams: Vec<u32>,
    wanted: u32,
    changed_ms: u64,
}

/// A number of copies that changed, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub rendition: RenditionRef,
    /// Inputs of [`copies::wanted`].
    pub inputs: CopiesInputs,
    /// Its result.
    pub wanted: u32,
}

/// Demand for everything.
#[derive(Debug)]
pub struct Popularity {
    floor: u32,
    forecaster: Forecaster,
    demands: BTreeMap<RenditionRef, Demand>,
    audience: Audience,
    /// Renditions to be looked at.
    due: BTreeSet<RenditionRef>,
    round_ms: u64,
    /// When verified plays were last told of, of whatever video.
    told_ms: Option<u64>,
}

impl Popularity {
    /// Nothing is asked for yet; `floor` copies are kept of everything.
    #[must_use]
    pub fn new(floor: u32, forecaster: Forecaster) -> Self {
        Self {
            floor,
            forecaster,
            demands: BTreeMap::new(),
            audience: Audience::default(),
            due: BTreeSet::new(),
            round_ms: 0,
            told_ms: None,
        }
    }

    fn demand(&mut self, rendition: RenditionRef, cells: u16) -> &mut Demand {
        let floor = self.floor;
        self.demands.entry(rendition).or_insert_with(|| Demand {
            history: History::default(),
            choices: Rate::default(),
            crowd: Crowd::default(),
            streams: vec![0; cells.into()],
            wanted: floor,
            changed_ms: 0,
        })
    }

    /// Verified plays are heard of, whether there were any or not.
    pub fn told(&mut self, now_ms: u64) {
        self.told_ms = Some(now_ms);
    }

    /// Plays of `cell`, of a rendition of `cells`, were verified.
    pub fn verified(&mut self, cell: &CellRef, cells: u16, plays: u32, now_ms: u64) {
        self.verified_ago(cell, cells, plays, now_ms, 0);
    }

    /// The same for plays of `ago_ms` ago, learned now.
    pub fn verified_ago(
        &mut self,
        cell: &CellRef,
        cells: u16,
        plays: u32,
        now_ms: u64,
        ago_ms: u64,
    ) {
        self.told(now_ms);
        self.audience.count(cell.cell, cells, plays.into());
        // A play of any minute tells of the whole: so many minutes make one viewer.
        let viewers = f64::from(plays) / self.audience.minutes(cells).max(1.0);
        self.due.insert(cell.into());
        let demand = self.demand(cell.into(), cells);
        demand.history.add_ago(viewers, now_ms, ago_ms);
    }

    /// Sources of a cell, of a rendition of `cells`, were chosen.
    pub fn chosen(&mut self, cell: &CellRef, cells: u16, now_ms: u64) {
        let demand = self.demand(cell.into(), cells);
        demand.choices.add(1.0, now_ms, CHOICES_MS);
    }

    /// A node serves `streams` of `cell` where it served `before`.
    pub fn streams(&mut self, cell: &CellRef, cells: u16, before: u32, streams: u32) {
        if streams == before {
            return;
        }
        self.due.insert(cell.into());
        let demand = self.demand(cell.into(), cells);
        if let Some(count) = demand.streams.get_mut(usize::from(cell.cell)) {
            *count = count.saturating_sub(before).saturating_add(streams);
        }
    }

    /// A video is gone.
    pub fn forget(&mut self, video: &Magnet) {
        self.demands
            .retain(|rendition, _| rendition.video != *video);
        self.due.retain(|rendition| rendition.video != *video);
    }

    /// Whether the rendition of `cell` was watched in the last hours, by verified plays.
    #[must_use]
    pub fn is_watched(&self, cell: &CellRef, now_ms: u64) -> bool {
        let demand = self.demands.get(&cell.into());
        demand.is_some_and(|demand| {
            demand
                .history
                .features(now_ms)
                .iter()
                .any(|rate| *rate > 0.01)
        })
    }

    /// Copies of `cell` that are wanted.
    #[must_use]
    pub fn wanted(&self, cell: &CellRef) -> u32 {
        let Some(demand) = self.demands.get(&cell.into()) else {
            return self.floor;
        };
        let extra = f64::from(demand.wanted.saturating_sub(self.floor));
        let share = extra * self.audience.share(cell.cell);
        // At most `extra`, which is a u32.
        self.floor.saturating_add(share.ceil() as u32)
    }

    /// Whether a crowd watches the rendition of `cell`, and how many cells lie between its wave and the cell.
    #[must_use]
    pub fn crowd_distance(&self, cell: &CellRef) -> Option<u16> {
        let demand = self.demands.get(&cell.into())?;
        demand.crowd.is_on().then(|| {
            let front = demand.streams.iter().rposition(|streams| *streams > 0);
            let front = u16::try_from(front.unwrap_or(0)).unwrap_or(u16::MAX);
            cell.cell.abs_diff(front)
        })
    }

    /// Streams at once that are expected of `cell`, for ranking.
    #[must_use]
    pub fn expected(&self, cell: &CellRef, now_ms: u64) -> f64 {
        self.demands.get(&cell.into()).map_or(0.0, |demand| {
            let plays = demand.history.features(now_ms);
            self.forecaster.plays_per_minute(plays) * self.audience.share(cell.cell)
        })
    }

    /// Looks at every rendition where something happened, and from time to time at all with demand. What changed.
    ///
    /// Each viewer has `named_milli` thousandths of a stream. `holders_full` says whether those who hold a cell can hardly take more streams.
    pub fn look(
        &mut self,
        fleet: &Fleet,
        named_milli: u64,
        now_ms: u64,
        holders: impl Fn(&CellRef) -> HolderLoads,
    ) -> Vec<Change> {
        if now_ms.saturating_sub(self.round_ms) >= ROUND_MS {
            self.round_ms = now_ms;
            self.due.extend(self.demands.keys().copied());
        }
        let mut changes = Vec::new();
        for rendition in std::mem::take(&mut self.due) {
            let Some(demand) = self.demands.get_mut(&rendition) else {
                continue;
            };
            let plays = self
                .forecaster
                .plays_per_minute(demand.history.features(now_ms));
            let busiest = demand.streams.iter().copied().enumerate();
            let (place, streams) = busiest
                .max_by_key(|(place, streams)| (*streams, std::cmp::Reverse(*place)))
                .unwrap_or((0, 0));
            let cell = CellRef {
                video: rendition.video,
                rendition: rendition.rendition,
                cell: u16::try_from(place).unwrap_or(u16::MAX),
            };
            let loads = holders(&cell);
            let sight = Sight {
                // Below 2³² streams: exact.
                streams: f64::from(streams) * 1_000.0 / (named_milli.max(1) as f64),
                choices: demand.choices.recent(now_ms, CHOICES_MS) * 1.5,
                holders_full: loads.least >= FULL_PERMILLE,
                // Plays a minute of cells of a minute are streams at once.
                forecast: plays,
                plays_are_told: self
                    .told_ms
                    .is_some_and(|told| now_ms.saturating_sub(told) < TOLD_MS),
            };
            let was_on = demand.crowd.is_on();
            let crowd = demand.crowd.look(&sight, now_ms);
            if demand.crowd.is_on() || was_on {
                self.due.insert(rendition);
            }
            let inputs = CopiesInputs {
                floor: self.floor,
                wanted: demand.wanted,
                most: fleet.nodes,
                demand_milli: thousandths(plays.max(crowd)),
                per_copy_milli: fleet.per_copy_milli,
                // A holder that is busy half of its line turns away one in two, roughly.
                blocked_permille: fleet.blocked_permille.max(loads.mean),
                free_permille: fleet.free_permille,
                since_change_ms: now_ms.saturating_sub(demand.changed_ms),
            };
            let wanted = copies::wanted(&inputs);
            if wanted != demand.wanted {
                demand.wanted = wanted;
                demand.changed_ms = now_ms;
                changes.push(Change {
                    rendition,
                    inputs,
                    wanted,
                });
            }
        }
        changes
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a range that fits"
)]
pub(crate) fn thousandths(streams: f64) -> u64 {
    (streams * 1_000.0).clamp(0.0, 1e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLEET: Fleet = Fleet {
        nodes: 100,
        per_copy_milli: 5_000,
        blocked_permille: 200,
        free_permille: 500,
    };

    const IDLE: HolderLoads = HolderLoads {
        least: 100,
        mean: 200,
    };
    const FULL: HolderLoads = HolderLoads {
        least: 900,
        mean: 950,
    };

    fn cell(index: u16) -> CellRef {
        CellRef {
            video: Magnet([1; 32]),
            rendition: 0,
            cell: index,
        }
    }

    #[test]
    fn a_million_fake_requests_move_nothing() {
        let mut popularity = Popularity::new(3, Forecaster::default());
        popularity.verified(&cell(0), 10, 1, 0);
        for request in 0..1_000_000u64 {
            popularity.chosen(&cell(0), 10, request / 10);
        }
        assert_eq!(popularity.look(&FLEET, 1_000, 100_000, |_| FULL), []);
        assert_eq!(popularity.wanted(&cell(0)), 3);
    }

    #[test]
    fn verified_plays_raise_the_copies_and_when_they_end_copies_go_one_by_one_to_the_floor() {
        let mut popularity = Popularity::new(3, Forecaster::default());
        for second in 0..1_800u64 {
            popularity.verified(&cell(0), 1, 1, second * 1_000);
        }
        let changes = popularity.look(&FLEET, 1_000, 1_800_000, |_| IDLE);
        let peak = popularity.wanted(&cell(0));
        assert!(peak > 8, "{peak}");
        assert_eq!(changes.len(), 1);
        let mut last = peak;
        for minute in 31..600u64 {
            popularity.look(&FLEET, 1_000, minute * 60_000, |_| IDLE);
            let now = popularity.wanted(&cell(0));
            assert!(last - now <= 1, "{last} to {now}");
            last = now;
        }
        assert_eq!(last, 3);
    }

    #[test]
    fn a_crowd_in_the_first_cell_raises_the_copies_of_all_cells_before_it_arrives_there() {
        let mut popularity = Popularity::new(3, Forecaster::default());
        popularity.streams(&cell(0), 10, 0, 1);
        for request in 0..80u64 {
            popularity.chosen(&cell(0), 10, 1_000_000 + request * 50);
        }
        popularity.streams(&cell(0), 10, 1, 40);
        popularity.look(&FLEET, 1_000, 1_005_000, |_| IDLE);
        assert!(
            popularity.wanted(&cell(9)) > 15,
            "{}",
            popularity.wanted(&cell(9))
        );
        assert_eq!(popularity.crowd_distance(&cell(9)), Some(9));
    }
}
