//! What every other verifier checks of a whole view block before it approves.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round, Sha256,
    campaign::{CampaignTerms, sum_debits},
    delegation::SignedDelegation,
    draw,
    hash::Hash32,
    play_data::ViewEvidence,
    refusal::Refusal,
    registry::{ProviderRecord, VideoTerms},
    report::{Debit, Header, RejectReason, Verdict},
    rounds::RoundClock,
    view::{AdShown, CLOCK_TOLERANCE_MS, LeafContext, LeafError, ViewClaim, ViewLeaf},
    window,
};

use super::receipts::{KnownDelivery, ReceiptContext};
use super::signatures::{self, Deferred, Signed};
use super::{cell, receipts};
use crate::chain::facts::{Enhancements, RoundFacts};
use crate::secrets::Secrets;

/// Everything that a body is held against.
pub(crate) struct BodyContext<'a> {
    /// Genesis hash of the chain.
    pub(crate) genesis: Hash32,
    /// The chain's clock.
    pub(crate) clock: RoundClock,
    /// Whose body.
    pub(crate) issuer: AccountId,
    /// Round of the header.
    pub(crate) round: Round,
    /// First round from which views may be carried into it.
    pub(crate) carried_from: Round,
    /// The header.
    pub(crate) header: &'a Header,
    /// What held in the rounds of issue.
    pub(crate) rounds: &'a HashMap<Round, Arc<RoundFacts>>,
    /// Videos that were active in a round of issue.
    pub(crate) videos: &'a HashMap<(Magnet, Round), Arc<VideoTerms>>,
    /// Advertising campaigns that were active in a round of issue.
    pub(crate) campaigns: &'a HashMap<(u32, Round), Arc<CampaignTerms>>,
    /// Enhancements that a video had in a round of issue. Looked up where a leaf names any.
    pub(crate) enhancements: &'a HashMap<(Magnet, Round), Enhancements>,
    /// Leaf hashes of the issuer's tickets, by round of issue.
    pub(crate) tickets: &'a HashMap<Round, Arc<Vec<Hash32>>>,
    /// Delegations by hash, signed by their accounts.
    pub(crate) delegations: &'a HashMap<Hash32, SignedDelegation>,
    /// Leaves of the issuer that were paid in an earlier block.
    pub(crate) paid: &'a HashSet<Hash32>,
    /// The set secrets.
    pub(crate) secrets: &'a Secrets,
}

/// Why a leaf is not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Objection {
    /// It breaks a rule.
    Wrong(RejectReason),
    /// What it is to be held against is not at hand here, which is not the issuer's fault.
    Missing,
}

/// What was learned of a leaf that breaks no rule by itself.
struct CheckedLeaf<'c> {
    /// What held in its round of issue.
    facts: &'c RoundFacts,
    /// What it adds to the header's playtime, in ms: nothing when it is an advertisement.
    playtime_ms: u32,
    /// What it adds to the header's debits.
    debit: Option<Debit>,
}

impl From<RejectReason> for Objection {
    fn from(reason: RejectReason) -> Self {
        Self::Wrong(reason)
    }
}

/// Judges a body whose leaves lead to the header's root. Evidence is judged apart. Absent when something that a leaf is to
/// be held against is missing here.
pub(crate) fn judge(context: &BodyContext<'_>, leaves: &[ViewLeaf], hashes: &[Hash32]) -> Verdict {
    match check(context, leaves, hashes) {
        Ok(()) => Verdict::Approve,
        Err((Objection::Wrong(reason), leaf)) => reject(reason, leaf),
        Err((Objection::Missing, _)) => Verdict::Absent,
    }
}

/// A rejection for a leaf.
pub(crate) fn reject(reason: RejectReason, leaf: usize) -> Verdict {
    Verdict::Reject {
        reason,
        leaf: u32::try_from(leaf).unwrap_or(u32::MAX),
    }
}

