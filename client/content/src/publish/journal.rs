//! The journal of a publication: what is durable, one JSON record a line, and the files that belong to it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::{AccountId, ids::UploadId, window};
use codec::Encode;
use serde::{Deserialize, Serialize};

use super::seal::SealedCell;
use super::{ContentKeys, PublishError, PublishRequest, Upload, cell_path, outboard_path};
use crate::isobmff::Track;
use crate::probe::Source;
use crate::rendition::RenditionSpec;

/// Longest journal that is read, in bytes: eight renditions of a day are far below it.
const MAX_JOURNAL_BYTES: u64 = 256 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record {
    Job(Job),
    Rendition(RenditionRecord),
    Cell(CellRecord),
}

/// The first record: by it a later call knows that it is the same publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Job {
    source: PathBuf,
    source_bytes: u64,
    source_changed_ms: u64,
    duration_ms: u32,
    title: String,
    producer: AccountId,
    renditions: Vec<RenditionSpec>,
    upload: UploadId,
    key_epoch: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RenditionRecord {
    rendition: u8,
    width: u16,
    height: u16,
    codecs: String,
    init_segment: String,
}

#[derive(Serialize, Deserialize)]
struct CellRecord {
    entry: CellEntry,
    /// Offset and duration in ms of each fragment.
    fragments: Vec<(u32, u32)>,
    /// Playtime of the whole video in ms, with the last cell of a rendition.
    total_ms: Option<u32>,
}

#[derive(Default)]
struct RenditionState {
    record: Option<RenditionRecord>,
    cells: Vec<ManifestCell>,
    total_ms: Option<u32>,
}

/// An open journal; this process holds its lock.
pub(super) struct Journal {
    work: PathBuf,
    path: PathBuf,
    file: File,
    job: Job,
    renditions: Vec<RenditionState>,
}

impl Journal {
    /// Opens the journal in the request's working directory, or begins it with a fresh upload id.
    pub(super) async fn open<K: ContentKeys>(
        request: &PublishRequest,
        source: &Source,
        specs: &[RenditionSpec],
        keys: &K,
    ) -> Result<Self, PublishError> {
        let work = request.work.clone();
        let path = work.join("journal");
        let fails = |source: io::Error| PublishError::Work {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(work.join("cells")).map_err(fails)?;
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(fails)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(PublishError::InUse(work)),
            Err(fs::TryLockError::Error(error)) => return Err(fails(error)),
        }
        let metadata = fs::metadata(&source.path).map_err(fails)?;
        let changed = metadata.modified().ok();
        let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let mut job = Job {
            source: std::path::absolute(&source.path).map_err(fails)?,
            source_bytes: metadata.len(),
            source_changed_ms: changed
                .and_then(|since| u64::try_from(since.as_millis()).ok())
                .unwrap_or(0),
            duration_ms: source.duration_ms,
            title: request.title.clone(),
            producer: request.producer,
            renditions: specs.to_vec(),
            upload: UploadId([0; 16]),
            key_epoch: 0,
        };
        let length = file.metadata().map_err(fails)?.len();
        let whole = read_whole_records(&path, length).map_err(fails)?;
        // A record that was being written when the power went is not there.
        file.set_len(whole.len() as u64).map_err(fails)?;
        let mut records = Vec::new();
        for line in whole.split(|byte| *byte == b'\n') {
            if !line.is_empty() {
                let record = serde_json::from_slice(line)
                    .map_err(|_| PublishError::Journal(path.clone()))?;
                records.push(record);
            }
        }
        let mut records = records.into_iter();
        let is_new = match records.next() {
            Some(Record::Job(before)) => {
                job.upload = before.upload;
                job.key_epoch = before.key_epoch;
                if let Some(what) = difference(&before, &job) {
                    return Err(PublishError::OtherPublication { work, what });
                }
                false
            }
            Some(_) => return Err(PublishError::Journal(path)),
            None => {
                let upload = keys.begin_upload().await.map_err(PublishError::Keys)?;
                job.upload = upload.id;
                job.key_epoch = upload.key_epoch;
                true
            }
        };
        let mut journal = Self {
            work,
            path,
            file,
            renditions: specs.iter().map(|_| RenditionState::default()).collect(),
            job,
        };
        if is_new {
            journal.append(&Record::Job(journal.job.clone()))?;
        }
        for record in records {
            journal.replay(record)?;
        }
        Ok(journal)
    }

