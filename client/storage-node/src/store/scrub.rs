//! The scrub: reads everything that is held in the background, so that damage is found before a viewer asks.

use std::time::Duration;

use chainflix_controller::protocol::CellRef;
use codec::{DecodeAll, Encode};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::{MAX_GROUPS_PER_READ, ReadError, Store, lock};
use crate::database;

/// Between two passes, and when nothing is held.
const PAUSE: Duration = Duration::from_secs(60);
/// Where the scrub stands is noted so often; what was read since is read again after a restart.
const NOTED_EVERY: Duration = Duration::from_secs(60);
/// Where the scrub stands, among the index' single values.
const CURSOR: &str = "scrubbed";

/// Reads and verifies all cells, one after the other and over again, at most `bytes_per_second`. A damaged one is treated
/// as when a viewer had asked for it. Runs until it is dropped; returns at once when `bytes_per_second` is 0.
pub async fn scrub(store: Store, bytes_per_second: u64) {
    if bytes_per_second == 0 {
        return;
    }
    let mut cursor = store.scrub_cursor();
    let mut noted = Instant::now();
    loop {
        let Some(cell) = store.next_to_scrub(cursor.as_ref()) else {
            cursor = None;
            sleep(PAUSE).await;
            continue;
        };
        scrub_cell(&store, cell, bytes_per_second).await;
        cursor = Some(cell);
        if noted.elapsed() >= NOTED_EVERY {
            noted = Instant::now();
            store.note_scrub_cursor(&cell);
        }
    }
}

/// What reading everything that is held has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Cells that were read from start to end and verified.
    pub whole: u32,
    /// Cells that no longer verified; they are not held any more.
    pub damaged: u32,
    /// Cells that could not be opened now, for a reason that says nothing of their content.
    pub unread: u32,
}

impl Store {
    /// Reads and verifies every cell once, as fast as the disk gives it. A damaged one is treated as when a viewer had
    /// asked for it. `progress` is told the bytes that are done. Blocks until all is done.
    pub fn check_all(&self, mut progress: impl FnMut(u64)) -> Checked {
        let mut checked = Checked::default();
        let mut done = 0u64;
        let mut cells: Vec<CellRef> = lock(&self.shared.state).cells.keys().copied().collect();
        cells.sort_unstable();
        for cell in cells {
            let count = match self.check_cell(&cell, &mut |bytes| {
                done = done.saturating_add(bytes);
                progress(done);
            }) {
                Ok(()) => &mut checked.whole,
                Err(ReadError::Damaged { .. }) => &mut checked.damaged,
                Err(_) => &mut checked.unread,
            };
            *count = count.saturating_add(1);
        }
        checked
    }

    fn check_cell(&self, cell: &CellRef, read: &mut impl FnMut(u64)) -> Result<(), ReadError> {
        let reader = self.open_cell(cell)?;
        let groups = reader.entry().groups();
        let mut first = 0;
        while first < groups {
            let count = MAX_GROUPS_PER_READ.min(groups.saturating_sub(first));
            let bytes = reader.read(first, count)?.len();
            read(u64::try_from(bytes).unwrap_or(u64::MAX));
            first = first.saturating_add(count);
        }
        Ok(())
    }
}

async fn scrub_cell(store: &Store, cell: CellRef, bytes_per_second: u64) {
    let opened = {
        let store = store.clone();
        spawn_blocking(move || store.open_cell(&cell)).await
    };
    // A cell that went away, or turned out damaged, needs no more reading.
    let Ok(Ok(reader)) = opened else { return };
    let groups = reader.entry().groups();
    let mut first = 0;
    while first < groups {
        let count = MAX_GROUPS_PER_READ.min(groups.saturating_sub(first));
        let started = Instant::now();
        let reader = reader.clone();
        let read = spawn_blocking(move || reader.read(first, count).map(|read| read.len()));
        let Ok(Ok::<usize, ReadError>(bytes)) = read.await else {
            return;
        };
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let due_us = bytes.saturating_mul(1_000_000).div_euclid(bytes_per_second);
        sleep_until(started + Duration::from_micros(due_us)).await;
        first = first.saturating_add(count);
    }
}

impl Store {
    /// The cell after `cursor` in the order of references; the first without one.
    fn next_to_scrub(&self, cursor: Option<&CellRef>) -> Option<CellRef> {
        let state = lock(&self.shared.state);
        let cells = state.cells.keys();
        cells
            .filter(|cell| cursor.is_none_or(|cursor| *cell > cursor))
            .min()
            .copied()
    }

    fn scrub_cursor(&self) -> Option<CellRef> {
        let view = self.shared.database.view().ok()?;
        let meta = view.open_table(database::META).ok()?;
        let noted = meta.get(CURSOR).ok()??;
        CellRef::decode_all(&mut noted.value()).ok()
    }

    fn note_scrub_cursor(&self, cell: &CellRef) {
        let cursor = cell.encode();
        let noted = self.shared.database.submit(
            move |transaction| {
                let mut meta = transaction.open_table(database::META)?;
                meta.insert(CURSOR, cursor.as_slice())?;
                Ok(())
            },
            |_| (),
        );
        if let Err(error) = noted {
            tracing::warn!(%error, "where the scrub stands was not noted");
        }
    }
}
