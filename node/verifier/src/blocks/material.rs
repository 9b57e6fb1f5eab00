//! Everything that the leaves of a body refer to, gathered before it is judged.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use chainflix_primitives::{
    AccountId, Magnet, Round,
    campaign::CampaignTerms,
    delegation::SignedDelegation,
    hash::Hash32,
    registry::VideoTerms,
    report::Header,
    rounds::{MAX_CARRY_ROUNDS, RoundClock},
};

use super::verdicts::NoVerdict;
use crate::chain::At;
use crate::chain::facts::{Enhancements, RoundFacts};
use crate::checks::body::BodyContext;
use crate::checks::faults::{FaultSearch, Inactive};
use crate::context::Context;
use crate::exchange::Body;

/// Ticket lists of others that are remembered.
const TICKET_LISTS: usize = 256;

/// Ticket lists of other verifiers, verified against their reported roots.
#[derive(Default)]
pub(super) struct TicketLists(Mutex<ListsByRoot>);

/// Leaf hashes of tickets, by issuer and root.
type ListsByRoot = HashMap<(AccountId, Hash32), Arc<Vec<Hash32>>>;

/// Everything that a body's leaves refer to.
pub(super) struct Material {
    clock: RoundClock,
    carried_from: Round,
    rounds: HashMap<Round, Arc<RoundFacts>>,
    videos: HashMap<(Magnet, Round), Arc<VideoTerms>>,
    campaigns: HashMap<(u32, Round), Arc<CampaignTerms>>,
    enhancements: HashMap<(Magnet, Round), Enhancements>,
    tickets: HashMap<Round, Arc<Vec<Hash32>>>,
    delegations: HashMap<Hash32, SignedDelegation>,
    paid: HashSet<Hash32>,
    inactive: HashMap<(Magnet, Round), Inactive>,
}

impl Material {
    /// Gathers it; facts of the chain, tickets and delegations are fetched where they are not at hand.
    pub(super) async fn collect(
        context: &Arc<Context>,
        lists: &TicketLists,
        issuer: AccountId,
        round: Round,
        body: &Body,
    ) -> Result<Self, NoVerdict> {
        let clock = context.facts.clock()?.ok_or(NoVerdict::NoClock)?;
        let carried_from = context.chain.carried_from(At::Best, round)?;
        let mut rounds = HashMap::new();
        let mut videos = HashMap::new();
        let mut campaigns = HashMap::new();
        let mut enhancements = HashMap::new();
        let mut delegations = HashSet::new();
        let mut inactive = HashMap::new();
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
                if videos.contains_key(&key) || inactive.contains_key(&key) {
                    continue;
                }
                match context.facts.active_video(video, issued)? {
                    Ok(terms) => {
                        videos.insert(key, terms);
                    }
                    Err(_) => {
                        let state = context.chain.video_state(At::Best, video, issued)?;
                        inactive.insert(key, (context.facts.video(video)?, state));
                    }
                }
            }
            if let Some(ad) = &claim.ad
                && let Some(terms) = context.facts.active_campaign(ad.campaign, issued)?
            {
                campaigns.insert((ad.campaign, issued), terms);
            }
            let key = (claim.video, issued);
            if !claim.enhancements.is_empty() && !enhancements.contains_key(&key) {
                enhancements.insert(key, context.facts.enhancements(claim.video, issued)?);
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
            carried_from,
            rounds,
            videos,
            campaigns,
            enhancements,
            tickets,
            delegations,
            paid: paid_before(context, issuer, carried_from)?,
            inactive,
        })
    }

    /// The body in which faults are looked for.
    pub(super) fn search<'a>(
        &'a self,
        context: &'a BodyContext<'a>,
        body: &'a Body,
    ) -> FaultSearch<'a> {
        FaultSearch {
            context,
            leaves: &body.leaves,
            hashes: &body.hashes,
            inactive: &self.inactive,
        }
    }

    /// What the body is held against.
    pub(super) fn context<'a>(
        &'a self,
        context: &'a Context,
        issuer: AccountId,
        round: Round,
        header: &'a Header,
    ) -> BodyContext<'a> {
        BodyContext {
            genesis: context.genesis,
            clock: self.clock,
            issuer,
            round,
            carried_from: self.carried_from,
            header,
            rounds: &self.rounds,
            videos: &self.videos,
            campaigns: &self.campaigns,
            enhancements: &self.enhancements,
            tickets: &self.tickets,
            delegations: &self.delegations,
            paid: &self.paid,
            secrets: &context.secrets,
        }
    }
}

/// Leaves of `issuer` that finalized settlements paid in the counted rounds from `carried_from` on, of which there are 20
/// before the round into which it is carried.
fn paid_before(
    context: &Context,
    issuer: AccountId,
    carried_from: Round,
) -> Result<HashSet<Hash32>, NoVerdict> {
    let after = carried_from.checked_sub(1);
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
