//! The log of decisions: one JSON line each, chained by hash, from which every choice can be computed again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use chainflix_primitives::{Hash32, Hasher, Sha256};
use serde::{Deserialize, Serialize};

use crate::choice::{self, Candidate};
use crate::protocol::{CellRef, scale_hex};

/// A log file is put aside as `<name>.1` when it is so long, in bytes.
const MAX_LOG_BYTES: u64 = 64 * 1024 * 1024;

/// One decision about one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Number of the decision, without gaps from the controller's start.
    pub number: u64,
    /// When, ms since the Unix epoch.
    pub at_ms: u64,
    /// The cell.
    pub cell: CellRef,
    /// All holders that could be offered.
    pub candidates: Vec<Candidate>,
    /// How many were to be named.
    pub wanted: usize,
    /// Who was named, best first.
    pub chosen: Vec<u32>,
}

/// A decision as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    /// SHA-256 of the line before; zeros in a new file.
    #[serde(with = "scale_hex")]
    previous: Hash32,
    #[serde(flatten)]
    decision: Decision,
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
    /// The rule names other providers than the log.
    #[error("line {line}: the rule names {expected:?}, the log {logged:?}")]
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
        }
    }

    /// Begins a new log at `path`; one that stands there is put aside as `<name>.1`.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut log = Self::none();
        log.path = Some(path.to_path_buf());
        log.rotate()?;
        Ok(log)
    }

    fn rotate(&mut self) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        if path.exists() {
            let mut aside = path.clone().into_os_string();
            aside.push(".1");
            std::fs::rename(path, aside)?;
        }
        self.file = Some(
            OpenOptions::new()
                .create_new(true)
                .append(true)
                .open(path)?,
        );
        self.bytes = 0;
        self.previous = [0; 32];
        Ok(())
    }

    /// Appends one decision.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn append(&mut self, decision: Decision) -> io::Result<()> {
        if self.bytes > MAX_LOG_BYTES {
            self.rotate()?;
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut line = serde_json::to_vec(&Line {
            previous: self.previous,
            decision,
        })?;
        self.previous = Sha256::sha256(&line);
        line.push(b'\n');
        file.write_all(&line)?;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}

/// Computes every decision of a log again. The number of decisions.
///
/// # Errors
/// The first line that is broken or differs.
pub fn replay(log: impl BufRead) -> Result<u64, ReplayError> {
    let mut count = 0u64;
    let mut previous = [0u8; 32];
    for text in log.lines() {
        let text = text?;
        count = count.saturating_add(1);
        let line: Line =
            serde_json::from_str(&text).map_err(|_| ReplayError::NotADecision(count))?;
        if line.previous != previous {
            return Err(ReplayError::Broken(count));
        }
        previous = Sha256::sha256(text.as_bytes());
        let decision = line.decision;
        let expected = choice::choose(
            decision.number,
            &decision.cell,
            &decision.candidates,
            decision.wanted,
        );
        if expected != decision.chosen {
            return Err(ReplayError::Differs {
                line: count,
                expected,
                logged: decision.chosen,
            });
        }
    }
    Ok(count)
}
