//! What the page says of its video element.

use std::collections::BTreeSet;

use chainflix_client::mining::playhead::{PlayState, Snapshot};
use serde::Deserialize;

/// A report of the page's video element.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(super) position_ms: u64,
    state: ReportedState,
    /// Speed, 1 for normal.
    rate: f64,
    /// The page's own clock when it was made.
    #[serde(default)]
    clock_ms: Option<u64>,
    /// From where it played up to there without a pause or a jump.
    #[serde(default)]
    began_ms: Option<u64>,
    /// Ids of what is on of layer 2.
    #[serde(default)]
    pub(super) layers: BTreeSet<u32>,
    /// Before which minute, when the element shows an advertisement and not the video.
    #[serde(default)]
    pub(super) ad: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReportedState {
    Playing,
    Stalled,
    Paused,
    Seeking,
    Ended,
    Hidden,
}

impl Report {
    /// Whether somebody watches, or waits for what comes next.
    pub(super) fn is_watched(&self) -> bool {
        let rests = [ReportedState::Paused, ReportedState::Ended];
        !rests.contains(&self.state)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let rate = (self.rate * 1_000.0).round().clamp(0.0, 16_000.0);
        let state = match self.state {
            ReportedState::Playing => PlayState::Playing,
            ReportedState::Stalled => PlayState::Stalled,
            ReportedState::Paused => PlayState::Paused,
            ReportedState::Seeking => PlayState::Seeking,
            ReportedState::Ended => PlayState::Ended,
            ReportedState::Hidden => PlayState::Hidden,
        };
        Snapshot {
            clock_ms: self.clock_ms,
            began_ms: self.began_ms,
            // Clamped to a range that fits, and not a number becomes 0.
            ..Snapshot::new(self.position_ms, state, rate as u32)
        }
    }
}
