//! Sources at work: as many as are wanted at a time, the next when one fails.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::session::{self, Broken};
use super::shared::Shared;
use super::{Source, SourceEnd};
use crate::network::Network;

/// A source whose connection broke is tried again so often.
const RETRIES: u32 = 3;
/// Time before the first retry; then twice that, and so on.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// Keeps sources at work until the download is dropped.
pub(super) async fn direct(network: Network, shared: Arc<Shared>) {
    let mut at_work = JoinSet::new();
    loop {
        let changed = shared.changed();
        tokio::pin!(changed);
        // Registered before looking, so that no source is missed.
        changed.as_mut().enable();
        while let Some((number, source)) = shared.begin_source() {
            at_work.spawn(work(network.clone(), Arc::clone(&shared), number, source));
        }
        tokio::select! {
            () = &mut changed => {}
            Some(_) = at_work.join_next(), if !at_work.is_empty() => {}
        }
    }
}

async fn work(network: Network, shared: Arc<Shared>, number: usize, source: Arc<Source>) {
    let mut retry_after = RETRY_AFTER;
    let mut retries = 0;
    let end = loop {
        let before = shared.countersigned(number);
        match session::run(&network, &shared, number, &source).await {
            Ok(()) => break SourceEnd::Finished,
            Err(Broken::Ended(end)) => break end,
            Err(Broken::Moved) => shared.release(number),
            Err(Broken::Connection) => {
                shared.release(number);
                if shared.countersigned(number) > before {
                    retries = 0;
                    retry_after = RETRY_AFTER;
                }
                if retries >= RETRIES {
                    break SourceEnd::Broke;
                }
                retries += 1;
                tokio::time::sleep(retry_after).await;
                retry_after = retry_after.saturating_mul(2);
            }
        }
    };
    shared.source_ended(number, end);
}
