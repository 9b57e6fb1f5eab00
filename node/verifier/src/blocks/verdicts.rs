//! Judging one header of another verifier: its body is fetched, every leaf checked, evidence of some asked for.

use std::{
    collections::{BTreeSet, HashMap},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use chainflix_primitives::{
    AccountId, Round, Sha256,
    hash::Hash32,
    registry::ProviderRecord,
    report::{Header, RejectReason, SAMPLED_LEAVES, Verdict, personal_leaf_hash},
    rounds::RoundClock,
    view::ViewLeaf,
};
use futures::FutureExt;

use super::faults;
use super::material::{Material, TicketLists};
use crate::checks::body::{check_evidence, judge, reject};
use crate::checks::faults::FaultSearch;
use crate::context::Context;
use crate::error::Failure;
use crate::exchange::{Body, FetchError};
use crate::random;

/// A header is judged for no longer than this and a second for so many of its leaves, and never for more than two rounds:
/// its verdict is due by then. A verifier that hands its block out slowly keeps nobody from judging others.
const LEAST_PATIENCE: Duration = Duration::from_secs(10);
const LEAVES_PER_SECOND: u32 = 10_000;

/// A header that is to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// Whose.
    pub(super) issuer: AccountId,
    /// Of which round.
    pub(super) round: Round,
    /// The header.
    pub(super) header: Header,
}

/// What a header came to.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    /// The verdict.
    pub(super) verdict: Verdict,
    /// Leaves of the personal tree; empty unless approved.
    pub(super) personal: Vec<Hash32>,
}

impl Judgement {
    pub(super) const fn absent() -> Self {
        Self {
            verdict: Verdict::Absent,
            personal: Vec::new(),
        }
    }
}

/// Why there is no verdict yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoVerdict {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Failed(#[from] Failure),
    #[error("the chain has no clock yet")]
    NoClock,
    #[error("delegations are missing, or not signed by their accounts")]
    Delegations,
    #[error("facts of a leaf's round, or the set secret of its cycle, are missing here")]
    Facts,
    #[error("the check did not end")]
    Stopped,
}

