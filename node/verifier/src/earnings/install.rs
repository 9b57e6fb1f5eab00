//! Another ledger in the place of the own one: a snapshot that was read through and held against adopted earnings.

use std::{path::Path, sync::Arc, sync::atomic::Ordering};

use chainflix_primitives::{Round, earnings::LedgerState, hash::Hash32};

use super::accountant::VOTE_ROUNDS;
use super::missed::{self, Joined};
use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::snapshots::joining::{self, Ready};
use crate::snapshots::{SnapshotError, SnapshotHead, SnapshotReader};
use crate::store::earnings::Adopted;
use crate::store::snapshot::Installed;
use crate::store::{Batch, Store, StoreResult};

/// Rows that go into one write, between which others find their place.
const ROWS_PER_WRITE: usize = 4_096;

/// Writes the rows of a snapshot in the place of the ledger that the store has, which was that of `last` round, and what is
/// noted with them. Until it is over the store has no ledger.
pub(super) async fn into_store(
    context: &Arc<Context>,
    ready: &Ready,
    last: Option<Round>,
) -> Result<(), Failure> {
    let round = context.chain.standing(At::Finalized)?.round;
    let Some(triple) = ready.tree.triple(ready.head.as_of) else {
        return Err(Failure::Interrupted);
    };
    let joined = Joined {
        as_of: ready.head.as_of,
        root: ready.head.root,
        sum: triple.sum,
        in_round: round,
    };
    let installed = |state| Installed {
        state,
        triple,
        adopted: Adopted {
            triple: ready.adopted,
            seen: round,
        },
    };
    let known = missed::after_joining(context, joined, last);
    let noted = move |batch: &Batch<'_>| known.put(batch);
    let path = context.snapshots.taken();
    let written = write(
        &context.store,
        &path,
        (&ready.head, &context.genesis),
        installed,
        noted,
    );
    written.await?;
    known.hold(context);
    context.earnings_agree.store(true, Ordering::Relaxed);
    context.proofs.forget();
    context.metrics.earnings_as_of(joined.as_of);
    // The next one is of another round; what can't be removed is written over.
    let _ = tokio::fs::remove_file(&path).await;
    tracing::info!(
        as_of = joined.as_of,
        accounts = triple.count,
        "the earnings are those of a snapshot, whose totals were adopted; settled rounds after it are applied to them"
    );
    Ok(())
}

async fn write(
    store: &Store,
    path: &Path,
    (head, genesis): (&SnapshotHead, &Hash32),
    installed: impl FnOnce(LedgerState) -> Installed,
    noted: impl FnOnce(&Batch<'_>) -> StoreResult<()> + Send + 'static,
) -> Result<(), Failure> {
    let mut reader = SnapshotReader::open(path, head, genesis).map_err(failed)?;
    store.make_place().await?;
    loop {
        let read = tokio::task::spawn_blocking(move || {
            let rows = reader.rows(ROWS_PER_WRITE);
            (reader, rows)
        });
        let (back, rows) = read.await.map_err(|_| Failure::Interrupted)?;
        reader = back;
        let rows = rows.map_err(failed)?;
        if rows.is_empty() {
            break;
        }
        let put = store.writer().write(move |batch| batch.put_rows(&rows));
        put.await?;
    }
    let installed = installed(reader.state().clone());
    let write = move |batch: &Batch<'_>| {
        batch.finish_install(&installed)?;
        noted(batch)
    };
    Ok(store.writer().write(write).await?)
}

/// It was read through a moment ago.
fn failed(error: SnapshotError) -> Failure {
    match error {
        SnapshotError::Store(error) => error.into(),
        error => {
            tracing::error!(%error, "the snapshot can't be put in place");
            Failure::Interrupted
        }
    }
}

/// Whether a snapshot that waits goes in now. Own views get their fates from the rounds that are applied one by one, so these
/// come first, as long as that goes on and does not take long.
pub(super) fn is_time(context: &Context, is_waiting: bool) -> bool {
    let Some(since) = context.joining.ready_since() else {
        return false;
    };
    if !joining::is_needed(context) {
        // What was missing came after all.
        drop(context.joining.take());
        return false;
    }
    let waited = context.place().round.saturating_sub(since);
    is_waiting || waited > VOTE_ROUNDS
}
