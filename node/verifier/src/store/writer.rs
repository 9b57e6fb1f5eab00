//! The one thread that writes, and its group commit.
//!
//! Everything that waits when a commit begins goes into it, so that a hundred views a second cost a few synchronous
//! writes to disk and not a hundred. Writes are applied in the order in which they were handed in.

use std::{
    sync::{Arc, mpsc},
    thread,
};

use redb::Database;
use tokio::sync::oneshot;

use super::evidence::EvidenceLog;
use super::{Batch, StoreError, StoreResult, batch};

/// Writes that may wait.
const QUEUE: usize = 8_192;
/// Writes that go into one commit at most.
const GROUP: usize = 1_024;

type Write = Box<dyn FnOnce(&Batch<'_>) -> StoreResult<()> + Send>;

struct Job {
    write: Write,
    done: oneshot::Sender<StoreResult<()>>,
}

/// A write on its way; resolves once it is durable.
pub(crate) struct Pending(oneshot::Receiver<StoreResult<()>>);

impl Pending {
    /// Waits until the write is durable.
    pub(crate) async fn durable(self) -> StoreResult<()> {
        self.0.await.unwrap_or(Err(StoreError::Closed))
    }
}

/// Hands writes to the writing thread. The thread ends when the last handle is gone.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::SyncSender<Job>,
}

impl Writer {
    pub(super) fn start(database: Arc<Database>, evidence: Arc<EvidenceLog>) -> StoreResult<Self> {
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        thread::Builder::new()
            .name("verifier-store".into())
            .spawn(move || run(&database, &evidence, &queue))
            .map_err(|error| StoreError::Failed(Box::new(redb::Error::Io(error))))?;
        Ok(Self { jobs })
    }

    /// Hands in a write without waiting. Writes handed in one after the other are applied in that order.
    pub(crate) fn submit(
        &self,
        write: impl FnOnce(&Batch<'_>) -> StoreResult<()> + Send + 'static,
    ) -> StoreResult<Pending> {
        let (done, receiver) = oneshot::channel();
        let job = Job {
            write: Box::new(write),
            done,
        };
        match self.jobs.try_send(job) {
            Ok(()) => Ok(Pending(receiver)),
            Err(mpsc::TrySendError::Full(_)) => Err(StoreError::Busy),
            Err(mpsc::TrySendError::Disconnected(_)) => Err(StoreError::Closed),
        }
    }

    /// Hands in a write and waits until it is durable.
    pub(crate) async fn write(
        &self,
        write: impl FnOnce(&Batch<'_>) -> StoreResult<()> + Send + 'static,
    ) -> StoreResult<()> {
        self.submit(write)?.durable().await
    }

    /// Waits until everything handed in before is durable.
    pub(crate) async fn flush(&self) -> StoreResult<()> {
        self.write(|_| Ok(())).await
    }
}

fn run(database: &Database, evidence: &EvidenceLog, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(job) = queue.try_recv()
        {
            group.push(job);
        }
        if !commit(database, evidence, group) {
            // Going on would leave a hole: a ticket's index is given before its write is durable.
            return;
        }
    }
}

/// Commits a group, all of it or nothing, and answers those who wait. False when it failed.
fn commit(database: &Database, evidence: &EvidenceLog, group: Vec<Job>) -> bool {
    let (writes, answers): (Vec<Write>, Vec<_>) =
        group.into_iter().map(|job| (job.write, job.done)).unzip();
    let result = batch::commit(database, evidence, |batch| {
        writes.into_iter().try_for_each(|write| write(batch))
    });
    if let Err(error) = &result {
        tracing::error!(
            error = ?error,
            "the verifier's store failed and takes no more writes; mend the disk and restart the node"
        );
    }
    for answer in answers {
        // Whoever no longer waits needs no answer.
        let _ = answer.send(match &result {
            Ok(()) => Ok(()),
            Err(_) => Err(StoreError::Closed),
        });
    }
    result.is_ok()
}
