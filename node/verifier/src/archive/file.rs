//! Writing the archive of one round.

use std::{collections::HashSet, io, io::Write};

use bounded_collections::BoundedVec;
use chainflix_primitives::{
    Sha256,
    archive::{ARCHIVE_MAGIC, ARCHIVE_VERSION, ArchiveRecord, MAX_IN_RECORD, digest},
    hash::Hash32,
    registry::SettledRound,
    view::ViewLeaf,
};
use codec::Encode;

use crate::store::tables::{DELEGATIONS, LEAVES};
use crate::store::{StoreError, View};

/// Why a file can't be written.
#[derive(Debug)]
pub(super) enum Failure {
    Disk(io::Error),
    Store(StoreError),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What was written so far.
struct Written<'o> {
    out: &'o mut dyn Write,
    records: u64,
    digest: Hash32,
    /// Delegations that are in the file.
    delegations: HashSet<Hash32>,
}

/// Writes what the store has of a settled round. Memory grows with the number of leaves, not with their length.
pub(super) fn write(
    out: &mut dyn Write,
    genesis: &Hash32,
    settled: &SettledRound,
    view: &View,
) -> Result<(), Failure> {
    let mut written = Written {
        out,
        records: 0,
        digest: [0; 32],
        delegations: HashSet::new(),
    };
    written.put(&ArchiveRecord::Begin {
        magic: ARCHIVE_MAGIC,
        version: ARCHIVE_VERSION,
        genesis: *genesis,
        settled: settled.clone(),
    })?;
    for block in &settled.blocks {
        let hashes = match block.count {
            0 => Some(Vec::new()),
            _ => held(view, &block.root)?,
        };
        written.put(&ArchiveRecord::Block {
            issuer: block.issuer,
            is_held: hashes.is_some(),
        })?;
        for hashes in hashes.unwrap_or_default().chunks(MAX_IN_RECORD as usize) {
            let leaves = view.get_all(LEAVES, hashes)?;
            let leaves: Vec<ViewLeaf> = leaves.into_iter().flatten().collect();
            written.delegations(view, &leaves)?;
            let leaves = BoundedVec::truncate_from(leaves);
            written.put(&ArchiveRecord::Leaves(leaves))?;
        }
    }
    let Written {
        records, digest, ..
    } = written;
    written.put(&ArchiveRecord::End { records, digest })
}

/// Leaf hashes of a body that is here with all its leaves.
fn held(view: &View, root: &Hash32) -> Result<Option<Vec<Hash32>>, StoreError> {
    let Some(hashes) = view.body_hashes(root)? else {
        return Ok(None);
    };
    for hash in &hashes {
        // Carried from a block that is forgotten.
        if !view.has(LEAVES, hash)? {
            return Ok(None);
        }
    }
    Ok(Some(hashes))
}

impl Written<'_> {
    fn put(&mut self, record: &ArchiveRecord) -> Result<(), Failure> {
        self.out.write_all(&record.encode())?;
        self.digest = digest::<Sha256>(&self.digest, record);
        self.records = self.records.saturating_add(1);
        Ok(())
    }

    /// Puts those delegations of leaves that are not in the file yet.
    fn delegations(&mut self, view: &View, leaves: &[ViewLeaf]) -> Result<(), Failure> {
        let named = leaves.iter().map(|leaf| leaf.claim.delegation);
        let new: Vec<Hash32> = named
            .filter(|hash| self.delegations.insert(*hash))
            .collect();
        let found = view.get_all(DELEGATIONS, &new)?;
        let found: Vec<_> = found.into_iter().flatten().collect();
        if found.is_empty() {
            return Ok(());
        }
        let found = BoundedVec::truncate_from(found);
        self.put(&ArchiveRecord::Delegations(found))
    }
}
