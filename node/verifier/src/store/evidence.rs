//! Openings and receipts of own views: in files that only grow, beside the B-tree, which knows where each lies.
//!
//! They are most of what a view writes, are read only when another verifier samples it, and are done with some rounds
//! later. In the B-tree each took pages of its own, which were copied, hashed and written one by one; here those of a
//! whole commit are one write. They are synced before the commit that names their places. So what the B-tree names is
//! whole, and what a crash left behind it nobody names: each start begins a new file. A file goes when nothing in it is
//! needed any more.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chainflix_primitives::play_data::ViewEvidence;
use codec::{Decode, Encode};

use super::{StoreError, StoreResult};

/// A file takes no more when it has so many bytes; what is committed together is not torn apart.
#[cfg(not(test))]
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// So few in tests that they go from file to file all the time.
#[cfg(test)]
const FILE_BYTES: u64 = 2 * 1024;
/// Memory that is kept for what one commit writes.
const KEPT_BYTES: usize = 4 * 1024 * 1024;
/// Names of the files, before their numbers.
const PREFIX: &str = "evidence-";

/// Where evidence lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Place {
    file: u32,
    offset: u32,
    len: u32,
    /// CRC-32 of it.
    checksum: u32,
}

/// Numbered files.
pub(super) trait Files: Send + Sync {
    /// Numbers of those that are there.
    fn numbers(&self) -> io::Result<Vec<u32>>;
    /// Writes, making the file if need be.
    fn write(&self, number: u32, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Waits until what was written to a file is on disk, and its name too.
    fn sync(&self, number: u32) -> io::Result<()>;
    /// Reads exactly as many bytes as `out` has.
    fn read(&self, number: u32, offset: u64, out: &mut [u8]) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, number: u32) -> io::Result<()>;
    /// Their length together, in bytes.
    fn bytes(&self) -> u64;
}

struct State {
    /// The file that is written to.
    file: u32,
    /// Its length, as of the last commit.
    offset: u64,
    /// What the next commit appends to it.
    pending: Vec<u8>,
    /// How many pieces of evidence that are.
    placed: u64,
    /// Files of evidence that the next commit forgets, one entry for each piece.
    forgotten: Vec<u32>,
    /// Pieces that are needed, by file.
    needed: BTreeMap<u32, u64>,
}

/// All evidence.
pub(super) struct EvidenceLog {
    files: Box<dyn Files>,
    state: Mutex<State>,
    /// Held by who commits, until what it appended is accounted for.
    turn: Mutex<()>,
}

impl EvidenceLog {
    /// Opens the files, given all places that the B-tree names. Those that nobody needs go.
    pub(super) fn open(
        files: Box<dyn Files>,
        places: impl Iterator<Item = StoreResult<Place>>,
    ) -> StoreResult<Self> {
        let mut needed: BTreeMap<u32, u64> = BTreeMap::new();
        for place in places {
            let count = needed.entry(place?.file).or_default();
            *count = count.saturating_add(1);
        }
        let numbers = files.numbers().map_err(failed)?;
        let last = numbers.iter().chain(needed.keys()).max();
        let file = last.map_or(0, |last| last.saturating_add(1));
        for number in numbers.iter().filter(|number| !needed.contains_key(number)) {
            files.remove(*number).map_err(failed)?;
        }
        Ok(Self {
            files,
            state: Mutex::new(State {
                file,
                offset: 0,
                pending: Vec::new(),
                placed: 0,
                forgotten: Vec::new(),
                needed,
            }),
            turn: Mutex::default(),
        })
    }

    /// The right to commit. The B-tree lets the next writer in when a commit is durable, which is before
    /// [`Self::committed`].
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes evidence in with the next commit; where it will lie.
    pub(super) fn put(&self, evidence: &ViewEvidence) -> StoreResult<Place> {
        let mut state = self.lock();
        let start = state.pending.len();
        evidence.encode_to(&mut state.pending);
        let written = state.pending.get(start..).unwrap_or_default();
        let offset = state.offset.saturating_add(start as u64);
        let too_long = |_| failed(io::ErrorKind::FileTooLarge.into());
        let place = Place {
            file: state.file,
            offset: u32::try_from(offset).map_err(too_long)?,
            len: u32::try_from(written.len()).map_err(too_long)?,
            checksum: crc32fast::hash(written),
        };
        state.placed = state.placed.saturating_add(1);
        Ok(place)
    }

    /// Forgets evidence with the next commit.
    pub(super) fn forget(&self, place: Place) {
        self.lock().forgotten.push(place.file);
    }

