//! Which copies are given up: those beyond what is wanted, one of a cell at a time, and only when space is getting scarce.

use std::ops::Bound;

use super::Directory;
use crate::choice_log::{Entry, SurplusDecision};
use crate::placement::{self, Site};
use crate::protocol::{CellRef, SURPLUS_PAUSE_MS};

/// While more of the nodes' space is free, surplus copies cost nothing and stay, in thousandths: one that is given up too
/// soon is made again when its viewers return, on the lines of nodes that have other things to do just then.
const SCARCE_PERMILLE: u64 = 100;
/// Cells that are looked at each time.
const LOOKS: usize = 512;
/// Copies given up each time.
const DROPS: usize = 32;

impl Directory {
    /// Copies that shall be given up now: who drops which cell. Never one without which fewer than wanted would be offered.
    pub fn surplus(&mut self) -> Vec<(u32, CellRef)> {
        let now = self.now_ms();
        self.given_up.retain(|_, until| *until > now);
        if self.fleet.figures.free_permille >= SCARCE_PERMILLE {
            return Vec::new();
        }
        let from = self.surplus_after.map_or(Bound::Unbounded, Bound::Excluded);
        let cells: Vec<CellRef> = self
            .surplus
            .range((from, Bound::Unbounded))
            .take(LOOKS)
            .copied()
            .collect();
        self.surplus_after = cells.last().copied().filter(|_| cells.len() == LOOKS);
        let mut drops = Vec::new();
        for cell in cells {
            if drops.len() >= DROPS {
                self.surplus_after = Some(cell);
                break;
            }
            if !self.given_up.contains_key(&cell)
                && let Some(provider) = self.give_up(cell, now)
            {
                self.given_up
                    .insert(cell, now.saturating_add(SURPLUS_PAUSE_MS));
                drops.push((provider, cell));
            }
        }
        drops
    }

    fn give_up(&mut self, cell: CellRef, now: u64) -> Option<u32> {
        let stream_rate = self.fleet.stream_rate;
        let copies = self.wanted_copies(&cell).max(self.copies);
        let holders: Vec<Site> = self
            .offered_holders(&cell, now)
            .filter(|node| node.keeps_copies())
            .map(|node| node.site(stream_rate))
            .collect();
        let chosen = placement::surplus(&holders, copies)?;
        let decision = SurplusDecision {
            number: self.number(),
            at_ms: self.clock.unix_ms(),
            cell,
            copies,
            holders,
            chosen: Some(chosen),
        };
        self.decided(Entry::Surplus(decision));
        Some(chosen)
    }

    /// Cells of a node that leaves which too few others hold: when there are none, it can go.
    #[must_use]
    pub fn needed_of(&self, provider: u32) -> usize {
        self.nodes.get(&provider).map_or(0, |node| {
            let short = |cell: &&CellRef| self.short.contains(*cell);
            node.inventory.iter().filter(short).count()
        })
    }
}