    fn replay(&mut self, record: Record) -> Result<(), PublishError> {
        let damaged = || PublishError::Journal(self.path.clone());
        let number = match &record {
            Record::Job(_) => return Err(damaged()),
            Record::Rendition(record) => record.rendition,
            Record::Cell(record) => record.entry.rendition,
        };
        let path = self.path.clone();
        let state = self
            .renditions
            .get_mut(usize::from(number))
            .ok_or_else(damaged)?;
        match record {
            Record::Job(_) => {}
            Record::Rendition(record) => state.record = Some(record),
            Record::Cell(record) => {
                let in_order = usize::from(record.entry.index) == state.cells.len();
                if !in_order || state.total_ms.is_some() {
                    return Err(PublishError::Journal(path));
                }
                state.total_ms = record.total_ms;
                state.cells.push(ManifestCell {
                    entry: record.entry,
                    fragments: record
                        .fragments
                        .into_iter()
                        .map(|(offset, duration_ms)| Fragment {
                            offset,
                            duration_ms,
                        })
                        .collect(),
                });
            }
        }
        Ok(())
    }

    pub(super) fn upload(&self) -> Upload {
        Upload {
            id: self.job.upload,
            key_epoch: self.job.key_epoch,
        }
    }

    pub(super) fn sealed_cells(&self) -> u32 {
        let cells: usize = self.renditions.iter().map(|state| state.cells.len()).sum();
        u32::try_from(cells).unwrap_or(u32::MAX)
    }

    /// Cells of a rendition that are durable.
    pub(super) fn cells_of(&self, rendition: u8) -> u16 {
        self.renditions
            .get(usize::from(rendition))
            .and_then(|state| u16::try_from(state.cells.len()).ok())
            .unwrap_or(0)
    }

    pub(super) fn is_complete(&self, rendition: u8) -> bool {
        self.renditions
            .get(usize::from(rendition))
            .is_some_and(|state| state.total_ms.is_some())
    }

    /// Notes the initialisation segment. A run that goes on must have made the same as the first.
    pub(super) fn begin_rendition(
        &mut self,
        number: u8,
        init_segment: Vec<u8>,
        tracks: &[Track],
    ) -> Result<(), PublishError> {
        let (width, height) = tracks
            .iter()
            .find_map(|track| track.picture)
            .unwrap_or((0, 0));
        let mut codecs: Vec<&str> = tracks.iter().map(|track| track.codec.as_str()).collect();
        // Several sounds have the same.
        codecs.dedup();
        let record = RenditionRecord {
            rendition: number,
            width,
            height,
            codecs: codecs.join(","),
            init_segment: hex::encode(init_segment),
        };
        let source = self.job.source.clone();
        let Some(state) = self.renditions.get_mut(usize::from(number)) else {
            return Ok(());
        };
        match &state.record {
            Some(before) if *before == record => Ok(()),
            Some(_) if !state.cells.is_empty() => Err(PublishError::SourceChanged(source)),
            _ => {
                state.record = Some(record.clone());
                self.append(&Record::Rendition(record))
            }
        }
    }

    /// Makes a sealed cell durable: its files first, then the record that says that they are whole. With the last one
    /// of a rendition comes the playtime of the whole.
    pub(super) fn add_cell(
        &mut self,
        sealed: &SealedCell,
        total_ms: Option<u32>,
    ) -> Result<(), PublishError> {
        let entry = &sealed.cell.entry;
        let (rendition, index) = (entry.rendition, entry.index);
        write_durably(&cell_path(&self.work, rendition, index), &sealed.ciphertext)?;
        write_durably(
            &outboard_path(&self.work, rendition, index),
            &sealed.outboard,
        )?;
        self.append(&Record::Cell(CellRecord {
            entry: entry.clone(),
            fragments: sealed
                .cell
                .fragments
                .iter()
                .map(|fragment| (fragment.offset, fragment.duration_ms))
                .collect(),
            total_ms,
        }))?;
        if let Some(state) = self.renditions.get_mut(usize::from(rendition)) {
            state.cells.push(sealed.cell.clone());
            state.total_ms = total_ms;
        }
        Ok(())
    }

