//! Keeps the right cells in memory: what plays, two ahead, and what mining still needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use chainflix_primitives::window::CELL_MS;
use tokio::sync::watch;

use super::Shared;
use super::keys::NEXT_KEY_MS;

/// How often it looks although nothing was said to have changed: fetches end by themselves.
const EVERY: std::time::Duration = std::time::Duration::from_millis(250);

/// Runs until the playback is dropped.
pub(super) async fn run(shared: Arc<Shared>, mut pending: watch::Receiver<BTreeSet<u16>>) {
    let mut place = shared.place.subscribe();
    let mut key_asked = None;
    loop {
        let here = *place.borrow_and_update();
        let needed = pending.borrow_and_update().clone();
        shared
            .slots
            .tend(&shared, here.rendition, here.cell, &needed);
        let next = here.cell.saturating_add(1);
        let due_ms = u64::from(next)
            .saturating_mul(u64::from(CELL_MS))
            .saturating_sub(NEXT_KEY_MS);
        let is_due = here.position_ms.is_some_and(|position| position >= due_ms);
        if is_due && key_asked != Some((here.rendition, next)) {
            key_asked = Some((here.rendition, next));
            ask_next_key(&shared, here.rendition, next);
        }
        tokio::select! {
            changed = place.changed() => if changed.is_err() { return },
            changed = pending.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Has the next cell's key ready before it is needed.
fn ask_next_key(shared: &Arc<Shared>, rendition: u8, cell: u16) {
    if let Some(slot) = shared.slots.get(shared, rendition, cell) {
        let shared = shared.clone();
        tokio::spawn(async move {
            if let Err(error) = shared.key(&slot).await {
                tracing::debug!(cell, %error, "the next key is not here yet");
            }
        });
    }
}
