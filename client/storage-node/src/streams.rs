//! Which cells are being sent, and on how many streams: what a heartbeat tells of demand.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chainflix_controller::protocol::{CellRef, MAX_SERVING, Serving};

/// Streams against delivery tokens, by cell.
#[derive(Debug, Default)]
pub(crate) struct StreamsByCell {
    counts: Mutex<BTreeMap<CellRef, u32>>,
}

impl StreamsByCell {
    /// A stream of `cell` begins.
    pub(crate) fn begin(&self, cell: CellRef) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(cell).or_default();
        *count = count.saturating_add(1);
    }

    /// A stream of `cell` has ended.
    pub(crate) fn end(&self, cell: &CellRef) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(cell) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(cell);
            }
        }
    }

    /// The busiest cells, as many as a heartbeat tells.
    pub(crate) fn busiest(&self) -> Vec<Serving> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut serving: Vec<Serving> = counts
            .iter()
            .map(|(cell, streams)| Serving {
                cell: *cell,
                streams: *streams,
            })
            .collect();
        serving.sort_by_key(|serving| Reverse(serving.streams));
        serving.truncate(MAX_SERVING);
        serving
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::Magnet;

    fn cell(index: u16) -> CellRef {
        CellRef {
            video: Magnet([1; 32]),
            rendition: 0,
            cell: index,
        }
    }

    #[test]
    fn the_busiest_cells_come_first_and_ended_streams_are_forgotten() {
        let streams = StreamsByCell::default();
        for index in [0, 1, 1, 2] {
            streams.begin(cell(index));
        }
        streams.end(&cell(2));
        let told: Vec<(u16, u32)> = streams
            .busiest()
            .iter()
            .map(|serving| (serving.cell.cell, serving.streams))
            .collect();
        assert_eq!(told, [(1, 2), (0, 1)]);
        for index in 0..300 {
            streams.begin(cell(index));
        }
        assert_eq!(streams.busiest().len(), MAX_SERVING);
    }
}