    /// The manifest of what is complete.
    pub(super) fn manifest(&self, request: &PublishRequest) -> Result<Manifest, PublishError> {
        let mut total_playtime_ms = None;
        let mut renditions = Vec::new();
        for state in &self.renditions {
            let record = state.record.as_ref();
            let record = record.ok_or_else(|| PublishError::Journal(self.path.clone()))?;
            let init_segment = hex::decode(&record.init_segment)
                .map_err(|_| PublishError::Journal(self.path.clone()))?;
            if *total_playtime_ms.get_or_insert(state.total_ms) != state.total_ms {
                return Err(PublishError::SourceChanged(self.job.source.clone()));
            }
            renditions.push(Rendition {
                width: record.width,
                height: record.height,
                bandwidth: peak_bandwidth(&state.cells),
                codecs: record.codecs.clone(),
                init_segment,
                cells: state.cells.clone(),
            });
        }
        Ok(Manifest {
            version: MANIFEST_VERSION,
            title: request.title.clone(),
            producer: request.producer,
            upload_id: self.job.upload,
            total_playtime_ms: total_playtime_ms.flatten().unwrap_or(0),
            renditions,
        })
    }

    pub(super) fn write_manifest(&self, manifest: &Manifest) -> Result<(), PublishError> {
        write_durably(&self.work.join("manifest"), &manifest.encode())
    }

    fn append(&mut self, record: &Record) -> Result<(), PublishError> {
        let mut append = || {
            let mut line = serde_json::to_vec(record)?;
            line.push(b'\n');
            self.file.write_all(&line)?;
            self.file.sync_data()
        };
        append().map_err(|source| PublishError::Work {
            path: self.path.clone(),
            source,
        })
    }
}

/// The journal up to its last line end.
fn read_whole_records(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    if length > MAX_JOURNAL_BYTES {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let mut content = fs::read(path)?;
    let whole = content
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |last| last + 1);
    content.truncate(whole);
    Ok(content)
}

fn difference(before: &Job, now: &Job) -> Option<&'static str> {
    if before.source != now.source {
        Some("the source file")
    } else if (
        before.source_bytes,
        before.source_changed_ms,
        before.duration_ms,
    ) != (now.source_bytes, now.source_changed_ms, now.duration_ms)
    {
        Some("the content of the source file")
    } else if before.title != now.title {
        Some("the title")
    } else if before.producer != now.producer {
        Some("the producer")
    } else if before.renditions != now.renditions {
        Some("the list of renditions")
    } else {
        None
    }
}

/// A file is either there as a whole or not at all, whenever the power goes.
pub(super) fn write_durably(path: &Path, content: &[u8]) -> Result<(), PublishError> {
    let write = || {
        let partial = path.with_added_extension("partial");
        let mut file = File::create(&partial)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        match path.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|source| PublishError::Work {
        path: path.to_owned(),
        source,
    })
}

/// Bits per second of the cell with most; a last cell too short to earn says nothing of it, unless it is the only one.
fn peak_bandwidth(cells: &[ManifestCell]) -> u32 {
    let rate = |cell: &ManifestCell| {
        let bits = u64::from(cell.entry.bytes) * 8 * 1_000;
        u32::try_from(bits.div_ceil(u64::from(cell.entry.playtime_ms.max(1)))).unwrap_or(u32::MAX)
    };
    cells
        .iter()
        .filter(|cell| cell.entry.playtime_ms >= window::MIN_EARNING_MS || cells.len() == 1)
        .map(rate)
        .max()
        .unwrap_or(0)
}
