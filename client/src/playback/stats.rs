//! What a playback counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use super::{CellBuffer, PlaybackEvent};

/// Counts of a playback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlaybackStats {
    /// Views that verifiers accepted.
    pub accepted: u32,
    /// Minutes that earn nothing, by rule.
    pub refused: BTreeMap<&'static str, u32>,
    /// Minutes that were accepted.
    pub accepted_cells: Vec<u16>,
    /// Accepted minutes by the enhancement that they showed.
    pub layers: BTreeMap<u32, u32>,
    /// Bytes by receipt and source.
    pub sources: BTreeMap<u32, SourceStats>,
    /// Bytes from storage nodes in all.
    pub p2p_bytes: u64,
    /// What the line carries, in bits per second, by the cells that were fetched last; 0 before the first. Providers send
    /// the first quarter of a minute at full speed, so that is what is measured.
    pub line_bits_per_second: u64,
}

/// Counts of one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceStats {
    /// Bytes by its receipts.
    pub bytes: u64,
    /// Cells of which it sent anything.
    pub cells: u32,
    /// How often it was given up.
    pub dropped: u32,
}

/// Counts as it goes.
#[derive(Default)]
pub(super) struct Counting {
    stats: Mutex<PlaybackStats>,
}

impl Counting {
    fn lock(&self) -> MutexGuard<'_, PlaybackStats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stats(&self) -> PlaybackStats {
        self.lock().clone()
    }

    /// An accepted minute named these enhancements.
    pub(super) fn showed(&self, enhancements: &[u32]) {
        let mut stats = self.lock();
        for id in enhancements {
            let minutes = stats.layers.entry(*id).or_default();
            *minutes = minutes.saturating_add(1);
        }
    }

    /// A cell is complete.
    pub(super) fn delivered(&self, buffer: &CellBuffer) {
        let mut stats = self.lock();
        for receipt in buffer.receipts() {
            let source = stats
                .sources
                .entry(receipt.token.terms.provider)
                .or_default();
            source.bytes = source.bytes.saturating_add(receipt.bytes);
            source.cells = source.cells.saturating_add(1);
            stats.p2p_bytes = stats.p2p_bytes.saturating_add(receipt.bytes);
        }
    }

    /// `bytes` came in `took`, at full speed. What came last counts most.
    pub(super) fn fetched(&self, bytes: u64, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        let rate = bytes.saturating_mul(8_000_000) / micros;
        let mut stats = self.lock();
        let before = stats.line_bits_per_second;
        stats.line_bits_per_second = if before == 0 {
            rate
        } else {
            before.saturating_add(rate.saturating_mul(2)) / 3
        };
    }

    pub(super) fn count(&self, event: &PlaybackEvent) {
        let mut stats = self.lock();
        match event {
            PlaybackEvent::ViewAccepted { cell } => {
                stats.accepted = stats.accepted.saturating_add(1);
                stats.accepted_cells.push(*cell);
            }
            PlaybackEvent::ViewRefused { reason, .. } => {
                let count = stats.refused.entry(reason).or_default();
                *count = count.saturating_add(1);
            }
            PlaybackEvent::SourceDropped { provider, .. } => {
                let source = stats.sources.entry(*provider).or_default();
                source.dropped = source.dropped.saturating_add(1);
            }
            PlaybackEvent::MiningStarted { .. }
            | PlaybackEvent::WaitingForVerifier { .. }
            | PlaybackEvent::Trouble { .. } => {}
        }
    }
}
