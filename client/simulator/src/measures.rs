//! What is measured in one run.

use serde::Serialize;

/// A crowd's requests are looked at in bins of this length, in ms.
const BIN_MS: u64 = 5_000;
/// Bins that are looked at.
const BINS: usize = 120;

/// The results of one run, over its measured minutes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Results {
    /// Cells that viewers asked for.
    pub requests: u64,
    /// Share of bytes that came from the origin, in %.
    pub origin_percent: f64,
    /// Share of cells that came too late or not at all, in %.
    pub stalls_percent: f64,
    /// Highest load of a node over the mean, each over ten minutes, averaged.
    pub load_max_over_mean: f64,
    /// Mean time from the beginning of a crowd until nodes serve at least 99 % of its requests for 15 s, in s.
    pub crowd_reaction_s: Option<f64>,
    /// Share of cells with fewer copies online than are to be kept, averaged, in %.
    pub short_percent: f64,
    /// Cells of which no node, online or not, has a copy at the end.
    pub lost_cells: u64,
    /// Bytes that nodes sent each other for copies, against those sent to viewers, in %.
    pub copying_percent: f64,
    /// Share of bytes from nodes that had to pass a relay, in %.
    pub relayed_percent: f64,
    /// Requests that no node served because no node that was there held the cell, in % of all.
    pub missed_gone_percent: f64,
    /// The same because all that held it were busy.
    pub missed_full_percent: f64,
    /// The same although some that held it could have.
    pub missed_not_named_percent: f64,
}

/// Why no node served a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// No node that is there holds the cell.
    Gone,
    /// All that hold it are busy.
    Full,
    /// Some that hold it could have served it, and were not named.
    NotNamed,
}

/// Requests of one crowd.
#[derive(Clone, Debug)]
struct CrowdBins {
    from_ms: u64,
    asked: Vec<u32>,
    missed: Vec<u32>,
}

/// What is counted while a run goes on.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Cells that viewers asked for.
    pub requests: u64,
    /// Cells that came too late or not at all.
    pub stalls: u64,
    /// Bytes from the origin.
    pub origin: f64,
    /// Bytes from nodes to viewers.
    pub nodes: f64,
    /// Bytes from nodes to nodes.
    pub copies: f64,
    /// Bytes through relays.
    pub relayed: f64,
    missed: [u64; 3],
    ratios: Vec<f64>,
    short: Vec<f64>,
    crowds: Vec<CrowdBins>,
}

impl Counts {
    /// Counts for crowds that begin at these times.
    #[must_use]
    pub fn new(crowds_ms: &[u64]) -> Self {
        let bins = |from_ms: &u64| CrowdBins {
            from_ms: *from_ms,
            asked: vec![0; BINS],
            missed: vec![0; BINS],
        };
        Self {
            crowds: crowds_ms.iter().map(bins).collect(),
            ..Self::default()
        }
    }

    /// No node served a request.
    pub fn missed(&mut self, miss: Miss) {
        let [gone, full, not_named] = &mut self.missed;
        *match miss {
            Miss::Gone => gone,
            Miss::Full => full,
            Miss::NotNamed => not_named,
        } += 1;
    }

    /// A viewer asked for a cell of the video of `crowd`; nodes could serve it at once or not.
    pub fn of_crowd(&mut self, crowd: usize, now_ms: u64, served: bool) {
        let Some(crowd) = self.crowds.get_mut(crowd) else {
            return;
        };
        let Some(age) = now_ms.checked_sub(crowd.from_ms) else {
            return;
        };
        let bin = usize::try_from(age / BIN_MS).unwrap_or(BINS);
        if bin < BINS {
            crowd.asked[bin] += 1;
            crowd.missed[bin] += u32::from(!served);
        }
    }

    /// Loads of all nodes that were there for all of ten minutes, as shares of their capacity.
    pub fn loads(&mut self, loads: &[f64]) {
        let mean = loads.iter().sum::<f64>() / loads.len().max(1) as f64;
        let most = loads.iter().copied().fold(0.0, f64::max);
        if mean > 0.05 {
            self.ratios.push(most / mean);
        }
    }

    /// Share of cells that have too few copies online.
    pub fn short(&mut self, share: f64) {
        self.short.push(share);
    }

    /// The results, with `lost` cells.
    #[must_use]
    pub fn results(&self, lost: u64) -> Results {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let percent = |part: f64, whole: f64| {
            if whole > 0.0 {
                100.0 * part / whole
            } else {
                0.0
            }
        };
        let reactions: Vec<f64> = self
            .crowds
            .iter()
            .filter_map(CrowdBins::reaction_s)
            .collect();
        let bytes = self.origin + self.nodes;
        let [gone, full, not_named] = self
            .missed
            .map(|missed| percent(missed as f64, self.requests as f64));
        Results {
            requests: self.requests,
            origin_percent: percent(self.origin, bytes),
            stalls_percent: percent(self.stalls as f64, self.requests as f64),
            load_max_over_mean: mean(&self.ratios),
            crowd_reaction_s: (!reactions.is_empty()).then(|| mean(&reactions)),
            short_percent: 100.0 * mean(&self.short),
            lost_cells: lost,
            copying_percent: percent(self.copies, self.nodes),
            relayed_percent: percent(self.relayed, self.nodes),
            missed_gone_percent: gone,
            missed_full_percent: full,
            missed_not_named_percent: not_named,
        }
    }
}

impl CrowdBins {
    /// `None` for a crowd too small to be seen.
    fn reaction_s(&self) -> Option<f64> {
        if self.asked.iter().sum::<u32>() < 100 {
            return None;
        }
        let fine = |bin: usize| {
            let (asked, missed) = (self.asked[bin], self.missed[bin]);
            missed * 100 <= asked
        };
        let first = (0..BINS - 2).find(|bin| (*bin..bin + 3).all(fine));
        Some((first.unwrap_or(BINS) as u64 * BIN_MS / 1_000) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reaction_is_when_a_crowd_is_served_for_good() {
        let mut counts = Counts::new(&[10_000]);
        for request in 0..1_000u64 {
            let at = 10_000 + request * 100;
            let served = at >= 32_000 || request % 2 == 0;
            counts.of_crowd(0, at, served);
        }
        assert_eq!(counts.results(0).crowd_reaction_s, Some(25.0));
    }

    #[test]
    fn the_highest_load_is_set_against_the_mean() {
        let mut counts = Counts::default();
        counts.loads(&[0.2, 0.4, 0.6]);
        assert!((counts.results(0).load_max_over_mean - 1.5).abs() < 1e-9);
    }
}
