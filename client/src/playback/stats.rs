//! What a playback counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chainflix_p2p::download::DownloadStats;
use serde::Serialize;

use super::{CellBuffer, PlaybackEvent};
use crate::mining::playhead::PlayState;

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
    /// Of them through a relay.
    pub relayed_bytes: u64,
    /// Groups that were not what was published; each cost its source the rest of the hour.
    pub bad_groups: u32,
    /// What whoever watches saw of it, by the player's reports.
    pub screen: ScreenStats,
    /// What the line carries, in bits per second, by the cells that were fetched last; 0 before the first. Providers send
    /// the first quarter of a minute at full speed, so that is what is measured.
    pub line_bits_per_second: u64,
}

/// Counts of one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceStats {
    /// Bytes by its receipts.
    pub bytes: u64,
    /// Bytes that came through a relay.
    pub relayed: u64,
    /// Groups that were not what was published.
    pub bad_groups: u32,
    /// Cells of which it sent anything.
    pub cells: u32,
    /// How often it was given up.
    pub dropped: u32,
}

/// Waiting, as a viewer sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScreenStats {
    /// From the call that opened the video to the first report that it plays, in ms; `None` before that.
    pub first_frame_ms: Option<u64>,
    /// How often playing stopped because what comes next was not there. Waiting after a jump is none.
    pub stalls: u32,
    /// How long it stood in all, in ms.
    pub stalled_ms: u64,
}

/// Counts as it goes.
pub(super) struct Counting {
    opened: Instant,
    stats: Mutex<PlaybackStats>,
    screen: Mutex<Screen>,
}

/// What the player said last.
#[derive(Default)]
struct Screen {
    last: Option<PlayState>,
    /// Until when the present stall is counted.
    stalled: Option<Instant>,
}

impl Counting {
    /// Of a video that was opened at `opened`.
    pub(super) fn since(opened: Instant) -> Self {
        Self {
            opened,
            stats: Mutex::default(),
            screen: Mutex::default(),
        }
    }

    /// The player says that it is in this state.
    pub(super) fn reported(&self, state: PlayState, now: Instant) {
        let mut screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stats = self.lock();
        let shown = &mut stats.screen;
        if let Some(since) = screen.stalled {
            let more = milliseconds(now.saturating_duration_since(since));
            shown.stalled_ms = shown.stalled_ms.saturating_add(more);
        }
        let begins = state == PlayState::Stalled && screen.last == Some(PlayState::Playing);
        if begins {
            shown.stalls = shown.stalls.saturating_add(1);
        }
        let goes_on = state == PlayState::Stalled && screen.stalled.is_some();
        screen.stalled = (begins || goes_on).then_some(now);
        screen.last = Some(state);
        if state == PlayState::Playing {
            let after = || milliseconds(now.saturating_duration_since(self.opened));
            shown.first_frame_ms.get_or_insert_with(after);
        }
    }

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
    pub(super) fn delivered(&self, buffer: &CellBuffer, download: &DownloadStats) {
        let mut stats = self.lock();
        for one in &download.sources {
            if one.relayed == 0 && one.bad_groups == 0 {
                continue;
            }
            let source = stats.sources.entry(one.provider).or_default();
            source.relayed = source.relayed.saturating_add(one.relayed);
            source.bad_groups = source.bad_groups.saturating_add(one.bad_groups);
            stats.relayed_bytes = stats.relayed_bytes.saturating_add(one.relayed);
            stats.bad_groups = stats.bad_groups.saturating_add(one.bad_groups);
        }
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

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use chainflix_p2p::download::SourceStats as Fetched;
    use chainflix_primitives::manifest::CellEntry;

    use super::*;

    #[test]
    fn stalls_are_counted_with_their_time_and_waiting_for_the_first_picture_or_after_a_jump_is_none()
     {
        let opened = Instant::now();
        let counting = Counting::since(opened);
        let at = |ms, state| counting.reported(state, opened + Duration::from_millis(ms));
        at(100, PlayState::Stalled);
        assert_eq!(counting.stats().screen, ScreenStats::default());
        at(250, PlayState::Playing);
        at(500, PlayState::Playing);
        at(1_000, PlayState::Stalled);
        at(1_500, PlayState::Stalled);
        // It is told while it lasts.
        assert_eq!(counting.stats().screen.stalled_ms, 500);
        at(1_700, PlayState::Playing);
        at(2_000, PlayState::Seeking);
        at(2_100, PlayState::Stalled);
        at(9_000, PlayState::Playing);
        at(9_500, PlayState::Paused);
        at(99_000, PlayState::Ended);
        let screen = ScreenStats {
            first_frame_ms: Some(250),
            stalls: 1,
            stalled_ms: 700,
        };
        assert_eq!(counting.stats().screen, screen);
    }

    #[test]
    fn what_came_through_a_relay_and_what_was_not_the_published_is_told_of_each_source() {
        let fetched = |provider, relayed, bad_groups| Fetched {
            provider,
            bytes: 9_000,
            relayed,
            path: None,
            bad_groups,
            receipted: 9_000,
            opened_after: None,
            failures: bad_groups,
            end: None,
        };
        let download = DownloadStats {
            groups: 2,
            verified: 2,
            sources: vec![fetched(3, 4_000, 0), fetched(5, 0, 1), fetched(7, 0, 0)],
        };
        let buffer = CellBuffer::new(CellEntry {
            rendition: 0,
            index: 0,
            playtime_ms: 60_000,
            bytes: 20_000,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        });
        let counting = Counting::since(Instant::now());
        counting.delivered(&buffer, &download);
        counting.delivered(&buffer, &download);
        let stats = counting.stats();
        assert_eq!((stats.relayed_bytes, stats.bad_groups), (8_000, 2));
        assert_eq!(stats.sources[&3].relayed, 8_000);
        assert_eq!(stats.sources[&5].bad_groups, 2);
        assert!(!stats.sources.contains_key(&7), "by its receipts alone");
    }
}
