//! Everything that a store holds, in another one: for a node that gets another disk.

use chainflix_controller::protocol::CellRef;
use chainflix_primitives::Magnet;
use redb::ReadableTable;

use super::{ImportError, MAX_GROUPS_PER_READ, ManifestError, ReadError, Store, StoreError, lock};
use crate::database::{DatabaseError, TOKEN_EXPIRIES, TOKENS};

/// Tokens that are written at once.
const TOKENS_AT_ONCE: usize = 4_096;

/// Why not everything was copied. What was stays; beginning again goes on with the rest.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A cell was not taken in.
    #[error("cell {cell} of {video} can't be copied: {source}")]
    Cell {
        /// Its video.
        video: Magnet,
        /// Its minute.
        cell: u16,
        /// Why.
        #[source]
        source: ImportError,
    },
    /// A cell can't be opened or read, for a reason that says nothing of its content.
    #[error("cell {cell} of {video} can't be read: {source}")]
    Read {
        /// Its video.
        video: Magnet,
        /// Its minute.
        cell: u16,
        /// Why.
        #[source]
        source: ReadError,
    },
    /// A manifest was not taken in.
    #[error("the manifest of {video} can't be copied: {source}")]
    Manifest {
        /// Its video.
        video: Magnet,
        /// Why.
        #[source]
        source: ManifestError,
    },
    /// An index failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DatabaseError> for CopyError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.into())
    }
}

/// What became of the cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Cells that are in both now.
    pub cells: u32,
    /// Cells that no longer verified; they are in neither.
    pub damaged: u32,
}

impl Store {
    /// Copies all cells, manifests and totals of tokens into `to`, the oldest cell first; what is there already is passed
    /// over. Each cell is verified group by group on its way and durable on the other disk before the next one. `progress`
    /// is told the bytes that are done. Blocks until all is done.
    ///
    /// # Errors
    /// When something can't be read or written, or `to` has no room for it.
    pub fn copy_into(
        &self,
        to: &Store,
        mut progress: impl FnMut(u64),
    ) -> Result<Copied, CopyError> {
        self.copy_tokens(to)?;
        let mut copied = Copied::default();
        let mut done = 0u64;
        for (cell, bytes) in self.by_age() {
            match self.copy_cell(to, cell) {
                Ok(()) => copied.cells = copied.cells.saturating_add(1),
                Err(CopyError::Read {
                    source: ReadError::Damaged { .. } | ReadError::NotHeld,
                    ..
                }) => copied.damaged = copied.damaged.saturating_add(1),
                Err(error) => return Err(error),
            }
            done = done.saturating_add(bytes);
            progress(done);
        }
        let kept = lock(&self.shared.state).kept();
        to.keep(&kept)?;
        let manifests: Vec<Magnet> = lock(&self.shared.state).manifests.keys().copied().collect();
        for video in manifests {
            let Some(encoded) = self.manifest(&video) else {
                continue;
            };
            match to.put_manifest(&video, &encoded) {
                // Its last cell was damaged.
                Ok(()) | Err(ManifestError::NoCell) => {}
                Err(source) => return Err(CopyError::Manifest { video, source }),
            }
        }
        Ok(copied)
    }

    fn by_age(&self) -> Vec<(CellRef, u64)> {
        let state = lock(&self.shared.state);
        let mut cells: Vec<_> = state.cells.iter().collect();
        cells.sort_by_key(|(cell, held)| (held.since, **cell));
        cells
            .into_iter()
            .map(|(cell, held)| (*cell, u64::from(held.entry.bytes)))
            .collect()
    }

    fn copy_cell(&self, to: &Store, at: CellRef) -> Result<(), CopyError> {
        let (video, cell) = (at.video, at.cell);
        let unread = |source| CopyError::Read {
            video,
            cell,
            source,
        };
        let untaken = |source| CopyError::Cell {
            video,
            cell,
            source,
        };
        let reader = self.open_cell(&at).map_err(unread)?;
        let mut import = match to.import(at, reader.entry().clone()) {
            Ok(import) => import,
            Err(ImportError::Held) => return Ok(()),
            Err(error) => return Err(untaken(error)),
        };
        while !import.is_complete() {
            let first = import.next_group();
            let left = reader.entry().groups().saturating_sub(first);
            let count = left.min(MAX_GROUPS_PER_READ);
            let bytes = reader.read(first, count).map_err(unread)?;
            let proof = reader.prove(first, count).map_err(unread)?.proof;
            import.write(&bytes, &proof).map_err(untaken)?;
        }
        import.finish().map_err(untaken)
    }

    /// What tokens have been served: else moving would refill them.
    fn copy_tokens(&self, to: &Store) -> Result<(), DatabaseError> {
        let view = self.shared.database.view()?;
        let tokens = view.open_table(TOKENS)?;
        let mut tokens = tokens.iter()?;
        loop {
            let some = tokens.by_ref().take(TOKENS_AT_ONCE);
            let some = some.map(|entry| entry.map(|(id, totals)| (*id.value(), totals.value())));
            let some: Vec<([u8; 32], (u64, u64, u64))> = some.collect::<Result<_, _>>()?;
            if some.is_empty() {
                return Ok(());
            }
            to.shared.database.write(move |transaction| {
                let mut table = transaction.open_table(TOKENS)?;
                let mut expiries = transaction.open_table(TOKEN_EXPIRIES)?;
                for (id, totals) in some {
                    table.insert(&id, totals)?;
                    expiries.insert((totals.2, &id), ())?;
                }
                Ok(())
            })?;
        }
    }
}
