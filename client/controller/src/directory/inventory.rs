//! Which node holds which cell, and which cells have too few copies.

use std::cmp::Reverse;

use super::moves::Urgency;
use super::{Directory, Node};
use crate::protocol::{ApiError, CellRef, ErrorCode};
use crate::registry::Registration;

impl Directory {
    /// What a node holds has changed.
    ///
    /// # Errors
    /// When it claims more cells than a node may hold; nothing has changed then.
    pub fn inventory(
        &mut self,
        provider: u32,
        replace: bool,
        added: &[CellRef],
        removed: &[CellRef],
    ) -> Result<(), ApiError> {
        if replace {
            self.unindex(provider);
        }
        let Some(node) = self.nodes.get_mut(&provider) else {
            return Ok(());
        };
        if replace {
            for cell in &node.inventory {
                self.unsaved.holding(provider, cell);
            }
            node.inventory.clear();
            node.digest = Default::default();
        }
        node.indexed = true;
        let added_count = u32::try_from(added.len()).unwrap_or(u32::MAX);
        if node.digest.cells.saturating_add(added_count) > self.limits.cells_per_node {
            return Err(ApiError::new(
                ErrorCode::Full,
                "The node holds more cells than this controller keeps track of.",
            ));
        }
        for cell in added {
            self.gain(provider, *cell);
        }
        for cell in removed {
            self.lose(provider, *cell);
        }
        Ok(())
    }

    /// Cells of a node no longer verify: it does not hold them any more, and that counts as a failure.
    pub fn damaged(&mut self, provider: u32, cells: &[CellRef]) {
        let now = self.now_ms();
        for cell in cells {
            self.lose(provider, *cell);
        }
        if let Some(node) = self.nodes.get_mut(&provider) {
            node.failed(now);
        }
    }

    pub(super) fn gain(&mut self, provider: u32, cell: CellRef) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if !node.inventory.insert(cell) {
            return;
        }
        node.digest.add(&cell);
        self.unsaved.holding(provider, &cell);
        self.holders.entry(cell).or_default().push(provider);
        self.keep_promise(provider, &cell);
        self.judge_copies(cell);
    }

    pub(super) fn lose(&mut self, provider: u32, cell: CellRef) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if !node.inventory.remove(&cell) {
            return;
        }
        node.digest.remove(&cell);
        self.unsaved.holding(provider, &cell);
        self.forget_holder(provider, &cell);
        self.judge_copies(cell);
    }

    fn forget_holder(&mut self, provider: u32, cell: &CellRef) {
        if let Some(holders) = self.holders.get_mut(cell) {
            holders.retain(|holder| *holder != provider);
            if holders.is_empty() {
                self.holders.remove(cell);
            }
        }
    }

    /// Puts a node's inventory into the index, when it is not there.
    pub(super) fn index(&mut self, provider: u32) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if std::mem::replace(&mut node.indexed, true) {
            return;
        }
        let cells: Vec<CellRef> = node.inventory.iter().copied().collect();
        for cell in cells {
            self.holders.entry(cell).or_default().push(provider);
            self.judge_copies(cell);
        }
    }

    /// Takes a node's inventory out of the index; the inventory itself stays on record.
    pub(super) fn unindex(&mut self, provider: u32) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if !std::mem::replace(&mut node.indexed, false) {
            return;
        }
        let cells: Vec<CellRef> = node.inventory.iter().copied().collect();
        for cell in cells {
            self.forget_holder(provider, &cell);
            self.judge_copies(cell);
        }
    }

    /// Notes whether a cell has too few copies or too many. Only videos that may be watched are worth copying.
    pub(super) fn judge_copies(&mut self, cell: CellRef) {
        if let Some(deferred) = &mut self.deferred {
            deferred.add(cell);
            return;
        }
        let active = self
            .videos
            .get(&cell.video)
            .is_some_and(|video| video.registration == Registration::Active);
        let held = self.holders.get(&cell).map_or(0, |holders| {
            let stay = |provider: &&u32| self.nodes.get(provider).is_some_and(Node::is_counted);
            holders.iter().filter(stay).count()
        });
        self.judge(cell, active, held);
    }

    /// The same for a cell of which `held` copies count, of a video that may be watched when it is `active`.
    pub(super) fn judge(&mut self, cell: CellRef, active: bool, held: usize) {
        let wanted = self.wanted_copies(&cell).max(self.copies);
        if active && held < self.copies {
            self.short.insert(cell);
        } else {
            self.short.remove(&cell);
        }
        if active && held > wanted {
            self.surplus.insert(cell);
        } else {
            self.surplus.remove(&cell);
        }
        let coming = self.promises.get(&cell).map_or(0, Vec::len);
        let lacking = active && held.saturating_add(coming) < wanted;
        let urgency = lacking.then(|| self.urgency_of(&cell, held)).flatten();
        let before = match urgency {
            Some(urgency) => self.urgency.insert(cell, urgency),
            None => self.urgency.remove(&cell),
        };
        if before != urgency {
            if let Some(before) = before {
                self.wanting.remove(&(before, cell));
            }
            if let Some(urgency) = urgency {
                self.wanting.insert((urgency, cell));
            }
        }
    }

    /// How soon a cell with `held` copies needs another one; `None` when there is nobody to copy it from.
    fn urgency_of(&self, cell: &CellRef, held: usize) -> Option<Urgency> {
        self.holders.get(cell)?;
        let expected = self.popularity.expected(cell, self.now_ms());
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank; the conversion saturates"
        )]
        let expected = Reverse((expected * 16.0) as u32);
        Some(if held <= 1 && self.copies > 1 {
            Urgency::Last(expected)
        } else if let Some(distance) = self.popularity.crowd_distance(cell) {
            Urgency::Crowd(distance)
        } else if held < self.copies {
            Urgency::Short(held, expected)
        } else {
            Urgency::Useful(expected)
        })
    }
}
