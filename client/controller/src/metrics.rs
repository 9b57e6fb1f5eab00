//! Counters and gauges in Prometheus' text format.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is counted since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Requests answered.
    pub requests: AtomicU64,
    /// Requests refused, for whatever reason.
    pub refused: AtomicU64,
    /// Choices of sources.
    pub choices: AtomicU64,
    /// Grants signed.
    pub grants: AtomicU64,
    /// Cells that nodes found damaged.
    pub damaged: AtomicU64,
    /// Commands sent to nodes.
    pub commands: AtomicU64,
    /// Commands that nodes could not carry out.
    pub commands_failed: AtomicU64,
    /// Decisions that could not be logged.
    pub log_errors: AtomicU64,
    /// Times that state could not be kept or shared.
    pub state_errors: AtomicU64,
    /// Verified plays that were read from settled view blocks.
    pub plays: AtomicU64,
    /// Settled view blocks whose plays could not be had.
    pub blocks_unread: AtomicU64,
}

/// What is read at the moment of asking.
#[derive(Clone, Copy, Debug)]
pub struct Gauges {
    /// Nodes that are offered.
    pub nodes: u32,
    /// Videos on record.
    pub videos: u32,
    /// Cells with fewer copies than wanted.
    pub short_cells: u32,
}

impl Counters {
    /// Adds to a counter.
    pub fn add(counter: &AtomicU64, n: usize) {
        counter.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The page that Prometheus reads.
    #[must_use]
    pub fn render(&self, gauges: Gauges) -> String {
        let counters = [
            ("requests", "Requests answered", &self.requests),
            ("refused", "Requests refused", &self.refused),
            ("choices", "Choices of sources", &self.choices),
            ("grants", "Grants signed", &self.grants),
            (
                "damaged_cells",
                "Cells that nodes found damaged",
                &self.damaged,
            ),
            ("commands", "Commands sent to nodes", &self.commands),
            (
                "commands_failed",
                "Commands not carried out",
                &self.commands_failed,
            ),
            (
                "log_errors",
                "Decisions that could not be logged",
                &self.log_errors,
            ),
            (
                "state_errors",
                "Times that state could not be kept or shared",
                &self.state_errors,
            ),
            ("plays", "Verified plays read", &self.plays),
            (
                "blocks_unread",
                "Settled view blocks whose plays could not be had",
                &self.blocks_unread,
            ),
        ];
        let gauges = [
            ("nodes_offered", "Nodes that are offered", gauges.nodes),
            ("videos", "Videos on record", gauges.videos),
            (
                "cells_short",
                "Cells with fewer copies than wanted",
                gauges.short_cells,
            ),
        ];
        let mut page = String::new();
        let mut line = |name: &str, help: &str, kind: &str, value: u64| {
            // Writing to a String never fails.
            let _ = write!(
                page,
                "# HELP chainflix_controller_{name} {help}.\n# TYPE chainflix_controller_{name} {kind}\n\
                 chainflix_controller_{name} {value}\n"
            );
        };
        for (name, help, counter) in counters {
            let value = counter.load(Ordering::Relaxed);
            line(&format!("{name}_total"), help, "counter", value);
        }
        for (name, help, value) in gauges {
            line(name, help, "gauge", u64::from(value));
        }
        page
    }
}
