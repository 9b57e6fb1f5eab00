//! Finishing a cell: the checks of Play Data, and what makes an accepted view durable before anybody is told.

use std::{sync::Arc, time::Duration};

use chainflix_primitives::{
    Round, Sha256,
    api::Reply,
    ids::AddressTag,
    play_data::{PlayData, ViewEvidence},
    refusal::Refusal,
    registry::ProviderRecord,
    ticket::Acceptance,
    view::ViewLeaf,
};

use super::{Message, watchable};
use crate::accounts::OpenTicket;
use crate::chain::facts::Enhancements;
use crate::checks::play_data::{self, PlayContext};
use crate::checks::receipts::KnownDelivery;
use crate::checks::signatures::Deferred;
use crate::context::{Context, Ready};
use crate::error::Denied;
use crate::exchange::gossip::News;
use crate::following::Told;
use crate::store::tables::REFUSED;
use crate::store::views::{Acceptable, OwnView, RefusedView, ViewState, has_bit};

/// Takes in Play Data.
pub(super) async fn finish_cell(
    context: &Arc<Context>,
    ready: &Ready,
    message: &Message<'_>,
    data: PlayData,
) -> Result<Reply, Denied> {
    let (viewer, video, minute) = (message.account(), data.claim.video, data.claim.minute);
    match accept(context, ready, message, data).await {
        Ok(acceptance) => Ok(Reply::Accepted(acceptance)),
        Err(Denied::Refused(refusal)) => {
            let refused = RefusedView {
                viewer,
                video,
                minute,
                refusal: refusal.code(),
                at_ms: ready.now_ms,
            };
            // Kept for the operator; the reply does not wait for it.
            let key = (ready.round, u64::from_le_bytes(crate::random::bytes()));
            let _ = context
                .store
                .writer()
                .submit(move |batch| batch.put(REFUSED, &key, &refused));
            let told = Told::Refused {
                video,
                minute,
                refusal,
            };
            context.following.tell(&viewer, told);
            Err(refusal.into())
        }
        Err(failed) => Err(failed),
    }
}

async fn accept(
    context: &Arc<Context>,
    ready: &Ready,
    message: &Message<'_>,
    data: PlayData,
) -> Result<Acceptance, Denied> {
    let viewer = message.account();
    let open = find_ticket(context, message, &data)?;
    let elapsed_ms = message.arrived_ms.saturating_sub(open.issued_ms);
    let elapsed_ms = u32::try_from(elapsed_ms).unwrap_or(u32::MAX);
    let signatures = check(context, message, &open, elapsed_ms, &data)?;
    context.signatures.verify(signatures).await?;

    let end_ms = open.ticket.issue_ms.saturating_add(elapsed_ms.into());
    let ended = ready.clock.round_at(end_ms).ok_or(Refusal::NotReady)?;
    let round = ended.max(context.tickets.first_open_round());
    let of_round = context.secrets.of_round(round);
    // An accepted view is not lost because a secret comes late: one tag by another secret bends a quota for one round.
    let secret = of_round.as_ref().unwrap_or(&ready.secret);
    let tag = secret.address_tag(round, message.caller.group.as_bytes());
    let quota = context.round_facts(open.ticket.round)?.parameters;
    // The ticket closes first: whoever hands in the same Play Data twice finds none.
    if !context
        .accounts
        .accept(&viewer, &open.ticket.constant, end_ms)
    {
        return Err(Refusal::AlreadyEarned.into());
    }
    if !context
        .accounts
        .count_in_group(round, tag, quota.views_per_group)
    {
        return Err(Refusal::QuotaExceeded.into());
    }
    let accepted = acceptable(context, &open, data, elapsed_ms, round, tag);
    let leaf = accepted.leaf.clone();
    context
        .store
        .writer()
        .write(move |batch| batch.put_accepted(&accepted))
        .await?;
    context.following.tell(&viewer, Told::Accepted);
    context.metrics.view_accepted();
    let took_ms = context
        .time
        .monotonic_ms()
        .saturating_sub(message.arrived_ms);
    context.metrics.finished(Duration::from_millis(took_ms));
    context.gossip.tell(News::Accepted(Box::new(leaf)));
    context.gossip.tell(News::Closed { viewer });
    let ticket = open.ticket.leaf_hash::<Sha256>();
    Ok(context
        .keys
        .sign_acceptance(&context.genesis, ready.account, ticket, round))
}

