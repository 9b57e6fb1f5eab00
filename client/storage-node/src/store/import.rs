//! Taking in a cell: verified run by run against the cipher root that was granted, while it comes.
//!
//! Nothing that was not verified is written, and nothing that is not complete is ever seen: the file grows among the
//! partial ones, and is moved into place when its last group has come and everything is on disk.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use chainflix_content::trees::{self, GROUP_BYTES};
use chainflix_controller::protocol::CellRef;
use chainflix_primitives::{
    CellId, Hash32, Sha256, manifest::CellEntry, merkle::range::root_from_range,
};
use codec::Encode;

use super::{
    Held, MAX_GROUPS_PER_READ, Record, Shared, Store, StoreEvent, cell_id, layout, lock, space_of,
};
use crate::database::{self, DatabaseError};

/// Why a cell, or a part of it, was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The cell is held already.
    #[error("the cell is held already")]
    Held,
    /// Somebody else is handing it in, or it is being deleted.
    #[error("the cell is being taken in or deleted already; try again later")]
    Busy,
    /// Not enough space.
    #[error(
        "the node has {free} bytes of space left and the cell needs {needed}; give it more with --space, or its disk more room, or ask another node"
    )]
    NoSpace {
        /// Free, in bytes.
        free: u64,
        /// Needed, in bytes.
        needed: u64,
    },
    /// The disk itself is full.
    #[error("the node's disk is full")]
    DiskFull,
    /// The entry is another cell's, or its size does not fit its playtime.
    #[error(
        "what was granted is not the cell that was named, or its size does not fit its playtime"
    )]
    Entry,
    /// A group is missing bytes, or more come than the cell has.
    #[error("the run at group {group} is not made of whole groups of the cell")]
    Shape {
        /// First group of the run.
        group: u32,
    },
    /// What came does not stand under the cipher root.
    #[error("the run at group {group} is not what was published")]
    Unverified {
        /// First group of the run.
        group: u32,
    },
    /// Not all of it came.
    #[error("the cell ends at group {got} of {expected}")]
    Incomplete {
        /// Groups that came.
        got: u32,
        /// Groups of the cell.
        expected: u32,
    },
    /// The controller had the cell dropped in the meantime.
    #[error("the cell was dropped while it was taken in")]
    Dropped,
    /// The disk failed.
    #[error("the cell can't be written: {0}")]
    Io(#[source] io::Error),
    /// The index failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A cell that is being taken in. Dropping it before [`Import::finish`] leaves nothing behind.
pub struct Import {
    shared: Arc<Shared>,
    cell: CellRef,
    id: CellId,
    entry: CellEntry,
    file: File,
    groups: Vec<Hash32>,
    stop: Arc<AtomicBool>,
    /// Bytes of the quota that are given back unless the cell is held at the end.
    reserved: u64,
}

impl Store {
    /// Begins to take in `cell`, committed to by `entry`; its space is reserved. Blocks for a moment.
    ///
    /// # Errors
    /// When it is held or being taken in already, does not fit, or the disk fails.
    pub fn import(&self, cell: CellRef, entry: CellEntry) -> Result<Import, ImportError> {
        if (entry.rendition, entry.index) != (cell.rendition, cell.cell)
            || !entry.has_fitting_size()
        {
            return Err(ImportError::Entry);
        }
        let shared = Arc::clone(&self.shared);
        let id = cell_id(&cell);
        let needed = space_of(&entry);
        let stop = Arc::new(AtomicBool::new(false));
        {
            let mut state = lock(&shared.state);
            if state.cells.contains_key(&cell) {
                return Err(ImportError::Held);
            }
            if state.busy.contains_key(&cell) {
                return Err(ImportError::Busy);
            }
            let free = shared.space_with(state.used, state.coming).free;
            if needed > free {
                return Err(ImportError::NoSpace { free, needed });
            }
            state.used = state.used.saturating_add(needed);
            state.coming = state.coming.saturating_add(needed);
            state.busy.insert(cell, Arc::clone(&stop));
        }
        let file = match File::create(shared.layout.partial_cell(&id)) {
            Ok(file) => file,
            Err(error) => {
                shared.release(&cell, needed);
                return Err(shared.write_failed(error));
            }
        };
        Ok(Import {
            shared,
            cell,
            id,
            entry,
            file,
            groups: Vec::new(),
            stop,
            reserved: needed,
        })
    }
}

impl Shared {
    fn release(&self, cell: &CellRef, reserved: u64) {
        let mut state = lock(&self.state);
        state.busy.remove(cell);
        state.used = state.used.saturating_sub(reserved);
        state.coming = state.coming.saturating_sub(reserved);
    }

    pub(super) fn write_failed(&self, error: io::Error) -> ImportError {
        if matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            *lock(&self.disk_full) = Some(Instant::now());
            return ImportError::DiskFull;
        }
        ImportError::Io(error)
    }
}

impl Import {
    /// The cell.
    #[must_use]
    pub fn cell(&self) -> CellRef {
        self.cell
    }

