//! Who still holds what may not be watched any more.

use std::collections::BTreeMap;

use chainflix_primitives::Magnet;

use super::Directory;
use crate::protocol::{CellRef, MAX_CELLS_PER_MESSAGE};
use crate::registry::Registration;

impl Directory {
    /// Nodes that hold cells of a restricted or withdrawn video, and which: at most [`MAX_CELLS_PER_MESSAGE`] of each node
    /// at a time. Nothing for a video that may be watched.
    #[must_use]
    pub fn to_drop(&self, magnet: &Magnet) -> BTreeMap<u32, Vec<CellRef>> {
        let mut found: BTreeMap<u32, Vec<CellRef>> = BTreeMap::new();
        let inactive = |registration| registration == Registration::Inactive;
        let Some(video) = self.videos.get(magnet).filter(|v| inactive(v.registration)) else {
            return found;
        };
        for cell in video.cells(*magnet) {
            for provider in self.holders.get(&cell).into_iter().flatten() {
                let cells = found.entry(*provider).or_default();
                if cells.len() < MAX_CELLS_PER_MESSAGE {
                    cells.push(cell);
                }
            }
        }
        found
    }
}
