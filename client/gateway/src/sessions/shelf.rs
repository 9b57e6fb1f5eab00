//! What is open side by side: so many at most, since each holds minutes of plaintext in memory.

use std::sync::Arc;
use std::time::Duration;

use crate::secret;

/// What nobody has looked at for so long makes room for what is opened next, when there is no other.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// The same of what no page follows, as when a page was closed before it could say so.
const NEVER_FOLLOWED: Duration = Duration::from_secs(15);
/// A page that was closed may be opened again, and is not followed meanwhile.
const LEFT: Duration = Duration::from_secs(10);

/// Something that is open, and who uses it.
pub(super) trait Used {
    /// Its secret id.
    fn id(&self) -> &str;
    /// For how long nobody has asked anything of it.
    fn unused(&self) -> Duration;
    /// For how long nothing of it was played.
    fn unwatched(&self) -> Duration;
    /// How many pages follow it; `None` when none ever did.
    fn followers(&self) -> Option<usize>;
}

/// There is no room.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

/// What is open.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    open: Vec<Arc<T>>,
    most: usize,
}

impl<T: Used> Shelf<T> {
    /// Room for `most`, at least for one.
    pub(super) fn new(most: usize) -> Self {
        Self {
            open: Vec::new(),
            most: most.max(1),
        }
    }

    /// What is open under this id.
    pub(super) fn get(&self, id: &str) -> Option<Arc<T>> {
        let found = self.open.iter().find(|one| secret::matches(id, one.id()));
        found.cloned()
    }

    /// Takes out what is open under this id.
    pub(super) fn take(&mut self, id: &str) -> Option<Arc<T>> {
        let is_meant = |one: &Arc<T>| secret::matches(id, one.id());
        let at = self.open.iter().position(is_meant)?;
        Some(self.open.swap_remove(at))
    }

    /// Takes out everything.
    pub(super) fn take_all(&mut self) -> Vec<Arc<T>> {
        std::mem::take(&mut self.open)
    }

    /// Whether one more has room beside everything that is here.
    pub(super) fn has_room(&self) -> bool {
        self.open.len() < self.most
    }

    /// Whether one more has room, beside what is here or in place of it.
    pub(super) fn may_take(&self) -> bool {
        self.has_room() || self.makes_room().is_some()
    }

    /// Where that is which makes room for one more: what has not been played for longest. What is watched stays.
    fn makes_room(&self) -> Option<usize> {
        let makes_room = |one: &Arc<T>| {
            let patience = match one.followers() {
                Some(0) => Duration::ZERO,
                Some(_) => FORGOTTEN,
                None => NEVER_FOLLOWED,
            };
            one.unwatched() >= patience
        };
        let all = self.open.iter().enumerate();
        let candidates = all.filter(|(_, one)| makes_room(one));
        let longest = candidates.max_by_key(|(_, one)| one.unwatched());
        longest.map(|(at, _)| at)
    }

    /// Puts something beside what is open. What made room for it, if there was none.
    ///
    /// # Errors
    /// When everything is watched.
    pub(super) fn put(&mut self, one: Arc<T>) -> Result<Option<Arc<T>>, Full> {
        let mut gone = None;
        if !self.has_room() {
            let at = self.makes_room().ok_or(Full)?;
            gone = Some(self.open.swap_remove(at));
        }
        self.open.push(one);
        Ok(gone)
    }

    /// Takes out what nobody has asked anything of for `idle`, and what pages followed that are gone.
    pub(super) fn sweep(&mut self, idle: Duration) -> Vec<Arc<T>> {
        let is_over = |one: &mut Arc<T>| {
            let is_left = one.followers() == Some(0) && one.unwatched() >= LEFT;
            is_left || one.unused() >= idle
        };
        self.open.extract_if(.., is_over).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Film {
        id: String,
        /// Seconds for which it was not asked for, and not played, and who follows it.
        seen: Mutex<(u64, u64, Option<usize>)>,
    }

    impl Film {
        fn is(&self, unused: u64, unwatched: u64, followers: Option<usize>) {
            *self.seen.lock().unwrap() = (unused, unwatched, followers);
        }
    }

    impl Used for Film {
        fn id(&self) -> &str {
            &self.id
        }

        fn unused(&self) -> Duration {
            Duration::from_secs(self.seen.lock().unwrap().0)
        }

        fn unwatched(&self) -> Duration {
            Duration::from_secs(self.seen.lock().unwrap().1)
        }

        fn followers(&self) -> Option<usize> {
            self.seen.lock().unwrap().2
        }
    }

    fn film(number: u8) -> Arc<Film> {
        Arc::new(Film {
            id: secret::fresh().unwrap() + &number.to_string(),
            seen: Mutex::new((0, 0, Some(1))),
        })
    }

    fn full() -> (Shelf<Film>, Vec<Arc<Film>>) {
        let mut shelf = Shelf::new(4);
        let films: Vec<Arc<Film>> = (0..4).map(film).collect();
        for one in &films {
            assert!(matches!(shelf.put(one.clone()), Ok(None)));
        }
        (shelf, films)
    }

    #[test]
    fn four_are_watched_side_by_side_and_a_fifth_ends_none_of_them() {
        let (mut shelf, films) = full();
        assert!(!shelf.may_take());
        assert!(matches!(shelf.put(film(5)), Err(Full)));
        for one in &films {
            assert!(shelf.get(&one.id).is_some_and(|found| found.id == one.id));
        }
        assert!(shelf.get("").is_none());
        let closed = shelf.take(&films[2].id).expect("it is open");
        assert_eq!(closed.id, films[2].id);
        assert!(shelf.get(&films[2].id).is_none());
        assert!(shelf.has_room());
        assert!(shelf.put(film(5)).is_ok());
        assert!(!shelf.has_room());
    }

    #[test]
    fn a_fifth_takes_the_place_of_what_has_not_been_played_for_longest() {
        let (mut shelf, films) = full();
        films[0].is(0, 59, Some(1));
        assert!(
            matches!(shelf.put(film(5)), Err(Full)),
            "paused a moment ago"
        );
        films[1].is(0, 80, Some(1));
        films[3].is(0, 90, Some(1));
        assert!(shelf.may_take() && !shelf.has_room());
        let gone = shelf.put(film(5)).expect("there is room");
        assert!(gone.is_some_and(|gone| gone.id == films[3].id));
        films[0].is(0, 0, None);
        films[1].is(0, 0, Some(0));
        let gone = shelf.put(film(6)).expect("a page was closed");
        let gone = gone.expect("even a moment ago");
        assert_eq!(gone.id, films[1].id);
    }

    #[test]
    fn what_nobody_asks_for_and_what_was_left_ends_by_itself() {
        let (mut shelf, films) = full();
        let idle = Duration::from_secs(600);
        // Paused over night in a page that is there; played without a page; closed; closed and played on elsewhere.
        films[0].is(0, 30_000, Some(1));
        films[1].is(599, 599, None);
        films[2].is(0, 10, Some(0));
        films[3].is(0, 9, Some(0));
        let gone = shelf.sweep(idle);
        assert_eq!(gone.len(), 1);
        assert_eq!(gone[0].id, films[2].id);
        films[1].is(600, 600, None);
        let gone = shelf.sweep(idle);
        assert_eq!(gone.len(), 1);
        assert_eq!(gone[0].id, films[1].id);
        assert_eq!(shelf.take_all().len(), 2);
    }
}
