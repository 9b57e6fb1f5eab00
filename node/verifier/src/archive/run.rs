//! The actor that archives rounds as they are settled.

use std::{sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;

use super::{Archive, ArchiveFailure};
use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;

/// Settled rounds that are read at a time.
const ROUNDS_AT_ONCE: u32 = 16;
/// How often it looks when no round is applied: what failed is tried again.
const LOOK: Duration = Duration::from_secs(10);

/// Runs until the service ends; at once when nothing is archived.
pub(crate) async fn run(context: Arc<Context>) {
    let Some(archive) = context.archive.clone() else {
        return;
    };
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = false;
    loop {
        tokio::select! {
            () = archive.due.notified() => {}
            _ = tick.tick() => {}
        }
        match step(&context, &archive).await {
            Ok(()) => told = false,
            Err(error) if told => tracing::debug!(%error, "the archive still waits"),
            Err(error) => {
                told = true;
                tracing::error!(
                    %error,
                    "settled rounds can't be archived and wait in the store, which grows meanwhile; make room, and it goes on"
                );
            }
        }
    }
}

/// Archives all rounds that were settled and applied since the last one.
async fn step(context: &Arc<Context>, archive: &Arc<Archive>) -> Result<(), Failure> {
    loop {
        let view = context.store.view()?;
        let Some(applied) = view.ledger_round()? else {
            return Ok(());
        };
        // Of a new archive the first round is the first of which there is anything.
        let after = match archive.last() {
            Some(last) => Some(last),
            None => view.first_body()?.and_then(|first| first.checked_sub(1)),
        };
        drop(view);
        let page = context
            .chain
            .settled_after(At::Finalized, after, ROUNDS_AT_ONCE)?;
        let due: Vec<_> = page
            .into_iter()
            .filter(|settled| settled.round <= applied)
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let (of, to) = (Arc::clone(context), Arc::clone(archive));
        let written = tokio::task::spawn_blocking(move || -> Result<(), ArchiveFailure> {
            let view = of.store.view()?;
            due.iter()
                .try_for_each(|settled| to.add(&of.genesis, settled, &view))
        });
        written.await.map_err(|_| Failure::Interrupted)??;
        if let Some(last) = archive.last() {
            context.metrics.archived(last);
        }
    }
}
