//! Verified plays, read as rounds are settled. Nothing has to be kept of them: after a restart those of the last hours are
//! read again.

use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::Round;
use tokio::sync::watch;

use super::{Shared, lock};
use crate::metrics::Counters;
use crate::plays::{PlaysSource, RoundPlays};
use crate::registry::RegistryError;

/// How often newly settled rounds are looked for.
const EVERY: Duration = Duration::from_secs(5);
/// A round with view blocks that can't be had is asked for so many times; then what is there counts.
const TRIES: u32 = 24;

pub(super) async fn run(
    shared: Arc<Shared>,
    source: Arc<dyn PlaysSource>,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut reader = Reader::default();
    loop {
        let reading = async {
            interval.tick().await;
            while reader.read(&shared, &*source).await? {}
            Ok::<(), RegistryError>(())
        };
        tokio::select! {
            read = reading => if let Err(error) = read {
                tracing::warn!(%error, "plays not read");
            },
            () = super::stopping(&mut shutdown) => return,
        }
    }
}

/// How far plays were read.
#[derive(Default)]
struct Reader {
    last: Option<Round>,
    /// How often the next round was asked for without all of its blocks.
    tries: u32,
}

impl Reader {
    /// Reads some rounds. Whether there may be more at once.
    async fn read(
        &mut self,
        shared: &Shared,
        source: &dyn PlaysSource,
    ) -> Result<bool, RegistryError> {
        let rounds = source.settled_after(self.last).await?;
        let more = !rounds.is_empty();
        for round in rounds {
            if round.missing > 0 && self.tries < TRIES {
                self.tries = self.tries.saturating_add(1);
                return Ok(false);
            }
            self.take(shared, &round);
        }
        Ok(more)
    }

    fn take(&mut self, shared: &Shared, round: &RoundPlays) {
        self.tries = 0;
        self.last = Some(round.round);
        lock(&shared.directory).verified_ago(&round.plays, round.ago_ms);
        let plays: u64 = round.plays.iter().map(|cell| u64::from(cell.plays)).sum();
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Counters::add(&shared.counters.plays, count(plays));
        Counters::add(&shared.counters.blocks_unread, count(round.missing.into()));
        if round.missing > 0 {
            tracing::warn!(
                round = round.round,
                blocks = round.missing,
                "plays of view blocks are left out: not enough verifiers tell the same of them"
            );
        }
    }
}
