//! The cells that playback holds: which are fetched, which are kept, which are let go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chainflix_content::envelope::ContentKey;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use super::{CellBuffer, Shared, loader};

/// Cells fetched ahead of the one that plays.
pub(super) const AHEAD: u16 = 2;

/// A cell in memory, and whoever fetches it.
pub(super) struct Slot {
    pub(super) buffer: Arc<CellBuffer>,
    /// Its content key, once it may be had.
    pub(super) key: OnceCell<ContentKey>,
    loading: Mutex<Option<JoinHandle<()>>>,
}

impl Slot {
    fn new(buffer: CellBuffer) -> Self {
        Self {
            buffer: Arc::new(buffer),
            key: OnceCell::new(),
            loading: Mutex::new(None),
        }
    }

    /// Fetches the cell, unless it is being fetched or complete.
    pub(super) fn load(&self, shared: &Arc<Shared>) {
        let mut loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if loading.is_none() && !self.buffer.is_complete() {
            let task = loader::load(shared.clone(), self.buffer.clone());
            *loading = Some(tokio::spawn(task));
        }
    }

    fn is_loading(&self) -> bool {
        self.loading
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|task| !task.is_finished())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let loading = self
            .loading
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = loading.take() {
            task.abort();
        }
    }
}

/// All cells in memory, by rendition and index.
#[derive(Default)]
pub(super) struct Slots {
    held: Mutex<BTreeMap<(u8, u16), Arc<Slot>>>,
}

impl Slots {
    /// The slot of a cell, made when there is none. `None` when the video has no such cell.
    pub(super) fn get(&self, shared: &Shared, rendition: u8, cell: u16) -> Option<Arc<Slot>> {
        let (found, _) = shared.manifest.cell(rendition, cell)?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = held
            .entry((rendition, cell))
            .or_insert_with(|| Arc::new(Slot::new(CellBuffer::new(found.entry.clone()))));
        Some(slot.clone())
    }

    /// Lets every cell go, and ends the fetches.
    pub(super) fn clear(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        drop(held);
    }

    /// Starts the next fetch of what plays and comes next, and lets everything else go that mining does not need.
    pub(super) fn tend(
        &self,
        shared: &Arc<Shared>,
        rendition: u8,
        playing: u16,
        pending: &BTreeSet<u16>,
    ) {
        let last = playing.saturating_add(AHEAD);
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.retain(|(_, cell), _| (playing..=last).contains(cell) || pending.contains(cell));
        }
        for cell in playing..=last {
            let Some(slot) = self.get(shared, rendition, cell) else {
                return;
            };
            if slot.buffer.is_complete() {
                continue;
            }
            // One after the other: what plays sooner gets the whole line.
            slot.load(shared);
            if slot.is_loading() {
                return;
            }
        }
    }
}
