//! Space that is promised for cells on their way, and when it is promised no longer.
//!
//! A cell that is on its way counts as a copy to come. So that none is waited for in vain, the promise of an ordered copy
//! ends when the order was not delivered, when its node says that it failed, when the node logs in anew or is missed, and
//! when the copy has taken far too long. A publisher holds its grants for as long as it needs; what it was promised ends
//! with time only, or when the node is gone.

use super::{Directory, Promise};
use crate::protocol::{CellRef, OFFERED_MS};

/// Space is promised for so long after a grant, in ms.
const UPLOAD_MS: u64 = 15 * 60 * 1_000;
/// An ordered copy may take so long, in ms, and as long as its bytes take besides.
const REPAIR_MS: u64 = 2 * 60 * 1_000;
/// The slowest line that is waited for, in bytes per ms: 1 Mb/s.
const SLOWEST_BYTES_PER_MS: u64 = 125;

/// For what space is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A publisher uploads the cell.
    Upload,
    /// The node is told to fetch it.
    Repair {
        /// Nodes that are told at most.
        most: usize,
    },
}

impl Purpose {
    pub(super) fn most(self) -> Option<usize> {
        match self {
            Self::Upload => None,
            Self::Repair { most } => Some(most),
        }
    }
}

/// Until when space for a cell of `bytes` is promised.
pub(super) fn until_ms(purpose: Purpose, bytes: u64, now_ms: u64) -> u64 {
    let lasts = match purpose {
        Purpose::Upload => UPLOAD_MS,
        Purpose::Repair { .. } => REPAIR_MS
            .saturating_add(bytes / SLOWEST_BYTES_PER_MS)
            .min(UPLOAD_MS),
    };
    now_ms.saturating_add(lasts)
}

impl Directory {
    /// The order of a copy was sent to a node under `id`, by which it will say what became of it.
    pub fn ordered(&mut self, provider: u32, cell: CellRef, id: u64) {
        if let Some(node) = self.nodes.get_mut(&provider) {
            node.was_told(id, cell);
        }
    }

    /// The order of a copy did not reach its node; others may take the cell in.
    pub fn undelivered(&mut self, provider: u32, cell: &CellRef) {
        self.release(cell, |promise| promise.is_repair_of(provider));
        self.judge_copies(*cell);
    }

    /// A command was carried out. A copy that the node does not tell of soon is not waited for.
    pub fn command_done(&mut self, provider: u32, id: u64) {
        let until_ms = self.now_ms().saturating_add(OFFERED_MS);
        let Some(cell) = self.cell_of(provider, id) else {
            return;
        };
        let promises = self.promises.get_mut(&cell).into_iter().flatten();
        for promise in promises.filter(|promise| promise.is_repair_of(provider)) {
            promise.until_ms = promise.until_ms.min(until_ms);
        }
    }

    /// A command was not carried out: of a copy, others may take the cell in. What else the node was told stands.
    pub fn command_failed(&mut self, provider: u32, id: u64) {
        let now = self.now_ms();
        let cell = self.cell_of(provider, id);
        if let Some(node) = self.nodes.get_mut(&provider) {
            node.failed(now);
            if cell.is_some() {
                node.rests_from(now);
            }
        }
        if let Some(cell) = cell {
            self.undelivered(provider, &cell);
        }
    }

    fn cell_of(&mut self, provider: u32, id: u64) -> Option<CellRef> {
        self.nodes.get_mut(&provider)?.told.remove(&id)
    }

    /// The cell has arrived: its space is no longer promised but used.
    pub(super) fn keep_promise(&mut self, provider: u32, cell: &CellRef) {
        self.release(cell, |promise| promise.provider == provider);
    }

    /// A node is gone and does not take in what it was promised for; others may.
    pub(super) fn break_promises(&mut self, provider: u32) {
        self.release_all(|promise| promise.provider == provider);
    }

    /// Orders of a node are not carried out, or nobody knows whether they are; others may carry them out.
    pub(super) fn withdraw_orders(&mut self, provider: u32) {
        if let Some(node) = self.nodes.get_mut(&provider) {
            node.told.clear();
            if node.incoming == 0 {
                return;
            }
        }
        self.release_all(|promise| promise.is_repair_of(provider));
    }

    pub(super) fn lapse_promises(&mut self, now_ms: u64) {
        self.release_all(|promise| promise.until_ms <= now_ms);
    }

    fn release_all(&mut self, is_over: impl Fn(&Promise) -> bool) {
        let cells: Vec<CellRef> = self
            .promises
            .iter()
            .filter(|(_, promises)| promises.iter().any(&is_over))
            .map(|(cell, _)| *cell)
            .collect();
        for cell in cells {
            self.release(&cell, &is_over);
            self.judge_copies(cell);
        }
    }

    fn release(&mut self, cell: &CellRef, is_over: impl Fn(&Promise) -> bool) {
        let Some(promises) = self.promises.get_mut(cell) else {
            return;
        };
        let nodes = &mut self.nodes;
        promises.retain(|promise| {
            let over = is_over(promise);
            if let Some(node) = nodes.get_mut(&promise.provider).filter(|_| over) {
                node.reserved_bytes = node.reserved_bytes.saturating_sub(promise.bytes);
                node.incoming = node.incoming.saturating_sub(1);
            }
            !over
        });
        if promises.is_empty() {
            self.promises.remove(cell);
        }
    }
}
