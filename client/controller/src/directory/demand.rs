//! What is watched: verified plays and streams come in, numbers of copies come out.

use super::Directory;
use crate::choice_log::{CopiesDecision, Entry};
use crate::popularity::{Change, HolderLoads, RenditionRef, Standing};
use crate::protocol::{CellRef, MAX_SERVING, Serving};

/// Verified plays of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plays {
    /// The cell.
    pub cell: CellRef,
    /// How many.
    pub plays: u32,
}

impl Directory {
    /// Plays were verified and settled. Those of cells that are not known are left out.
    pub fn verified(&mut self, plays: &[Plays]) {
        self.verified_ago(plays, 0);
    }

    /// The same for plays of `ago_ms` ago, which weigh as they would by now. That nothing was played is told by no plays.
    pub fn verified_ago(&mut self, plays: &[Plays], ago_ms: u64) {
        let now = self.now_ms();
        self.popularity.told(now);
        for Plays { cell, plays } in plays {
            if let Some(cells) = self.cells_beside(cell) {
                self.popularity
                    .verified_ago(cell, cells, *plays, now, ago_ms);
            }
        }
    }

    /// Why a rendition has as many copies as it has. `None` when it was never asked for.
    #[must_use]
    pub fn standing(&self, rendition: &RenditionRef) -> Option<Standing> {
        self.popularity.standing(rendition, self.now_ms())
    }

    /// Copies of `cell` that are wanted.
    #[must_use]
    pub fn wanted_copies(&self, cell: &CellRef) -> usize {
        usize::try_from(self.popularity.wanted(cell)).unwrap_or(usize::MAX)
    }

    /// Cells of the rendition of `cell`; `None` when there is no such cell.
    pub(super) fn cells_beside(&self, cell: &CellRef) -> Option<u16> {
        let manifest = &self.videos.get(&cell.video)?.known.manifest;
        let rendition = manifest.renditions.get(usize::from(cell.rendition))?;
        let cells = u16::try_from(rendition.cells.len()).ok()?;
        (cell.cell < cells).then_some(cells)
    }

    /// What `provider` serves has changed. Streams of cells that it does not hold don't count.
    pub(super) fn serves(&mut self, provider: u32, serving: Vec<Serving>) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        let before = std::mem::take(&mut node.serving);
        let told_of = |cell: &CellRef| {
            let place = before.binary_search_by_key(cell, |old| old.cell).ok()?;
            before.get(place).map(|old| old.streams)
        };
        let mut serving = serving;
        serving.truncate(MAX_SERVING);
        serving.sort_unstable_by_key(|now| now.cell);
        serving.dedup_by_key(|now| now.cell);
        serving.retain(|now| told_of(&now.cell).is_some() || node.inventory.contains(&now.cell));
        let mut changes: Vec<(CellRef, u32, u32)> = serving
            .iter()
            .map(|now| (now.cell, told_of(&now.cell).unwrap_or(0), now.streams))
            .collect();
        let ended = before.iter().filter(|old| {
            let kept = serving.binary_search_by_key(&old.cell, |now| now.cell);
            kept.is_err()
        });
        changes.extend(ended.map(|old| (old.cell, old.streams, 0)));
        node.serving = serving;
        for (cell, before, streams) in changes {
            if before != streams
                && let Some(cells) = self.cells_beside(&cell)
            {
                self.popularity.streams(&cell, cells, before, streams);
            }
        }
    }

    /// Decides anew how many copies there shall be of what is watched.
    pub(super) fn assess(&mut self, now: u64) {
        let (holders, nodes) = (&self.holders, &self.nodes);
        let stream_rate = self.fleet.stream_rate;
        let loads = |cell: &CellRef| {
            let (mut least, mut sum, mut count) = (u64::MAX, 0u64, 0u64);
            let found = holders.get(cell).into_iter().flatten();
            for node in found.filter_map(|provider| nodes.get(provider)) {
                if node.is_offered(now) && !node.shares {
                    let load = node.load(stream_rate);
                    least = least.min(load);
                    sum = sum.saturating_add(load.min(1_000));
                    count = count.saturating_add(1);
                }
            }
            let mean = sum.checked_div(count).unwrap_or(1_000);
            HolderLoads { least, mean }
        };
        let named = self.fleet.named_milli;
        let changes = self.popularity.look(&self.fleet.figures, named, now, loads);
        for change in changes {
            self.change(change);
        }
    }

    fn change(&mut self, change: Change) {
        let RenditionRef { video, rendition } = change.rendition;
        let cell = |cell| CellRef {
            video,
            rendition,
            cell,
        };
        let decision = CopiesDecision {
            number: self.number(),
            at_ms: self.clock.unix_ms(),
            cell: cell(0),
            inputs: change.inputs,
            wanted: change.wanted,
        };
        self.decided(Entry::Copies(decision));
        for index in 0..self.cells_beside(&cell(0)).unwrap_or(0) {
            self.judge_copies(cell(index));
        }
    }
}
