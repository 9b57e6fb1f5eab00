//! Settled rounds that the chain had dropped before this verifier applied them. Its totals lack them, for ever: it votes
//! for no earnings and proves none, and says so, until adopted earnings show that nothing was missed after all.

use std::sync::{Mutex, PoisonError};

use chainflix_primitives::{Round, earnings::Ledger};
use codec::{Decode, Encode};

use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::store::tables::META;
use crate::store::{Store, StoreError, StoreResult};

/// Where the store notes them.
const KEY: &[u8; 8] = b"missed__";
/// Whoever had applied everything so few finalized blocks ago has missed nothing: no chain settles a round and drops it
/// in so short a time, even after a pause in which the rounds went on without blocks.
const SEEN_LATELY: u64 = 1_000;

/// Rounds of which some were missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Missed {
    /// The first that was not applied.
    pub(crate) from: Round,
    /// The first that was there again.
    pub(crate) until: Round,
}

/// The rounds that were missed, if any were.
#[derive(Debug)]
pub(crate) struct MissedRounds(Mutex<Option<Missed>>);

impl MissedRounds {
    /// As the store has them.
    pub(crate) fn of(store: &Store) -> StoreResult<Self> {
        let missed = match store.view()?.get(META, KEY)? {
            Some(bytes) => {
                let damaged = StoreError::Damaged { table: "meta" };
                Some(Missed::decode(&mut bytes.as_slice()).map_err(|_| damaged)?)
            }
            None => None,
        };
        Ok(Self(Mutex::new(missed)))
    }

    /// The rounds that were missed.
    pub(crate) fn get(&self) -> Option<Missed> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, missed: Option<Missed>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = missed;
    }
}

/// Notices that the chain does not have the rounds any more that come after those of the ledger, which had all there was
/// as of finalized block `complete`.
pub(super) async fn look(
    context: &Context,
    ledger: &Ledger,
    complete: Option<u64>,
) -> Result<(), Failure> {
    let chain = &context.chain;
    let number = chain.finalized_blocks().borrow().number;
    if complete.is_some_and(|complete| number.saturating_sub(complete) <= SEEN_LATELY) {
        return Ok(());
    }
    let last = ledger.last_round();
    let from = last.map_or(0, |last| last.saturating_add(1));
    let round = chain.standing(At::Finalized)?.round;
    let kept_from = round.saturating_sub(context.config.settled_rounds_kept);
    let next = chain.settled_after(At::Finalized, last, 1)?;
    let until = next.first().map_or(kept_from, |next| next.round);
    if from >= kept_from || until <= from {
        return Ok(());
    }
    // What was missed before stays missed.
    let known = context.missed.get();
    let missed = Missed {
        from: known.map_or(from, |known| known.from),
        until,
    };
    if known == Some(missed) {
        return Ok(());
    }
    tracing::error!(
        from = missed.from,
        until = missed.until,
        "the chain has dropped settled rounds that this verifier did not apply: its earnings lack them. It votes for none \
         and proves none to anybody; restore its directory from a copy that is younger than what the chain keeps"
    );
    note(context, Some(missed)).await
}

/// Adopted earnings as of `as_of` are those that were computed here: whatever was missed held nothing.
pub(super) async fn agreed(context: &Context, as_of: Round) -> Result<(), Failure> {
    if context
        .missed
        .get()
        .is_some_and(|missed| as_of >= missed.until)
    {
        tracing::info!(
            as_of,
            "the adopted earnings are those computed here: no settled round is missing"
        );
        note(context, None).await?;
    }
    Ok(())
}

async fn note(context: &Context, missed: Option<Missed>) -> Result<(), Failure> {
    let writer = context.store.writer();
    let write = writer.write(move |batch| match missed {
        Some(missed) => batch.put(META, KEY, &missed.encode()),
        None => batch.delete(META, KEY),
    });
    write.await?;
    context.missed.set(missed);
    context.metrics.rounds_missed(missed.is_some());
    Ok(())
}
