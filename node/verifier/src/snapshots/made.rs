//! The own snapshots: made while somebody wants one, shown to whoever joins.
//!
//! They are a cache: what is there at a start is removed, and the next due round brings another one.

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::{DirBuilderExt, FileExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chainflix_primitives::{Round, hash::Hash32, report::EarningsTriple};

use super::{SnapshotError, SnapshotHead, format, period};
use crate::context::Context;
use crate::exchange::messages::{MAX_HASHES, MAX_SNAPSHOTS};
use crate::store::{StoreResult, View};

/// Name of the directory in the service's own.
const DIRECTORY: &str = "snapshots";
/// How the own ones are called; others' are called otherwise.
const MADE: &str = "made-";
/// Name of the one that is being fetched.
const TAKEN: &str = "taken";
/// Snapshots that are kept: whoever began with one has the time until the second next.
pub(super) const KEPT: usize = MAX_SNAPSHOTS as usize;
/// Periods for which one is wanted after somebody asked, and after which one that nobody replaced is removed.
const PERIODS: Round = 2;

/// The own snapshots.
pub(crate) struct Snapshots {
    directory: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    wanted_until: Option<Round>,
    is_writing: bool,
    /// Oldest first.
    made: Vec<Arc<Made>>,
}

/// A snapshot on disk; its file goes with it.
struct Made {
    head: SnapshotHead,
    hashes: Vec<Hash32>,
    path: PathBuf,
    file: File,
}

impl Drop for Made {
    fn drop(&mut self) {
        // At the next start it goes in any case.
        let _ = fs::remove_file(&self.path);
    }
}

impl Snapshots {
    /// Those of the service with this directory: none at first.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        let directory = directory.join(DIRECTORY);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)?;
        for file in fs::read_dir(&directory)? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with(MADE) {
                fs::remove_file(file.path())?;
            }
        }
        Ok(Self {
            directory,
            kept: Mutex::default(),
        })
    }

    /// Where another verifier's is fetched to.
    pub(crate) fn taken(&self) -> PathBuf {
        self.directory.join(TAKEN)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody asked in `now`: at the next due rounds one is made. Which there are.
    pub(crate) fn want(&self, now: Round, interval: u32) -> Vec<SnapshotHead> {
        let mut kept = self.lock();
        let until = now.saturating_add(period(interval).saturating_mul(PERIODS));
        kept.wanted_until = Some(until);
        kept.made.iter().map(|made| made.head).collect()
    }

    fn made(&self, root: &Hash32) -> Option<Arc<Made>> {
        let kept = self.lock();
        let found = kept.made.iter().find(|made| made.head.root == *root);
        found.map(Arc::clone)
    }

    /// Hashes of parts, from one on.
    pub(crate) fn hashes(&self, root: &Hash32, first: u32) -> Option<Vec<Hash32>> {
        let made = self.made(root)?;
        let later = made.hashes.get(first as usize..)?;
        Some(later.iter().take(MAX_HASHES).copied().collect())
    }

    /// A part.
    pub(crate) fn part(&self, root: &Hash32, index: u32) -> io::Result<Option<Vec<u8>>> {
        let Some(made) = self.made(root) else {
            return Ok(None);
        };
        let Some((from, length)) = made.head.part(index) else {
            return Ok(None);
        };
        let mut part = vec![0; length];
        made.file.read_exact_at(&mut part, from)?;
        Ok(Some(part))
    }

    /// Whether one is to be made as of this round in `now`. If so it is under way from now on, until [`Self::add`].
    fn begin(&self, as_of: Round, interval: u32, now: Round) -> bool {
        let period = period(interval);
        let mut kept = self.lock();
        let oldest = as_of.saturating_sub(period.saturating_mul(PERIODS));
        kept.made.retain(|made| made.head.as_of >= oldest);
        let is_due = as_of.is_multiple_of(period)
            // Whoever is behind has nothing to show.
            && now.saturating_sub(as_of) <= period
            && kept.wanted_until.is_some_and(|until| now <= until)
            && kept.made.iter().all(|made| made.head.as_of != as_of);
        if !is_due || kept.is_writing {
            return false;
        }
        kept.is_writing = true;
        true
    }

    fn add(&self, made: Option<Made>) {
        let mut kept = self.lock();
        kept.is_writing = false;
        kept.made.extend(made.map(Arc::new));
        if kept.made.len() > KEPT {
            kept.made.remove(0);
        }
    }

    /// Makes one of the ledger of `view`, and keeps it.
    fn make(
        &self,
        view: &View,
        of: (Round, Hash32),
        part_bytes: u32,
    ) -> Result<SnapshotHead, SnapshotError> {
        let path = self.directory.join(format!("{MADE}{}", of.0));
        let written = format::write(view, of, part_bytes, &path);
        let made = written.and_then(|(head, hashes)| {
            let file = File::open(&path)?;
            Ok((head, hashes, file))
        });
        match made {
            Ok((head, hashes, file)) => {
                self.add(Some(Made {
                    head,
                    hashes,
                    path,
                    file,
                }));
                Ok(head)
            }
            Err(error) => {
                // What can't be written can't always be removed either.
                let _ = fs::remove_file(&path);
                self.add(None);
                Err(error)
            }
        }
    }
}

/// Makes a snapshot in the background, if one is due: the store holds the ledger as of this round now, and a view of it is
/// what it was, whatever is written meanwhile.
pub(crate) fn take_if_due(
    context: &Arc<Context>,
    triple: &EarningsTriple,
    interval: u32,
) -> StoreResult<()> {
    let as_of = triple.as_of;
    let now = context.place().round;
    // Who lacks something says nothing.
    if context.missed.get().is_some() || triple.count == 0 {
        return Ok(());
    }
    if !context.snapshots.begin(as_of, interval, now) {
        return Ok(());
    }
    let view = match context.store.view() {
        Ok(view) => view,
        Err(error) => {
            context.snapshots.add(None);
            return Err(error);
        }
    };
    let (context, of) = (Arc::clone(context), (as_of, triple.root));
    tokio::task::spawn_blocking(move || {
        let part_bytes = context.config.snapshot_part_bytes;
        match context.snapshots.make(&view, of, part_bytes) {
            Ok(head) => {
                context.metrics.snapshot_made();
                tracing::info!(
                    as_of,
                    bytes = head.bytes,
                    "a snapshot of the earnings lies ready for a verifier that joins"
                );
            }
            Err(error) => {
                tracing::warn!(%error, as_of, "no snapshot of the earnings could be made");
            }
        }
    });
    Ok(())
}

#[cfg(test)]
impl Snapshots {
    /// Makes one at once.
    pub(super) fn make_now(
        &self,
        view: &View,
        of: (Round, Hash32),
        part_bytes: u32,
    ) -> SnapshotHead {
        self.make(view, of, part_bytes).expect("made")
    }

    /// Whether one would be made.
    pub(super) fn would_begin(&self, as_of: Round, interval: u32, now: Round) -> bool {
        let begins = self.begin(as_of, interval, now);
        self.lock().is_writing = false;
        begins
    }
}
