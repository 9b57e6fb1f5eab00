//! Which of several playbacks of an account earns: one at a time, for intervals of an account that overlap are refused.
//!
//! Whoever comes to a minute that can be proved first earns, and goes on to as long as minute follows minute. Others play all
//! the same, and sit out whole minutes: a minute is earned from its start or not at all. Once the first has had no minute to
//! prove for [`PATIENCE`], because it was paused, left or has come to its end, whoever comes to a minute next earns.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Who has nothing to prove for so long lets another earn: a jump, or another quality, takes less.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Why a minute that another playback's keeps from earning earns nothing.
pub(super) const WORDS: &str = "Another window of this account is earning; this one earns from the first whole minute after that one ends or is paused.";

/// All playbacks of one account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earners(Arc<Table>);

#[derive(Debug, Default)]
struct Table {
    held: Mutex<Option<Held>>,
    /// Number of the next earner.
    next: AtomicU64,
}

/// Who earns.
#[derive(Debug)]
struct Held {
    by: u64,
    /// Minutes of it that are being proved, or wait for it: its own, and its advertisement's.
    minutes: u32,
    /// Since when it has had none, once it had one.
    rests_since: Option<Instant>,
}

impl Held {
    fn is_over(&self, now: Instant) -> bool {
        let rests = |since: Instant| now.saturating_duration_since(since) >= PATIENCE;
        self.minutes == 0 && self.rests_since.is_some_and(rests)
    }
}

/// One playback, with everything that plays within it.
#[derive(Clone, Debug)]
pub(crate) struct Earner(Arc<Own>);

#[derive(Debug)]
struct Own {
    number: u64,
    table: Arc<Table>,
}

/// Minutes are being proved as long as this is held.
#[derive(Debug)]
pub(super) struct Seat {
    earner: Earner,
    /// Whether there was a minute to prove.
    used: bool,
}

impl Table {
    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Earners {
    /// One more playback.
    pub(crate) fn earner(&self) -> Earner {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let table = self.0.clone();
        Earner(Arc::new(Own { number, table }))
    }
}

impl Earner {
    /// Whether another playback earns now.
    pub(super) fn is_anothers(&self) -> bool {
        self.is_anothers_at(Instant::now())
    }

    fn is_anothers_at(&self, now: Instant) -> bool {
        let held = self.0.table.held();
        held.as_ref()
            .is_some_and(|held| held.by != self.0.number && !held.is_over(now))
    }

    /// The right to prove a minute that begins now. `None` when another playback earns.
    pub(super) fn sit(&self) -> Option<Seat> {
        self.sit_at(Instant::now())
    }

    fn sit_at(&self, now: Instant) -> Option<Seat> {
        let mut held = self.0.table.held();
        let number = self.0.number;
        match &mut *held {
            Some(own) if own.by == number => own.minutes = own.minutes.saturating_add(1),
            Some(another) if !another.is_over(now) => return None,
            _ => {
                *held = Some(Held {
                    by: number,
                    minutes: 1,
                    rests_since: None,
                });
            }
        }
        Some(Seat {
            earner: self.clone(),
            used: false,
        })
    }
}

impl Seat {
    /// There is a minute to prove.
    pub(super) fn is_used(&mut self) {
        self.used = true;
    }

    fn leave(&mut self, now: Instant) {
        let own = &self.earner.0;
        let mut held = own.table.held();
        let Some(place) = held.as_mut().filter(|held| held.by == own.number) else {
            return;
        };
        place.minutes = place.minutes.saturating_sub(1);
        if self.used {
            place.rests_since = Some(now);
        }
        // Minutes that can't earn again keep nobody else from earning.
        if place.minutes == 0 && place.rests_since.is_none() {
            *held = None;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave(Instant::now());
    }
}

impl Drop for Own {
    /// What is closed does not come back.
    fn drop(&mut self) {
        self.table.held().take_if(|held| held.by == self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> (Earner, Earner) {
        let all = Earners::default();
        (all.earner(), all.earner())
    }

    #[test]
    fn p1_of_two_playbacks_of_an_account_one_earns_and_the_other_once_the_first_has_paused() {
        let (first, second) = two();
        let began = Instant::now();
        let mut seat = first.sit_at(began).expect("nobody earns yet");
        seat.is_used();
        assert!(second.is_anothers_at(began));
        assert!(!first.is_anothers_at(began));
        let later = began + 100 * PATIENCE;
        assert!(second.sit_at(later).is_none(), "a minute may take its time");
        seat.leave(later);
        assert!(second.sit_at(later + PATIENCE / 2).is_none());
        let taken = second.sit_at(later + PATIENCE);
        assert!(taken.is_some());
        let again = first.sit_at(later + PATIENCE);
        assert!(again.is_none(), "it has changed hands");
    }

    #[test]
    fn who_goes_on_within_the_patience_still_earns() {
        let (first, second) = two();
        let began = Instant::now();
        let mut seat = first.sit_at(began).expect("nobody earns yet");
        seat.is_used();
        seat.leave(began);
        std::mem::forget(seat);
        let again = began + PATIENCE / 2;
        let mut seat = first.sit_at(again).expect("it is its own");
        seat.is_used();
        assert!(second.sit_at(began + 2 * PATIENCE).is_none());
    }

    #[test]
    fn an_advertisement_earns_with_its_video_and_keeps_the_place_for_it() {
        let (video, other) = two();
        let ad = video.clone();
        let now = Instant::now();
        let mut minute = video.sit_at(now).expect("nobody earns yet");
        minute.is_used();
        let mut shown = ad.sit_at(now).expect("it is the video's");
        shown.is_used();
        drop(minute);
        assert!(
            other.sit_at(now + 2 * PATIENCE).is_none(),
            "the ad is shown"
        );
        drop(shown);
        drop((video, ad));
        assert!(other.sit().is_some(), "what is closed is not waited for");
    }

    #[test]
    fn a_minute_that_has_earned_before_keeps_nobody_else_from_earning() {
        let (first, second) = two();
        drop(first.sit().expect("nobody earns yet"));
        assert!(!second.is_anothers());
        let mut seat = second.sit().expect("there was nothing to prove");
        seat.is_used();
        drop(seat);
        assert!(first.is_anothers(), "it goes on in a moment");
    }
}
