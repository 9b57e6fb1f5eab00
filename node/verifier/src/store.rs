//! The durable store: tickets, views, bodies, reports, secrets, earnings. The paper's "separate DB".
//!
//! One file of an embedded B-tree store (redb), in the service's directory, and beside it files with the bulk of what own
//! views are proved by ([`evidence`]). It never has to agree with the chain's
//! database: what is on chain is read from there. All writes go through one thread that commits many at once
//! ([`writer`]); a message is acknowledged only after the commit that holds it, so that a crash at any instant loses
//! nothing that anybody was told.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use chainflix_primitives::hash::Hash32;
use codec::{Decode, Encode};
use redb::{AccessGuard, Database, ReadableDatabase, ReadableTable, StorageError};

mod batch;
pub(crate) mod bodies;
pub(crate) mod earnings;
mod evidence;
mod heartbeats;
pub(crate) mod ledger;
pub(crate) mod prune;
pub(crate) mod reports;
mod secrets;
pub(crate) mod snapshot;
pub(crate) mod tables;
pub(crate) mod tickets;
pub(crate) mod views;
pub(crate) mod writer;

pub(crate) use self::batch::Batch;

use self::evidence::{Directory, EvidenceLog, Files};
use self::tables::{Key, META, OPEN_VIEWS, Table};
use self::writer::Writer;

/// Name of the file in the service's directory.
const FILE: &str = "verifier.redb";
/// Number of the store's layout.
const LAYOUT: u32 = 4;

/// Why the store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file can't be opened.
    #[error(
        "the verifier's store {path} can't be opened: is another node using it, is the disk full?"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<redb::Error>,
    },
    /// The store belongs to another chain.
    #[error(
        "the verifier's store {path} belongs to another chain; give this chain its own directory"
    )]
    OtherChain {
        /// The file.
        path: PathBuf,
    },
    /// The store was written by another version.
    #[error("the verifier's store {path} has layout {found}, this version reads {LAYOUT}")]
    Layout {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: u32,
    },
    /// Reading or writing failed.
    #[error("the verifier's store failed")]
    Failed(#[source] Box<redb::Error>),
    /// A value can't be read: it was damaged, or written by another program.
    #[error("an entry of table {table} of the verifier's store can't be read")]
    Damaged {
        /// The table.
        table: &'static str,
    },
    /// The writing thread has ended.
    #[error("the verifier's store takes no more writes; see the log for the first failure")]
    Closed,
    /// More writes wait than may.
    #[error("the verifier's store is behind with writing")]
    Busy,
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::Failed(Box::new(error.into()))
    }
}

/// What a use of the store comes to.
pub(crate) type StoreResult<T> = Result<T, StoreError>;

/// The store. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    database: Arc<Database>,
    evidence: Arc<EvidenceLog>,
    writer: Writer,
    path: PathBuf,
}

impl Store {
    /// Opens the store in `directory`, creating it if need be, for the chain of `genesis`.
    pub(crate) fn open(directory: &Path, genesis: &Hash32, cache: usize) -> StoreResult<Self> {
        let path = directory.join(FILE);
        let database = redb::Builder::new()
            .set_cache_size(cache)
            .create(&path)
            .map_err(|error| StoreError::Open {
                path: path.clone(),
                source: Box::new(error.into()),
            })?;
        let files = Box::new(Directory(directory.into()));
        Self::on(database, files, path, genesis)
    }

    /// The store on an open database, which lies at `path`, with `files` beside it, for the chain of `genesis`.
    fn on(
        database: Database,
        files: Box<dyn Files>,
        path: PathBuf,
        genesis: &Hash32,
    ) -> StoreResult<Self> {
        let write = database.begin_write()?;
        tables::create_all(&write)?;
        write.commit()?;
        let found = layout_of(&database)?;
        if let Some(found) = found.filter(|found| *found != LAYOUT) {
            return Err(StoreError::Layout { path, found });
        }
        let store = Self::with(database, files, path)?;
        if found.is_none() {
            store.write_now(|batch| {
                batch.put(META, b"layout__", &LAYOUT.encode())?;
                batch.put(META, b"genesis_", &genesis.to_vec())
            })?;
        } else if store.view()?.genesis()? != *genesis {
            return Err(StoreError::OtherChain { path: store.path });
        }
        Ok(store)
    }

