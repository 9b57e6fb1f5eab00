//! One stream per token at a time: running totals of two could not be told apart. The newest wins, because a viewer whose
//! connection broke comes back before the old one is known to be dead.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chainflix_primitives::Hash32;
use tokio::sync::{OwnedMutexGuard, watch};

/// The stream before is given so long to end.
const HANDOVER: Duration = Duration::from_secs(2);

#[derive(Clone, Default)]
struct Place {
    /// Held by the stream whose turn it is.
    occupied: Arc<tokio::sync::Mutex<()>>,
    /// Number of the newest stream that wants it. Any older one is to end.
    newest: Arc<watch::Sender<u64>>,
}

/// Whose turn it is, by token.
#[derive(Default)]
pub(super) struct Turns {
    places: Arc<Mutex<HashMap<Hash32, Place>>>,
}

/// A stream's turn with its token; given back when dropped.
pub(super) struct Turn {
    places: Arc<Mutex<HashMap<Hash32, Place>>>,
    token: Hash32,
    number: u64,
    newest: Arc<watch::Sender<u64>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Ends the stream before, and takes its turn. `None` when that one does not end.
    pub(super) async fn take(&self, token: Hash32) -> Option<Turn> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.entry(token).or_default().clone()
        };
        let mut number = 0;
        place.newest.send_modify(|newest| {
            *newest = newest.wrapping_add(1);
            number = *newest;
        });
        let free = Arc::clone(&place.occupied).lock_owned();
        let held = tokio::time::timeout(HANDOVER, free).await.ok()?;
        Some(Turn {
            places: Arc::clone(&self.places),
            token,
            number,
            newest: place.newest,
            held: Some(held),
        })
    }
}

impl Turn {
    /// Completes when a newer stream wants the turn.
    pub(super) async fn superseded(&self) {
        let mut newest = self.newest.subscribe();
        // It can't be closed: this has the sender too.
        drop(newest.wait_for(|newest| *newest != self.number).await);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        self.held = None;
        // The map has one reference, and so has whoever waits.
        if places
            .get(&self.token)
            .is_some_and(|place| Arc::strong_count(&place.occupied) == 1)
        {
            places.remove(&self.token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn the_newest_stream_of_a_token_ends_the_one_before() {
        let turns = Turns::default();
        let first = turns.take([1; 32]).await.expect("nobody is there");
        let _other = turns.take([2; 32]).await.expect("another token");
        let ends = async {
            first.superseded().await;
            drop(first);
        };
        let (second, ()) = tokio::join!(turns.take([1; 32]), ends);
        assert!(second.is_some());
    }

    #[tokio::test]
    async fn a_stream_that_takes_its_turn_is_not_ended_by_its_own_call() {
        let turns = Turns::default();
        let first = turns.take([1; 32]).await.expect("nobody is there");
        let (second, ()) = tokio::join!(turns.take([1; 32]), async { drop(first) });
        let second = second.expect("the first has ended by itself");
        assert!(second.superseded().now_or_never().is_none());
        let third = tokio::join!(turns.take([1; 32]), async {
            second.superseded().await;
            drop(second);
        });
        assert!(third.0.is_some());
    }

    #[tokio::test]
    async fn of_two_that_wait_the_newer_one_has_the_last_turn() {
        let turns = Turns::default();
        let first = turns.take([1; 32]).await.expect("nobody is there");
        let middle = async {
            let turn = turns.take([1; 32]).await.expect("the first ends");
            turn.superseded().await;
        };
        let ((), newest, ()) = tokio::join!(middle, turns.take([1; 32]), async { drop(first) });
        let newest = newest.expect("both others have ended");
        assert!(newest.superseded().now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_stream_that_does_not_end_keeps_its_turn() {
        let turns = Turns::default();
        let _first = turns.take([1; 32]).await.expect("nobody is there");
        assert!(turns.take([1; 32]).await.is_none());
    }

    #[tokio::test]
    async fn q2_no_state_is_left_of_ended_streams() {
        let turns = Turns::default();
        for token in 0..100u8 {
            drop(turns.take([token; 32]).await);
        }
        assert!(turns.places.lock().expect("no panic").is_empty());
    }
}
