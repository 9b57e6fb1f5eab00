//! One stream per token at a time: running totals of two could not be told apart. The newest wins, because a viewer whose
//! connection broke comes back before the old one is known to be dead.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chainflix_primitives::Hash32;
use tokio::sync::{Notify, OwnedMutexGuard};

/// The stream before is given so long to end.
const HANDOVER: Duration = Duration::from_secs(2);

#[derive(Clone, Default)]
struct Place {
    /// Held by the stream whose turn it is.
    occupied: Arc<tokio::sync::Mutex<()>>,
    /// Tells that stream to end.
    leave: Arc<Notify>,
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
    leave: Arc<Notify>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Ends the stream before, and takes its turn. `None` when that one does not end.
    pub(super) async fn take(&self, token: Hash32) -> Option<Turn> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.entry(token).or_default().clone()
        };
        let waited = tokio::time::timeout(HANDOVER, async {
            if let Ok(free) = Arc::clone(&place.occupied).try_lock_owned() {
                return free;
            }
            place.leave.notify_one();
            Arc::clone(&place.occupied).lock_owned().await
        })
        .await;
        Some(Turn {
            places: Arc::clone(&self.places),
            token,
            leave: place.leave,
            held: Some(waited.ok()?),
        })
    }
}

impl Turn {
    /// Completes when a newer stream wants the turn.
    pub(super) async fn superseded(&self) {
        self.leave.notified().await;
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
