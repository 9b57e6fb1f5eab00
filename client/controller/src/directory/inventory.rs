//! Which node holds which cell, and which cells have too few copies.

use super::Directory;
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

    /// A command was not carried out.
    pub fn command_failed(&mut self, provider: u32) {
        let now = self.now_ms();
        if let Some(node) = self.nodes.get_mut(&provider) {
            node.failed(now);
        }
    }

    fn gain(&mut self, provider: u32, cell: CellRef) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if !node.inventory.insert(cell) {
            return;
        }
        node.digest.add(&cell);
        self.holders.entry(cell).or_default().push(provider);
        self.keep_promise(provider, &cell);
        self.judge_copies(cell);
    }

    fn lose(&mut self, provider: u32, cell: CellRef) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if !node.inventory.remove(&cell) {
            return;
        }
        node.digest.remove(&cell);
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

    /// Notes whether a cell has too few copies. Only videos that may be watched are worth copying.
    pub(super) fn judge_copies(&mut self, cell: CellRef) {
        let wanted = self
            .videos
            .get(&cell.video)
            .is_some_and(|video| video.registration == Registration::Active);
        let held = self.holders.get(&cell).map_or(0, Vec::len);
        if wanted && held < self.copies {
            self.short.insert(cell);
        } else {
            self.short.remove(&cell);
        }
    }
}
