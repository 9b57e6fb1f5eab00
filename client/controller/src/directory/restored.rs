//! Taking in what was kept, or what another controller wrote.
//!
//! At a start that is everything: inventories go into the index as they stand, and copies are judged once, cell after cell,
//! when all is there.

use std::collections::{BTreeSet, HashSet};

use chainflix_primitives::Magnet;

use super::saved::cells_of;
use super::{Directory, KnownManifest, Node};
use crate::protocol::CellRef;
use crate::registry::Registration;
use crate::state::{Change, Holding, Inventory, SavedNode};

/// With more cells to be judged, all are.
const MOST_DEFERRED: usize = 65_536;

/// Cells that are to be judged.
#[derive(Debug)]
pub(super) enum Deferred {
    These(Vec<CellRef>),
    All,
}

impl Deferred {
    pub(super) fn add(&mut self, cell: CellRef) {
        match self {
            Self::These(cells) if cells.len() < MOST_DEFERRED => cells.push(cell),
            _ => *self = Self::All,
        }
    }
}

impl Directory {
    /// Takes in what was kept, or what another controller wrote; what `is_own` says of a node is left alone: it is
    /// connected here, and knows better. What can't be taken in is left out.
    pub fn learn(&mut self, changes: Vec<Change>, is_own: impl Fn(u32) -> bool) {
        let kept = std::mem::take(&mut self.unsaved.kept);
        self.deferred = Some(Deferred::These(Vec::new()));
        for change in changes {
            match change {
                Change::Video {
                    video,
                    encoded,
                    registration,
                } => self.learn_video(video, &encoded, registration),
                Change::Registered(video, registration) => {
                    self.registered(&video, registration);
                }
                Change::Node(saved) if !is_own(saved.registered.index) => self.learn_node(&saved),
                Change::Inventory(inventory) if !is_own(inventory.provider) => {
                    self.holds_all(&inventory);
                }
                Change::Holding(holding) if !is_own(holding.provider) => self.holds(&holding),
                // Whoever forgets something does so by itself.
                Change::Node(_)
                | Change::Inventory(_)
                | Change::Holding(_)
                | Change::VideoGone(_)
                | Change::NodeGone(_) => {}
            }
        }
        self.judge_deferred();
        self.unsaved.kept = kept;
    }

    fn learn_video(&mut self, video: Magnet, encoded: &[u8], registration: Registration) {
        let added =
            KnownManifest::read(&video, encoded).and_then(|known| self.add_video(video, known));
        match added {
            Ok(()) => {
                self.registered(&video, registration);
            }
            Err(error) => tracing::warn!(%video, %error, "video left out"),
        }
    }

    fn learn_node(&mut self, saved: &SavedNode) {
        let now = self.now_ms();
        let provider = saved.registered.index;
        if self.nodes.contains_key(&provider) || self.nodes.len() < self.limits.nodes {
            let node = self
                .nodes
                .entry(provider)
                .or_insert_with(|| Node::new(saved.registered.clone(), now));
            let kept_copies = node.keeps_copies();
            node.restores(saved);
            self.fleet.stale = true;
            if node.keeps_copies() != kept_copies {
                let cells: Vec<CellRef> = node.inventory.iter().copied().collect();
                for cell in cells {
                    self.judge_copies(cell);
                }
            }
        }
    }

    /// A node holds these cells, and no others. Of a node whose inventory can't be read nothing is taken in: when it
    /// connects, its digest is another one, and it is asked for all.
    fn holds_all(&mut self, inventory: &Inventory) {
        let provider = inventory.provider;
        let Ok((cells, digest)) = inventory.packed.unpack() else {
            tracing::warn!(provider, "a node's inventory is damaged and left out");
            return;
        };
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        node.logged = 0;
        if node.inventory.is_empty() {
            node.indexed = true;
            node.digest = digest;
            node.inventory = cells.iter().copied().collect();
            for cell in cells {
                self.holders.entry(cell).or_default().push(provider);
                self.judge_copies(cell);
            }
        } else {
            node.indexed = true;
            let before = node.inventory.clone();
            self.turns_into(provider, &before, &cells.into_iter().collect());
        }
    }

    /// A node holds these cells of a rendition, and no others of it.
    fn holds(&mut self, holding: &Holding) {
        let Some(node) = self.nodes.get_mut(&holding.provider) else {
            return;
        };
        node.logged = node.logged.saturating_add(1);
        node.indexed = true;
        let before: BTreeSet<CellRef> = cells_of(node, holding.video, holding.rendition).collect();
        let now: BTreeSet<CellRef> = (0..=u16::MAX)
            .zip(holding.cells.iter().flat_map(|byte| {
                (0..8u32).map(move |bit| byte.checked_shr(bit).is_some_and(|rest| rest & 1 == 1))
            }))
            .filter(|(_, held)| *held)
            .map(|(cell, _)| CellRef {
                video: holding.video,
                rendition: holding.rendition,
                cell,
            })
            .collect();
        self.turns_into(holding.provider, &before, &now);
    }

    fn turns_into(&mut self, provider: u32, before: &BTreeSet<CellRef>, now: &BTreeSet<CellRef>) {
        for cell in now.difference(before) {
            self.gain(provider, *cell);
        }
        for cell in before.difference(now) {
            self.lose(provider, *cell);
        }
    }

    /// Judges every cell of every video. Whose copies count is found out once, not for each of millions of copies.
    fn judge_all(&mut self) {
        let counted: HashSet<u32> = self
            .nodes
            .values()
            .filter(|node| node.is_counted())
            .map(|node| node.provider)
            .collect();
        let magnets: Vec<Magnet> = self.videos.keys().copied().collect();
        for magnet in magnets {
            let Some(video) = self.videos.get(&magnet) else {
                continue;
            };
            let active = video.registration == Registration::Active;
            let cells: Vec<CellRef> = video.cells(magnet).collect();
            for cell in cells {
                let holders = self.holders.get(&cell).into_iter().flatten();
                let held = holders.filter(|holder| counted.contains(holder)).count();
                self.judge(cell, active, held);
            }
        }
    }

    fn judge_deferred(&mut self) {
        match self.deferred.take() {
            Some(Deferred::These(mut cells)) => {
                cells.sort_unstable();
                cells.dedup();
                for cell in cells {
                    self.judge_copies(cell);
                }
            }
            // Copies of cells of videos that are not known are never wanted.
            Some(Deferred::All) => self.judge_all(),
            None => {}
        }
    }
}