fn check(
    context: &BodyContext<'_>,
    leaves: &[ViewLeaf],
    hashes: &[Hash32],
) -> Result<(), (Objection, usize)> {
    let mut playtime = 0u64;
    let mut debits = Vec::new();
    let mut signed = Vec::with_capacity(leaves.len());
    let mut last: Option<&ViewLeaf> = None;
    let mut minutes: HashSet<(Magnet, u16, Cycle)> = HashSet::new();
    for (index, leaf) in leaves.iter().enumerate() {
        let wrong = |reason| (Objection::Wrong(reason), index);
        let objected = |objection| (objection, index);
        let CheckedLeaf {
            facts,
            playtime_ms,
            debit,
        } = check_leaf(context, leaf).map_err(objected)?;
        playtime = playtime.saturating_add(u64::from(playtime_ms));
        debits.extend(debit);
        signed.push(signed_leaf(context, leaf, facts).map_err(objected)?);
        if hashes
            .get(index)
            .is_some_and(|hash| context.paid.contains(hash))
        {
            return Err(wrong(RejectReason::Duplicate));
        }
        if let Some(last) = last {
            if last.sort_key() >= leaf.sort_key() {
                return Err(wrong(RejectReason::Header));
            }
            if last.claim.viewer != leaf.claim.viewer {
                minutes.clear();
            } else if window::overlap(last.interval(), leaf.interval()) {
                return Err(wrong(RejectReason::Duplicate));
            }
        }
        let claim = &leaf.claim;
        // An advertisement spends no minute of its creative.
        if claim.ad.is_none() && !minutes.insert((claim.video, claim.minute, facts.cycle)) {
            return Err(wrong(RejectReason::Duplicate));
        }
        last = Some(leaf);
    }
    let header = context.header;
    if header.playtime_ms != playtime
        || u32::try_from(leaves.len()) != Ok(header.count)
        || header.debits.as_slice() != sum_debits(debits)
    {
        return Err((RejectReason::Header.into(), 0));
    }
    match signatures::first_wrong(&signed) {
        Some(index) => Err((RejectReason::Signature.into(), index)),
        None => Ok(()),
    }
}

/// Everything about one leaf but its signature and its neighbours.
fn check_leaf<'c>(
    context: &BodyContext<'c>,
    leaf: &ViewLeaf,
) -> Result<CheckedLeaf<'c>, Objection> {
    let claim = &leaf.claim;
    let issued = context
        .clock
        .round_at(claim.issue_ms)
        .ok_or(RejectReason::Video)?;
    if is_later(context, claim.issue_ms) {
        return Err(RejectReason::Leaf(LeafError::OutsideRound).into());
    }
    let facts = context.rounds.get(&issued).ok_or(Objection::Missing)?;
    let terms = context
        .videos
        .get(&(claim.video, issued))
        .ok_or(RejectReason::Video)?;
    let playtime_ms =
        cell::playtime(terms, claim.rendition, claim.minute).ok_or(RejectReason::Video)?;
    leaf.check::<Sha256>(&LeafContext {
        genesis: context.genesis,
        clock: context.clock,
        header_round: context.round,
        carried_from: context.carried_from,
        cycle: facts.cycle,
        difficulty: facts.parameters.difficulty,
        playtime_ms,
    })
    .map_err(RejectReason::Leaf)?;
    let ad = claim.ad.as_ref();
    let debit = ad
        .map(|ad| check_ad(context, claim, ad, issued))
        .transpose()?;
    if context.stranger_in(claim, issued).is_some() {
        return Err(RejectReason::Enhancement.into());
    }
    if !draw::is_assigned::<Sha256>(&facts.seed, &claim.viewer, &facts.set, &context.issuer) {
        return Err(RejectReason::NotAssigned.into());
    }
    let code = context
        .secrets
        .of_cycle(&facts.rule, facts.cycle)
        .ok_or(Objection::Missing)?
        .play_code(&claim.video, claim.minute, &claim.viewer, facts.cycle);
    if code != claim.play_code {
        return Err(RejectReason::Derivation.into());
    }
    let ticket = leaf.ticket(context.issuer, issued).leaf_hash::<Sha256>();
    let listed = context
        .tickets
        .get(&issued)
        .and_then(|list| list.get(leaf.ticket_index as usize));
    if listed != Some(&ticket) {
        return Err(RejectReason::Ticket.into());
    }
    Ok(CheckedLeaf {
        facts,
        playtime_ms: if debit.is_some() { 0 } else { playtime_ms },
        debit,
    })
}

