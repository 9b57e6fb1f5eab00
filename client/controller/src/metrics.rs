//! Counters and gauges in Prometheus' text format.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is counted since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Requests answered.
    pub requests: AtomicU64,
    /// Requests refused, for whatever reason.
    pub refused: AtomicU64,
    /// Choices of sources.
    pub choices: AtomicU64,
    /// How long they took.
    pub choice_times: ChoiceTimes,
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

/// Upper bounds of the times that choices of sources took, in microseconds.
const CHOICE_BOUNDS_US: [u64; 7] = [50, 100, 250, 500, 1_000, 5_000, 25_000];

/// How long choices of sources took, with waiting for the others.
#[derive(Debug, Default)]
pub struct ChoiceTimes {
    /// One for each bound, and one beyond all of them.
    counts: [AtomicU64; CHOICE_BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
}

impl ChoiceTimes {
    /// A choice took so long.
    pub fn took(&self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let place = CHOICE_BOUNDS_US.partition_point(|bound| *bound < us);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    fn render(&self) -> String {
        let name = "chainflix_controller_choice_seconds";
        let mut page =
            format!("# HELP {name} Time that choices of sources took.\n# TYPE {name} histogram\n");
        let mut total = 0u64;
        let bounds = CHOICE_BOUNDS_US.map(|us| (us as f64 / 1e6).to_string());
        let bounds = bounds.iter().map(String::as_str).chain(["+Inf"]);
        for (bound, count) in bounds.zip(&self.counts) {
            total = total.saturating_add(count.load(Ordering::Relaxed));
            // Writing to a String never fails.
            let _ = writeln!(page, "{name}_bucket{{le=\"{bound}\"}} {total}");
        }
        let sum = self.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = writeln!(page, "{name}_sum {sum}\n{name}_count {total}");
        page
    }
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
    /// Copies on their way.
    pub coming: u32,
    /// Renditions that a crowd watches.
    pub crowds: u32,
    /// Load of all nodes together, and of the busiest, in thousandths of their lines.
    pub loads: [u64; 2],
    /// Free space of all nodes, in thousandths.
    pub free_permille: u64,
    /// Whether this controller is the one that orders copies.
    pub leads: bool,
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
        let ([load, highest], free_permille) = (gauges.loads, gauges.free_permille);
        let gauges = [
            ("copies_coming", "Copies on their way", gauges.coming),
            ("crowds", "Renditions that a crowd watches", gauges.crowds),
            (
                "leads",
                "Whether this controller orders copies",
                gauges.leads.into(),
            ),
            ("nodes_offered", "Nodes that are offered", gauges.nodes),
            ("videos", "Videos on record", gauges.videos),
            (
                "cells_short",
                "Cells with fewer copies than wanted",
                gauges.short_cells,
            ),
        ];
        let shares = [
            (
                "load_ratio",
                "Load of all nodes together, of their lines",
                load,
            ),
            (
                "highest_load_ratio",
                "Load of the busiest node, of its line",
                highest,
            ),
            ("free_space_ratio", "Free space of all nodes", free_permille),
        ];
        let mut page = self.choice_times.render();
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
        for (name, help, permille) in shares {
            let value = permille as f64 / 1_000.0;
            let _ = write!(
                page,
                "# HELP chainflix_controller_{name} {help}.\n# TYPE chainflix_controller_{name} gauge\n\
                 chainflix_controller_{name} {value}\n"
            );
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_load_space_copies_crowds_leadership_and_how_long_choices_take() {
        let counters = Counters::default();
        for us in [50, 51, 400, 2_000_000] {
            counters.choice_times.took(Duration::from_micros(us));
        }
        let page = counters.render(Gauges {
            nodes: 7,
            videos: 5,
            short_cells: 3,
            coming: 2,
            crowds: 1,
            loads: [250, 900],
            free_permille: 500,
            leads: true,
        });
        for line in [
            "nodes_offered 7",
            "copies_coming 2",
            "crowds 1",
            "load_ratio 0.25",
            "highest_load_ratio 0.9",
            "free_space_ratio 0.5",
            "leads 1",
            "choice_seconds_bucket{le=\"0.00005\"} 1",
            "choice_seconds_bucket{le=\"0.0001\"} 2",
            "choice_seconds_bucket{le=\"0.0005\"} 3",
            "choice_seconds_bucket{le=\"0.025\"} 3",
            "choice_seconds_bucket{le=\"+Inf\"} 4",
            "choice_seconds_sum 2.000501",
            "choice_seconds_count 4",
        ] {
            let line = format!("\nchainflix_controller_{line}\n");
            assert!(page.contains(&line), "{line} is not in {page}");
        }
    }
}
