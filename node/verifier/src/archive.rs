//! The archive: a file for each settled round, written as soon as this verifier has applied it, before the store forgets
//! anything of it. For auditors, who check the files without any verifier (`chainflix view verify-archive`).
//!
//! The format is `chainflix_primitives::archive`. A file appears under its name when it is whole and on disk; what a crash
//! left half-written has another name, and is written anew. Where the archive stands is told by the last file: nothing
//! has to agree with the store. When a file can't be written, rounds wait in the store, which forgets none of their
//! views meanwhile; it goes on by itself when there is room.

mod file;
mod run;

pub(crate) use self::run::run;

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use chainflix_primitives::{Round, hash::Hash32, registry::SettledRound};
use tokio::sync::Notify;

use crate::config::ArchiveConfig;
use crate::store::{StoreError, View};

/// Names of the files, around their rounds.
const PREFIX: &str = "round-";
const SUFFIX: &str = ".cfa";
/// Behind the name of a file that is not whole yet.
const PART: &str = ".part";

/// Why a round is not in the archive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveFailure {
    /// The disk.
    #[error("{path} can't be written: {source}")]
    Disk {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A directory of archived rounds.
pub(crate) struct Archive {
    directory: PathBuf,
    max_bytes: Option<u64>,
    last: Mutex<Option<Round>>,
    /// Told when a round can be archived.
    due: Notify,
}

impl Archive {
    /// Opens the archive, making its directory if need be. What a crash left half-written goes.
    pub(crate) fn open(config: &ArchiveConfig) -> io::Result<Self> {
        let directory = config.directory.clone();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)?;
        for entry in fs::read_dir(&directory)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let whole = name.and_then(|name| name.strip_suffix(PART));
            if whole.is_some_and(|name| round_of(name).is_some()) {
                fs::remove_file(path)?;
            }
        }
        let last = files_in(&directory)?.last().map(|(round, _)| *round);
        Ok(Self {
            directory,
            max_bytes: config.max_bytes,
            last: Mutex::new(last),
            due: Notify::new(),
        })
    }

    /// A settled round was applied: it can be archived.
    pub(crate) fn applied(&self) {
        self.due.notify_one();
    }

    /// The last round that is archived. Earlier ones are, too, or were not to be had.
    pub(crate) fn last(&self) -> Option<Round> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a round, unless it is there. Rounds are added in their order.
    pub(crate) fn add(
        &self,
        genesis: &Hash32,
        settled: &SettledRound,
        view: &View,
    ) -> Result<(), ArchiveFailure> {
        let path = self.directory.join(name_of(settled.round));
        if !path.exists() {
            self.write(&path, |out| file::write(out, genesis, settled, view))?;
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(settled.round);
        self.make_room();
        Ok(())
    }

    /// Writes a file under another name, and gives it its own when it is on disk.
    fn write(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), file::Failure>,
    ) -> Result<(), ArchiveFailure> {
        let mut part = path.as_os_str().to_owned();
        part.push(PART);
        let part = PathBuf::from(part);
        let failed = |source| ArchiveFailure::Disk {
            path: path.to_path_buf(),
            source,
        };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let written = options
            .open(&part)
            .map_err(file::Failure::from)
            .and_then(|file| {
                let mut out = BufWriter::new(file);
                fill(&mut out)?;
                let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.sync_all()?;
                fs::rename(&part, path)?;
                // Its name is in the directory.
                File::open(&self.directory)?.sync_all()?;
                Ok(())
            });
        written.map_err(|error| {
            // What it takes may be all that is left of the disk. When it can't be removed, the next start does.
            let _ = fs::remove_file(&part);
            match error {
                file::Failure::Disk(source) => failed(source),
                file::Failure::Store(error) => error.into(),
            }
        })
    }

    /// Removes the oldest files while all together are larger than they may be. The last one stays.
    fn make_room(&self) {
        let Some(max_bytes) = self.max_bytes else {
            return;
        };
        let files = files_in(&self.directory).unwrap_or_default();
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |file| file.len());
        let mut all: u64 = files.iter().map(|(_, path)| size(path)).sum();
        let older = files.iter().rev().skip(1).rev();
        for (_, path) in older {
            if all <= max_bytes {
                return;
            }
            all = all.saturating_sub(size(path));
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(%error, path = %path.display(), "an old file of the archive could not be removed");
            }
        }
    }
}

fn name_of(round: Round) -> String {
    format!("{PREFIX}{round:010}{SUFFIX}")
}

fn round_of(name: &str) -> Option<Round> {
    let digits = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    digits.parse().ok()
}

/// Whole files, by ascending round.
fn files_in(directory: &Path) -> io::Result<Vec<(Round, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        files.extend(name.and_then(round_of).map(|round| (round, path)));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