    /// Writes what was taken in and waits until it is on disk: before the commit of the B-tree.
    pub(super) fn sync(&self) -> StoreResult<()> {
        let state = self.lock();
        if !state.pending.is_empty() {
            let written = self.files.write(state.file, state.offset, &state.pending);
            let synced = written.and_then(|()| self.files.sync(state.file));
            synced.map_err(failed)?;
        }
        Ok(())
    }

    /// The B-tree's commit is durable.
    pub(super) fn committed(&self) {
        let mut state = self.lock();
        let state = &mut *state;
        if state.placed > 0 {
            let count = state.needed.entry(state.file).or_default();
            *count = count.saturating_add(state.placed);
            state.placed = 0;
        }
        state.offset = state.offset.saturating_add(state.pending.len() as u64);
        state.pending.clear();
        state.pending.shrink_to(KEPT_BYTES);
        if state.offset >= FILE_BYTES {
            state.file = state.file.saturating_add(1);
            state.offset = 0;
        }
        for file in state.forgotten.drain(..) {
            if let Some(count) = state.needed.get_mut(&file) {
                *count = count.saturating_sub(1);
            }
        }
        let current = state.file;
        let files = &self.files;
        state.needed.retain(|file, count| {
            let keep = *count > 0 || *file == current;
            if !keep && let Err(error) = files.remove(*file) {
                // It takes room, and goes at the next start.
                tracing::warn!(file, %error, "a file of evidence could not be removed");
            }
            keep
        });
    }

    /// The commit failed: what was taken in for it, and forgotten with it, was not.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        if !state.pending.is_empty() {
            // Whether the B-tree names something in this file, only the next start knows.
            state.file = state.file.saturating_add(1);
            state.offset = 0;
        }
        state.pending.clear();
        state.placed = 0;
        state.forgotten.clear();
    }

    /// Reads evidence. `None` when it was forgotten since its place was looked up.
    pub(super) fn get(&self, place: Place) -> StoreResult<Option<ViewEvidence>> {
        let damaged = || StoreError::Damaged { table: "evidence" };
        let mut bytes = vec![0; place.len as usize];
        match self.files.read(place.file, place.offset.into(), &mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let is_needed = self.lock().needed.contains_key(&place.file);
                return if is_needed { Err(damaged()) } else { Ok(None) };
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(damaged()),
            Err(error) => return Err(failed(error)),
        }
        if crc32fast::hash(&bytes) != place.checksum {
            return Err(damaged());
        }
        let evidence = ViewEvidence::decode(&mut bytes.as_slice());
        evidence.map(Some).map_err(|_| damaged())
    }

    /// Length of all files in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.files.bytes()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: io::Error) -> StoreError {
    StoreError::Failed(Box::new(redb::Error::Io(error)))
}

/// Files in a directory.
pub(super) struct Directory(pub(super) PathBuf);

impl Directory {
    fn path(&self, number: u32) -> PathBuf {
        self.0.join(format!("{PREFIX}{number:010}"))
    }

    fn open(&self, number: u32) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        options.open(self.path(number))
    }
}

/// The files of evidence in a directory, with their numbers.
pub(super) fn files_in(directory: &Path) -> io::Result<Vec<(u32, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| name.strip_prefix(PREFIX)?.parse().ok());
        found.extend(number.map(|number| (number, path)));
    }
    Ok(found)
}

impl Files for Directory {
    fn numbers(&self) -> io::Result<Vec<u32>> {
        let found = files_in(&self.0)?;
        Ok(found.into_iter().map(|(number, _)| number).collect())
    }

    fn write(&self, number: u32, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.open(number)?.write_all_at(bytes, offset)?;
        if offset == 0 {
            // It may be new: its name is in the directory.
            File::open(&self.0)?.sync_all()?;
        }
        Ok(())
    }

    fn sync(&self, number: u32) -> io::Result<()> {
        self.open(number)?.sync_data()
    }

    fn read(&self, number: u32, offset: u64, out: &mut [u8]) -> io::Result<()> {
        File::open(self.path(number))?.read_exact_at(out, offset)
    }

    fn remove(&self, number: u32) -> io::Result<()> {
        fs::remove_file(self.path(number))
    }

    fn bytes(&self) -> u64 {
        let found = files_in(&self.0).unwrap_or_default();
        let sizes = found.iter().map(|(_, path)| fs::metadata(path));
        sizes.flatten().map(|file| file.len()).sum()
    }
}
