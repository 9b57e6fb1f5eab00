//! Cells on disk: what is held is whole, verified when it came in, and verified again before any of it leaves.
//!
//! A cell is a plain file of at-rest ciphertext with an outboard beside it, and a record in the index. The order of
//! events makes every crash harmless: a cell comes in as a partial file, is synced, moved into place, and only then
//! recorded; it goes by its record first and its files after. At the start, files without a record are deleted and
//! records without their files are taken out.
//!
//! The node holds ciphertext only; nothing here knows a key.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chainflix_content::trees;
use chainflix_controller::protocol::{CellRef, InventoryDigest};
use chainflix_primitives::{CellId, Hash32, Magnet, Sha256, manifest::CellEntry};
use codec::{Decode, Encode};
use redb::ReadableTable;
use tokio::sync::broadcast;

use crate::database::{self, Database, DatabaseError};

mod cache;
mod import;
mod layout;
mod manifests;
mod moving;
mod read;
mod room;
mod scrub;
mod start;

pub use self::import::{Import, ImportError};
pub use self::manifests::ManifestError;
pub use self::moving::{Copied, CopyError};
pub use self::read::{CellReader, MAX_GROUPS_PER_READ, ReadError};
pub use self::scrub::{Checked, scrub};

use self::layout::Layout;
use self::read::TreeCache;

/// Events that wait for a slow listener; one that is further behind looks at the whole inventory again.
const EVENTS: usize = 4_096;
/// A disk that was full is tried again after this time: others may have made room.
const DISK_FULL: Duration = Duration::from_secs(300);

/// Why the store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The index failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A folder or file can't be used.
    #[error(
        "the storage folder {path} can't be used: {source}; check its permissions and the disk"
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// What changed in the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreEvent {
    /// A cell is held now.
    Added(CellRef),
    /// A cell is not held any more.
    Removed(CellRef),
    /// A cell no longer verified; it is not held any more.
    Damaged(CellRef),
}

/// The inventory at one instant, and everything that changes after it.
pub struct Watch {
    /// Digest of `cells`.
    pub digest: InventoryDigest,
    /// What is held.
    pub cells: Vec<CellRef>,
    /// What changes from then on.
    pub events: broadcast::Receiver<StoreEvent>,
}

/// Space, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// For cells, outboards and manifests.
    pub quota: u64,
    /// Held, or promised to an import that runs.
    pub used: u64,
    /// What is left of the quota, or of the disk when that has less; 0 while it is full.
    pub free: u64,
}

/// The store of cells. Clones share it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    layout: Layout,
    database: Arc<Database>,
    genesis: Hash32,
    quota: u64,
    state: Mutex<State>,
    events: broadcast::Sender<StoreEvent>,
    trees: Mutex<TreeCache>,
    /// When the disk itself had no more space; `None` once something was deleted.
    disk_full: Mutex<Option<Instant>>,
}

/// What the index has of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Record {
    entry: CellEntry,
    /// Not to be given up for want of space.
    kept: bool,
}

/// A cell that is held.
struct Held {
    id: CellId,
    entry: CellEntry,
    /// When it came in.
    since: SystemTime,
    kept: AtomicBool,
    /// It is not held any more; whoever still reads it stops.
    gone: AtomicBool,
}

#[derive(Default)]
struct State {
    cells: HashMap<CellRef, Arc<Held>>,
    /// Cells whose files are being written or deleted, with a flag that says the import shall stop.
    busy: HashMap<CellRef, Arc<AtomicBool>>,
    /// Cells held of each video.
    videos: HashMap<Magnet, u32>,
    /// Manifests by length in bytes.
    manifests: HashMap<Magnet, u64>,
    digest: InventoryDigest,
    used: u64,
    /// What of it is promised to imports that run; some of that lies on the disk already.
    coming: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Id of a cell, by which its files are named.
fn cell_id(cell: &CellRef) -> CellId {
    CellId::of::<Sha256>(&cell.video, cell.rendition, cell.cell)
}

/// What a cell takes of the quota: ciphertext and outboard.
fn space_of(entry: &CellEntry) -> u64 {
    let outboard = u64::from(trees::group_count(entry.bytes)).saturating_mul(32);
    u64::from(entry.bytes).saturating_add(outboard)
}

impl State {
    fn gain(&mut self, cell: CellRef, held: Arc<Held>) {
        self.digest.add(&cell);
        let cells = self.videos.entry(cell.video).or_default();
        *cells = cells.saturating_add(1);
        self.cells.insert(cell, held);
    }

