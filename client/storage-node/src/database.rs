//! The node's index: one file of an embedded B-tree store (redb), and the one thread that writes it.
//!
//! Everything that waits when a commit begins goes into it, so that many streams that count bytes and an import that
//! ends cost one synchronous write to disk together. Writes are applied in the order in which they were handed in.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use chainflix_primitives::Hash32;
use redb::{ReadTransaction, ReadableDatabase, TableDefinition, WriteTransaction};
use tokio::sync::watch;

/// Name of the file in the node's directory.
const FILE: &str = "index.redb";
/// Number of the index's layout.
const LAYOUT: u32 = 1;
/// Memory for pages, in bytes.
const CACHE_BYTES: usize = 16 << 20;
/// Writes that may wait.
const QUEUE: usize = 4_096;
/// Writes that go into one commit at most.
const GROUP: usize = 1_024;

/// Cells that are held: SCALE of the cell's reference to SCALE of its record.
pub(crate) const CELLS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("cells");
/// Delivery tokens by id: bytes sent, bytes countersigned, expiry in ms since the Unix epoch.
pub(crate) const TOKENS: TableDefinition<'_, &[u8; 32], (u64, u64, u64)> =
    TableDefinition::new("tokens");
/// Ids of tokens by expiry.
pub(crate) const TOKEN_EXPIRIES: TableDefinition<'_, (u64, &[u8; 32]), ()> =
    TableDefinition::new("token_expiries");
/// Single values: layout, chain, where the scrub stands.
pub(crate) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// Why the index can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Another process has it open.
    #[error("the index {0} is in use by another storage node; stop that one first")]
    InUse(PathBuf),
    /// The file can't be opened.
    #[error(
        "the index {path} can't be opened: {source}; check the disk, or start with an empty folder"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<redb::Error>,
    },
    /// It belongs to another chain.
    #[error(
        "the folder of {0} belongs to a storage node of another chain; give this chain a folder of its own"
    )]
    OtherChain(PathBuf),
    /// It was written by another version.
    #[error(
        "the index {path} has layout {found}, this version reads {LAYOUT}; update chainflix, or start with an empty folder"
    )]
    Layout {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: u32,
    },
    /// Reading failed.
    #[error("the storage node's index can't be read: {0}")]
    Read(#[source] Box<redb::Error>),
    /// A write failed; there are no more.
    #[error(
        "the storage node's index can't be written; see the log for the first failure, mend the disk, start again"
    )]
    Closed,
    /// More writes wait than may.
    #[error("the storage node's index is behind with writing; try again")]
    Busy,
}

impl<E: Into<redb::Error>> From<E> for DatabaseError {
    fn from(error: E) -> Self {
        Self::Read(Box::new(error.into()))
    }
}

type Write = Box<dyn FnOnce(&WriteTransaction) -> Result<(), redb::Error> + Send>;
type After = Box<dyn FnOnce(bool) + Send>;

struct Job {
    write: Write,
    /// Told whether the write is durable.
    after: After,
}

/// The index. Dropping it waits until everything handed in is durable.
pub(crate) struct Database {
    read: std::sync::Arc<redb::Database>,
    /// `None` only while it is dropped.
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    failed: watch::Receiver<bool>,
    /// Goes when the file is closed: fields are dropped in this order, so it has to be the last.
    open: watch::Sender<()>,
}

impl Database {
    /// Opens the index in `folder` for the chain of `genesis`, making it if there is none.
    pub(crate) fn open(folder: &Path, genesis: &Hash32) -> Result<Self, DatabaseError> {
        let path = folder.join(FILE);
        let database = redb::Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create(&path)
            .map_err(|error| not_opened(&path, error))?;
        prepare(&database, &path, genesis)?;
        let read = std::sync::Arc::new(database);
        let (jobs, queue) = sync_channel(QUEUE);
        let (failure, failed) = watch::channel(false);
        let written = std::sync::Arc::clone(&read);
        let thread = thread::Builder::new()
            .name("storage-index".into())
            .spawn(move || run(&written, &queue, &failure))
            .map_err(|source| DatabaseError::Open {
                path,
                source: Box::new(redb::Error::Io(source)),
            })?;
        Ok(Self {
            read,
            jobs: Some(jobs),
            thread: Some(thread),
            failed,
            open: watch::Sender::new(()),
        })
    }

    /// Genesis hash of the chain whose index is in `folder`.
    pub(crate) fn genesis(folder: &Path) -> Result<Hash32, DatabaseError> {
        let path = folder.join(FILE);
        let database = redb::Builder::new()
            .set_cache_size(CACHE_BYTES)
            .open(&path)
            .map_err(|error| not_opened(&path, error))?;
        let found = Found::in_index(&database)?;
        let genesis = found.map(|found| (found.layout_number(), found.genesis.try_into()));
        match genesis {
            Some((LAYOUT, Ok(genesis))) => Ok(genesis),
            Some((found, _)) => Err(DatabaseError::Layout { path, found }),
            None => Err(DatabaseError::Layout { path, found: 0 }),
        }
    }

    /// A consistent view of everything committed.
    pub(crate) fn view(&self) -> Result<ReadTransaction, DatabaseError> {
        Ok(self.read.begin_read()?)
    }

    /// Turns true when a write has failed: from then on nothing is written.
    pub(crate) fn failed(&self) -> watch::Receiver<bool> {
        self.failed.clone()
    }