/// The open ticket that the Play Data belongs to, or why there is none.
fn find_ticket(
    context: &Context,
    message: &Message<'_>,
    data: &PlayData,
) -> Result<OpenTicket, Denied> {
    let (viewer, claim) = (message.account(), &data.claim);
    // One that was issued under another delegation is not finished here: the others would hold the view against that
    // delegation's session key, and reject the block.
    if let Some(open) = context.accounts.open_ticket(&viewer)
        && open.ticket.constant == claim.constant
        && open.ticket.delegation == message.session.delegation_hash
    {
        return Ok(open);
    }
    if let Some(holder) = context.accounts.holder_of(&claim.constant)
        && holder != viewer
    {
        return Err(Refusal::NotYourTicket.into());
    }
    let view = context.store.view()?;
    if view.is_finished(claim.viewer, claim.issue_ms, &claim.constant)? {
        let same = claim.viewer == viewer;
        return Err(if same {
            Refusal::AlreadyEarned
        } else {
            Refusal::NotYourTicket
        }
        .into());
    }
    match context.tickets.holder_before_start(&claim.constant) {
        Some(holder) if holder == viewer => Err(Refusal::VerifierRestarted.into()),
        Some(_) => Err(Refusal::NotYourTicket.into()),
        None => Err(Refusal::UnknownTicket.into()),
    }
}

/// Looks up what the Play Data is held against, and checks it but for the signatures.
fn check(
    context: &Context,
    message: &Message<'_>,
    open: &OpenTicket,
    elapsed_ms: u32,
    data: &PlayData,
) -> Result<Deferred, Denied> {
    let ticket = &open.ticket;
    // Active in the round of issue: what was restricted since pays what was watched.
    let terms = watchable(context, ticket.video, ticket.round)?;
    let parameters = context.round_facts(ticket.round)?.parameters;
    let view = context.store.view()?;
    let spent = view.spent(open.cycle, ticket.viewer, ticket.video)?;
    let last_end = match context.accounts.last_end(&ticket.viewer) {
        Some(remembered) => remembered,
        None => view.last_end(ticket.viewer)?,
    };
    drop(view);
    let providers = data
        .claim
        .deliveries
        .iter()
        .map(|delivery| context.facts.provider(delivery.provider))
        .collect::<Result<Vec<Option<Arc<ProviderRecord>>>, _>>()?;
    let deliveries: Vec<KnownDelivery<'_>> = data
        .claim
        .deliveries
        .iter()
        .zip(&providers)
        .map(|(delivery, provider)| KnownDelivery {
            delivery,
            provider: provider.as_deref(),
        })
        .collect();
    let enhancements: Enhancements = match data.claim.enhancements.as_slice() {
        [] => Arc::default(),
        _ => context.facts.enhancements(ticket.video, ticket.round)?,
    };
    let deferred = play_data::check(
        data,
        &PlayContext {
            genesis: &context.genesis,
            secrets: &context.secrets,
            open,
            session_key: &message.session.delegation.session_key,
            elapsed_ms,
            overlaps: ticket.issue_ms < last_end,
            // An advertisement spends no minute of its creative.
            spent: open.ad.is_none() && has_bit(&spent, ticket.minute),
            terms: &terms,
            difficulty: parameters.difficulty,
            enhancements: &enhancements,
            deliveries: &deliveries,
        },
    )?;
    Ok(deferred)
}

fn acceptable(
    context: &Context,
    open: &OpenTicket,
    data: PlayData,
    elapsed_ms: u32,
    round: Round,
    address_tag: AddressTag,
) -> Acceptable {
    let leaf = ViewLeaf {
        claim: data.claim.clone(),
        signature: data.signature,
        elapsed_ms,
        ticket_index: open.ticket.index,
        address_tag,
    };
    Acceptable {
        id: context.next_view_id(),
        view: OwnView {
            leaf: leaf.leaf_hash::<Sha256>(),
            viewer: open.ticket.viewer,
            video: open.ticket.video,
            minute: open.ticket.minute,
            issue_ms: leaf.claim.issue_ms,
            ends_ms: leaf.interval().1,
            issued: open.ticket.round,
            accepted: round,
            state: ViewState::Waiting,
        },
        leaf,
        evidence: ViewEvidence::from(data),
        cycle: open.cycle,
    }
}
