//! Judging one header of another verifier: its body is fetched, every leaf checked, evidence of some asked for.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use chainflix_primitives::{
    AccountId, Magnet, Round, Sha256,
    campaign::CampaignTerms,
    hash::Hash32,
    registry::{ProviderRecord, VideoTerms},
    report::{Header, RejectReason, SAMPLED_LEAVES, Verdict, personal_leaf_hash},
    rounds::{MAX_CARRY_ROUNDS, RoundClock},
    view::ViewLeaf,
};

use crate::chain::At;
use crate::chain::facts::RoundFacts;
use crate::checks::body::{self, BodyContext, check_evidence, judge, reject};
use crate::context::Context;
use crate::error::Failure;
use crate::exchange::{Body, FetchError};
use crate::random;

/// Ticket lists of others that are remembered.
const TICKET_LISTS: usize = 256;

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
enum NoVerdict {
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

/// Ticket lists of other verifiers, verified against their reported roots.
#[derive(Default)]
pub(super) struct TicketLists(Mutex<ListsByRoot>);

/// Leaf hashes of tickets, by issuer and root.
type ListsByRoot = HashMap<(AccountId, Hash32), Arc<Vec<Hash32>>>;

/// Judges a header for verifier `own`. Absent when what is needed for a verdict can't be had.
pub(super) async fn judge_header(
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
    let verdict = tokio::task::spawn_blocking(move || {
        let (material, header) = &*looked_up;
        let body_context = material.context(&judging, issuer, round, header);
        judge(&body_context, &leaves.leaves, &leaves.hashes)
    })
    .await
    .map_err(|_| NoVerdict::Stopped)?;
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
    Ok(match sample(context, &body_context, &body).await? {
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
    body_context: &BodyContext<'_>,
    body: &Body,
) -> Result<Verdict, NoVerdict> {
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

/// Everything that a body's leaves refer to.
struct Material {
    clock: RoundClock,
    rounds: HashMap<Round, Arc<RoundFacts>>,
    videos: HashMap<(Magnet, Round), Arc<VideoTerms>>,
    campaigns: HashMap<(u32, Round), Arc<CampaignTerms>>,
    tickets: HashMap<Round, Arc<Vec<Hash32>>>,
    delegations: HashMap<Hash32, chainflix_primitives::delegation::SignedDelegation>,
    paid: HashSet<Hash32>,
}

impl Material {
    async fn collect(
        context: &Arc<Context>,
        lists: &TicketLists,
        issuer: AccountId,
        round: Round,
        body: &Body,
    ) -> Result<Self, NoVerdict> {
        let clock = context.facts.clock()?.ok_or(NoVerdict::NoClock)?;
        let mut rounds = HashMap::new();
        let mut videos = HashMap::new();
        let mut campaigns = HashMap::new();
        let mut delegations = HashSet::new();
        for leaf in body.leaves.iter() {
            let claim = &leaf.claim;
            delegations.insert(claim.delegation);
            // A time before the chain's is judged as a wrong leaf.
            let Some(issued) = clock.round_at(claim.issue_ms) else {
                continue;
            };
            if !rounds.contains_key(&issued)
                && let Some(facts) = context.facts.round(issued)?
            {
                rounds.insert(issued, facts);
            }
            let host = claim.ad.as_ref().map(|ad| ad.host_video);
            for video in [Some(claim.video), host].into_iter().flatten() {
                let key = (video, issued);
                if !videos.contains_key(&key)
                    && let Ok(terms) = context.facts.active_video(video, issued)?
                {
                    videos.insert(key, terms);
                }
            }
            if let Some(ad) = &claim.ad
                && let Some(terms) = context.facts.active_campaign(ad.campaign, issued)?
            {
                campaigns.insert((ad.campaign, issued), terms);
            }
        }
        let mut tickets = HashMap::new();
        for issued in rounds.keys() {
            if let Some(list) = lists.get(context, issuer, *issued).await? {
                tickets.insert(*issued, list);
            }
        }
        let needed = delegations.len();
        let delegations = context.exchange.delegations(issuer, delegations).await?;
        if delegations.len() < needed {
            // What is not there proves nothing.
            return Err(NoVerdict::Delegations);
        }
        Ok(Self {
            clock,
            rounds,
            videos,
            campaigns,
            tickets,
            delegations,
            paid: paid_before(context, issuer, round)?,
        })
    }

    fn context<'a>(
        &'a self,
        context: &'a Context,
        issuer: AccountId,
        round: Round,
        header: &'a Header,
    ) -> body::BodyContext<'a> {
        BodyContext {
            genesis: context.genesis,
            clock: self.clock,
            issuer,
            round,
            header,
            rounds: &self.rounds,
            videos: &self.videos,
            campaigns: &self.campaigns,
            tickets: &self.tickets,
            delegations: &self.delegations,
            paid: &self.paid,
            secrets: &context.secrets,
        }
    }
}

/// Leaves of `issuer` that finalized settlements paid in the rounds from which views may be carried into `round`.
fn paid_before(
    context: &Context,
    issuer: AccountId,
    round: Round,
) -> Result<HashSet<Hash32>, NoVerdict> {
    let after = round.checked_sub(MAX_CARRY_ROUNDS.saturating_add(1));
    let settled = context
        .chain
        .settled_after(At::Finalized, after, MAX_CARRY_ROUNDS)?;
    let view = context.store.view()?;
    let mut paid = HashSet::new();
    for block in settled.iter().flat_map(|settled| &settled.blocks) {
        if block.issuer == issuer && block.approved {
            paid.extend(view.body_hashes(&block.root)?.unwrap_or_default());
        }
    }
    Ok(paid)
}

impl TicketLists {
    /// Leaf hashes of the tickets that `issuer` reported for `round`; `None` when it reported none.
    async fn get(
        &self,
        context: &Context,
        issuer: AccountId,
        round: Round,
    ) -> Result<Option<Arc<Vec<Hash32>>>, NoVerdict> {
        let Some(reported) = context.chain.tickets_root(At::Best, issuer, round)? else {
            return Ok(None);
        };
        let key = (issuer, reported.root);
        if let Some(list) = self.lock().get(&key) {
            return Ok(Some(Arc::clone(list)));
        }
        let fetched = context.exchange.ticket_hashes(issuer, round, reported);
        let list = Arc::new(fetched.await?);
        let mut remembered = self.lock();
        if remembered.len() >= TICKET_LISTS {
            remembered.clear();
        }
        remembered.insert(key, Arc::clone(&list));
        Ok(Some(list))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ListsByRoot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
