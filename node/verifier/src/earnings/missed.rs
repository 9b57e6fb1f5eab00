//! Settled rounds that the chain had dropped before this verifier applied them. Its totals lack them: it votes for no
//! earnings and proves none, and says so, until adopted earnings are those that it computes: because nothing was missed after
//! all, or because it took the totals over from a snapshot, and came to the next ones by itself.

use std::sync::{Mutex, PoisonError};

use chainflix_primitives::{Round, earnings::Ledger, hash::Hash32, report::EarningsTriple};
use codec::{Decode, Encode};

use super::accountant::VOTE_ROUNDS;
use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::store::tables::META;
use crate::store::{Batch, Store, StoreError, StoreResult, View};

/// Where the store notes them.
const KEY: &[u8; 8] = b"missed__";
/// Where the store notes the snapshot that it began with.
const JOINED: &[u8; 8] = b"joined__";
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

/// A snapshot that was put in the place of the own ledger. Forgotten when adopted earnings have confirmed it that hold more:
/// where nothing was paid, nothing was looked up in its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Joined {
    /// The round as of which it was.
    pub(crate) as_of: Round,
    /// The root over its parts.
    pub(crate) root: Hash32,
    /// Sum of its totals.
    pub(crate) sum: u128,
    /// The chain's round when it was put in place.
    pub(crate) in_round: Round,
}

/// What is known of missed rounds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    missed: Option<Missed>,
    joined: Option<Joined>,
}

/// The rounds that were missed, if any were, and the snapshot that is in their place.
#[derive(Debug)]
pub(crate) struct MissedRounds(Mutex<Known>);

impl MissedRounds {
    /// As the store has them.
    pub(crate) fn of(store: &Store) -> StoreResult<Self> {
        fn noted<T: Decode>(view: &View, key: &[u8; 8]) -> StoreResult<Option<T>> {
            let Some(bytes) = view.get(META, key)? else {
                return Ok(None);
            };
            let damaged = StoreError::Damaged { table: "meta" };
            let noted = T::decode(&mut bytes.as_slice()).map_err(|_| damaged)?;
            Ok(Some(noted))
        }
        let view = store.view()?;
        Ok(Self(Mutex::new(Known {
            missed: noted(&view, KEY)?,
            joined: noted(&view, JOINED)?,
        })))
    }

    fn known(&self) -> Known {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rounds that were missed.
    pub(crate) fn get(&self) -> Option<Missed> {
        self.known().missed
    }

    /// The snapshot that nothing has confirmed yet.
    pub(super) fn joined(&self) -> Option<Joined> {
        self.known().joined
    }

    /// Whether something was missed, and nothing is in its place.
    pub(crate) fn is_snapshot_needed(&self) -> bool {
        let known = self.known();
        known.missed.is_some() && known.joined.is_none()
    }

    fn set(&self, known: Known) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

impl Known {
    /// Notes it in the store.
    pub(super) fn put(&self, batch: &Batch<'_>) -> StoreResult<()> {
        match &self.missed {
            Some(missed) => batch.put(META, KEY, &missed.encode())?,
            None => batch.delete(META, KEY)?,
        }
        match &self.joined {
            Some(joined) => batch.put(META, JOINED, &joined.encode()),
            None => batch.delete(META, JOINED),
        }
    }

    /// It is in the store: from now on it holds.
    pub(super) fn hold(self, context: &Context) {
        context.missed.set(self);
        context.metrics.rounds_missed(self.missed.is_some());
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
         and proves none to anybody until it has a snapshot of the other verifiers, for which it asks them"
    );
    // Of a ledger that is behind again, whatever it began with.
    let known = Known {
        missed: Some(missed),
        joined: None,
    };
    note(context, known).await
}

/// Adopted earnings as of `as_of` are those that were computed here: whatever was missed held nothing, or the snapshot in
/// its place was right.
pub(super) async fn agreed(context: &Context, own: &EarningsTriple) -> Result<(), Failure> {
    let as_of = own.as_of;
    let mut known = context.missed.known();
    let ends = known.missed.is_some_and(|missed| as_of >= missed.until);
    let confirms = known
        .joined
        .is_some_and(|joined| as_of > joined.as_of && own.sum > joined.sum);
    if ends {
        tracing::info!(
            as_of,
            "the adopted earnings are those computed here: no settled round is missing"
        );
        known.missed = None;
    }
    if confirms {
        known.joined = None;
    }
    if ends || confirms {
        note(context, known).await?;
    }
    Ok(())
}

/// Adopted earnings as of `as_of` are others than those that were computed here. If those came from a snapshot that nothing
/// has confirmed, it was wrong.
pub(super) async fn differed(context: &Context, as_of: Round) -> Result<(), Failure> {
    let mut known = context.missed.known();
    let Some(joined) = known.joined.filter(|joined| as_of > joined.as_of) else {
        return Ok(());
    };
    tracing::error!(
        snapshot = joined.as_of,
        as_of,
        "the snapshot that this verifier began with does not lead to the adopted earnings: it looks for another one"
    );
    context.joining.refuse(joined.root);
    let from = known.missed.map_or(joined.as_of, |missed| missed.from);
    known.missed = Some(Missed {
        from,
        until: as_of.saturating_add(1),
    });
    known.joined = None;
    note(context, known).await
}

/// Where nothing is adopted any more without this verifier's vote, nothing can confirm its snapshot: it votes after so many
/// rounds.
pub(super) async fn look_for_silence(context: &Context) -> Result<(), Failure> {
    let mut known = context.missed.known();
    let (Some(_), Some(joined)) = (known.missed, known.joined) else {
        return Ok(());
    };
    let round = context.chain.standing(At::Finalized)?.round;
    let adopted = context.chain.adopted_earnings(At::Finalized)?;
    let is_silent = adopted.is_none_or(|adopted| adopted.as_of <= joined.as_of);
    if !is_silent || round <= joined.in_round.saturating_add(VOTE_ROUNDS) {
        return Ok(());
    }
    tracing::warn!(
        snapshot = joined.as_of,
        "nothing was adopted since the snapshot that this verifier began with: it votes without a confirmation"
    );
    known.missed = None;
    note(context, known).await
}

/// What is known when a snapshot is in the place of the own ledger, which was that of `last` round.
pub(super) fn after_joining(context: &Context, joined: Joined, last: Option<Round>) -> Known {
    let next = last.map_or(0, |last| last.saturating_add(1));
    let from = context.missed.get().map_or(next, |missed| missed.from);
    Known {
        missed: Some(Missed {
            from,
            until: joined.as_of.saturating_add(1),
        }),
        joined: Some(joined),
    }
}

async fn note(context: &Context, known: Known) -> Result<(), Failure> {
    let writer = context.store.writer();
    writer.write(move |batch| known.put(batch)).await?;
    known.hold(context);
    Ok(())
}
