//! Who serves a cell.

use super::Directory;
use crate::choice::{self, Candidate};
use crate::choice_log::{Decision, Entry};
use crate::protocol::{ApiError, CellRef, ErrorCode, Peer};
use crate::registry::Registration;

/// Of a cell with more holders than this, so many are drawn to choose from.
const MOST_CANDIDATES: usize = 24;

/// The answer to "who serves this cell?".
#[derive(Clone, Debug)]
pub struct SourcesChoice {
    /// When it was made, ms since the Unix epoch.
    pub at_ms: u64,
    /// Indices of those named, best first.
    pub chosen: Vec<u32>,
    /// Those named, best first.
    pub peers: Vec<Peer>,
}

/// What a viewer says of itself when it asks for sources. It only decides between equally loaded nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// Its region, ISO 3166-1 alpha-2.
    pub region: Option<[u8; 2]>,
    /// Whether it is behind an address translation that can't be punched.
    pub symmetric: bool,
}

impl Directory {
    /// Nodes that hold `cell` and are offered.
    pub(super) fn offered_holders<'a>(
        &'a self,
        cell: &CellRef,
        now_ms: u64,
    ) -> impl Iterator<Item = &'a super::Node> {
        self.holders
            .get(cell)
            .into_iter()
            .flatten()
            .filter_map(|provider| self.nodes.get(provider))
            .filter(move |node| node.is_offered(now_ms))
    }

    /// Chooses at most `wanted` nodes to serve `cell` to `viewer`, and leases them.
    ///
    /// # Errors
    /// When the video is not known, may not be watched, or no node that is offered holds the cell.
    pub fn sources(
        &mut self,
        cell: CellRef,
        wanted: usize,
        viewer: &Viewer,
    ) -> Result<SourcesChoice, ApiError> {
        let video = self.videos.get(&cell.video).ok_or_else(unknown_video)?;
        if video.registration == Registration::Inactive {
            return Err(inactive());
        }
        if video
            .known
            .manifest
            .cell(cell.rendition, cell.cell)
            .is_none()
        {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                "The video has no such cell.",
            ));
        }
        let now = self.now_ms();
        let cells = self.cells_beside(&cell).unwrap_or(0);
        self.popularity.chosen(&cell, cells, now);
        let mut candidates = self.candidates(self.decisions, &cell, viewer, now);
        candidates.sort_unstable_by_key(|candidate| candidate.provider);
        if candidates.is_empty() {
            return Err(ApiError::new(
                ErrorCode::NoSource,
                "No storage node that is up holds this cell; try again in a moment.",
            ));
        }
        let number = self.number();
        let chosen = choice::choose(number, &cell, &candidates, wanted);
        let mut peers = Vec::with_capacity(chosen.len());
        for provider in &chosen {
            if let Some(node) = self.nodes.get_mut(provider) {
                node.leased();
                self.unsaved.leased(*provider);
                peers.push(node.peer());
            }
        }
        // Of what nobody is known to watch, requests may be made up, and say nothing of what viewers are named.
        if self.popularity.is_watched(&cell, now) {
            let named = u64::try_from(chosen.len())
                .unwrap_or(1)
                .saturating_mul(1_000);
            self.fleet.named_milli = self
                .fleet
                .named_milli
                .saturating_mul(63)
                .saturating_add(named)
                / 64;
        }
        let at_ms = self.clock.unix_ms();
        self.decided(Entry::Sources(Decision {
            number,
            at_ms,
            cell,
            candidates,
            wanted,
            chosen: chosen.clone(),
        }));
        Ok(SourcesChoice {
            at_ms,
            chosen,
            peers,
        })
    }

    /// Holders of `cell` that are offered; of very many, as many as are looked at, beginning somewhere else each time.
    fn candidates(&self, number: u64, cell: &CellRef, viewer: &Viewer, now: u64) -> Vec<Candidate> {
        let Some(holders) = self.holders.get(cell) else {
            return Vec::new();
        };
        let count = u64::try_from(holders.len()).unwrap_or(1).max(1);
        // An odd multiplier that spreads consecutive numbers over the holders.
        let start = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let start = usize::try_from(start.checked_rem(count).unwrap_or(0)).unwrap_or(0);
        let stream_rate = self.fleet.stream_rate;
        let viewer_rate = stream_rate.saturating_mul(self.fleet.named_milli) / 1_000;
        holders
            .iter()
            .cycle()
            .skip(start)
            .take(holders.len())
            .filter_map(|provider| self.nodes.get(provider))
            .filter(|node| node.is_offered(now))
            .take(MOST_CANDIDATES)
            .map(|node| Candidate {
                provider: node.provider,
                load: node.load(stream_rate),
                path: node.path.for_viewer(viewer.symmetric),
                far: viewer
                    .region
                    .is_some_and(|region| region != node.record.region),
                failures: node.recent_failures(now),
                shares: node.shares,
                spare_milli: Some(node.spare_milli(stream_rate, viewer_rate)),
            })
            .collect()
    }
}

pub(super) fn inactive() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "The video is restricted or withdrawn.")
}

pub(super) fn unknown_video() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This controller does not know the video; check the magnet, or ask another controller.",
    )
}
