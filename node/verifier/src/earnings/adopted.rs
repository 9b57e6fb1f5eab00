//! Earnings that the chain adopted: remembered for those who claim, and held against the own.

use std::sync::atomic::Ordering;

use chainflix_primitives::{Round, hash::Hash32};

use super::accountant::VOTE_ROUNDS;
use super::missed;
use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::store::earnings::Adopted;
use crate::store::tables::{ADOPTED, TRIPLES};

/// Remembers when finalized blocks first showed adopted earnings, and forgets old ones.
pub(super) async fn note(context: &Context) -> Result<(), Failure> {
    let Some(triple) = context.chain.adopted_earnings(At::Finalized)? else {
        return Ok(());
    };
    let as_of = triple.as_of;
    let (is_known, last) = {
        let view = context.store.view()?;
        (view.has(ADOPTED, &as_of)?, view.last(ADOPTED)?)
    };
    let writer = context.store.writer();
    if is_known {
        // Later ones that are not the last any more were proven wrong: nobody can claim under them.
        if last.is_some_and(|(last, _)| last > as_of) {
            compare(context, as_of, &triple.root).await?;
            let later = as_of.saturating_add(1);
            let write = writer.write(move |batch| {
                batch
                    .take_range(ADOPTED, &later, &Round::MAX, usize::MAX)
                    .map(|_| ())
            });
            write.await?;
        } else if context.missed.joined().is_some() {
            // It was noted before the rounds after the snapshot were applied.
            compare(context, as_of, &triple.root).await?;
        }
        return Ok(());
    }
    let seen = context.chain.standing(At::Finalized)?.round;
    let kept = context.config.claimable_roots;
    compare(context, as_of, &triple.root).await?;
    let write = writer.write(move |batch| {
        batch.put(ADOPTED, &as_of, &Adopted { triple, seen })?;
        batch.keep_adopted(kept)?;
        // What nobody adopted is of no use once the vote on it is over.
        let voted = as_of.saturating_sub(VOTE_ROUNDS.saturating_mul(2));
        let until = as_of.saturating_sub(VOTE_ROUNDS);
        for (round, _) in batch.range(TRIPLES, &voted, &until, usize::MAX)? {
            if batch.get(ADOPTED, &round)?.is_none() {
                batch.delete(TRIPLES, &round)?;
            }
        }
        Ok(())
    });
    write.await?;
    Ok(())
}

/// Compares adopted earnings with the own. A verifier that comes to others stops voting until they are the same again.
async fn compare(context: &Context, as_of: Round, root: &Hash32) -> Result<(), Failure> {
    let Some(own) = context.store.view()?.get(TRIPLES, &as_of)? else {
        return Ok(());
    };
    let agree = own.root == *root;
    context.earnings_agree.store(agree, Ordering::Relaxed);
    if agree {
        missed::agreed(context, &own).await?;
    } else {
        tracing::error!(
            as_of,
            "the adopted earnings are not those that this verifier computed; it votes for none until they are \
             the same again. Compare version and settled rounds with another verifier's"
        );
        missed::differed(context, as_of).await?;
    }
    Ok(())
}
