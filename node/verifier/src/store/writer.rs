//! The one thread that writes, and its group commit.
//!
//! Everything that waits when a commit begins goes into it, so that a hundred views a second cost a few synchronous
//! writes to disk and not a hundred. Writes are applied in the order in which they were handed in.
//!
//! While much comes in, commits keep a distance: the more views one holds, the fewer pages it copies for each, and two syncs
//! are two however many they are for. Whoever waits is told no sooner than the commit is durable either way, and at most
//! [`PACE`] later; where little comes in, nobody waits longer.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use redb::Database;
use tokio::sync::oneshot;

use super::evidence::EvidenceLog;
use super::{Batch, StoreError, StoreResult, batch};

/// Writes that may wait.
const QUEUE: usize = 8_192;
/// Writes that go into one commit at most.
const GROUP: usize = 1_024;
/// Between the beginnings of two commits, when the first was of much. Well below what a viewer may wait for "accepted".
const PACE: Duration = Duration::from_millis(16);
/// So many writes are much: a thousand viewers of a minute each never hand in as many while one commit is made.
const MUCH: usize = 16;

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
    let mut not_before = Instant::now();
    while let Ok(first) = queue.recv() {
        thread::sleep(not_before.saturating_duration_since(Instant::now()));
        let began = Instant::now();
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(job) = queue.try_recv()
        {
            group.push(job);
        }
        not_before = began.checked_add(distance(group.len())).unwrap_or(began);
        if !commit(database, evidence, group) {
            // Going on would leave a hole: a ticket's index is given before its write is durable.
            return;
        }
    }
}

/// From the beginning of a commit of so many writes to that of the next.
fn distance(writes: usize) -> Duration {
    if writes >= MUCH { PACE } else { Duration::ZERO }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tables::META;
    use crate::store::tests::open;

    #[tokio::test]
    async fn after_a_commit_of_much_the_next_waits_for_more_and_whoever_is_told_finds_it_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = open(directory.path());
        let (release, released) = mpsc::channel();
        let first = store.writer().submit(move |_| {
            // All that is much comes in during this commit.
            released.recv().expect("it is released");
            Ok(())
        });
        let many = (0..MUCH).map(|_| store.writer().submit(|_| Ok(())).expect("there is room"));
        let many: Vec<Pending> = many.collect();
        let before = Instant::now();
        release.send(()).expect("it waits");
        first
            .expect("there is room")
            .durable()
            .await
            .expect("written");
        for one in many {
            one.durable().await.expect("written");
        }
        let (tell, told) = mpsc::channel();
        let next = store.writer().write(move |batch| {
            tell.send(Instant::now()).expect("the test waits");
            batch.put(META, b"test____", &vec![1])
        });
        next.await.expect("written");
        let began = told.recv().expect("it was written");
        assert!(began.duration_since(before) >= PACE);
        let view = store.view().expect("a view");
        assert_eq!(
            view.get(META, b"test____").expect("readable"),
            Some(vec![1])
        );
    }

    #[test]
    fn whoever_writes_alone_waits_for_nobody_and_nobody_waits_long() {
        assert_eq!(distance(1), Duration::ZERO);
        assert_eq!(distance(MUCH - 1), Duration::ZERO);
        assert_eq!(distance(GROUP), PACE);
        // "accepted" comes within 50 ms, signatures and commit included.
        assert!(PACE <= Duration::from_millis(20));
    }
}
