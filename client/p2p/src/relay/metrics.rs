//! Counters and gauges of a relay.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is counted since the start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) bytes: AtomicU64,
    pub(super) passes_taken: AtomicU64,
    pub(super) passes_refused: AtomicU64,
    pub(super) reservations: AtomicU64,
    pub(super) reservations_refused: AtomicU64,
    pub(super) reservations_ended: AtomicU64,
    pub(super) circuits: AtomicU64,
    pub(super) circuits_refused: AtomicU64,
    pub(super) circuits_ended: AtomicU64,
    pub(super) cut_off: AtomicU64,
}

/// Adds one.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn figures(&self) -> RelayFigures {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RelayFigures {
            bytes: of(&self.bytes),
            passes_taken: of(&self.passes_taken),
            passes_refused: of(&self.passes_refused),
            reservations: of(&self.reservations),
            reservations_refused: of(&self.reservations_refused),
            reservations_open: of(&self.reservations).saturating_sub(of(&self.reservations_ended)),
            circuits: of(&self.circuits),
            circuits_refused: of(&self.circuits_refused),
            circuits_open: of(&self.circuits).saturating_sub(of(&self.circuits_ended)),
            cut_off: of(&self.cut_off),
        }
    }
}

/// What a relay has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelayFigures {
    /// Bytes that went to peers. A byte that was carried counts once.
    pub bytes: u64,
    /// Passes that were good.
    pub passes_taken: u64,
    /// Passes that were not.
    pub passes_refused: u64,
    /// Reservations granted, renewals not counted.
    pub reservations: u64,
    /// Reservations refused, mostly for want of a pass.
    pub reservations_refused: u64,
    /// Reservations that last.
    pub reservations_open: u64,
    /// Circuits begun.
    pub circuits: u64,
    /// Circuits refused.
    pub circuits_refused: u64,
    /// Circuits that last.
    pub circuits_open: u64,
    /// Streams ended because the bytes of a pass were used up.
    pub cut_off: u64,
}

impl RelayFigures {
    /// The page that Prometheus reads.
    #[must_use]
    pub fn render(&self) -> String {
        let counters = [
            ("bytes", "Bytes that went to peers", self.bytes),
            ("passes_taken", "Passes that were good", self.passes_taken),
            (
                "passes_refused",
                "Passes that were not",
                self.passes_refused,
            ),
            ("reservations", "Reservations granted", self.reservations),
            (
                "reservations_refused",
                "Reservations refused",
                self.reservations_refused,
            ),
            ("circuits", "Circuits begun", self.circuits),
            (
                "circuits_refused",
                "Circuits refused",
                self.circuits_refused,
            ),
            (
                "cut_off",
                "Streams ended because a pass was used up",
                self.cut_off,
            ),
        ];
        let gauges = [
            (
                "reservations_open",
                "Reservations that last",
                self.reservations_open,
            ),
            ("circuits_open", "Circuits that last", self.circuits_open),
        ];
        let mut page = String::new();
        let mut line = |name: &str, help: &str, kind: &str, value: u64| {
            // Writing to a String never fails.
            let _ = write!(
                page,
                "# HELP chainflix_relay_{name} {help}.\n# TYPE chainflix_relay_{name} {kind}\n\
                 chainflix_relay_{name} {value}\n"
            );
        };
        for (name, help, value) in counters {
            line(&format!("{name}_total"), help, "counter", value);
        }
        for (name, help, value) in gauges {
            line(name, help, "gauge", value);
        }
        page
    }
}
