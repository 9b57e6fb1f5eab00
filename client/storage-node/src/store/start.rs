//! What is looked at before the store opens: cheap, by names and lengths only. Contents are the scrub's business.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use chainflix_content::trees;
use chainflix_controller::protocol::CellRef;
use chainflix_primitives::CellId;
use codec::DecodeAll;
use redb::ReadableTable;

use super::layout::{self, Layout};
use super::{Held, Record, State, cell_id, space_of};
use crate::database::{self, Database, DatabaseError};

pub(super) enum CheckError {
    Database(DatabaseError),
    Files(io::Error),
}

impl From<io::Error> for CheckError {
    fn from(error: io::Error) -> Self {
        Self::Files(error)
    }
}

impl From<DatabaseError> for CheckError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Makes index and files agree, and returns what is held.
pub(super) fn check(layout: &Layout, database: &Database) -> Result<State, CheckError> {
    for entry in fs::read_dir(layout.partials())? {
        fs::remove_file(entry?.path())?;
    }
    let mut state = State::default();
    let mut known = HashSet::new();
    let mut lost = Vec::new();
    for (key, record) in records(database)? {
        let found = CellRef::decode_all(&mut key.as_slice())
            .ok()
            .zip(Record::decode_all(&mut record.as_slice()).ok())
            .filter(|(cell, record)| is_complete(layout, &cell_id(cell), record));
        let Some((cell, record)) = found else {
            lost.push(key);
            continue;
        };
        let id = cell_id(&cell);
        known.insert(id);
        state.used = state.used.saturating_add(space_of(&record.entry));
        // Its file is never written again. One that can't say when it was is the oldest.
        let written = fs::metadata(layout.cell(&id)).and_then(|file| file.modified());
        let held = Held {
            id,
            since: written.unwrap_or(SystemTime::UNIX_EPOCH),
            entry: record.entry,
            kept: AtomicBool::new(record.kept),
            gone: AtomicBool::new(false),
        };
        state.gain(cell, Arc::new(held));
    }
    if !lost.is_empty() {
        tracing::warn!(
            cells = lost.len(),
            "cells are missing on disk or cut short; they are not held any more"
        );
        database.write(move |transaction| {
            let mut table = transaction.open_table(database::CELLS)?;
            for key in lost {
                table.remove(key.as_slice())?;
            }
            Ok(())
        })?;
    }
    delete_strangers(layout, &known)?;
    find_manifests(layout, &mut state)?;
    Ok(state)
}

type Encoded = Vec<u8>;

fn records(database: &Database) -> Result<Vec<(Encoded, Encoded)>, DatabaseError> {
    let view = database.view()?;
    let table = view.open_table(database::CELLS)?;
    let mut records = Vec::new();
    for entry in table.iter()? {
        let (key, record) = entry?;
        records.push((key.value().to_vec(), record.value().to_vec()));
    }
    Ok(records)
}

fn is_complete(layout: &Layout, id: &CellId, record: &Record) -> bool {
    let bytes = record.entry.bytes;
    let outboard = u64::from(trees::group_count(bytes)).saturating_mul(32);
    has_length(&layout.cell(id), u64::from(bytes)) && has_length(&layout.outboard(id), outboard)
}

fn has_length(path: &Path, bytes: u64) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == bytes)
}

/// Deletes cells' files without a record: of an import that ended before its record, or of a cell that was dropped.
/// Whatever the store did not make stays.
fn delete_strangers(layout: &Layout, known: &HashSet<CellId>) -> io::Result<()> {
    for shard in fs::read_dir(layout.cells())? {
        let shard = shard?.path();
        if !shard.is_dir() {
            continue;
        }
        for entry in fs::read_dir(shard)? {
            let path = entry?.path();
            if layout::cell_of(&path).is_some_and(|id| !known.contains(&id)) {
                fs::remove_file(path)?;
            }
        }
    }
    Ok(())
}

/// Manifests of videos of which cells are held; the others are deleted.
fn find_manifests(layout: &Layout, state: &mut State) -> io::Result<()> {
    for entry in fs::read_dir(layout.manifests())? {
        let entry = entry?;
        let Some(video) = layout::video_of(&entry.path()) else {
            continue;
        };
        if state.videos.contains_key(&video) {
            let bytes = entry.metadata()?.len();
            state.used = state.used.saturating_add(bytes);
            state.manifests.insert(video, bytes);
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
