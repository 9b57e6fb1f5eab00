//! What the panel shows: minutes, sources, earnings.

use std::collections::BTreeMap;

use chainflix_client::earnings::EarningsSummary;
use chainflix_client::playback::{LayerInfo, PlaybackEvent, PlaybackStats};
use chainflix_client::units::format_cfx;
use chainflix_primitives::Magnet;
use chainflix_primitives::api::{ViewFate, ViewStatus};
use chainflix_primitives::reason;
use serde::Serialize;

use crate::ads::AdView;

/// One minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CellView {
    cell: usize,
    state: CellState,
    /// One sentence, when there is something to say.
    words: Option<String>,
    /// What the viewer gets for it, in CFX.
    earned: Option<String>,
}

/// Where a minute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CellState {
    /// Not played yet.
    Open,
    /// It is being mined.
    Mining,
    /// A verifier accepted it.
    Proved,
    /// It earns nothing.
    Refused,
    /// Its round is settled.
    Settled,
    /// It was in no approved block, or weighs nothing.
    Lost,
}

impl CellState {
    /// Whether nothing more happens to a minute unless it is played again.
    fn is_over(self) -> bool {
        matches!(self, Self::Refused | Self::Settled | Self::Lost)
    }
}

/// Everything that changes while a video plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Panel {
    pub(crate) cells: Vec<CellView>,
    pub(crate) stats: PlaybackStats,
    /// Why nothing earns at the moment although all is as it should be, in one sentence.
    pub(crate) not_earning: Option<&'static str>,
    /// `None` until verifiers and chain could be asked.
    pub(crate) earnings: Option<EarningsView>,
    /// What of layer 2 can be shown with the video.
    pub(crate) layers: Vec<LayerView>,
    /// What of layer 3 was shown in it.
    pub(crate) ads: Vec<AdView>,
}

/// Something of layer 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LayerView {
    #[serde(flatten)]
    pub(crate) info: LayerInfo,
    pub(crate) title: String,
    /// Whether the player shows it.
    pub(crate) on: bool,
    /// Accepted minutes that it was shown with.
    pub(crate) minutes: u32,
}

/// What an account has earned, in CFX.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct EarningsView {
    /// In its lifetime, by the last settled rounds.
    lifetime: String,
    /// Of it not yet under a root that can be claimed from.
    pending: String,
    /// Of it claimable.
    claimable: String,
    /// Of it claimed.
    claimed: String,
}

impl From<EarningsSummary> for EarningsView {
    fn from(summary: EarningsSummary) -> Self {
        Self {
            lifetime: format_cfx(summary.lifetime),
            pending: format_cfx(summary.pending),
            claimable: format_cfx(summary.claimable),
            claimed: format_cfx(summary.claimed),
        }
    }
}

impl CellView {
    pub(crate) fn of(cells: usize) -> Vec<Self> {
        (0..cells)
            .map(|cell| Self {
                cell,
                state: CellState::Open,
                words: None,
                earned: None,
            })
            .collect()
    }

    /// Takes in what the playback tells.
    pub(crate) fn note(cells: &mut [Self], event: &PlaybackEvent) {
        let (cell, state, words) = match event {
            PlaybackEvent::MiningStarted { cell } => (cell, CellState::Mining, None),
            PlaybackEvent::ViewAccepted { cell } => (cell, CellState::Proved, None),
            PlaybackEvent::ViewRefused { cell, words, .. } => {
                (cell, CellState::Refused, Some((*words).to_owned()))
            }
            PlaybackEvent::WaitingForVerifier { cell } => {
                let words = "No verifier can be reached; trying again while the minute plays.";
                (cell, CellState::Open, Some(words.to_owned()))
            }
            PlaybackEvent::Trouble { cell, why } => {
                let waits = cells
                    .get_mut(usize::from(*cell))
                    .filter(|view| !view.state.is_over());
                if let Some(view) = waits {
                    view.words = Some(why.clone());
                }
                return;
            }
            PlaybackEvent::SourceDropped { .. } => return,
        };
        if let Some(view) = cells.get_mut(usize::from(*cell)) {
            // What a verifier has accepted stays accepted when the minute is played again.
            let accepted = matches!(view.state, CellState::Proved | CellState::Settled);
            if !(accepted && state == CellState::Refused) {
                view.state = state;
                view.words = words;
            }
        }
    }