impl BodyContext<'_> {
    /// An enhancement that a view names, and that was not attached to its video in the ticket's round.
    pub(crate) fn stranger_in(&self, claim: &ViewClaim, issued: Round) -> Option<u32> {
        let counted = self.enhancements.get(&(claim.video, issued));
        let is_counted = |id: &u32| counted.is_some_and(|all| all.iter().any(|one| one.id == *id));
        claim
            .enhancements
            .iter()
            .find(|id| !is_counted(id))
            .copied()
    }
}

/// What an ad view debits: its campaign was active, shows this creative, and ran in a video that was active too. Caps are
/// no matter here: who is over one is excluded from earnings.
fn check_ad(
    context: &BodyContext<'_>,
    claim: &ViewClaim,
    ad: &AdShown,
    issued: Round,
) -> Result<Debit, RejectReason> {
    let terms = context
        .campaigns
        .get(&(ad.campaign, issued))
        .filter(|terms| terms.creative == claim.video)
        .ok_or(RejectReason::Ad)?;
    if !context.videos.contains_key(&(ad.host_video, issued)) {
        return Err(RejectReason::Ad);
    }
    Ok(Debit {
        campaign: ad.campaign,
        amount: terms.cost(ad).ok_or(RejectReason::Ad)?,
    })
}

/// Whether a ticket of this instant is later than any that a view under the header may have, so that no fact of its round
/// is needed: there may be none yet.
fn is_later(context: &BodyContext<'_>, issue_ms: u64) -> bool {
    let next = context.round.checked_add(1);
    let end_ms = next.and_then(|next| context.clock.start_of(next));
    end_ms.is_some_and(|end_ms| issue_ms >= end_ms.saturating_add(CLOCK_TOLERANCE_MS))
}

/// The leaf's signature, to be verified with the others'.
fn signed_leaf(
    context: &BodyContext<'_>,
    leaf: &ViewLeaf,
    facts: &RoundFacts,
) -> Result<Signed, Objection> {
    let claim = &leaf.claim;
    let granted = context
        .delegations
        .get(&claim.delegation)
        .map(|signed| &signed.delegation)
        .ok_or(Objection::Missing)?;
    if granted.genesis != context.genesis
        || granted.account != claim.viewer
        || !granted.holds_in(facts.round)
    {
        return Err(RejectReason::Signature.into());
    }
    Ok(Signed {
        key: granted.session_key,
        signature: leaf.signature.0,
        payload: claim.signing_payload(&context.genesis),
    })
}

/// Checks the openings and receipts of one leaf of a body that was judged right otherwise.
pub(crate) fn check_evidence(
    context: &BodyContext<'_>,
    leaf: &ViewLeaf,
    evidence: &ViewEvidence,
    providers: &HashMap<u32, Arc<ProviderRecord>>,
) -> Result<(), RejectReason> {
    let claim = &leaf.claim;
    let issued = context
        .clock
        .round_at(claim.issue_ms)
        .ok_or(RejectReason::Video)?;
    let terms = context
        .videos
        .get(&(claim.video, issued))
        .ok_or(RejectReason::Video)?;
    let granted = context
        .delegations
        .get(&claim.delegation)
        .ok_or(RejectReason::Signature)?;
    let possession = |_: Refusal| RejectReason::Possession;
    cell::check_entry(terms, claim, &evidence.cell, &evidence.cell_path).map_err(possession)?;
    cell::check_possession(claim, &evidence.cell, &evidence.openings).map_err(possession)?;
    let deliveries: Vec<KnownDelivery<'_>> = claim
        .deliveries
        .iter()
        .map(|delivery| KnownDelivery {
            delivery,
            provider: providers.get(&delivery.provider).map(AsRef::as_ref),
        })
        .collect();
    let mut deferred = Deferred::default();
    receipts::check(
        &ReceiptContext {
            genesis: &context.genesis,
            secrets: context.secrets,
            claim,
            session_key: &granted.delegation.session_key,
            issued,
            cell_bytes: evidence.cell.bytes,
        },
        &deliveries,
        &evidence.receipts,
        &mut deferred,
    )
    .and_then(|()| deferred.verify())
    .map_err(|_| RejectReason::Receipts)
}

#[cfg(test)]
mod tests;
