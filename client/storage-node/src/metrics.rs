//! Counters and gauges in Prometheus' text format.

use std::fmt::Write;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::store::Space;

/// What is counted since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Bytes of cells sent to viewers and other nodes.
    pub bytes_sent: AtomicU64,
    /// Bytes of cells taken in and verified.
    pub bytes_taken_in: AtomicU64,
    /// Groups refused because they no longer verified on this node's disk.
    pub groups_refused: AtomicU64,
    /// Runs refused because what was handed in did not verify.
    pub runs_refused: AtomicU64,
    /// Delivery tokens refused.
    pub tokens_refused: AtomicU64,
    /// Receipts that viewers countersigned.
    pub receipts: AtomicU64,
    /// Commands carried out.
    pub commands_done: AtomicU64,
    /// Commands that could not be carried out.
    pub commands_failed: AtomicU64,
    /// Streams that are being sent on now.
    pub streams: AtomicU32,
}

impl Counters {
    /// Adds to a counter.
    pub fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// The page that Prometheus reads.
    #[must_use]
    pub fn render(&self, space: Space, cells: u32) -> String {
        let counters = [
            ("bytes_sent", "Bytes of cells sent", &self.bytes_sent),
            (
                "bytes_taken_in",
                "Bytes of cells taken in and verified",
                &self.bytes_taken_in,
            ),
            (
                "groups_refused",
                "Groups that no longer verified on disk",
                &self.groups_refused,
            ),
            (
                "runs_refused",
                "Runs handed in that did not verify",
                &self.runs_refused,
            ),
            (
                "tokens_refused",
                "Delivery tokens refused",
                &self.tokens_refused,
            ),
            ("receipts", "Receipts countersigned", &self.receipts),
            ("commands_done", "Commands carried out", &self.commands_done),
            (
                "commands_failed",
                "Commands not carried out",
                &self.commands_failed,
            ),
        ];
        let streams = u64::from(self.streams.load(Ordering::Relaxed));
        let gauges = [
            ("streams", "Streams that are being sent on", streams),
            ("cells", "Cells held", u64::from(cells)),
            ("quota_bytes", "Space for cells", space.quota),
            ("used_bytes", "Space used", space.used),
            ("free_bytes", "Space left", space.free),
        ];
        let mut page = String::new();
        let mut line = |name: &str, help: &str, kind: &str, value: u64| {
            // Writing to a String never fails.
            let _ = write!(
                page,
                "# HELP chainflix_storage_{name} {help}.\n# TYPE chainflix_storage_{name} {kind}\n\
                 chainflix_storage_{name} {value}\n"
            );
        };
        for (name, help, counter) in counters {
            let value = counter.load(Ordering::Relaxed);
            line(&format!("{name}_total"), help, "counter", value);
        }
        for (name, help, value) in gauges {
            line(name, help, "gauge", value);
        }
        page
    }
}
