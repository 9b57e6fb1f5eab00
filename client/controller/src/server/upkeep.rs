//! What has to be done as time passes: silence noticed, the chain asked, restricted videos taken away, lost copies made
//! again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chainflix_primitives::Magnet;
use tokio::sync::watch;

use super::rest::GRANT_MS;
use super::{Shared, lock};
use crate::metrics::Counters;
use crate::protocol::{CellRef, Command, DropReason, ToNode};
use crate::registry::RegistryError;
use crate::state::Forwarded;

/// How often.
const EVERY: Duration = Duration::from_secs(1);
/// Videos about which the chain is asked each time.
const ASK_PER_TICK: usize = 4;

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
        // Several controllers on one database must not all make the copy that is lacking.
        if shared.leads() {
            if shared.repairs {
                order_copies(&shared);
            }
            give_up_copies(&shared);
        }
        super::log_decisions(&shared);
    }
}

async fn ask_the_chain(shared: &Shared) {
    let videos = lock(&shared.directory).to_ask(ASK_PER_TICK);
    for video in videos {
        if let Err(error) = ask_about(shared, &video).await {
            tracing::warn!(%error, "chain not reached");
            return;
        }
    }
}

/// Asks the chain about a video, and has its copies dropped when it must not be watched.
pub(super) async fn ask_about(shared: &Shared, video: &Magnet) -> Result<(), RegistryError> {
    let registration = shared.registry.registration(video).await?;
    lock(&shared.directory).registered(video, registration);
    let to_drop = lock(&shared.directory).to_drop(video);
    for (provider, cells) in to_drop {
        let reason = DropReason::Restricted;
        send(shared, provider, Command::Drop { cells, reason });
    }
    Ok(())
}

fn order_copies(shared: &Shared) {
    let repairs = lock(&shared.directory).repairs();
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
        if send(shared, peer.provider, Command::Fetch { from, grant }) {
            tracing::info!(provider = peer.provider, "copy ordered");
        }
    }
}

fn give_up_copies(shared: &Shared) {
    let drops = lock(&shared.directory).surplus();
    for (provider, cell) in drops {
        let cells = vec![cell];
        let reason = DropReason::Surplus;
        send(shared, provider, Command::Drop { cells, reason });
    }
}

/// Tells a node to do something, by way of another controller when it is connected there and this one leads. False when
/// it is not connected or its outbox is full; whoever calls tries again later, and a copy that was ordered is not waited for.
pub(super) fn send(shared: &Shared, provider: u32, command: Command) -> bool {
    let cell = match &command {
        Command::Fetch { grant, .. } => Some(CellRef {
            video: grant.grant.video,
            rendition: grant.grant.cell.rendition,
            cell: grant.grant.cell.index,
        }),
        Command::Keep { .. } | Command::Drop { .. } => None,
    };
    let outbox = lock(&shared.connections)
        .get(&provider)
        .map(|connection| connection.outbox.clone());
    let sent = match outbox {
        Some(outbox) => {
            let id = shared.next_id.fetch_add(1, Ordering::Relaxed);
            if let Some(cell) = cell {
                // Before it is sent: the node may answer at once.
                lock(&shared.directory).ordered(provider, cell, id);
            }
            outbox.try_send(ToNode::Command { id, command }).is_ok()
        }
        None => {
            let order = Forwarded { provider, command };
            shared.leads() && lock(&shared.colleagues).forward(order)
        }
    };
    if sent {
        Counters::add(&shared.counters.commands, 1);
    } else if let Some(cell) = cell {
        lock(&shared.directory).undelivered(provider, &cell);
    }
    sent
}