impl From<crate::chain::ChainError> for NoVerdict {
    fn from(error: crate::chain::ChainError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<crate::store::StoreError> for NoVerdict {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// How long a header with so many leaves may take to be judged.
pub(super) fn patience_with(count: u32, clock: Option<RoundClock>) -> Duration {
    let for_leaves = Duration::from_secs(u64::from(count / LEAVES_PER_SECOND));
    let patience = LEAST_PATIENCE.saturating_add(for_leaves);
    match clock {
        Some(clock) => {
            let two_rounds = u64::from(clock.round_ms).saturating_mul(2);
            patience.min(Duration::from_millis(two_rounds))
        }
        None => patience,
    }
}

/// Judges a header for verifier `own`. Absent when what is needed for a verdict can't be had in time.
pub(super) async fn judge_within(
    patience: Duration,
    context: Arc<Context>,
    lists: Arc<TicketLists>,
    own: AccountId,
    judged: Judged,
) -> Judgement {
    let (issuer, round) = (judged.issuer, judged.round);
    let judging = AssertUnwindSafe(judge_header(context, lists, own, judged)).catch_unwind();
    match tokio::time::timeout(patience, judging).await {
        Ok(Ok(judgement)) => judgement,
        Ok(Err(_)) => {
            tracing::error!(verifier = %issuer, round, "judging a view block ended early");
            Judgement::absent()
        }
        Err(_) => {
            tracing::warn!(verifier = %issuer, round, "a view block came too slowly to be judged");
            Judgement::absent()
        }
    }
}

async fn judge_header(
    context: Arc<Context>,
    lists: Arc<TicketLists>,
    own: AccountId,
    judged: Judged,
) -> Judgement {
    let (issuer, round) = (judged.issuer, judged.round);
    let judgement = match judge_inner(&context, &lists, own, judged).await {
        Ok(judgement) => judgement,
        Err(error) => {
            tracing::warn!(verifier = %issuer, round, %error, "no verdict on a view block");
            Judgement::absent()
        }
    };
    if let Verdict::Reject { reason, leaf } = judgement.verdict {
        tracing::warn!(verifier = %issuer, round, ?reason, leaf, "a view block is rejected");
    }
    context.metrics.verdict(&judgement.verdict);
    let now_ms = context.time.now_ms();
    context
        .audit
        .verdict(now_ms, round, issuer, &judgement.verdict);
    judgement
}

async fn judge_inner(
    context: &Arc<Context>,
    lists: &TicketLists,
    own: AccountId,
    judged: Judged,
) -> Result<Judgement, NoVerdict> {
    let Judged {
        issuer,
        round,
        header,
    } = judged;
    let body = context
        .exchange
        .body(issuer, round, header.root, header.count)
        .await?;
    if issuer == own {
        // A lone verifier is eligible for its own block, every leaf of which it checked when it came in.
        return Ok(approve(&own, &body));
    }
    let material = Material::collect(context, lists, issuer, round, &body).await?;
    let (shared, leaves) = (Arc::new((material, header)), body.clone());
    let (looked_up, judging) = (Arc::clone(&shared), Arc::clone(context));
    let (verdict, proof) = tokio::task::spawn_blocking(move || {
        let (material, header) = &*looked_up;
        let body_context = material.context(&judging, issuer, round, header);
        let verdict = judge(&body_context, &leaves.leaves, &leaves.hashes);
        let search = material.search(&body_context, &leaves);
        let found = faults::in_body(&judging, &search, verdict)?;
        judging.recent.add(
            issuer,
            (body_context.carried_from, round),
            header.root,
            &leaves.leaves,
        );
        Ok::<_, Failure>(found)
    })
    .await
    .map_err(|_| NoVerdict::Stopped)??;
    if let Some(proof) = proof {
        faults::keep(context, proof).await?;
    }
    match verdict {
        Verdict::Approve => {}
        Verdict::Absent => return Err(NoVerdict::Facts),
        Verdict::Reject { .. } => {
            return Ok(Judgement {
                verdict,
                personal: Vec::new(),
            });
        }
    }
    let (material, header) = &*shared;
    let body_context = material.context(context, issuer, round, header);
    let search = material.search(&body_context, &body);
    Ok(match sample(context, &search, &body).await? {
        Verdict::Approve => approve(&own, &body),
        verdict => Judgement {
            verdict,
            personal: Vec::new(),
        },
    })
}

fn approve(own: &AccountId, body: &Body) -> Judgement {
    let leaves = body.leaves.iter();
    Judgement {
        verdict: Verdict::Approve,
        personal: leaves
            .map(|leaf| personal_leaf_hash::<Sha256>(own, leaf))
            .collect(),
    }
}

/// Asks the issuer for the openings and receipts of random leaves, and checks them.
async fn sample(
    context: &Context,
    search: &FaultSearch<'_>,
    body: &Body,
) -> Result<Verdict, NoVerdict> {
    let body_context = search.context;
    let chosen = chosen_leaves(body.leaves.len());
    let hashes: Vec<Hash32> = chosen
        .iter()
        .filter_map(|index| body.hashes.get(*index).copied())
        .collect();
    let evidence = context
        .exchange
        .evidence(body_context.issuer, &hashes)
        .await?;
    for index in chosen {
        let (Some(leaf), Some(hash)) = (body.leaves.get(index), body.hashes.get(index)) else {
            continue;
        };
        let Some(evidence) = evidence.get(hash) else {
            return Ok(reject(RejectReason::Possession, index));
        };
        let providers = providers_of(context, leaf)?;
        if let Err(reason) = check_evidence(body_context, leaf, evidence, &providers) {
            if let Some(proof) = search.possession(index, evidence) {
                faults::keep(context, proof).await?;
            }
            return Ok(reject(reason, index));
        }
    }
    Ok(Verdict::Approve)
}

/// At most 64 leaves, all different; all of them when there are no more.
fn chosen_leaves(count: usize) -> BTreeSet<usize> {
    let sampled = SAMPLED_LEAVES as usize;
    if count <= sampled {
        return (0..count).collect();
    }
    let bound = u32::try_from(count).unwrap_or(u32::MAX);
    let mut chosen = BTreeSet::new();
    while chosen.len() < sampled {
        chosen.insert(random::below(bound) as usize);
    }
    chosen
}

fn providers_of(
    context: &Context,
    leaf: &ViewLeaf,
) -> Result<HashMap<u32, Arc<ProviderRecord>>, NoVerdict> {
    let mut providers = HashMap::new();
    for delivery in &leaf.claim.deliveries {
        if let Some(provider) = context.facts.provider(delivery.provider)? {
            providers.insert(delivery.provider, provider);
        }
    }
    Ok(providers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_a_false_possession_is_sampled_as_often_as_64_random_leaves_say() {
        assert_eq!(chosen_leaves(64).len(), 64, "all, when there are no more");
        let (leaves, trials) = (640, 4_000);
        let sampled = || chosen_leaves(leaves).contains(&123);
        let one = (0..trials).filter(|_| sampled()).count();
        // Three other verifiers, each with leaves of its own.
        let any = (0..trials).filter(|_| (0..3).any(|_| sampled()));
        let any = any.count();
        let percent = |caught: usize| caught * 100 / trials;
        println!(
            "one false possession among {leaves} leaves is looked at by one verifier in {} %, by one of three in {} %",
            percent(one),
            percent(any)
        );
        assert!((7..=13).contains(&percent(one)), "about 10 %");
        assert!((23..=31).contains(&percent(any)), "about 27 %");
    }
}
