//! A snapshot as a file: SCALE, one row after the other. Every verifier writes the same bytes.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use chainflix_primitives::{
    Round, Sha256,
    earnings::{Ledger, LedgerState},
    hash::Hash32,
    merkle,
    report::EarningsTriple,
};
use codec::{Decode, Encode, IoReader};

use super::{SnapshotHead, part_hash};
use crate::chain::ChainError;
use crate::earnings::EarningsTree;
use crate::store::snapshot::Row;
use crate::store::{StoreError, View};

/// Version of the format.
const VERSION: u8 = 1;

/// Why a snapshot can't be made or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("its file can't be used: {0}")]
    File(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error("it is no snapshot of this chain: {0}")]
    Malformed(&'static str),
    #[error("its totals are not the adopted ones")]
    OtherTotals,
}

/// How a snapshot begins; its rows follow in the order of their places.
#[derive(Encode, Decode)]
struct Begin {
    version: u8,
    genesis: Hash32,
    as_of: Round,
    state: LedgerState,
}

/// Cuts what is written into parts, and hashes them.
struct Parts<W> {
    out: W,
    part: Vec<u8>,
    length: usize,
    hashes: Vec<Hash32>,
    bytes: u64,
}

impl<W: Write> Parts<W> {
    fn add(&mut self, content: &[u8]) -> io::Result<()> {
        let mut rest = content;
        loop {
            let room = self.length.saturating_sub(self.part.len());
            let Some((now, later)) = rest.split_at_checked(room) else {
                self.part.extend_from_slice(rest);
                return Ok(());
            };
            self.part.extend_from_slice(now);
            self.close()?;
            rest = later;
        }
    }

    fn close(&mut self) -> io::Result<()> {
        if !self.part.is_empty() {
            self.out.write_all(&self.part)?;
            self.hashes.push(part_hash(&self.part));
            self.bytes = self.bytes.saturating_add(self.part.len() as u64);
            self.part.clear();
        }
        Ok(())
    }
}

/// Writes the ledger of `view`, which is that as of `as_of` with `totals` as the root over its totals. The hashes of the
/// parts come with the head.
pub(super) fn write(
    view: &View,
    (as_of, totals): (Round, Hash32),
    part_bytes: u32,
    path: &Path,
) -> Result<(SnapshotHead, Vec<Hash32>), SnapshotError> {
    let mut parts = Parts {
        out: BufWriter::new(File::create(path)?),
        part: Vec::new(),
        length: part_bytes.max(1) as usize,
        hashes: Vec::new(),
        bytes: 0,
    };
    let begin = Begin {
        version: VERSION,
        genesis: view.genesis()?,
        as_of,
        state: view.ledger_state()?,
    };
    let mut written = parts.add(&begin.encode());
    let mut encoded = Vec::new();
    view.each_row(&begin.state, |row| {
        if written.is_ok() {
            encoded.clear();
            row.encode_to(&mut encoded);
            written = parts.add(&encoded);
        }
    })?;
    written?;
    parts.close()?;
    parts.out.flush()?;
    let head = SnapshotHead {
        as_of,
        totals,
        bytes: parts.bytes,
        part_bytes,
        root: merkle::root::<Sha256>(&parts.hashes),
    };
    Ok((head, parts.hashes))
}

/// Reads a snapshot row by row.
pub(crate) struct SnapshotReader {
    file: BufReader<File>,
    state: LedgerState,
    last: Option<(u8, Vec<u8>)>,
}

impl SnapshotReader {
    /// Opens the snapshot with `head` of the chain with `genesis`.
    pub(crate) fn open(
        path: &Path,
        head: &SnapshotHead,
        genesis: &Hash32,
    ) -> Result<Self, SnapshotError> {
        let mut file = BufReader::new(File::open(path)?);
        let begin = Begin::decode(&mut IoReader(&mut file))
            .map_err(|_| SnapshotError::Malformed("its beginning can't be read"))?;
        if begin.version != VERSION {
            return Err(SnapshotError::Malformed("its version is another"));
        }
        if begin.genesis != *genesis || begin.as_of != head.as_of {
            return Err(SnapshotError::Malformed("it is of another chain or round"));
        }
        if begin.state.last_round.is_none_or(|last| last > head.as_of) {
            return Err(SnapshotError::Malformed("its ledger is of another round"));
        }
        Ok(Self {
            file,
            state: begin.state,
            last: None,
        })
    }

    /// What its ledger knows of rounds.
    pub(crate) fn state(&self) -> &LedgerState {
        &self.state
    }

    /// The next at most `limit` rows; none at the end.
    pub(crate) fn rows(&mut self, limit: usize) -> Result<Vec<Row>, SnapshotError> {
        let mut rows = Vec::new();
        while rows.len() < limit && !self.file.fill_buf()?.is_empty() {
            let row = Row::decode(&mut IoReader(&mut self.file))
                .map_err(|_| SnapshotError::Malformed("a row can't be read"))?;
            let place = row.place();
            if self.last.as_ref().is_some_and(|last| *last >= place) {
                return Err(SnapshotError::Malformed("its rows are out of order"));
            }
            self.last = Some(place);
            rows.push(row);
        }
        Ok(rows)
    }

    /// Reads all of it: the ledger, and the tree over its totals, which are those of `adopted` earnings.
    pub(crate) fn ledger(
        mut self,
        adopted: &EarningsTriple,
    ) -> Result<(Ledger, EarningsTree), SnapshotError> {
        /// Rows that are read at a time.
        const AT_ONCE: usize = 4_096;
        let mut ledger = Ledger::resumed(self.state.clone());
        loop {
            let rows = self.rows(AT_ONCE)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                row.restore(&mut ledger);
            }
        }
        let totals = ledger.totals();
        let tree = EarningsTree::new(totals.map(|(account, total)| (*account, *total)));
        if tree.triple(adopted.as_of) != Some(*adopted) {
            return Err(SnapshotError::OtherTotals);
        }
        Ok((ledger, tree))
    }
}