    /// Resolves when the index is closed: nobody uses it any more, everything is durable, and the file can be opened again.
    pub(crate) fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut open = self.open.subscribe();
        async move {
            // Nothing is ever sent: an error is what is waited for.
            while open.changed().await.is_ok() {}
        }
    }

    /// Hands in a write and blocks until it is durable.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error> + Send + 'static,
    ) -> Result<(), DatabaseError> {
        let (done, durable) = sync_channel(1);
        let job = Job {
            write: Box::new(write),
            // Whoever no longer waits needs no answer.
            after: Box::new(move |is_durable| {
                let _ = done.send(is_durable);
            }),
        };
        let jobs = self.jobs.as_ref().ok_or(DatabaseError::Closed)?;
        jobs.send(job).map_err(|_| DatabaseError::Closed)?;
        match durable.recv() {
            Ok(true) => Ok(()),
            _ => Err(DatabaseError::Closed),
        }
    }

    /// Hands in a write without waiting; `after` is told on the writing thread whether it is durable.
    pub(crate) fn submit(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error> + Send + 'static,
        after: impl FnOnce(bool) + Send + 'static,
    ) -> Result<(), DatabaseError> {
        let job = Job {
            write: Box::new(write),
            after: Box::new(after),
        };
        let jobs = self.jobs.as_ref().ok_or(DatabaseError::Closed)?;
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => DatabaseError::Busy,
            TrySendError::Disconnected(_) => DatabaseError::Closed,
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has let go of the file too.
            let _ = thread.join();
        }
    }
}

fn not_opened(path: &Path, error: redb::DatabaseError) -> DatabaseError {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => DatabaseError::InUse(path.to_path_buf()),
        error => DatabaseError::Open {
            path: path.to_path_buf(),
            source: Box::new(error.into()),
        },
    }
}

/// What an index says of itself.
struct Found {
    layout: Vec<u8>,
    genesis: Vec<u8>,
}

impl Found {
    /// `None` in a new one. Writes nothing: an index must open on a full disk, too.
    fn in_index(database: &redb::Database) -> Result<Option<Self>, DatabaseError> {
        let meta = match database.begin_read()?.open_table(META) {
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
            meta => meta?,
        };
        let value = |name| {
            let found = meta.get(name)?;
            Ok::<_, redb::Error>(found.map(|value| value.value().to_vec()))
        };
        let (layout, genesis) = (value("layout")?, value("genesis")?);
        Ok(layout.map(|layout| Self {
            layout,
            genesis: genesis.unwrap_or_default(),
        }))
    }

    fn layout_number(&self) -> u32 {
        let layout = self.layout.as_slice().try_into();
        layout.map_or(u32::MAX, u32::from_le_bytes)
    }
}

fn prepare(database: &redb::Database, path: &Path, genesis: &Hash32) -> Result<(), DatabaseError> {
    if let Some(found) = Found::in_index(database)? {
        let path = path.to_path_buf();
        return match found.layout_number() {
            LAYOUT if found.genesis == genesis => Ok(()),
            LAYOUT => Err(DatabaseError::OtherChain(path)),
            found => Err(DatabaseError::Layout { path, found }),
        };
    }
    let write = database.begin_write()?;
    write.open_table(CELLS)?;
    write.open_table(TOKENS)?;
    write.open_table(TOKEN_EXPIRIES)?;
    {
        let mut meta = write.open_table(META)?;
        meta.insert("layout", LAYOUT.to_le_bytes().as_slice())?;
        meta.insert("genesis", genesis.as_slice())?;
    }
    write.commit()?;
    Ok(())
}

fn run(database: &redb::Database, queue: &Receiver<Job>, failure: &watch::Sender<bool>) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(job) = queue.try_recv()
        {
            group.push(job);
        }
        let (writes, afters): (Vec<Write>, Vec<After>) =
            group.into_iter().map(|job| (job.write, job.after)).unzip();
        let result = commit(database, writes);
        if let Err(error) = &result {
            tracing::error!(%error, "the storage node's index can't be written any more");
            // Before anybody is answered: whoever hears of the failure finds it noted.
            failure.send_replace(true);
        }
        for after in afters {
            after(result.is_ok());
        }
        if result.is_err() {
            return;
        }
    }
}

/// Commits a group, all of it or nothing.
fn commit(database: &redb::Database, writes: Vec<Write>) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    for write in writes {
        write(&transaction)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_is_in_use_or_of_another_chain_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let first = Database::open(folder.path(), &[1; 32]).unwrap();
        let second = Database::open(folder.path(), &[1; 32]);
        assert!(matches!(second, Err(DatabaseError::InUse(_))));
        drop(first);
        let other = Database::open(folder.path(), &[2; 32]);
        assert!(matches!(other, Err(DatabaseError::OtherChain(_))));
        assert!(Database::open(folder.path(), &[1; 32]).is_ok());
    }

    #[test]
    fn what_was_handed_in_before_the_index_closed_is_there_when_it_opens_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path(), &[1; 32]).unwrap();
        for number in 0..1_000u64 {
            let write = move |transaction: &WriteTransaction| {
                let token: [u8; 32] = [number as u8; 32];
                let mut table = transaction.open_table(TOKENS)?;
                table.insert(&token, (number, 0, 0))?;
                Ok(())
            };
            database.submit(write, |_| ()).unwrap();
        }
        drop(database);
        let database = Database::open(folder.path(), &[1; 32]).unwrap();
        let table = database.view().unwrap().open_table(TOKENS).unwrap();
        let last = table.get(&[231u8; 32]).unwrap().unwrap().value();
        assert_eq!(last, (999, 0, 0));
    }

    #[test]
    fn a_write_that_fails_closes_the_index_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path(), &[1; 32]).unwrap();
        let refused = database.write(|_| Err(redb::Error::Io(std::io::Error::other("broken"))));
        assert!(matches!(refused, Err(DatabaseError::Closed)));
        assert!(*database.failed().borrow());
        let after = database.write(|_| Ok(()));
        assert!(matches!(after, Err(DatabaseError::Closed)));
    }
}
