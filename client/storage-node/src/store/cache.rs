//! A viewer's cells, kept as long as there is space: the oldest goes first.

use std::sync::atomic::Ordering;

use chainflix_content::trees::{self, GROUP_BYTES};
use chainflix_controller::protocol::CellRef;
use chainflix_primitives::manifest::CellEntry;

use super::{ImportError, MAX_GROUPS_PER_READ, State, Store, lock, space_of};

impl State {
    /// Cells that are not to be given up for want of space.
    pub(super) fn kept(&self) -> Vec<CellRef> {
        let cells = self.cells.iter();
        let kept = cells.filter(|(_, held)| held.kept.load(Ordering::SeqCst));
        kept.map(|(cell, _)| *cell).collect()
    }

    /// The oldest cells that need not be kept, as many as give `excess` bytes back; and how much is missing when these are
    /// all that there are.
    pub(super) fn oldest(&self, excess: u64) -> (Vec<CellRef>, u64) {
        let dispensable = self.cells.iter();
        let mut dispensable: Vec<_> = dispensable
            .filter(|(_, held)| !held.kept.load(Ordering::SeqCst))
            .collect();
        dispensable.sort_by_key(|(cell, held)| (held.since, **cell));
        let mut missing = excess;
        let mut chosen = Vec::new();
        for (cell, held) in dispensable {
            if missing == 0 {
                break;
            }
            missing = missing.saturating_sub(space_of(&held.entry));
            chosen.push(*cell);
        }
        (chosen, missing)
    }
}

impl Store {
    /// Takes in a whole cell as it lies at rest, and gives up the oldest ones for it when there is no space. It is verified
    /// against `entry` like what comes from others. Blocks until it is durable.
    ///
    /// # Errors
    /// Those of [`Store::import`] and of what follows it. A cell that is larger than the whole quota drives nothing out.
    pub fn cache(
        &self,
        cell: CellRef,
        entry: CellEntry,
        ciphertext: &[u8],
    ) -> Result<(), ImportError> {
        if self.holds(&cell) {
            return Err(ImportError::Held);
        }
        let tree = trees::cipher_tree(ciphertext);
        let length = u64::try_from(ciphertext.len()).unwrap_or(u64::MAX);
        // Before anything is given up for it.
        if tree.root() != entry.cipher_root || length != u64::from(entry.bytes) {
            return Err(ImportError::Unverified { group: 0 });
        }
        self.make_room(space_of(&entry))?;
        let mut import = self.import(cell, entry)?;
        let run = GROUP_BYTES.saturating_mul(MAX_GROUPS_PER_READ as usize);
        for bytes in ciphertext.chunks(run) {
            let group = import.next_group();
            let first = usize::try_from(group).unwrap_or(usize::MAX);
            let proof = tree.range_proof(first, bytes.len().div_ceil(GROUP_BYTES));
            let proof = proof.ok_or(ImportError::Shape { group })?;
            import.write(bytes, &proof)?;
        }
        import.finish()
    }

    fn make_room(&self, needed: u64) -> Result<(), ImportError> {
        let free = self.space().free;
        let (given_up, missing) = {
            let state = lock(&self.shared.state);
            let used = state.used.saturating_add(needed);
            let over = used.saturating_sub(self.shared.quota);
            state.oldest(over.max(needed.saturating_sub(free)))
        };
        if missing > 0 {
            return Err(ImportError::NoSpace { free, needed });
        }
        if given_up.is_empty() {
            return Ok(());
        }
        self.remove(&given_up)
            .map(drop)
            .map_err(|error| match error {
                super::StoreError::Database(error) => ImportError::Database(error),
                super::StoreError::Folder { source, .. } => ImportError::Io(source),
            })
    }
}
