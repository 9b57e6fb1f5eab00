//! Which storage providers this verifier found alive, period by period.
//!
//! Storage nodes show themselves once in a period of ten rounds, when it is the turn of their page. What was seen is
//! durable before a node is answered, so that no node has to come again after a restart. In the next period the
//! heartbeat is left for the off-chain worker. A verifier that did not listen for most of a period attests nothing of
//! it: that nobody was seen says nothing then.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chainflix_primitives::{
    Round,
    heartbeat::{HEARTBEAT_ROUNDS, Heartbeat, SignedSignOfLife, page_of, period_of},
    refusal::Refusal,
};
use codec::{Decode, DecodeAll, Encode};

use crate::chain::{At, ChainError};
use crate::context::Context;
use crate::error::{Denied, Failure};
use crate::keys::is_signed_by;
use crate::store::StoreError;
use crate::store::tables::HEARTBEATS;

/// In so many rounds of a period a verifier has to have listened to attest it.
const LISTENED_ROUNDS: u32 = HEARTBEAT_ROUNDS / 2;

/// Why a sign of life does not count.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSeen {
    /// By a rule that other messages have too, or for a fault of this verifier.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It is for another verifier, or of another chain.
    #[error("The sign of life is not for this verifier, or of another chain.")]
    NotForThisVerifier,
    /// It is of another period than the one that runs here.
    #[error("The sign of life is not of the period that runs now.")]
    WrongPeriod,
    /// It is not the turn of the provider's page.
    #[error("It is the turn of another page of providers in this period.")]
    WrongPage,
    /// There is no such provider.
    #[error("There is no storage provider with this index.")]
    NoProvider,
    /// Somebody else signed it.
    #[error("The sign of life is not signed by the provider's registered key.")]
    NotSigned,
}

impl From<ChainError> for NotSeen {
    fn from(error: ChainError) -> Self {
        Self::Denied(error.into())
    }
}

impl From<StoreError> for NotSeen {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

/// What was seen in a period, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Watch {
    /// What is attested of it.
    pub(crate) heartbeat: Heartbeat,
    /// Bit `n` says whether this verifier listened in the period's round `n`.
    pub(crate) rounds: u16,
}

/// Who was seen in the period that runs; nothing before the first round that this verifier was in force.
#[derive(Default)]
pub(crate) struct Heartbeats {
    now: Mutex<Option<Watch>>,
}

impl Heartbeats {
    fn lock(&self) -> MutexGuard<'_, Option<Watch>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens in `round`, once at its beginning. In the first of a period, what was seen in the last is left for the
    /// off-chain worker.
    ///
    /// # Errors
    /// When chain or store can't be read.
    pub(crate) fn turn(context: &Context, round: Round) -> Result<(), Failure> {
        let period = period_of(round);
        let mut now = context.heartbeats.lock();
        let mut watch = match &*now {
            Some(watch) if watch.heartbeat.period == period => watch.clone(),
            before => {
                attest(context, period.checked_sub(1), before.as_ref())?;
                match context.store.view()?.get(HEARTBEATS, &period)? {
                    Some(kept) => kept,
                    None => Watch {
                        heartbeat: Heartbeat::of(
                            period,
                            context.chain.heartbeat_page(At::Best, period)?,
                            [],
                        ),
                        rounds: 0,
                    },
                }
            }
        };
        watch.rounds |= 1 << (round % HEARTBEAT_ROUNDS);
        context.metrics.providers_seen(watch.heartbeat.seen_count());
        let kept = watch.clone();
        *now = Some(watch);
        // Handed in under the lock, as every write of a period is: the last one holds everything. Should this one be
        // lost, the round does not count.
        let _ = context
            .store
            .writer()
            .submit(move |batch| batch.keep_watch(&kept));
        Ok(())
    }

    /// Notes the sign of life in a SCALE-encoded [`SignedSignOfLife`]. Durable when it returns. The period.
    pub(crate) async fn note(context: &Context, message: &[u8]) -> Result<u32, NotSeen> {
        let SignedSignOfLife { sign, signature } = SignedSignOfLife::decode_all(&mut &*message)
            .map_err(|_| Denied::from(Refusal::Malformed))?;
        if sign.genesis != context.genesis {
            return Err(NotSeen::NotForThisVerifier);
        }
        match context.place().account {
            Some(own) if own == sign.verifier => {}
            Some(_) => return Err(NotSeen::NotForThisVerifier),
            None => return Err(Denied::from(Refusal::NotReady).into()),
        }
        let (page, place) = page_of(sign.provider);
        let is_new = |watch: Option<&Watch>| {
            let heartbeat = watch.map(|watch| &watch.heartbeat);
            let heartbeat = heartbeat.ok_or(Denied::from(Refusal::NotReady))?;
            match heartbeat {
                Heartbeat { period, .. } if *period != sign.period => Err(NotSeen::WrongPeriod),
                Heartbeat { page: due, .. } if *due != page => Err(NotSeen::WrongPage),
                seen => Ok(!seen.is_seen(place)),
            }
        };
        if !is_new(context.heartbeats.lock().as_ref())? {
            return Ok(sign.period);
        }
        let provider = context.facts.provider(sign.provider)?;
        let provider = provider.ok_or(NotSeen::NoProvider)?;
        if !is_signed_by(&provider.peer_key, &sign.signing_payload(), &signature) {
            return Err(NotSeen::NotSigned);
        }
        let durable = {
            let mut now = context.heartbeats.lock();
            // Time has passed.
            if !is_new(now.as_ref())? {
                return Ok(sign.period);
            }
            let Some(watch) = now.as_mut() else {
                return Err(Denied::from(Refusal::NotReady).into());
            };
            let mut seen = watch.clone();
            seen.heartbeat.note(sign.provider);
            let kept = seen.clone();
            let handed_in = context.store.writer();
            let handed_in = handed_in.submit(move |batch| batch.keep_watch(&kept))?;
            *watch = seen;
            let count = watch.heartbeat.seen_count();
            context.metrics.providers_seen(count);
            handed_in
        };
        durable.durable().await?;
        Ok(sign.period)
    }
}

/// Leaves for the worker what was seen in a period that is over, unless most of it was missed. `before` is the watch
/// that just ended: its last writes may still be on their way.
fn attest(context: &Context, period: Option<u32>, before: Option<&Watch>) -> Result<(), Failure> {
    let Some(period) = period else {
        return Ok(());
    };
    let watch = match before {
        Some(watch) if watch.heartbeat.period == period => Some(watch.clone()),
        _ => context.store.view()?.get(HEARTBEATS, &period)?,
    };
    match watch {
        Some(watch) if watch.rounds.count_ones() >= LISTENED_ROUNDS => {
            context.duties.heartbeat(&watch.heartbeat);
        }
        _ => context.duties.clear_heartbeat(),
    }
    Ok(())
}