    /// Opens the store that a service left in `directory`; makes none.
    pub(crate) fn open_existing(directory: &Path) -> StoreResult<Self> {
        let path = directory.join(FILE);
        let database = redb::Builder::new()
            .open(&path)
            .map_err(|error| StoreError::Open {
                path: path.clone(),
                source: Box::new(error.into()),
            })?;
        match layout_of(&database)? {
            Some(LAYOUT) => Self::with(database, Box::new(Directory(directory.into())), path),
            found => Err(StoreError::Layout {
                found: found.unwrap_or(u32::MAX),
                path,
            }),
        }
    }

    /// The store on a database that has all tables.
    fn with(database: Database, files: Box<dyn Files>, path: PathBuf) -> StoreResult<Self> {
        let read = database.begin_read()?;
        let places = read.open_table(OPEN_VIEWS.definition())?;
        let places = places.iter()?;
        let places = places.map(|entry| OPEN_VIEWS.decode(entry?.1.value()));
        let evidence = Arc::new(EvidenceLog::open(files, places)?);
        drop(read);
        let database = Arc::new(database);
        let writer = Writer::start(Arc::clone(&database), Arc::clone(&evidence))?;
        Ok(Self {
            database,
            evidence,
            writer,
            path,
        })
    }

    /// Whether a service has left a store in `directory`.
    pub(crate) fn exists_in(directory: &Path) -> bool {
        directory.join(FILE).exists()
    }

    /// Removes the store in `directory`, if there is one.
    pub(crate) fn remove_from(directory: &Path) {
        let evidence = evidence::files_in(directory).unwrap_or_default();
        let evidence = evidence.into_iter().map(|(_, path)| path);
        let database = Self::exists_in(directory).then(|| directory.join(FILE));
        for path in evidence.chain(database) {
            if let Err(error) = std::fs::remove_file(path) {
                tracing::warn!(%error, "the store could not be removed");
            }
        }
    }

    /// Writes at once, in the calling thread: for a store that no service uses.
    pub(crate) fn write_now(
        &self,
        write: impl FnOnce(&Batch<'_>) -> StoreResult<()>,
    ) -> StoreResult<()> {
        batch::commit(&self.database, &self.evidence, write)
    }

    /// The writing thread.
    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }

    /// A consistent view of everything committed.
    pub(crate) fn view(&self) -> StoreResult<View> {
        Ok(View {
            read: self.database.begin_read()?,
            evidence: Arc::clone(&self.evidence),
        })
    }

    /// Size of the files in bytes; 0 when it can't be told.
    pub(crate) fn bytes(&self) -> u64 {
        let database = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        database.saturating_add(self.evidence.bytes())
    }
}

/// Number of the layout of what is there. `None` when nothing is.
fn layout_of(database: &Database) -> StoreResult<Option<u32>> {
    let open = database.begin_read()?.open_table(META.definition())?;
    let Some(bytes) = open.get(b"layout__".as_slice())? else {
        return Ok(None);
    };
    let layout = META.decode(bytes.value())?;
    Ok(Some(
        u32::decode(&mut layout.as_slice()).unwrap_or(u32::MAX),
    ))
}

/// An entry as the database gives it out.
type Entry<'a> = (
    AccessGuard<'a, &'static [u8]>,
    AccessGuard<'a, &'static [u8]>,
);

