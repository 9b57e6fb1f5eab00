//! Writes that become durable together.

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
        }
    }

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
                open.insert(name.as_slice(), content.as_slice())?;
            }
            Ok(())
        })
    }

    /// Removes a value, if there is one.
    pub(crate) fn delete<K: Key, V>(&self, table: Table<K, V>, key: &K) -> StoreResult<()> {
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
        self.with(table, |open| {
            for (key, _) in &taken {
                open.remove(key.bytes().as_slice())?;
            }
            Ok(())
        })?;
        Ok(taken)
    }
}
