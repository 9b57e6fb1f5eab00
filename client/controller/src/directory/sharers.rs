//! Viewers that share what they have watched.
//!
//! They are registered providers, so that tokens are made for them and receipts count, and stand among the nodes: named as
//! sources, heard of by heartbeats, taken out when they fall silent. But nothing relies on them. What they hold is no
//! copy, in no count that decides how many copies there shall be or where; they take nothing in and are told to keep
//! nothing; and when the last copy on a storage node is lost, others are made from what they hold.

use super::Directory;
use crate::protocol::CellRef;

impl Directory {
    /// A node says whether it is a viewer that shares. What it holds counts as copies from now on, or no longer.
    pub(super) fn becomes(&mut self, provider: u32, shares: bool) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if std::mem::replace(&mut node.shares, shares) == shares {
            return;
        }
        let cells: Vec<CellRef> = node.inventory.iter().copied().collect();
        if shares {
            self.break_promises(provider);
        }
        for cell in cells {
            self.judge_copies(cell);
        }
    }
}
