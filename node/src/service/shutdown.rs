//! Closing the database.
//!
//! ParityDB writes its last blocks when its handle is dropped. Tasks hold that handle, and some end
//! a moment after the node was told to stop. So the process holds it too, waits until it is the
//! last holder, and only then ends.

use super::FullBackend;
use std::{
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

/// How long the process waits. If that is not enough the next start finds the chain a few blocks
/// shorter and syncs them again.
const PATIENCE: Duration = Duration::from_secs(20);

/// The last holder of the database.
#[derive(Default)]
pub(crate) struct DatabaseGuard(OnceLock<Arc<FullBackend>>);

impl DatabaseGuard {
    /// Holds the database from now on.
    pub(super) fn hold(&self, backend: &Arc<FullBackend>) {
        self.0.get_or_init(|| backend.clone());
    }

    /// Closes the database: returns when everything is written.
    pub(crate) fn close(self) {
        let Some(backend) = self.0.into_inner() else {
            return;
        };
        let deadline = Instant::now() + PATIENCE;
        while Arc::strong_count(&backend) > 1 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        match Arc::strong_count(&backend) {
            1 => tracing::info!("the database is closed"),
            holders => tracing::warn!(
                others = holders - 1,
                "the database is still in use; the last blocks may have to be synced again",
            ),
        }
    }
}
