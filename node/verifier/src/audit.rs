//! The audit log: what this verifier decided, one JSON object a line, in `audit.log` beside its store.
//!
//! It names verifiers, rounds, roots, counts and reasons. It holds no secret, no viewer and no address: what somebody
//! watches is nobody's business, and an operator can show the log to whoever asks.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use chainflix_primitives::{
    AccountId, Round,
    fault::FaultProof,
    hash::Hash32,
    reason::{Explained, Reason},
    refusal::Refusal,
    report::{Report, Verdict},
};
use serde::Serialize;

/// Name of the file.
const FILE: &str = "audit.log";
/// Longest file, in bytes; then it is put aside.
const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Files that are put aside: `audit.log.1` is the latest.
const KEPT: u32 = 3;

/// What is written down.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    /// The service started.
    Started { version: &'static str },
    /// The secret of a key epoch is held and in use.
    SecretHeld { epoch: u32, from_round: Round },
    /// A verdict on another verifier's view block.
    Verdict {
        round: Round,
        issuer: AccountId,
        verdict: &'static str,
        /// Index of the wrong leaf.
        leaf: Option<u32>,
        reason: Option<Reason>,
    },
    /// A fault was found in a view block, and is brought forward.
    FaultFound {
        round: Round,
        issuer: AccountId,
        leaf: u32,
        reason: Reason,
    },
    /// A report was made.
    Reported {
        round: Round,
        root: String,
        views: u32,
        playtime_ms: u64,
        tickets: u32,
        approved: usize,
        not_approved: usize,
        earnings_as_of: Option<Round>,
        earnings_root: Option<String>,
    },
    /// Requests that were refused in a round, by reason.
    Refused {
        round: Round,
        counts: BTreeMap<&'static str, u64>,
    },
}

#[derive(Serialize)]
struct Line<'e> {
    at_ms: u64,
    #[serde(flatten)]
    event: &'e Event,
}

#[derive(Default)]
struct Inner {
    folder: PathBuf,
    /// `None` when it can't be written: the service goes on without, and says so once.
    file: Option<(File, u64)>,
    refused: BTreeMap<&'static str, u64>,
}

/// The audit log of one verifier.
pub(crate) struct Audit(Mutex<Inner>);

impl Audit {
    /// Opens the log in `folder`; what is there is kept.
    pub(crate) fn open(folder: &Path) -> Self {
        let mut inner = Inner {
            folder: folder.to_path_buf(),
            ..Inner::default()
        };
        inner.open();
        Self(Mutex::new(inner))
    }

    pub(crate) fn started(&self, at_ms: u64) {
        let version = env!("CARGO_PKG_VERSION");
        self.write(at_ms, &Event::Started { version });
    }

    pub(crate) fn secret_held(&self, at_ms: u64, epoch: u32, from_round: Round) {
        self.write(at_ms, &Event::SecretHeld { epoch, from_round });
    }

    pub(crate) fn verdict(&self, at_ms: u64, round: Round, issuer: AccountId, verdict: &Verdict) {
        let (verdict, leaf, reason) = match verdict {
            Verdict::Approve => ("approve", None, None),
            Verdict::Reject { reason, leaf } => ("reject", Some(*leaf), Some(reason.reason())),
            Verdict::Absent => ("absent", None, None),
        };
        let event = Event::Verdict {
            round,
            issuer,
            verdict,
            leaf,
            reason,
        };
        self.write(at_ms, &event);
    }

    pub(crate) fn fault_found(&self, at_ms: u64, proof: &FaultProof) {
        let event = Event::FaultFound {
            round: proof.round,
            issuer: proof.issuer,
            leaf: proof.leaf.index,
            reason: proof.evidence.kind().reason(),
        };
        self.write(at_ms, &event);
    }

