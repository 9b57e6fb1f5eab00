//! The cells that playback holds: which are fetched, which are kept, which are let go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Whether the player has read of it.
    was_read: AtomicBool,
}

impl Slot {
    fn new(buffer: CellBuffer) -> Self {
        Self {
            buffer: Arc::new(buffer),
            key: OnceCell::new(),
            loading: Mutex::new(None),
            was_read: AtomicBool::new(false),
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

    /// Notes that the player reads of it.
    pub(super) fn note_read(&self) {
        self.was_read.store(true, Ordering::Relaxed);
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

    /// The rendition in which the player has read a cell, `rendition` if that is one: where a minute ends, it reads the next
    /// one in a new quality while the old one is still shown. `None` when it has not read it yet.
    pub(super) fn shown(&self, rendition: u8, cell: u16) -> Option<u8> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let read = held
            .iter()
            .filter(|((_, index), slot)| *index == cell && slot.was_read.load(Ordering::Relaxed))
            .map(|((of, _), _)| *of);
        // The one that is asked about before all others.
        read.min_by_key(|of| *of != rendition)
    }

    /// Lets every cell go, and ends the fetches.
    pub(super) fn clear(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        drop(held);
    }

    /// Keeps what plays, what comes next in the rendition that is read now, and what mining needs.
    fn let_go(&self, rendition: u8, playing: u16, pending: &BTreeSet<u16>) {
        let last = playing.saturating_add(AHEAD);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|(of, cell), slot| {
            let is_read = *cell == playing && slot.was_read.load(Ordering::Relaxed);
            let comes = (playing..=last).contains(cell) && (*of == rendition || is_read);
            comes || pending.contains(cell)
        });
    }

    /// Starts the next fetch of what plays and comes next, and lets everything else go that mining does not need. What was
    /// fetched ahead in another rendition than the one that is read now is let go too.
    pub(super) fn tend(
        &self,
        shared: &Arc<Shared>,
        rendition: u8,
        playing: u16,
        pending: &BTreeSet<u16>,
    ) {
        self.let_go(rendition, playing, pending);
        for cell in playing..=playing.saturating_add(AHEAD) {
            if self
                .shown(rendition, cell)
                .is_some_and(|of| of != rendition)
            {
                continue;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::manifest::CellEntry;

    /// Slots of these cells, of which some were read.
    fn slots(cells: &[(u8, u16, bool)]) -> Slots {
        let slots = Slots::default();
        for (rendition, index, was_read) in cells {
            let slot = Slot::new(CellBuffer::new(CellEntry {
                rendition: *rendition,
                index: *index,
                playtime_ms: 60_000,
                bytes: 20_000,
                plain_root: [0; 32],
                cipher_root: [0; 32],
            }));
            if *was_read {
                slot.note_read();
            }
            let mut held = slots.held.lock().unwrap();
            held.insert((*rendition, *index), Arc::new(slot));
        }
        slots
    }

    fn held(slots: &Slots) -> Vec<(u8, u16)> {
        slots.held.lock().unwrap().keys().copied().collect()
    }

    #[test]
    fn what_accompanies_a_minute_is_taken_from_the_rendition_in_which_it_was_read() {
        let slots = slots(&[(0, 3, false), (1, 3, true), (0, 4, false), (1, 4, false)]);
        assert_eq!(slots.shown(0, 3), Some(1));
        assert_eq!(slots.shown(1, 3), Some(1));
        assert_eq!(slots.shown(2, 3), Some(1));
        // Fetched ahead is not read.
        assert_eq!(slots.shown(0, 4), None);
        assert_eq!(slots.shown(0, 9), None);
    }

    #[test]
    fn of_a_minute_that_was_read_in_two_renditions_the_one_asked_about_counts() {
        let slots = slots(&[(0, 3, true), (1, 3, true), (2, 3, false)]);
        assert_eq!(slots.shown(0, 3), Some(0));
        assert_eq!(slots.shown(1, 3), Some(1));
        assert_eq!(slots.shown(2, 3), Some(0));
    }

    #[test]
    fn q1_no_more_than_what_plays_and_two_cells_ahead_stays_in_memory() {
        let slots = slots(&[
            (0, 1, true),
            (0, 2, true),
            (0, 3, false),
            (0, 4, false),
            (0, 5, false),
            (0, 9, false),
        ]);
        slots.let_go(0, 2, &BTreeSet::new());
        assert_eq!(held(&slots), [(0, 2), (0, 3), (0, 4)]);
    }

    #[test]
    fn what_was_fetched_ahead_in_another_rendition_goes_and_what_is_shown_in_it_stays() {
        let cells = [(0, 2, true), (0, 3, false), (1, 2, false), (1, 3, true)];
        let slots = slots(&cells);
        slots.let_go(1, 2, &BTreeSet::new());
        assert_eq!(held(&slots), [(0, 2), (1, 2), (1, 3)]);
    }

    #[test]
    fn a_minute_that_is_still_to_be_proved_stays_in_every_rendition() {
        let slots = slots(&[(0, 1, true), (1, 1, false), (0, 2, true)]);
        slots.let_go(0, 4, &BTreeSet::from([1]));
        assert_eq!(held(&slots), [(0, 1), (1, 1)]);
    }
}