/// Reads entries of a table.
fn read<'a, K: Key, V: Decode>(
    table: Table<K, V>,
    found: impl Iterator<Item = Result<Entry<'a>, StorageError>>,
) -> StoreResult<Vec<(K, V)>> {
    let mut entries = Vec::new();
    for entry in found {
        let (key, value) = entry?;
        entries.push((table.key(key.value())?, table.decode(value.value())?));
    }
    Ok(entries)
}

/// A consistent view of the store.
pub(crate) struct View {
    read: redb::ReadTransaction,
    evidence: Arc<EvidenceLog>,
}

impl View {
    /// The value under `key`.
    pub(crate) fn get<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        key: &K,
    ) -> StoreResult<Option<V>> {
        let open = self.read.open_table(table.definition())?;
        let bytes = open.get(key.bytes().as_slice())?;
        bytes.map(|bytes| table.decode(bytes.value())).transpose()
    }

    /// Genesis hash of the chain that the store belongs to.
    pub(crate) fn genesis(&self) -> StoreResult<Hash32> {
        self.get(META, b"genesis_")?
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(StoreError::Damaged { table: "meta" })
    }

    /// Values under some keys, in their order.
    pub(crate) fn get_all<'k, K: Key + 'k, V: Decode>(
        &self,
        table: Table<K, V>,
        keys: impl IntoIterator<Item = &'k K>,
    ) -> StoreResult<Vec<Option<V>>> {
        let open = self.read.open_table(table.definition())?;
        let mut name = Vec::with_capacity(K::LEN);
        let mut values = Vec::new();
        for key in keys {
            name.clear();
            key.write(&mut name);
            let bytes = open.get(name.as_slice())?;
            values.push(bytes.map(|bytes| table.decode(bytes.value())).transpose()?);
        }
        Ok(values)
    }

    /// Whether there is a value under `key`.
    pub(crate) fn has<K: Key, V: Decode>(&self, table: Table<K, V>, key: &K) -> StoreResult<bool> {
        let open = self.read.open_table(table.definition())?;
        Ok(open.get(key.bytes().as_slice())?.is_some())
    }

    /// Entries from `first` to `last`, both included, ascending, at most `limit`.
    pub(crate) fn range<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        first: &K,
        last: &K,
        limit: usize,
    ) -> StoreResult<Vec<(K, V)>> {
        let open = self.read.open_table(table.definition())?;
        let (first, last) = (first.bytes(), last.bytes());
        let found = open.range(first.as_slice()..=last.as_slice())?;
        read(table, found.take(limit))
    }

    /// Entries from `last` down to `first`, both included, at most `limit`.
    pub(crate) fn range_back<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        first: &K,
        last: &K,
        limit: usize,
    ) -> StoreResult<Vec<(K, V)>> {
        let open = self.read.open_table(table.definition())?;
        let (first, last) = (first.bytes(), last.bytes());
        let found = open.range(first.as_slice()..=last.as_slice())?;
        read(table, found.rev().take(limit))
    }

    /// Does something with every entry from `first` to `last`, both included, ascending, one at a time.
    pub(crate) fn each<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
        first: &K,
        last: &K,
        mut act: impl FnMut(K, V),
    ) -> StoreResult<()> {
        let open = self.read.open_table(table.definition())?;
        let (first, last) = (first.bytes(), last.bytes());
        for entry in open.range(first.as_slice()..=last.as_slice())? {
            let (key, value) = entry?;
            act(table.key(key.value())?, table.decode(value.value())?);
        }
        Ok(())
    }

    /// The last entry of the table.
    pub(crate) fn last<K: Key, V: Decode>(
        &self,
        table: Table<K, V>,
    ) -> StoreResult<Option<(K, V)>> {
        let open = self.read.open_table(table.definition())?;
        let Some((key, value)) = open.last()? else {
            return Ok(None);
        };
        Ok(Some((
            table.key(key.value())?,
            table.decode(value.value())?,
        )))
    }
}

#[cfg(test)]
pub(crate) mod tests;