    pub(crate) fn reported(&self, at_ms: u64, report: &Report) {
        let verdicts = report.verdicts.iter();
        let approved = verdicts.filter(|on| on.verdict == Verdict::Approve).count();
        let hex = |hash: Hash32| const_hex::encode(hash);
        let event = Event::Reported {
            round: report.round,
            root: hex(report.header.root),
            views: report.header.count,
            playtime_ms: report.header.playtime_ms,
            tickets: report.header.tickets.count,
            approved,
            not_approved: report.verdicts.len().saturating_sub(approved),
            earnings_as_of: report.earnings.map(|earnings| earnings.as_of),
            earnings_root: report.earnings.map(|earnings| hex(earnings.root)),
        };
        self.write(at_ms, &event);
    }

    /// Counts a refusal; the counts are written when the round is over.
    pub(crate) fn refused(&self, refusal: Refusal) {
        let mut inner = self.lock();
        let count = inner.refused.entry(refusal.name()).or_default();
        *count = count.saturating_add(1);
    }

    /// The round before `round` is over.
    pub(crate) fn turned(&self, at_ms: u64, round: Round) {
        let counts = std::mem::take(&mut self.lock().refused);
        if !counts.is_empty() {
            let round = round.saturating_sub(1);
            self.write(at_ms, &Event::Refused { round, counts });
        }
    }

    fn write(&self, at_ms: u64, event: &Event) {
        let Ok(mut line) = serde_json::to_vec(&Line { at_ms, event }) else {
            return;
        };
        line.push(b'\n');
        self.lock().append(&line);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn open(&mut self) {
        let opened = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(self.folder.join(FILE))
            .and_then(|file| Ok((file.metadata()?.len(), file)));
        match opened {
            Ok((bytes, file)) => self.file = Some((file, bytes)),
            Err(error) => self.give_up(&error),
        }
    }

    fn append(&mut self, line: &[u8]) {
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        let full = |(_, bytes): &(File, u64)| bytes.saturating_add(length) > FILE_BYTES;
        if self.file.as_ref().is_some_and(full) {
            self.put_aside();
        }
        let Some((file, bytes)) = &mut self.file else {
            return;
        };
        match file.write_all(line) {
            Ok(()) => *bytes = bytes.saturating_add(length),
            Err(error) => self.give_up(&error),
        }
    }

    /// Each file takes the next number; the oldest goes.
    fn put_aside(&mut self) {
        self.file = None;
        let numbered = |number: u32| self.folder.join(format!("{FILE}.{number}"));
        for number in (1..KEPT).rev() {
            // One that is not there yet is no failure.
            let _ = fs::rename(numbered(number), numbered(number.saturating_add(1)));
        }
        match fs::rename(self.folder.join(FILE), numbered(1)) {
            Ok(()) => self.open(),
            Err(error) => self.give_up(&error),
        }
    }

    fn give_up(&mut self, error: &std::io::Error) {
        self.file = None;
        tracing::warn!(%error, "the audit log can't be written; is the disk full? It goes on at the next start");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(folder: &Path, name: &str) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(folder.join(name)).expect("a log");
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    #[test]
    fn refusals_are_counted_by_round_and_a_log_goes_on_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let audit = Audit::open(folder.path());
        audit.refused(Refusal::TooEarly);
        audit.refused(Refusal::TooEarly);
        audit.refused(Refusal::BadNonce);
        audit.turned(5, 8);
        audit.turned(6, 9);
        drop(audit);
        Audit::open(folder.path()).started(7);
        let lines = lines(folder.path(), FILE);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0]["round"], 7);
        assert_eq!(
            lines[0]["counts"],
            serde_json::json!({ "TooEarly": 2, "BadNonce": 1 })
        );
        assert_eq!(
            (&lines[1]["event"], &lines[1]["at_ms"]),
            (&"started".into(), &7.into())
        );
    }

    #[test]
    fn a_full_log_is_put_aside_and_no_more_than_three_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let audit = Audit::open(folder.path());
        for epoch in 10..=14 {
            audit.lock().file.as_mut().expect("open").1 = FILE_BYTES;
            audit.secret_held(0, epoch, 0);
        }
        assert_eq!(lines(folder.path(), FILE)[0]["epoch"], 14);
        assert_eq!(lines(folder.path(), "audit.log.1")[0]["epoch"], 13);
        assert_eq!(lines(folder.path(), "audit.log.3")[0]["epoch"], 11);
        assert!(!folder.path().join("audit.log.4").exists());
    }
}
