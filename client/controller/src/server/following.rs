//! Following the chain: what the events of finalized blocks name is asked for anew, at once and when the event takes effect.
//!
//! Which block was read last is kept with the state, so that a controller that starts again goes on from there. An event
//! that will take effect in a later round holds that mark back: it is read again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use super::{Shared, lock, upkeep};
use crate::registry::{ChainEvent, ChainEvents, RegistryError, Subject};

/// How often newly finalized blocks are looked for.
const EVERY: Duration = Duration::from_secs(2);
/// Events that wait for their round at most; beyond, the next are read when there is room.
const MAX_PENDING: usize = 65_536;

/// How far the chain was read.
struct Follower {
    shared: Arc<Shared>,
    /// The last block that was read.
    read: Option<u64>,
    /// Events that have not taken effect.
    pending: BTreeSet<ChainEvent>,
}

/// Follows the chain from the block after `from`; 0 for the last finalized one.
pub(super) async fn run(shared: Arc<Shared>, from: u64, mut shutdown: watch::Receiver<bool>) {
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut follower = Follower {
        shared,
        read: (from > 0).then_some(from),
        pending: BTreeSet::new(),
    };
    if from > 0 {
        tracing::info!(block = from, "events are read from the block after");
    }
    loop {
        let following = async {
            interval.tick().await;
            while follower.turn().await? {}
            Ok::<(), RegistryError>(())
        };
        tokio::select! {
            followed = following => if let Err(error) = followed {
                tracing::warn!(%error, "events not read");
            },
            () = super::stopping(&mut shutdown) => return,
        }
    }
}

impl Follower {
    /// Reads some blocks. Whether there are more.
    async fn turn(&mut self) -> Result<bool, RegistryError> {
        let registry = Arc::clone(&self.shared.registry);
        let ChainEvents {
            block,
            more,
            round,
            events,
            gap,
        } = registry.events_after(self.read).await?;
        let mut subjects: BTreeSet<Subject> = events.iter().map(|event| event.subject).collect();
        if gap || self.read.is_none() {
            let videos = lock(&self.shared.directory).magnets();
            if gap {
                tracing::warn!(block, "blocks were passed over; all videos are asked for");
            }
            subjects.extend(videos.into_iter().map(Subject::Video));
        }
        let due: BTreeSet<ChainEvent> = self
            .pending
            .iter()
            .filter(|event| event.from_round <= round)
            .copied()
            .collect();
        subjects.extend(due.iter().map(|event| event.subject));
        for subject in subjects {
            self.ask(subject).await?;
        }
        self.pending.retain(|event| !due.contains(event));
        self.pending
            .extend(events.into_iter().filter(|event| event.from_round > round));
        self.read = Some(block);
        let first = self
            .pending
            .first()
            .map(|event| event.block.saturating_sub(1));
        let done = first.map_or(block, |first| first.min(block));
        self.shared.followed.store(done, Ordering::Relaxed);
        Ok(more && self.pending.len() < MAX_PENDING)
    }

    async fn ask(&self, subject: Subject) -> Result<(), RegistryError> {
        match subject {
            Subject::Video(video) => {
                // Of a video that is not on record nothing is to be known.
                if lock(&self.shared.directory).manifest(&video).is_some() {
                    upkeep::ask_about(&self.shared, &video).await?;
                }
            }
            Subject::Provider(provider) => {
                if let Some(connection) = lock(&self.shared.connections).get(&provider) {
                    connection.changed.notify_one();
                }
            }
        }
        Ok(())
    }
}