    /// Takes in what became of views; the first of a minute in `views` is the latest.
    pub(crate) fn settle(cells: &mut [Self], magnet: Magnet, views: &[ViewStatus]) {
        let mut latest = BTreeMap::new();
        for view in views.iter().filter(|view| view.video == magnet) {
            latest.entry(view.minute).or_insert(&view.fate);
        }
        for (minute, fate) in latest {
            // What is being mined now says nothing yet; an earlier view of it may be settled long since.
            let known = |view: &&mut Self| view.state != CellState::Mining;
            let Some(view) = cells.get_mut(usize::from(minute)).filter(known) else {
                continue;
            };
            match fate {
                ViewFate::Pending => {}
                ViewFate::Settled { viewer_part, .. } => {
                    view.state = CellState::Settled;
                    view.words = None;
                    view.earned = Some(format_cfx(*viewer_part));
                }
                lost => {
                    view.state = CellState::Lost;
                    view.words = reason::of_fate(lost).map(|reason| reason.words.to_owned());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(minute: u16, fate: ViewFate) -> ViewStatus {
        ViewStatus {
            view: [0; 32],
            video: Magnet([1; 32]),
            minute,
            round: 3,
            fate,
        }
    }

    #[test]
    fn a_minute_goes_from_mining_to_proved_to_settled_with_its_amount() {
        let mut cells = CellView::of(2);
        CellView::note(&mut cells, &PlaybackEvent::MiningStarted { cell: 1 });
        assert_eq!(cells[1].state, CellState::Mining);
        CellView::note(&mut cells, &PlaybackEvent::ViewAccepted { cell: 1 });
        let reason = "AlreadyEarned";
        let again = PlaybackEvent::ViewRefused {
            cell: 1,
            reason,
            words: "again",
        };
        CellView::note(&mut cells, &again);
        assert_eq!(cells[1].state, CellState::Proved);
        let settled = ViewFate::Settled {
            value: 22_500_000_000_000,
            viewer_part: 6_750_000_000_000,
        };
        let other = ViewStatus {
            video: Magnet([2; 32]),
            ..view(0, ViewFate::Expired)
        };
        CellView::settle(
            &mut cells,
            Magnet([1; 32]),
            &[other, view(1, settled), view(7, ViewFate::Pending)],
        );
        assert_eq!(cells[1].state, CellState::Settled);
        assert_eq!(cells[1].earned.as_deref(), Some("6.75"));
        assert_eq!(cells[0].state, CellState::Open);
    }

    #[test]
    fn a_refusal_is_shown_in_words() {
        let mut cells = CellView::of(1);
        let event = PlaybackEvent::ViewRefused {
            cell: 0,
            reason: "NotPlayedThrough",
            words: "The minute was paused.",
        };
        CellView::note(&mut cells, &event);
        assert_eq!(cells[0].state, CellState::Refused);
        assert_eq!(cells[0].words.as_deref(), Some("The minute was paused."));
    }

    #[test]
    fn what_does_not_work_at_the_moment_is_told_beside_the_minute_that_waits_for_it() {
        let trouble = |cell| PlaybackEvent::Trouble {
            cell,
            why: "no storage node has it".to_owned(),
        };
        let mut cells = CellView::of(2);
        CellView::note(&mut cells, &trouble(1));
        CellView::note(&mut cells, &trouble(9));
        assert_eq!(cells[1].state, CellState::Open);
        assert_eq!(cells[1].words.as_deref(), Some("no storage node has it"));
        assert_eq!(cells[0].words, None);
        CellView::note(&mut cells, &PlaybackEvent::MiningStarted { cell: 1 });
        assert_eq!(cells[1].words, None);
    }
}
