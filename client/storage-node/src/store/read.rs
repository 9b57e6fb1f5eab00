//! Reading what is held: every group is verified between the disk and whoever asked.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chainflix_content::trees;
use chainflix_controller::protocol::CellRef;
use chainflix_p2p::provider::RangeProof;
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::{CellId, manifest::CellEntry};

use super::{Held, Shared, Store, lock};

/// Most groups that are read at once: 1 MiB.
pub const MAX_GROUPS_PER_READ: u32 = 64;
/// Memory for trees that nobody reads by, in bytes.
const TREE_CACHE_BYTES: usize = 32 << 20;

/// Why nothing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The cell is not held, or was dropped while it was read.
    #[error("the cell is not held here")]
    NotHeld,
    /// The run is empty, too long, or leaves the cell.
    #[error(
        "the cell has {groups} groups, of which at most {MAX_GROUPS_PER_READ} are read at once"
    )]
    OutOfRange {
        /// Groups of the cell.
        groups: u32,
    },
    /// A group does not verify: it stays here, and the cell is not held any more.
    #[error("group {group} is damaged on this node's disk")]
    Damaged {
        /// The group.
        group: u32,
    },
    /// The system does not open the file now, for a reason that says nothing of its content.
    #[error("the node can't open the cell now; see its log")]
    Unreadable,
}

/// An open cell. It stops giving anything as soon as the cell is dropped.
#[derive(Clone)]
pub struct CellReader {
    shared: Arc<Shared>,
    cell: CellRef,
    held: Arc<Held>,
    file: Arc<File>,
    tree: Arc<Tree>,
}

impl Store {
    /// Opens a cell that is held. Blocks while it reads the outboard.
    ///
    /// # Errors
    /// When it is not held, or its outboard no longer leads to the cipher root.
    pub fn open_cell(&self, cell: &CellRef) -> Result<CellReader, ReadError> {
        let held = self.shared.held(cell).ok_or(ReadError::NotHeld)?;
        let opened = self.shared.open_files(&held);
        let (file, tree) = opened.map_err(|error| {
            // Files go after the cell was dropped: then it is just not held.
            if held.gone.load(Ordering::SeqCst) {
                return ReadError::NotHeld;
            }
            if !matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::InvalidData
            ) {
                tracing::error!(%error, "a stored cell can't be opened now");
                return ReadError::Unreadable;
            }
            self.shared.damaged(cell, 0);
            ReadError::Damaged { group: 0 }
        })?;
        Ok(CellReader {
            shared: Arc::clone(&self.shared),
            cell: *cell,
            held,
            file: Arc::new(file),
            tree,
        })
    }
}

impl CellReader {
    /// What the cell is verified against.
    #[must_use]
    pub fn entry(&self) -> &CellEntry {
        &self.held.entry
    }

    /// What `count` groups from `first` on are verified against. Reads nothing.
    ///
    /// # Errors
    /// When the run leaves the cell.
    pub fn prove(&self, first: u32, count: u32) -> Result<RangeProof, ReadError> {
        let run = self.run(first, count)?;
        let groups = self.held.entry.groups();
        let beyond = ReadError::OutOfRange { groups };
        let place = |group: u32| usize::try_from(group).map_err(|_| beyond);
        let (first, count) = (place(run.start)?, place(count)?);
        let hashes = self.tree.leaves().get(first..first.saturating_add(count));
        Ok(RangeProof {
            hashes: hashes.ok_or(beyond)?.to_vec(),
            proof: self.tree.range_proof(first, count).ok_or(beyond)?,
        })
    }

