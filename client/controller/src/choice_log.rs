//! The log of decisions: one JSON line each, chained by hash, from which every decision can be computed again: who serves a
//! cell, who takes one in, how many copies there shall be, which one goes.

mod entry;
mod files;
mod words;

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use chainflix_primitives::{Hash32, Hasher, Sha256};
use serde::{Deserialize, Serialize};

pub use files::files;

pub use entry::{CopiesDecision, Decision, Entry, PlacementDecision, SurplusDecision};

use crate::protocol::scale_hex;

/// A log file is put aside, under a name with its date, when it is so long, in bytes.
#[cfg(not(test))]
const MAX_LOG_BYTES: u64 = 64 * 1024 * 1024;
/// So few in tests that they go from file to file all the time.
#[cfg(test)]
const MAX_LOG_BYTES: u64 = 2 * 1024;

/// Memory that is kept for what is written at once, in bytes.
const KEPT_BYTES: usize = 256 * 1024;

/// A decision as it stands in the log.
#[derive(Deserialize)]
struct Line {
    /// SHA-256 of the line before; zeros in a new file.
    #[serde(with = "scale_hex")]
    previous: Hash32,
    #[serde(flatten)]
    entry: Entry,
}

/// The same, to be written.
#[derive(Serialize)]
struct NewLine<'a> {
    #[serde(with = "scale_hex")]
    previous: Hash32,
    #[serde(flatten)]
    entry: &'a Entry,
}

/// Why a log does not stand up to replay.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file can't be read.
    #[error("the log can't be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not a decision.
    #[error("line {0} is not a decision")]
    NotADecision(u64),
    /// A line does not follow from the one before: something was removed, added or changed.
    #[error("line {0} does not continue the line before it")]
    Broken(u64),
    /// The number of a line does not follow the one before: it seeds the draw, so that leaving some out is choosing.
    #[error("line {line}: decision {expected} is missing, {found} follows")]
    Gap {
        /// The line, from 1.
        line: u64,
        /// What had to follow.
        expected: u64,
        /// What follows.
        found: u64,
    },
    /// The rule decides otherwise than the log.
    #[error("line {line}: the rule says {expected:?}, the log {logged:?}")]
    Differs {
        /// The line, from 1.
        line: u64,
        /// By the rule.
        expected: Vec<u32>,
        /// By the log.
        logged: Vec<u32>,
    },
}

/// Appends decisions to a file, or to nothing.
#[derive(Debug)]
pub struct ChoiceLog {
    path: Option<PathBuf>,
    file: Option<File>,
    bytes: u64,
    previous: Hash32,
    /// Files that are kept besides the one that is written.
    kept: usize,
    /// Where lines are put together.
    lines: Vec<u8>,
}

impl ChoiceLog {
    /// A log that keeps nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            path: None,
            file: None,
            bytes: 0,
            previous: [0; 32],
            kept: 0,
            lines: Vec::new(),
        }
    }

    /// Begins a new log at `path`; one that stands there is put aside under a name with the date of its last line, and of
    /// those only the last `kept` stay.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn create(path: &Path, kept: usize) -> io::Result<Self> {
        let mut log = Self::none();
        log.kept = kept;
        log.path = Some(path.to_path_buf());
        log.rotate()?;
        Ok(log)
    }

    fn rotate(&mut self) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        self.file = Some(files::begin(path, self.kept)?);
        self.bytes = 0;
        self.previous = [0; 32];
        Ok(())
    }

    /// Appends decisions, all that go into the same file by one write. When it returns, they are with the operating system, and
    /// the end of this process does not lose them any more.
    ///
    /// # Errors
    /// When they can't be written. Some of them may have been, and the line after them does not continue what is there.
    pub fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        if self.file.is_none() {
            return Ok(());
        }
        for entry in entries {
            if self.bytes > MAX_LOG_BYTES {
                self.write()?;
                self.rotate()?;
            }
            let start = self.lines.len();
            let previous = self.previous;
            if let Err(error) = serde_json::to_writer(&mut self.lines, &NewLine { previous, entry })
            {
                self.lines.clear();
                return Err(error.into());
            }
            let line = self.lines.get(start..).unwrap_or_default();
            self.previous = Sha256::sha256(line);
            let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
            self.lines.push(b'\n');
            self.bytes = self.bytes.saturating_add(length).saturating_add(1);
        }
        self.write()
    }

    /// Writes the lines that were put together, and forgets them, written or not.
    fn write(&mut self) -> io::Result<()> {
        let written = match &mut self.file {
            Some(file) => file.write_all(&self.lines),
            None => Ok(()),
        };
        self.lines.clear();
        self.lines.shrink_to(KEPT_BYTES);
        written
    }
}

/// Computes decisions again that are not in a file.
///
/// # Errors
/// The first that differs, by its place from 0.
pub fn replay_entries(entries: impl IntoIterator<Item = Entry>) -> Result<(), usize> {
    for (place, entry) in entries.into_iter().enumerate() {
        let entry::Verdict { expected, logged } = entry.judge();
        if expected != logged {
            return Err(place);
        }
    }
    Ok(())
}

/// The decisions of a log, each after it was checked that its line continues the one before.
///
/// # Errors
/// Instead of a decision, for a line that is none or was changed; nothing follows it.
pub fn read(log: impl BufRead) -> impl Iterator<Item = Result<Entry, ReplayError>> {
    let mut previous = [0u8; 32];
    let mut is_over = false;
    (1u64..).zip(log.lines()).map_while(move |(number, text)| {
        if is_over {
            return None;
        }
        let entry = text.map_err(ReplayError::Io).and_then(|text| {
            let line: Line =
                serde_json::from_str(&text).map_err(|_| ReplayError::NotADecision(number))?;
            if line.previous != previous {
                return Err(ReplayError::Broken(number));
            }
            previous = Sha256::sha256(text.as_bytes());
            Ok(line.entry)
        });
        is_over = entry.is_err();
        Some(entry)
    })
}

/// Computes every decision of a log again. The number of decisions.
///
/// # Errors
/// The first line that is broken or differs, or before which one is missing.
pub fn replay(log: impl BufRead) -> Result<u64, ReplayError> {
    let mut count = 0u64;
    let mut follows: Option<u64> = None;
    for entry in read(log) {
        count = count.saturating_add(1);
        let entry = entry?;
        let found = entry.number();
        if let Some(expected) = follows.filter(|expected| *expected != found) {
            return Err(ReplayError::Gap {
                line: count,
                expected,
                found,
            });
        }
        follows = Some(found.wrapping_add(1));
        let entry::Verdict { expected, logged } = entry.judge();
        if expected != logged {
            return Err(ReplayError::Differs {
                line: count,
                expected,
                logged,
            });
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
