//! Earnings: from finalized settlements and their bodies to lifetime totals, their root, and proofs for claims.
//!
//! The ledger itself is `chainflix_primitives::earnings`; here its inputs are gathered, and its results kept. Only
//! finalized settlements go in, so that a reorganisation of the chain changes nothing.

use std::sync::{Arc, Mutex, PoisonError, atomic::Ordering};

use chainflix_primitives::{
    AccountId, Round,
    api::ClaimProof,
    hash::Hash32,
    report::{EarningsTriple, earnings_due},
};

pub(crate) mod accountant;
mod adopted;
mod decrease;
mod install;
pub(crate) mod missed;
mod records;
mod released;
mod tree;

pub use self::tree::EarningsTree;

use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::exchange::messages::MAX_TOTALS;
use crate::store::View;
use crate::store::earnings::Adopted;
use crate::store::tables::{ADOPTED, TRIPLES};

/// The tree from which a proof was last asked for: whoever claims, claims from the same one.
#[derive(Default)]
pub(crate) struct ProofTree(Mutex<Option<(Round, Arc<EarningsTree>)>>);

impl ProofTree {
    /// Totals are others now.
    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn of(&self, context: &Context, as_of: Round) -> Result<Option<Arc<EarningsTree>>, Failure> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, tree)) = last.as_ref().filter(|(round, _)| *round == as_of) {
            return Ok(Some(Arc::clone(tree)));
        }
        let view = context.store.view()?;
        if !view.has(TRIPLES, &as_of)? {
            return Ok(None);
        }
        let totals = view.totals_as_of(as_of)?;
        let tree = Arc::new(EarningsTree::new(totals));
        *last = Some((as_of, Arc::clone(&tree)));
        Ok(Some(tree))
    }
}

/// Totals under `root` as of a round, from place `first` on: as many as go into one answer. `None` when this verifier's are
/// others, or forgotten.
pub(crate) fn totals_from(
    context: &Context,
    as_of: Round,
    root: &Hash32,
    first: u32,
) -> Result<Option<Vec<(AccountId, u128)>>, Failure> {
    let tree = context.proofs.of(context, as_of)?;
    let tree = tree.filter(|tree| tree.root() == *root);
    Ok(tree.map(|tree| {
        let later = tree.totals().iter().skip(first as usize);
        later.take(MAX_TOTALS).copied().collect()
    }))
}

/// The as-of round of the earnings that are due in the report of `round`; `None` when none are, or they are adopted.
fn due_as_of(context: &Context, round: Round) -> Result<Option<Round>, Failure> {
    let interval = context.chain.earnings_interval(At::Best)?;
    let Some(as_of) = earnings_due(round, interval) else {
        return Ok(None);
    };
    let adopted = context.chain.adopted_earnings(At::Best)?;
    let is_adopted = adopted.is_some_and(|adopted| adopted.as_of >= as_of);
    Ok((!is_adopted).then_some(as_of))
}

/// Whether a report of `round` has nothing to wait for: its earnings are computed, or none are due.
pub(crate) fn is_ready(context: &Context, round: Round) -> Result<bool, Failure> {
    match due_as_of(context, round)? {
        // There will be none.
        Some(_) if context.missed.get().is_some() => Ok(true),
        Some(as_of) => Ok(context.store.view()?.has(TRIPLES, &as_of)?),
        None => Ok(true),
    }
}

/// The earnings that the report of `round` carries.
pub(crate) fn due(context: &Context, round: Round) -> Result<Option<EarningsTriple>, Failure> {
    let Some(as_of) = due_as_of(context, round)? else {
        return Ok(None);
    };
    if !context.earnings_agree.load(Ordering::Relaxed) || context.missed.get().is_some() {
        // Rather none than wrong ones.
        return Ok(None);
    }
    let triple = context.store.view()?.get(TRIPLES, &as_of)?;
    // Nothing earned yet is nothing to adopt.
    Ok(triple.filter(|triple| triple.count > 0))
}

/// Why there is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoProof {
    /// No adopted earnings can be claimed from yet, or not as of that round.
    NothingClaimable,
    /// The account has earned nothing as of then.
    NothingEarned,
    /// This verifier came to other totals than those that were adopted.
    Differs,
    /// The chain had dropped settled rounds before this verifier applied them, so that its totals lack them.
    RoundsMissed,
}

/// The last adopted earnings that can be claimed from, their delay being over.
fn claimable(context: &Context, view: &View) -> Result<Option<Adopted>, Failure> {
    let round = context.place().round;
    match round.checked_sub(context.config.claim_delay) {
        Some(until) => Ok(view.adopted_until(until)?),
        None => Ok(None),
    }
}

/// Proof of an account's lifetime total under adopted earnings: those as of `as_of`, or else the last that can be claimed
/// from.
pub(crate) fn proof(
    context: &Context,
    account: AccountId,
    as_of: Option<Round>,
) -> Result<Result<ClaimProof, NoProof>, Failure> {
    if context.missed.get().is_some() {
        return Ok(Err(NoProof::RoundsMissed));
    }
    let view = context.store.view()?;
    let adopted = match as_of {
        Some(as_of) => view.get(ADOPTED, &as_of)?,
        None => claimable(context, &view)?,
    };
    let Some(adopted) = adopted else {
        return Ok(Err(NoProof::NothingClaimable));
    };
    let Some(tree) = context.proofs.of(context, adopted.triple.as_of)? else {
        return Ok(Err(NoProof::Differs));
    };
    if tree.root() != adopted.triple.root {
        return Ok(Err(NoProof::Differs));
    }
    let Some((place, total)) = tree.place_of(&account) else {
        return Ok(Err(NoProof::NothingEarned));
    };
    let (Ok(index), Some(path)) = (u32::try_from(place), tree.proof(place)) else {
        return Ok(Err(NoProof::NothingEarned));
    };
    Ok(Ok(ClaimProof {
        account,
        as_of: adopted.triple.as_of,
        total,
        index,
        count: adopted.triple.count,
        path,
    }))
}

/// Lifetime earnings of an account, as this verifier knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lifetime {
    /// As of the last settled round here, with the total in units.
    pub(crate) computed: Option<(Round, u128)>,
    /// As of the last adopted earnings, with the total in units.
    pub(crate) adopted: Option<(Round, u128)>,
    /// As of the last adopted earnings that can be claimed from, with the total in units.
    pub(crate) claimable: Option<(Round, u128)>,
}

/// Lifetime earnings of an account; none when settled rounds are missing in them.
pub(crate) fn lifetime(context: &Context, account: AccountId) -> Result<Lifetime, Failure> {
    if context.missed.get().is_some() {
        return Ok(Lifetime::default());
    }
    let view = context.store.view()?;
    let total = |adopted: Option<Adopted>| -> Result<Option<(Round, u128)>, Failure> {
        let Some(adopted) = adopted else {
            return Ok(None);
        };
        let as_of = adopted.triple.as_of;
        if !view.has(TRIPLES, &as_of)? {
            return Ok(None);
        }
        let total = view.total_as_of(&account, as_of)?;
        Ok(Some((as_of, total.unwrap_or(0))))
    };
    let now = view.ledger_account(&account)?.total.unwrap_or(0);
    Ok(Lifetime {
        computed: view.ledger_round()?.map(|round| (round, now)),
        adopted: total(view.adopted_until(Round::MAX)?)?,
        claimable: total(claimable(context, &view)?)?,
    })
}