    /// Reads `count` groups from `first` on and verifies each. Blocks while it reads.
    ///
    /// # Errors
    /// When the cell was dropped, the run leaves it, or a group is damaged: that one costs the node its copy.
    pub fn read(&self, first: u32, count: u32) -> Result<Vec<u8>, ReadError> {
        let entry = &self.held.entry;
        let run = self.run(first, count)?;
        let length = run
            .clone()
            .map(|group| trees::group_bytes(entry.bytes, group))
            .fold(0usize, usize::saturating_add);
        let mut bytes = vec![0u8; length];
        if self.held.gone.load(Ordering::SeqCst) {
            return Err(ReadError::NotHeld);
        }
        // What the disk does not give reads as zeros, which fail to verify at the right group.
        if let Err(error) = read_up_to(&self.file, &mut bytes, trees::group_offset(first)) {
            tracing::error!(%error, "a stored cell can't be read");
        }
        for (group, content) in run.zip(bytes.chunks(trees::GROUP_BYTES)) {
            let expected = usize::try_from(group)
                .ok()
                .and_then(|group| self.tree.leaf(group));
            if expected != Some(trees::group_hash(content)) {
                self.shared.damaged(&self.cell, group);
                return Err(ReadError::Damaged { group });
            }
        }
        Ok(bytes)
    }

    /// The run, if it may be read at once.
    fn run(&self, first: u32, count: u32) -> Result<Range<u32>, ReadError> {
        let groups = self.held.entry.groups();
        let end = first.checked_add(count).filter(|end| *end <= groups);
        let end = end.filter(|_| (1..=MAX_GROUPS_PER_READ).contains(&count));
        end.map(|end| first..end)
            .ok_or(ReadError::OutOfRange { groups })
    }
}

fn read_up_to(file: &File, bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let read = match file.read_at(rest, offset) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        offset = offset.saturating_add(u64::try_from(read).unwrap_or(0));
        rest = rest
            .split_at_mut_checked(read)
            .map_or(&mut [], |(_, rest)| rest);
    }
    Ok(())
}

impl Shared {
    /// The cell's ciphertext, and its tree from the outboard. An outboard that does not lead to the cipher root is
    /// invalid data.
    fn open_files(&self, held: &Held) -> io::Result<(File, Arc<Tree>)> {
        let file = File::open(self.layout.cell(&held.id))?;
        if let Some(tree) = lock(&self.trees).get(&held.id) {
            return Ok((file, tree));
        }
        let outboard = fs::read(self.layout.outboard(&held.id))?;
        let tree = trees::read_outboard(&outboard, held.entry.bytes, &held.entry.cipher_root)
            .ok_or(io::ErrorKind::InvalidData)?;
        let tree = Arc::new(tree);
        lock(&self.trees).put(held.id, Arc::clone(&tree));
        Ok((file, tree))
    }
}

/// Trees that were used last.
#[derive(Default)]
pub(super) struct TreeCache {
    trees: HashMap<CellId, (u64, Arc<Tree>)>,
    bytes: usize,
    uses: u64,
}

/// Memory of a tree: its leaves, and as many inner nodes.
fn memory_of(tree: &Tree) -> usize {
    tree.count().saturating_mul(64)
}

impl TreeCache {
    fn get(&mut self, id: &CellId) -> Option<Arc<Tree>> {
        self.uses = self.uses.saturating_add(1);
        let (used, tree) = self.trees.get_mut(id)?;
        *used = self.uses;
        Some(Arc::clone(tree))
    }

    fn put(&mut self, id: CellId, tree: Arc<Tree>) {
        self.forget(&id);
        self.uses = self.uses.saturating_add(1);
        self.bytes = self.bytes.saturating_add(memory_of(&tree));
        self.trees.insert(id, (self.uses, tree));
        while self.bytes > TREE_CACHE_BYTES && self.trees.len() > 1 {
            let oldest = self.trees.iter().min_by_key(|(_, (used, _))| *used);
            let Some(oldest) = oldest.map(|(id, _)| *id) else {
                return;
            };
            self.forget(&oldest);
        }
    }

    pub(super) fn forget(&mut self, id: &CellId) {
        if let Some((_, tree)) = self.trees.remove(id) {
            self.bytes = self.bytes.saturating_sub(memory_of(&tree));
        }
    }
}