    fn lose(&mut self, cell: &CellRef) -> Option<Arc<Held>> {
        let held = self.cells.remove(cell)?;
        held.gone.store(true, Ordering::SeqCst);
        self.digest.remove(cell);
        if let Some(cells) = self.videos.get_mut(&cell.video) {
            *cells = cells.saturating_sub(1);
            if *cells == 0 {
                self.videos.remove(&cell.video);
            }
        }
        Some(held)
    }
}

impl Store {
    /// Opens the store in `folder` for the chain of `genesis`, with `quota` bytes of space: empties what was not
    /// complete, compares index and files by their lengths, and gives up cells beyond the quota that need not be kept.
    ///
    /// # Errors
    /// When the folder or its index can't be used, or belongs to another chain or process.
    pub fn open(folder: &Path, genesis: &Hash32, quota: u64) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Folder {
            path: folder.to_path_buf(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let database = Arc::new(Database::open(folder, genesis)?);
        let layout = Layout::create(folder).map_err(failed)?;
        let found = start::check(&layout, &database).map_err(|error| match error {
            start::CheckError::Database(error) => error.into(),
            start::CheckError::Files(error) => failed(error),
        })?;
        let (events, _) = broadcast::channel(EVENTS);
        let store = Self {
            shared: Arc::new(Shared {
                layout,
                database,
                genesis: *genesis,
                quota,
                state: Mutex::new(found),
                events,
                trees: Mutex::default(),
                disk_full: Mutex::default(),
            }),
        };
        store.fit_quota()?;
        Ok(store)
    }

    /// Opens the store that is in `folder`, of whatever chain and without a quota: to look at it, or to move it.
    ///
    /// # Errors
    /// When there is none, or another process has it open.
    pub fn open_as_it_is(folder: &Path) -> Result<Self, StoreError> {
        Self::open(folder, &Database::genesis(folder)?, u64::MAX)
    }

    /// Genesis hash of its chain.
    #[must_use]
    pub fn genesis(&self) -> Hash32 {
        self.shared.genesis
    }

    /// The index, which token totals share.
    pub(crate) fn database(&self) -> Arc<Database> {
        Arc::clone(&self.shared.database)
    }

    /// Whether the cell is held.
    #[must_use]
    pub fn holds(&self, cell: &CellRef) -> bool {
        lock(&self.shared.state).cells.contains_key(cell)
    }

    /// The commitment of a cell that is held.
    #[must_use]
    pub fn entry(&self, cell: &CellRef) -> Option<CellEntry> {
        let state = lock(&self.shared.state);
        state.cells.get(cell).map(|held| held.entry.clone())
    }

    /// Digest of the inventory.
    #[must_use]
    pub fn digest(&self) -> InventoryDigest {
        lock(&self.shared.state).digest
    }

    /// The inventory, and what changes from now on: nothing is missed or told twice between the two.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let state = lock(&self.shared.state);
        Watch {
            digest: state.digest,
            cells: state.cells.keys().copied().collect(),
            events: self.shared.events.subscribe(),
        }
    }

    /// Notes that these cells are not to be given up for want of space. Blocks until that is durable. Those that are not
    /// held are passed over.
    ///
    /// # Errors
    /// When the index can't be written.
    pub fn keep(&self, cells: &[CellRef]) -> Result<(), StoreError> {
        let mut records = Vec::new();
        {
            let state = lock(&self.shared.state);
            for cell in cells {
                let Some(held) = state.cells.get(cell) else {
                    continue;
                };
                held.kept.store(true, Ordering::SeqCst);
                let record = Record {
                    entry: held.entry.clone(),
                    kept: true,
                };
                records.push((*cell, record));
            }
        }
        self.shared.database.write(move |transaction| {
            let mut table = transaction.open_table(database::CELLS)?;
            for (cell, record) in records {
                let key = cell.encode();
                // A cell that was dropped in the meantime stays dropped.
                if table.get(key.as_slice())?.is_some() {
                    table.insert(key.as_slice(), record.encode().as_slice())?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Stops serving these cells at once, and deletes them; an import of one of them ends. Blocks until the index knows.
    /// Returns how many were held.
    ///
    /// # Errors
    /// When the index can't be written; the cells are not served all the same.
    pub fn remove(&self, cells: &[CellRef]) -> Result<usize, StoreError> {
        self.shared.take_out(cells, StoreEvent::Removed)
    }
}

impl Shared {
    /// A cell that is held.
    fn held(&self, cell: &CellRef) -> Option<Arc<Held>> {
        lock(&self.state).cells.get(cell).cloned()
    }

    /// A group of this cell no longer verifies: it is not held any more.
    fn damaged(&self, cell: &CellRef, group: u32) {
        tracing::error!(
            video = %cell.video, rendition = cell.rendition, cell = cell.cell, group,
            "a stored cell no longer verifies and is deleted; check the disk"
        );
        if let Err(error) = self.take_out(&[*cell], StoreEvent::Damaged) {
            tracing::error!(%error, "a damaged cell could not be taken out of the index");
        }
    }

    fn take_out(
        &self,
        cells: &[CellRef],
        event: fn(CellRef) -> StoreEvent,
    ) -> Result<usize, StoreError> {
        let mut gone = Vec::new();
        {
            let mut state = lock(&self.state);
            for cell in cells {
                if let Some(stop) = state.busy.get(cell) {
                    stop.store(true, Ordering::SeqCst);
                }
                let Some(held) = state.lose(cell) else {
                    continue;
                };
                // Nobody takes the cell in again before its old files are gone.
                state.busy.insert(*cell, Arc::default());
                // Without a listener nobody needs to know.
                let _ = self.events.send(event(*cell));
                gone.push((*cell, held));
            }
        }
        let keys: Vec<Vec<u8>> = gone.iter().map(|(cell, _)| cell.encode()).collect();
        let recorded = if keys.is_empty() {
            Ok(())
        } else {
            self.database.write(move |transaction| {
                let mut table = transaction.open_table(database::CELLS)?;
                for key in keys {
                    table.remove(key.as_slice())?;
                }
                Ok(())
            })
        };
        for (_, held) in &gone {
            self.delete_files(&held.id);
        }
        {
            let mut state = lock(&self.state);
            for (cell, held) in &gone {
                state.busy.remove(cell);
                state.used = state.used.saturating_sub(space_of(&held.entry));
            }
        }
        if !gone.is_empty() {
            *lock(&self.disk_full) = None;
            self.forget_manifests();
        }
        recorded?;
        Ok(gone.len())
    }

    fn delete_files(&self, id: &CellId) {
        lock(&self.trees).forget(id);
        layout::delete(&self.layout.cell(id));
        layout::delete(&self.layout.outboard(id));
    }
}
