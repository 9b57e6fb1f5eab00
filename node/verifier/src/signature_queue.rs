//! Signatures of Play Data that come in at the same time are verified together: a batch costs half.
//!
//! Whoever brings signatures when nobody is verifying begins at once; what comes meanwhile waits for the next batch, which
//! begins when it is full, or some milliseconds after the one before. So an idle verifier adds no delay. A busy one would
//! otherwise verify by twos and threes, as fast as the other threads bring them, and save nothing.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use chainflix_primitives::refusal::Refusal;
use tokio::sync::oneshot;

use crate::checks::signatures::{BATCH, Deferred, verify_all};

/// Between the beginnings of two batches of one thread, unless the second is full.
const PACE: Duration = Duration::from_millis(4);
/// So often it is looked whether a batch has become full, within that.
const LOOK: Duration = Duration::from_millis(1);

/// Signatures on their way.
struct Job {
    deferred: Deferred,
    done: oneshot::Sender<Result<(), Refusal>>,
}

#[derive(Default)]
struct Waiting {
    jobs: Vec<Job>,
    /// Threads that are verifying.
    busy: usize,
}

/// Verifies what comes in. Clones share the queue.
#[derive(Clone)]
pub(crate) struct SignatureQueue {
    waiting: Arc<Mutex<Waiting>>,
    most: usize,
}

impl Default for SignatureQueue {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            waiting: Arc::default(),
            // More threads than half the cores would only make the batches smaller.
            most: (cores / 2).max(1),
        }
    }
}

impl SignatureQueue {
    /// Whether all are right, or what the first wrong one is refused for.
    pub(crate) async fn verify(&self, deferred: Deferred) -> Result<(), Refusal> {
        let (done, answer) = oneshot::channel();
        let begins = {
            let mut waiting = self.lock();
            waiting.jobs.push(Job { deferred, done });
            let begins = waiting.busy < self.most;
            if begins {
                waiting.busy = waiting.busy.saturating_add(1);
            }
            begins
        };
        if begins {
            let queue = self.clone();
            tokio::task::spawn_blocking(move || queue.work());
        }
        // Only a service that ends leaves them unanswered.
        answer.await.unwrap_or(Err(Refusal::NotReady))
    }

    fn work(&self) {
        loop {
            let began = Instant::now();
            let Some(jobs) = self.next_batch() else {
                return;
            };
            let (deferred, waiting): (Vec<_>, Vec<_>) =
                jobs.into_iter().map(|job| (job.deferred, job.done)).unzip();
            for (result, done) in verify_all(deferred).into_iter().zip(waiting) {
                // Whoever no longer waits needs no answer.
                let _ = done.send(result);
            }
            while began.elapsed() < PACE && !self.is_full() {
                thread::sleep(LOOK);
            }
        }
    }

    /// Whether what waits makes up a batch.
    fn is_full(&self) -> bool {
        let waiting = self.lock();
        let lengths = waiting.jobs.iter().map(|job| job.deferred.len());
        lengths.fold(0usize, usize::saturating_add) >= BATCH
    }

    /// The oldest jobs that make up a batch. `None` when nothing waits: the thread ends then.
    fn next_batch(&self) -> Option<Vec<Job>> {
        let mut waiting = self.lock();
        let mut signatures = 0usize;
        let fit = waiting.jobs.iter().take_while(|job| {
            let fits = signatures < BATCH;
            signatures = signatures.saturating_add(job.deferred.len());
            fits
        });
        let fit = fit.count();
        if fit == 0 {
            waiting.busy = waiting.busy.saturating_sub(1);
            return None;
        }
        Some(waiting.jobs.drain(..fit).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_zebra::{SigningKey, VerificationKeyBytes};

    use super::*;
    use crate::checks::signatures::Signed;

    fn deferred(number: u8, is_right: bool) -> Deferred {
        let signing = SigningKey::from([number; 32]);
        let mut deferred = Deferred::default();
        let signed = Signed {
            key: VerificationKeyBytes::from(&signing).into(),
            signature: signing.sign(&[number]).to_bytes(),
            payload: vec![if is_right { number } else { number ^ 1 }],
        };
        deferred.push(signed, Refusal::BadSignature);
        deferred
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_of_many_at_once_gets_its_own_answer_and_the_queue_goes_on() {
        let queue = SignatureQueue::default();
        for _ in 0..3 {
            let asked = (0..200u8).map(|number| {
                let queue = queue.clone();
                let verifying =
                    async move { queue.verify(deferred(number, number % 9 != 0)).await };
                (number, tokio::spawn(verifying))
            });
            for (number, answer) in asked.collect::<Vec<_>>() {
                let expected = if number % 9 == 0 {
                    Err(Refusal::BadSignature)
                } else {
                    Ok(())
                };
                assert_eq!(answer.await.expect("it ends"), expected, "{number}");
            }
        }
        assert!(queue.lock().jobs.is_empty());
    }
}
