//! What has to be done as time passes: silence noticed, the chain asked, restricted videos taken away, lost copies made
//! again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;

use super::rest::GRANT_MS;
use super::{Shared, lock, manifests};
use crate::metrics::Counters;
use crate::protocol::{Command, DropReason, ToNode};

/// How often.
const EVERY: Duration = Duration::from_secs(1);
/// Videos about which the chain is asked each time.
const ASK_PER_TICK: usize = 4;
/// Copies ordered each time.
const REPAIRS_PER_TICK: usize = 8;

pub(super) async fn run(shared: Arc<Shared>, mut shutdown: watch::Receiver<bool>) {
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = interval.tick() => {}
            () = super::stopping(&mut shutdown) => return,
        }
        lock(&shared.directory).tick();
        ask_the_chain(&shared).await;
        order_copies(&shared);
    }
}

async fn ask_the_chain(shared: &Shared) {
    let videos = lock(&shared.directory).to_ask(ASK_PER_TICK);
    for video in videos {
        match shared.registry.registration(&video).await {
            Ok(registration) => {
                let forgotten = lock(&shared.directory).registered(&video, registration);
                if let Some(folder) = shared.manifests.as_ref().filter(|_| forgotten) {
                    manifests::remove(folder, &video);
                }
                let to_drop = lock(&shared.directory).to_drop(&video);
                for (provider, cells) in to_drop {
                    let reason = DropReason::Restricted;
                    send(shared, provider, Command::Drop { cells, reason });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "chain not reached");
                return;
            }
        }
    }
}

fn order_copies(shared: &Shared) {
    let repairs = lock(&shared.directory).repairs(REPAIRS_PER_TICK);
    for repair in repairs {
        let peer = &repair.order.peer;
        let expires_ms = shared.clock.unix_ms().saturating_add(GRANT_MS);
        let grant = shared.signer.grant(
            repair.cell.video,
            repair.order.cell.clone(),
            peer,
            expires_ms,
        );
        let from = repair.from;
        // What was not sent is ordered again when the promise of space lapses.
        if send(shared, peer.provider, Command::Fetch { from, grant }) {
            tracing::info!(provider = peer.provider, "copy ordered");
        }
    }
}

/// Tells a node to do something. False when it is not connected or its outbox is full; whoever calls tries again later.
fn send(shared: &Shared, provider: u32, command: Command) -> bool {
    let message = ToNode::Command {
        id: shared.next_id.fetch_add(1, Ordering::Relaxed),
        command,
    };
    let outbox = lock(&shared.connections)
        .get(&provider)
        .map(|connection| connection.outbox.clone());
    let sent = outbox.is_some_and(|outbox| outbox.try_send(message).is_ok());
    if sent {
        Counters::add(&shared.counters.commands, 1);
    }
    sent
}
