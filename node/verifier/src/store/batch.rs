//! Writes that become durable together.

#[cfg(test)]
use std::cell::Cell;
use std::{cell::RefCell, collections::BTreeMap};

use codec::{Decode, Encode};
use redb::{Database, ReadableTable};

use super::evidence::EvidenceLog;
use super::tables::{Key, Table};
use super::{StoreResult, read};

type OpenTable<'a> = redb::Table<'a, &'static [u8], &'static [u8]>;

/// Writes that become durable together.
///
/// A table is opened once for all of them: opening costs more than an entry does.
pub(crate) struct Batch<'a> {
    write: &'a redb::WriteTransaction,
    /// Takes what is too long for the B-tree.
    pub(super) evidence: &'a EvidenceLog,
    open: RefCell<BTreeMap<&'static str, OpenTable<'a>>>,
    /// Where keys and values are encoded.
    scratch: RefCell<(Vec<u8>, Vec<u8>)>,
    #[cfg(test)]
    operations: Cell<Operations>,
}

/// What a batch did to the B-tree: tests hold it against what it may do.
#[cfg(test)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Operations {
    /// Entries that were looked up.
    pub(super) reads: u64,
    /// Entries that were put or removed.
    pub(super) writes: u64,
    /// Keys and values of those that were put, in bytes.
    pub(super) bytes: u64,
}

/// Commits what `fill` writes, all of it or nothing, and waits until it is durable.
pub(super) fn commit(
    database: &Database,
    evidence: &EvidenceLog,
    fill: impl FnOnce(&Batch<'_>) -> StoreResult<()>,
) -> StoreResult<()> {
    let _turn = evidence.turn();
    let result = commit_all(database, evidence, fill);
    match &result {
        Ok(()) => evidence.committed(),
        Err(_) => evidence.abandon(),
    }
    result
}

fn commit_all(
    database: &Database,
    evidence: &EvidenceLog,
    fill: impl FnOnce(&Batch<'_>) -> StoreResult<()>,
) -> StoreResult<()> {
    let write = database.begin_write()?;
    // Its tables are closed before the commit.
    fill(&Batch::new(&write, evidence))?;
    evidence.sync()?;
    write.commit()?;
    Ok(())
}

impl<'a> Batch<'a> {
    fn new(write: &'a redb::WriteTransaction, evidence: &'a EvidenceLog) -> Self {
        Self {
            write,
            evidence,
            open: RefCell::default(),
            scratch: RefCell::default(),
            #[cfg(test)]
            operations: Cell::default(),
        }
    }

    /// What it did so far.
    #[cfg(test)]
    pub(super) fn operations(&self) -> Operations {
        self.operations.get()
    }

    #[cfg(test)]
    fn count(&self, reads: usize, writes: usize, bytes: usize) {
        let Operations {
            reads: r,
            writes: w,
            bytes: b,
        } = self.operations.get();
        self.operations.set(Operations {
            reads: r + reads as u64,
            writes: w + writes as u64,
            bytes: b + bytes as u64,
        });
    }

    #[cfg(not(test))]
    fn count(&self, _reads: usize, _writes: usize, _bytes: usize) {}

    /// Does something with a table. What is done touches no other table, and not this batch.
    fn with<K, V, T>(
        &self,
        table: Table<K, V>,
        act: impl FnOnce(&mut OpenTable<'a>) -> StoreResult<T>,
    ) -> StoreResult<T> {
        let mut open = self.open.borrow_mut();
        if let Some(known) = open.get_mut(table.name()) {
            return act(known);
        }
        let mut opened = self.write.open_table(table.definition())?;
        let done = act(&mut opened);
        open.insert(table.name(), opened);
        done
    }

    /// The value under `key`, as this batch leaves it so far.
    pub(crate) fn get<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        key: &K,
    ) -> StoreResult<Option<V>> {
        self.count(1, 0, 0);
        self.with(table, |open| {
            let bytes = open.get(key.bytes().as_slice())?;
            bytes.map(|bytes| table.decode(bytes.value())).transpose()
        })
    }

    /// Puts a value.
    pub(crate) fn put<K: Key, V: Encode>(
        &self,
        table: Table<K, V>,
        key: &K,
        value: &V,
    ) -> StoreResult<()> {
        self.put_all(table, [(key, value)])
    }

    /// Puts many values.
    pub(crate) fn put_all<'e, K: Key + 'e, V: Encode + 'e>(
        &self,
        table: Table<K, V>,
        entries: impl IntoIterator<Item = (&'e K, &'e V)>,
    ) -> StoreResult<()> {
        self.with(table, |open| {
            let mut scratch = self.scratch.borrow_mut();
            let (name, content) = &mut *scratch;
            for (key, value) in entries {
                name.clear();
                key.write(name);
                content.clear();
                value.encode_to(content);
                self.count(0, 1, name.len().saturating_add(content.len()));
                open.insert(name.as_slice(), content.as_slice())?;
            }
            Ok(())
        })
    }

    /// Removes a value, if there is one; what it was.
    pub(crate) fn take<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        key: &K,
    ) -> StoreResult<Option<V>> {
        self.count(0, 1, 0);
        self.with(table, |open| {
            let bytes = open.remove(key.bytes().as_slice())?;
            bytes.map(|bytes| table.decode(bytes.value())).transpose()
        })
    }

    /// Removes a value, if there is one.
    pub(crate) fn delete<K: Key, V>(&self, table: Table<K, V>, key: &K) -> StoreResult<()> {
        self.count(0, 1, 0);
        self.with(table, |open| {
            open.remove(key.bytes().as_slice())?;
            Ok(())
        })
    }

    /// Entries from `first` to `last`, both included, ascending, at most `limit`, as this batch leaves them so far.
    pub(crate) fn range<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        first: &K,
        last: &K,
        limit: usize,
    ) -> StoreResult<Vec<(K, V)>> {
        self.with(table, |open| {
            let (first, last) = (first.bytes(), last.bytes());
            let found = open.range(first.as_slice()..=last.as_slice())?;
            read(table, found.take(limit))
        })
    }

    /// Removes at most `limit` entries from `first` to `last`, both included; what they were.
    pub(crate) fn take_range<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        first: &K,
        last: &K,
        limit: usize,
    ) -> StoreResult<Vec<(K, V)>> {
        let taken = self.range(table, first, last, limit)?;
        self.count(taken.len(), taken.len(), 0);
        self.with(table, |open| {
            for (key, _) in &taken {
                open.remove(key.bytes().as_slice())?;
            }
            Ok(())
        })?;
        Ok(taken)
    }
}
