//! Which enhancements a minute showed: those that were on from its start to its end, and of which the player took the
//! minute. Views name them, and their owners take part in what the view is worth.

use std::collections::{BTreeMap, BTreeSet};

use chainflix_primitives::view::MAX_ENHANCEMENTS;

use super::playhead::CellEvent;

/// What is on, and what was in which minute.
#[derive(Clone, Debug, Default)]
pub struct ShownLayers {
    on: BTreeSet<u32>,
    /// The minute that plays from its start.
    playing: Option<u16>,
    /// What has been on since the start of each minute, up to its end.
    minutes: BTreeMap<u16, BTreeSet<u32>>,
    /// Minutes of enhancements that the player took.
    taken: BTreeSet<(u16, u32)>,
}

impl ShownLayers {
    /// These are on from now on. What is more than a view can name is not.
    pub fn turn(&mut self, on: impl IntoIterator<Item = u32>) {
        let most = usize::try_from(MAX_ENHANCEMENTS).unwrap_or(usize::MAX);
        self.on = on.into_iter().take(most).collect();
        let playing = self.playing.and_then(|cell| self.minutes.get_mut(&cell));
        if let Some(shown) = playing {
            shown.retain(|id| self.on.contains(id));
        }
    }

    /// The player took a minute of an enhancement.
    pub fn took(&mut self, enhancement: u32, cell: u16) {
        self.taken.insert((cell, enhancement));
    }

    /// Takes in what the playhead saw.
    pub fn played(&mut self, event: &CellEvent) {
        match *event {
            CellEvent::Entered { cell } => {
                self.minutes.insert(cell, self.on.clone());
                self.playing = Some(cell);
            }
            CellEvent::Shown { cell } | CellEvent::Broken { cell, .. } => {
                if self.playing == Some(cell) {
                    self.playing = None;
                }
            }
        }
    }

    /// What a minute that was shown has shown with it, ascending.
    #[must_use]
    pub fn of(&self, cell: u16) -> Vec<u32> {
        let all = self.minutes.get(&cell).into_iter().flatten().copied();
        all.filter(|id| self.taken.contains(&(cell, *id))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mining::playhead::Break;

    /// Two enhancements of which the player takes the first three minutes.
    fn layers() -> ShownLayers {
        let mut layers = ShownLayers::default();
        for cell in 0..3 {
            layers.took(7, cell);
            layers.took(9, cell);
        }
        layers
    }

    #[test]
    fn what_is_on_from_start_to_end_was_shown_and_what_was_off_in_between_was_not() {
        let mut layers = layers();
        layers.turn([7, 9]);
        layers.played(&CellEvent::Entered { cell: 0 });
        layers.turn([9]);
        layers.turn([7, 9]);
        layers.played(&CellEvent::Shown { cell: 0 });
        layers.played(&CellEvent::Entered { cell: 1 });
        // What happens after a minute changes nothing about it.
        layers.turn([]);
        assert_eq!(layers.of(0), [9]);
        assert_eq!(layers.of(1), [] as [u32; 0]);
    }

    #[test]
    fn what_is_turned_on_inside_a_minute_counts_from_the_next_one_on() {
        let mut layers = layers();
        layers.played(&CellEvent::Entered { cell: 0 });
        layers.turn([7]);
        layers.played(&CellEvent::Shown { cell: 0 });
        layers.played(&CellEvent::Entered { cell: 1 });
        layers.played(&CellEvent::Shown { cell: 1 });
        assert_eq!(layers.of(0), [] as [u32; 0]);
        assert_eq!(layers.of(1), [7]);
    }

    #[test]
    fn a_minute_that_begins_again_is_counted_again() {
        let mut layers = layers();
        layers.turn([7]);
        layers.played(&CellEvent::Entered { cell: 0 });
        layers.turn([]);
        let why = Break::Sought;
        layers.played(&CellEvent::Broken { cell: 0, why });
        layers.turn([7]);
        layers.played(&CellEvent::Entered { cell: 0 });
        layers.played(&CellEvent::Shown { cell: 0 });
        assert_eq!(layers.of(0), [7]);
    }

    #[test]
    fn what_is_on_and_never_came_was_not_shown_and_no_more_are_named_than_a_view_holds() {
        let mut layers = layers();
        layers.turn([1, 2, 7, 8, 9]);
        layers.played(&CellEvent::Entered { cell: 0 });
        layers.played(&CellEvent::Shown { cell: 0 });
        assert_eq!(layers.of(0), [7], "four are on, and of three nothing came");
    }
}
