//! What became of an account's accepted views, and one view with its place in a view block.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chainflix_primitives::{
    AccountId, Round, Sha256,
    api::{Reply, ViewPlace, ViewRecord},
    fault::PlacedLeaf,
    hash::Hash32,
    merkle, play_data,
    refusal::Refusal,
    view::ViewLeaf,
};

use super::{Message, assigned};
use crate::chain::At;
use crate::context::Context;
use crate::error::{Denied, Failure};
use crate::following::views::{fate_of, status};
use crate::store::tables::{DELEGATIONS, LEAVES};

/// Most views told of at once.
pub(crate) const MOST: u16 = 512;
/// One proof is made at a time; whoever waits longer for its turn is told to come again.
const TURN: Duration = Duration::from_secs(2);

/// The account's latest views, newest first.
pub(super) fn latest(
    context: &Context,
    message: &Message<'_>,
    limit: u16,
) -> Result<Reply, Denied> {
    let limit = usize::from(limit.min(MOST));
    let views = context
        .store
        .view()?
        .latest_views_of(message.account(), limit)?;
    let statuses = views.iter().map(status).collect();
    Ok(Reply::Views(statuses))
}

/// One view, for whoever is paid by it. Who is not learns no more than that of a view that does not exist.
pub(super) async fn one(
    context: &Arc<Context>,
    message: &Message<'_>,
    hash: Hash32,
) -> Result<Reply, Denied> {
    let view = context.store.view()?;
    let leaf = view.get(LEAVES, &hash)?.ok_or(Refusal::UnknownView)?;
    if !is_party(context, &message.account(), &leaf)? {
        return Err(Refusal::UnknownView.into());
    }
    let delegation = view.get(DELEGATIONS, &leaf.claim.delegation)?;
    let own = view.view_of_leaf(&leaf, &hash)?;
    let fate = own.map(|(_, view)| fate_of(&view.state));
    drop(view);
    // A path hashes the whole block.
    let turn = tokio::time::timeout(TURN, Arc::clone(&context.proving).acquire_owned());
    let turn = turn.await.map_err(|_| Refusal::RateLimited)?;
    let place = {
        let context = Arc::clone(context);
        let placing = move || {
            let _turn = turn;
            place(&context, leaf, &hash)
        };
        tokio::task::spawn_blocking(placing).await
    };
    let view = place.map_err(|_| Failure::Interrupted)??;
    Ok(Reply::View(Box::new(ViewRecord {
        view,
        delegation,
        fate,
    })))
}

/// Whether the view pays `account`: as its viewer, its video's producer or supervisor, the owner of an enhancement that it
/// showed, or a storage provider.
fn is_party(context: &Context, account: &AccountId, leaf: &ViewLeaf) -> Result<bool, Failure> {
    if leaf.claim.viewer == *account {
        return Ok(true);
    }
    let terms = context.facts.video(leaf.claim.video)?;
    if terms.is_some_and(|terms| [terms.producer, terms.supervisor].contains(account)) {
        return Ok(true);
    }
    let issued = match context.facts.clock()? {
        Some(clock) => clock.round_at(leaf.claim.issue_ms),
        None => None,
    };
    if let Some(issued) = issued.filter(|_| !leaf.claim.enhancements.is_empty()) {
        let counted = context.facts.enhancements(leaf.claim.video, issued)?;
        let mut shown = counted
            .iter()
            .filter(|one| leaf.claim.enhancements.contains(&one.id));
        if shown.any(|one| one.owner == *account) {
            return Ok(true);
        }
    }
    for delivery in &leaf.claim.deliveries {
        let provider = context.facts.provider(delivery.provider)?;
        if provider.is_some_and(|provider| provider.owner == *account) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where a view stands by finalized headers: in the approved block that holds it, or else in the latest that does. Only
/// its viewer's two verifiers can have accepted it, and no later block than that of the 21st counted round on holds it.
fn place(context: &Context, leaf: ViewLeaf, hash: &Hash32) -> Result<ViewPlace, Failure> {
    let rounds = match context.final_facts.clock()? {
        Some(clock) => clock
            .round_at(leaf.claim.issue_ms)
            .zip(clock.round_at(leaf.interval().1)),
        None => None,
    };
    let Some((issued, accepted)) = rounds else {
        return Ok(ViewPlace::Nowhere(leaf));
    };
    let Some(facts) = context.final_facts.round(issued)? else {
        return Ok(ViewPlace::Nowhere(leaf));
    };
    let issuers = assigned(&facts, &leaf.claim.viewer);
    // Verifiers' clocks differ by less than a round.
    let mut rounds = BTreeSet::new();
    for accepted in [accepted.saturating_sub(1), accepted.saturating_add(1)] {
        rounds.extend(context.chain.blocks_of(At::Finalized, accepted)?);
    }
    let mut found = None;
    for round in rounds {
        for (issuer, header) in context.chain.headers(At::Finalized, round)? {
            if !issuers.contains(&issuer) || header.count == 0 {
                continue;
            }
            let hashes = context.store.view()?.body_hashes(&header.root)?;
            let hashes = hashes.unwrap_or_default();
            let Some(index) = hashes.iter().position(|other| other == hash) else {
                continue;
            };
            let is_approved = is_approved(context, issuer, round)?;
            found = Some((issuer, round, hashes, index));
            if is_approved {
                return Ok(placed(leaf, found));
            }
        }
    }
    Ok(placed(leaf, found))
}

fn is_approved(context: &Context, issuer: AccountId, round: Round) -> Result<bool, Failure> {
    let settled = context.chain.settled(At::Finalized, round)?;
    Ok(settled.is_some_and(|settled| {
        let mut blocks = settled.blocks.iter();
        blocks.any(|block| block.issuer == issuer && block.approved)
    }))
}

fn placed(leaf: ViewLeaf, found: Option<(AccountId, Round, Vec<Hash32>, usize)>) -> ViewPlace {
    let proved = found.and_then(|(issuer, round, hashes, index)| {
        let path = merkle::proof::<Sha256>(&hashes, index).and_then(play_data::path)?;
        Some((issuer, round, u32::try_from(index).ok()?, path))
    });
    match proved {
        Some((issuer, round, index, path)) => ViewPlace::InBlock {
            issuer,
            round,
            placed: PlacedLeaf { index, leaf, path },
        },
        None => ViewPlace::Nowhere(leaf),
    }
}
