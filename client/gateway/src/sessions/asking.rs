//! What is asked again and again of a session that is open.

use std::sync::{Arc, Weak};
use std::time::Duration;

use chainflix_client::Client;
use chainflix_client::playback::PlaybackEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::{Session, lock};
use crate::panel::CellView;

/// Verifiers are asked so often what was earned; what becomes of views they tell by themselves.
const ASK: Duration = Duration::from_secs(4);

/// Keeps the picture of the minutes up to date, until the session is gone.
pub(super) async fn follow(session: Weak<Session>, mut events: Receiver<PlaybackEvent>) {
    loop {
        match events.recv().await {
            Ok(event) => match session.upgrade() {
                Some(session) => CellView::note(&mut lock(&session.cells), &event),
                None => return,
            },
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Follows what becomes of views and asks what was earned, until the session is gone.
pub(super) async fn ask(session: Weak<Session>, client: Arc<Client>) {
    // Not at once: the first minute's keys are asked of the same verifiers.
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + ASK, ASK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let own = client.account();
    let followed = client.followed_views();
    let mut changed = followed.changed();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            // The sender lives as long as the client.
            _ = changed.changed() => {}
        }
        // Only what is asked for is held while waiting, so that a closed session goes at once.
        let Some(assigned) = session.upgrade().map(|session| session.playback.assigned()) else {
            return;
        };
        followed.follow(&assigned);
        let views = followed.views(&assigned);
        match session.upgrade() {
            Some(session) => {
                let mut cells = lock(&session.cells);
                CellView::settle(&mut cells, session.playback.magnet(), &views);
                drop(cells);
                session.ads.settle(&views);
            }
            None => return,
        }
        let summary = client.summary(&own).await;
        let Some(session) = session.upgrade() else {
            return;
        };
        if let Ok(summary) = summary {
            *lock(&session.earnings) = Some(summary.into());
        }
    }
}
