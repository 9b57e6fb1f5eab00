//! Starting a cell: the random constant, and the ticket that holds it.

use chainflix_primitives::{
    Magnet, RandomConstant,
    api::Reply,
    refusal::Refusal,
    ticket::{TICKET_VERSION, Ticket},
    window::MIN_EARNING_MS,
};

use super::ads::{self, AdPlace};
use super::{Message, watchable};
use crate::accounts::{OpenTicket, Place};
use crate::checks::cell;
use crate::context::{Context, Ready};
use crate::error::Denied;
use crate::exchange::gossip::News;
use crate::random;
use crate::store::views::has_bit;

/// What is to be started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) video: Magnet,
    pub(super) rendition: u8,
    pub(super) minute: u16,
    /// Set when it is an advertisement's.
    pub(super) ad: Option<AdPlace>,
}

/// Starts a cell. The reply leaves when the ticket is durable.
pub(super) async fn start_cell(
    context: &Context,
    ready: &Ready,
    message: &Message<'_>,
    wanted: Wanted,
) -> Result<Reply, Denied> {
    let Wanted {
        video,
        rendition,
        minute,
        ad,
    } = wanted;
    let viewer = message.account();
    // The cell would end when this verifier is no more: its other verifier takes it.
    if context.place().is_leaving {
        return Err(Refusal::NotReady.into());
    }
    let view = context.store.view()?;
    let last_end = match context.accounts.last_end(&viewer) {
        Some(remembered) => remembered,
        None => view.last_end(viewer)?,
    };
    let now_ms = message.arrived_ms;
    let earliest = context.accounts.may_start(&viewer, now_ms, last_end)?;
    let (issue_ms, round) = context
        .tickets
        .time_of_issue(&ready.clock, ready.now_ms, earliest)?;
    let facts = context.round_facts(round)?;
    let terms = watchable(context, video, round)?;
    let playtime_ms = cell::playtime(&terms, rendition, minute).ok_or(Refusal::BadCell)?;
    if !message.session.delegation.holds_in(round) {
        return Err(Refusal::DelegationExpired.into());
    }
    let assigned = super::assigned(&facts, &viewer);
    if !assigned.contains(&ready.account) {
        return Err(Refusal::NotAssigned.into());
    }
    if playtime_ms < MIN_EARNING_MS {
        return Err(Refusal::CellTooShort.into());
    }
    match ad {
        Some(ad) => ads::check(context, &view, &viewer, ad, round)?,
        None if has_bit(&view.spent(facts.cycle, viewer, video)?, minute) => {
            return Err(Refusal::AlreadyEarned.into());
        }
        None => {}
    }
    drop(view);
    let play_code = context
        .secrets
        .of_cycle(&facts.rule, facts.cycle)
        .ok_or(Refusal::NotReady)?
        .play_code(&video, minute, &viewer, facts.cycle);
    let (ticket, durable) = context
        .tickets
        .append(&context.store, round, |index| Ticket {
            version: TICKET_VERSION,
            issuer: ready.account,
            round,
            index,
            viewer,
            delegation: message.session.delegation_hash,
            video,
            minute,
            rendition,
            issue_ms,
            constant: RandomConstant(random::bytes()),
            play_code,
        })?;
    let open = OpenTicket {
        ticket: ticket.clone(),
        issued_ms: message.arrived_ms,
        playtime_ms,
        cycle: facts.cycle,
        ad,
    };
    durable.durable().await?;
    let place = Place {
        video,
        cell: minute,
        playtime_ms,
    };
    if !context.accounts.open(open, place)? {
        return Err(Refusal::Overlap.into());
    }
    let others = assigned.into_iter().filter(|other| *other != ready.account);
    for to in others {
        context.gossip.tell(News::Opened {
            to,
            viewer,
            playtime_ms,
        });
    }
    context.metrics.ticket_issued();
    let signed = context.keys.sign_ticket(&context.genesis, ticket);
    Ok(Reply::Started(signed))
}

/// Gives up the open ticket of the account, or only the one with this constant.
pub(super) fn abandon(
    context: &Context,
    message: &Message<'_>,
    only: Option<RandomConstant>,
) -> Reply {
    let viewer = message.account();
    if context.accounts.abandon(&viewer, only).is_some() {
        context.gossip.tell(News::Closed { viewer });
    }
    Reply::Abandoned
}