    /// What it is verified against.
    #[must_use]
    pub fn entry(&self) -> &CellEntry {
        &self.entry
    }

    /// The group that is to come next: an import that another node breaks off goes on from here with the next.
    #[must_use]
    pub fn next_group(&self) -> u32 {
        u32::try_from(self.groups.len()).unwrap_or(u32::MAX)
    }

    /// Whether every group has come.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.next_group() == self.entry.groups()
    }

    /// Verifies a run of whole groups that begins at [`Self::next_group`] with its range proof, and writes it. At most
    /// [`MAX_GROUPS_PER_READ`] groups. Blocks while it writes.
    ///
    /// # Errors
    /// When it does not verify: nothing of it is written, and the import may go on with the right bytes.
    pub fn write(&mut self, bytes: &[u8], proof: &[Hash32]) -> Result<(), ImportError> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(ImportError::Dropped);
        }
        let first = self.next_group();
        let mut leaves = Vec::new();
        for (index, group) in (first..).zip(bytes.chunks(GROUP_BYTES)) {
            if group.len() != trees::group_bytes(self.entry.bytes, index) {
                return Err(ImportError::Shape { group: first });
            }
            leaves.push(trees::group_hash(group));
        }
        if leaves.is_empty() || leaves.len() > MAX_GROUPS_PER_READ as usize {
            return Err(ImportError::Shape { group: first });
        }
        let total = usize::try_from(self.entry.groups()).unwrap_or(usize::MAX);
        let root = root_from_range::<Sha256>(&leaves, self.groups.len(), total, proof);
        if root != Some(self.entry.cipher_root) {
            return Err(ImportError::Unverified { group: first });
        }
        if let Err(error) = self.file.write_all(bytes) {
            // Part of the run may have been written; the next would stand at the wrong place.
            self.stop.store(true, Ordering::SeqCst);
            return Err(self.shared.write_failed(error));
        }
        self.groups.append(&mut leaves);
        Ok(())
    }

    /// Makes the cell durable, then visible. Blocks until both are done.
    ///
    /// # Errors
    /// When it is not complete, was dropped meanwhile, or the disk fails; nothing of it stays.
    pub fn finish(self) -> Result<(), ImportError> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(ImportError::Dropped);
        }
        if !self.is_complete() {
            return Err(ImportError::Incomplete {
                got: self.next_group(),
                expected: self.entry.groups(),
            });
        }
        let result = self.make_durable();
        if result.is_err() {
            self.shared.delete_files(&self.id);
        }
        result
    }

    fn make_durable(&self) -> Result<(), ImportError> {
        let failed = |error| self.shared.write_failed(error);
        let layout = &self.shared.layout;
        self.file.sync_all().map_err(failed)?;
        let outboard = layout.partial_outboard(&self.id);
        layout::write_durably(&outboard, &self.groups.concat()).map_err(failed)?;
        layout::publish(&outboard, &layout.outboard(&self.id)).map_err(failed)?;
        layout::publish(&layout.partial_cell(&self.id), &layout.cell(&self.id)).map_err(failed)?;
        let record = Record {
            entry: self.entry.clone(),
            kept: false,
        };
        let (key, value) = (self.cell.encode(), record.encode());
        self.shared.database.write(move |transaction| {
            let mut table = transaction.open_table(database::CELLS)?;
            table.insert(key.as_slice(), value.as_slice())?;
            Ok(())
        })?;
        if self.become_visible() {
            return Ok(());
        }
        let key = self.cell.encode();
        self.shared.database.write(move |transaction| {
            let mut table = transaction.open_table(database::CELLS)?;
            table.remove(key.as_slice())?;
            Ok(())
        })?;
        Err(ImportError::Dropped)
    }

    /// False when the cell was dropped at the last moment.
    fn become_visible(&self) -> bool {
        let mut state = lock(&self.shared.state);
        if self.stop.load(Ordering::SeqCst) {
            return false;
        }
        let held = Held {
            id: self.id,
            entry: self.entry.clone(),
            since: SystemTime::now(),
            kept: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        };
        state.gain(self.cell, Arc::new(held));
        // Without a listener nobody needs to know.
        let _ = self.shared.events.send(StoreEvent::Added(self.cell));
        // From here on the space is the cell's own.
        state.busy.remove(&self.cell);
        state.coming = state.coming.saturating_sub(self.reserved);
        true
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        let layout = &self.shared.layout;
        layout::delete(&layout.partial_cell(&self.id));
        layout::delete(&layout.partial_outboard(&self.id));
        // A cell that became visible has been taken from the busy ones, perhaps to be dropped again since.
        let mut state = lock(&self.shared.state);
        let is_ours = state
            .busy
            .get(&self.cell)
            .is_some_and(|stop| Arc::ptr_eq(stop, &self.stop));
        if is_ours {
            state.busy.remove(&self.cell);
            state.used = state.used.saturating_sub(self.reserved);
            state.coming = state.coming.saturating_sub(self.reserved);
        }
    }
}
