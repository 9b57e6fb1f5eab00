//! Where the player is, and which cells' keys are due there.

use chainflix_primitives::window::CELL_MS;

use super::keys::NEXT_KEY_MS;
use crate::mining::playhead::{PlayState, Snapshot};

/// Where the player is, or wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The minute that plays, or that was last read from elsewhere.
    pub(super) cell: u16,
    /// The rendition that was last read.
    pub(super) rendition: u8,
    /// Position that the player last reported, in ms; `None` before it has begun.
    pub(super) position_ms: Option<u64>,
    /// The minute into which the player jumps, until it is there.
    sought: Option<u16>,
    /// Whether the playback was closed: whoever waits goes home.
    pub(super) closed: bool,
}

impl Place {
    /// At the beginning, which shows in `rendition`.
    pub(super) fn beginning(rendition: u8) -> Self {
        Self {
            cell: 0,
            rendition,
            position_ms: None,
            sought: None,
            closed: false,
        }
    }

    /// The same place in another rendition.
    pub(super) fn in_rendition(self, rendition: u8) -> Self {
        Self { rendition, ..self }
    }

    /// Takes in what the player says from within `cell`.
    pub(super) fn reported(&mut self, snapshot: &Snapshot, cell: u16) {
        if snapshot.state == PlayState::Seeking {
            // Not a place to stay at: whoever looks for a scene jumps through many.
            self.sought = Some(cell);
            return;
        }
        self.sought = None;
        self.cell = cell;
        self.position_ms = Some(snapshot.position_ms);
    }

    /// Whether the key of `cell` may be asked for: not of what comes next before the last seconds, unless the player jumps
    /// there. Nothing plays any more when it is closed.
    pub(super) fn is_due(&self, cell: u16) -> bool {
        if self.closed || self.sought == Some(cell) || !self.comes_next(cell) {
            return true;
        }
        self.position_ms
            .is_none_or(|at| at.saturating_add(NEXT_KEY_MS) >= start_of(cell))
    }

    /// Whether `cell` plays, or comes next and its key is due.
    pub(super) fn is_near(&self, cell: u16) -> bool {
        let begun = self.position_ms.is_some();
        let is_next = self.comes_next(cell) && begun && self.is_due(cell);
        self.closed || self.cell == cell || self.sought == Some(cell) || is_next
    }

    /// Whether nothing but `cell` is left to show, or only the last `border_ms` before it.
    pub(super) fn is_at_border(&self, cell: u16, border_ms: u64) -> bool {
        let at = self.position_ms;
        self.sought == Some(cell)
            || at.is_some_and(|at| at.saturating_add(border_ms) >= start_of(cell))
    }

    fn comes_next(&self, cell: u16) -> bool {
        self.cell.checked_add(1) == Some(cell)
    }
}

fn start_of(cell: u16) -> u64 {
    u64::from(cell).saturating_mul(u64::from(CELL_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position_ms: u64) -> Place {
        let mut place = Place::beginning(0);
        let cell = u16::try_from(position_ms / u64::from(CELL_MS)).expect("small");
        place.reported(&Snapshot::new(position_ms, PlayState::Playing, 1_000), cell);
        place
    }

    #[test]
    fn the_next_minutes_key_is_due_in_the_last_seconds_and_others_at_once() {
        let early = at(4_000);
        assert!(!early.is_due(1));
        assert!(!early.is_near(1));
        assert!(early.is_due(0) && early.is_due(2), "a jump is not put off");
        let late = at(u64::from(CELL_MS) - NEXT_KEY_MS);
        assert!(late.is_due(1) && late.is_near(1));
        assert!(!late.is_near(2));
    }

    #[test]
    fn a_jump_from_early_in_a_minute_into_the_next_one_is_not_kept_waiting() {
        for state in [PlayState::Playing, PlayState::Paused] {
            let mut place = at(4_000);
            place.reported(&Snapshot::new(4_000, state, 1_000), 0);
            place.reported(&Snapshot::new(60_000, PlayState::Seeking, 1_000), 1);
            assert!(place.is_due(1) && place.is_near(1));
            assert!(place.is_at_border(1, 3_000), "nothing else is left to show");
            // It is still where it was, should the viewer jump on.
            assert_eq!((place.cell, place.position_ms), (0, Some(4_000)));
            place.reported(&Snapshot::new(5_000, PlayState::Playing, 1_000), 0);
            assert!(!place.is_due(1), "the viewer came back");
        }
    }

    #[test]
    fn nobody_waits_before_the_player_has_begun_or_once_it_is_closed() {
        let mut place = Place::beginning(0);
        assert!(place.is_due(1));
        assert!(!place.is_near(1), "what is shown is not known yet");
        place = at(4_000);
        place.closed = true;
        assert!(place.is_due(1) && place.is_near(1));
    }

    #[test]
    fn the_border_is_where_little_is_left() {
        assert!(!at(56_999).is_at_border(1, 3_000));
        assert!(at(57_000).is_at_border(1, 3_000));
        assert!(!Place::beginning(0).is_at_border(1, 3_000));
    }
}
