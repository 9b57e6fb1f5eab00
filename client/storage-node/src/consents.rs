//! Which copies may be given up when several controllers count on the node: those that all of them can do without.
//!
//! Controllers that share no database know nothing of each other's decisions. If each had one of five copies given up at
//! another node, three would be left of which each believes that there are four; and what one can do without may be the
//! copy that another has just ordered. So a node gives a surplus copy up only when every controller that counts on it has
//! said so lately. A word lapses before its controller may give up another copy of the same cell, and by then that one has
//! heard what became of the first: however many there are, each sees a copy go before it agrees to the next.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chainflix_controller::protocol::{CellRef, INDEXED_MS, SURPLUS_PAUSE_MS};

/// A controller's word is good for so long. The rest of the pause is for it to hear that the copy went.
const GOOD_FOR: Duration = Duration::from_millis(SURPLUS_PAUSE_MS / 4 * 3);
/// A controller counts on the node for so long after the link to it has ended.
const COUNTS: Duration = Duration::from_millis(INDEXED_MS);

type Key = [u8; 32];

/// Who counts on the node, and which copies each can do without.
#[derive(Clone, Debug, Default)]
pub(crate) struct Consents {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Links to controllers by their key, and when the last of them ended. Those that share a database share a key too.
    links: BTreeMap<Key, (usize, Option<Instant>)>,
    /// Who can do without which copy, and since when. Only cells that the node holds stand here.
    words: HashMap<CellRef, Vec<(Key, Instant)>>,
}

/// A controller is linked until this is dropped.
pub(crate) struct Linked {
    consents: Consents,
    key: Key,
}

impl Drop for Linked {
    fn drop(&mut self) {
        self.consents.parts(&self.key, Instant::now());
    }
}

impl Consents {
    /// The controller of `key` counts on the node from now on.
    pub(crate) fn linked(&self, key: Key) -> Linked {
        let mut state = self.state();
        let (links, _) = state.links.entry(key).or_default();
        *links = links.saturating_add(1);
        drop(state);
        Linked {
            consents: self.clone(),
            key,
        }
    }

    /// The controller of `key` can do without these of the cells that the node `holds`. Those of them without which all
    /// others can do as well.
    pub(crate) fn agree(
        &self,
        key: Key,
        cells: Vec<CellRef>,
        holds: impl Fn(&CellRef) -> bool,
        now: Instant,
    ) -> Vec<CellRef> {
        let mut state = self.state();
        let State { links, words } = &mut *state;
        links.retain(|_, (links, ended)| {
            *links > 0 || ended.is_some_and(|ended| now.saturating_duration_since(ended) < COUNTS)
        });
        words.retain(|_, given| {
            given.retain(|(_, at)| now.saturating_duration_since(*at) < GOOD_FOR);
            !given.is_empty()
        });
        let goes = |cell: &CellRef| {
            let given = words.entry(*cell).or_default();
            given.retain(|(other, _)| *other != key);
            given.push((key, now));
            let agreed = links
                .keys()
                .all(|linked| given.iter().any(|(other, _)| other == linked));
            if agreed {
                words.remove(cell);
            }
            agreed
        };
        cells.into_iter().filter(holds).filter(goes).collect()
    }

    fn parts(&self, key: &Key, now: Instant) {
        if let Some((links, ended)) = self.state().links.get_mut(key) {
            *links = links.saturating_sub(1);
            *ended = Some(now);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::Magnet;

    const ONE: Key = [1; 32];
    const TWO: Key = [2; 32];

    fn cell(index: u16) -> CellRef {
        CellRef {
            video: Magnet([9; 32]),
            rendition: 0,
            cell: index,
        }
    }

    fn agree(consents: &Consents, key: Key, index: u16, now: Instant) -> bool {
        !consents
            .agree(key, vec![cell(index)], |_| true, now)
            .is_empty()
    }

    #[test]
    fn an_only_controller_is_obeyed_at_once() {
        let consents = Consents::default();
        let _one = consents.linked(ONE);
        assert!(agree(&consents, ONE, 0, Instant::now()));
    }

    #[test]
    fn a_copy_goes_when_the_last_of_all_controllers_can_do_without_it() {
        let consents = Consents::default();
        let (_one, _two) = (consents.linked(ONE), consents.linked(TWO));
        let now = Instant::now();
        assert!(!agree(&consents, ONE, 0, now));
        assert!(
            !agree(&consents, ONE, 0, now),
            "twice is not two controllers"
        );
        assert!(!agree(&consents, TWO, 1, now), "another cell is another");
        assert!(agree(&consents, TWO, 0, now));
        assert!(
            !agree(&consents, TWO, 0, now),
            "a word is good for one copy"
        );
    }

    #[test]
    fn a_word_lapses_before_its_controller_may_give_up_another_copy() {
        let consents = Consents::default();
        let (_one, _two) = (consents.linked(ONE), consents.linked(TWO));
        let now = Instant::now();
        assert!(!agree(&consents, ONE, 0, now));
        assert!(!agree(&consents, TWO, 0, now + GOOD_FOR));
        assert!(agree(&consents, ONE, 0, now + GOOD_FOR));
        assert!(GOOD_FOR + Duration::from_secs(10) < Duration::from_millis(SURPLUS_PAUSE_MS));
    }

    #[test]
    fn a_controller_counts_on_the_node_for_a_while_after_its_link_ended_and_when_one_of_two_links_did()
     {
        let consents = Consents::default();
        let _one = consents.linked(ONE);
        let (two, again) = (consents.linked(TWO), consents.linked(TWO));
        drop(two);
        let now = Instant::now();
        assert!(
            !agree(&consents, ONE, 0, now + COUNTS * 2),
            "the other link is up"
        );
        drop(again);
        let now = Instant::now();
        assert!(!agree(&consents, ONE, 0, now));
        assert!(agree(&consents, ONE, 0, now + COUNTS));
    }

    #[test]
    fn what_the_node_does_not_hold_is_not_remembered() {
        let consents = Consents::default();
        let (_one, _two) = (consents.linked(ONE), consents.linked(TWO));
        let none = consents.agree(ONE, vec![cell(0)], |_| false, Instant::now());
        assert!(none.is_empty() && consents.state().words.is_empty());
    }
}
