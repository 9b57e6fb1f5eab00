//! The own view block of a round.

use chainflix_primitives::{
    AccountId, Round, Sha256,
    hash::Hash32,
    merkle::{self, RootBuilder},
    report::{LateTickets, MAX_LATE_TICKETS, TicketsRoot},
    view::{LeafContext, LeafError, ViewLeaf},
};

use crate::chain::At;
use crate::checks::cell;
use crate::context::Context;
use crate::error::Failure;
use crate::store::View;
use crate::store::tables::{LEAVES, ViewId};
use crate::store::views::OwnView;

/// Tickets that are read at a time.
const PAGE: usize = 8_192;

/// The own view block of a round.
#[derive(Debug, Default)]
pub(super) struct ViewBlock {
    pub(super) root: Hash32,
    pub(super) playtime_ms: u64,
    /// Leaf hashes, in order.
    pub(super) hashes: Vec<Hash32>,
    /// Own views in it.
    pub(super) included: Vec<ViewId>,
    /// Own views that no block can hold any more.
    pub(super) expired: Vec<ViewId>,
}

/// The tickets of a round that are reported with it.
pub(super) struct Tickets {
    pub(super) own: TicketsRoot,
    pub(super) late: Vec<LateTickets>,
}

/// No tickets.
pub(super) fn no_tickets() -> Tickets {
    Tickets {
        own: TicketsRoot {
            root: merkle::root::<Sha256>(&[]),
            count: 0,
        },
        late: Vec::new(),
    }
}

/// A block without views.
pub(super) fn empty_block() -> ViewBlock {
    ViewBlock {
        root: merkle::root::<Sha256>(&[]),
        ..ViewBlock::default()
    }
}

/// Roots over the tickets of `round`, and of the rounds since the last report, which did not count or whose report was
/// missed. The lists must be closed, and durable.
pub(super) fn tickets(context: &Context, own: AccountId, round: Round) -> Result<Tickets, Failure> {
    let view = context.store.view()?;
    let mut late = Vec::new();
    let last = context.chain.commitment(At::Best, own)?;
    let oldest = round.saturating_sub(MAX_LATE_TICKETS);
    let first = last.map_or(oldest, |(last, _)| oldest.max(last.saturating_add(1)));
    for earlier in first..round {
        let issued = tickets_root(&view, earlier)?;
        if issued.count > 0 {
            late.push(LateTickets {
                round: earlier,
                tickets: issued,
            });
        }
    }
    Ok(Tickets {
        own: tickets_root(&view, round)?,
        late,
    })
}

fn tickets_root(view: &View, round: Round) -> Result<TicketsRoot, Failure> {
    let mut builder = RootBuilder::<Sha256>::new();
    loop {
        let page = view.tickets(round, builder.count(), PAGE)?;
        for ticket in &page {
            builder.push(ticket.leaf_hash::<Sha256>());
        }
        if page.len() < PAGE {
            break;
        }
    }
    Ok(TicketsRoot {
        root: builder.root(),
        count: builder.count(),
    })
}

/// Leaf hashes of all own tickets of a round, in order.
pub(super) fn ticket_hashes(view: &View, round: Round) -> Result<Vec<Hash32>, Failure> {
    let tickets = view.tickets(round, 0, usize::MAX)?;
    Ok(tickets
        .iter()
        .map(|ticket| ticket.leaf_hash::<Sha256>())
        .collect())
}

/// The view block of `round`: all views accepted up to then that stand in no block, as far as they can.
pub(super) fn view_block(
    context: &Context,
    own: AccountId,
    round: Round,
    tickets: &Tickets,
) -> Result<ViewBlock, Failure> {
    let view = context.store.view()?;
    let mut block = ViewBlock::default();
    let mut leaves: Vec<(ViewLeaf, Hash32, ViewId)> = Vec::new();
    for (id, own_view) in view.waiting_views()? {
        if own_view.accepted > round {
            continue;
        }
        let Some(leaf) = view.get(LEAVES, &own_view.leaf)? else {
            tracing::error!(view = id, "the leaf of an accepted view is missing");
            continue;
        };
        match fits(context, own, round, tickets, &own_view, &leaf)? {
            Fit::Fits { playtime_ms } => {
                block.playtime_ms = block.playtime_ms.saturating_add(playtime_ms.into());
                leaves.push((leaf, own_view.leaf, id));
            }
            Fit::Later => {}
            Fit::Never => block.expired.push(id),
        }
    }
    leaves.sort_unstable_by_key(|(leaf, _, _)| leaf.sort_key());
    block.hashes = leaves.iter().map(|(_, hash, _)| *hash).collect();
    block.included = leaves.iter().map(|(_, _, id)| *id).collect();
    block.root = merkle::root::<Sha256>(&block.hashes);
    Ok(block)
}

enum Fit {
    Fits { playtime_ms: u32 },
    Later,
    Never,
}

/// Whether an accepted view can stand in the block of `round`.
fn fits(
    context: &Context,
    own: AccountId,
    round: Round,
    tickets: &Tickets,
    view: &OwnView,
    leaf: &ViewLeaf,
) -> Result<Fit, Failure> {
    let claim = &leaf.claim;
    let (Some(clock), Some(facts), Some(terms)) = (
        context.facts.clock()?,
        context.facts.round(view.issued)?,
        context.facts.video(claim.video)?,
    ) else {
        return Ok(Fit::Later);
    };
    let Some(playtime_ms) = cell::playtime(&terms, claim.rendition, claim.minute) else {
        return Ok(Fit::Never);
    };
    let checked = leaf.check::<Sha256>(&LeafContext {
        genesis: context.genesis,
        clock,
        header_round: round,
        cycle: facts.cycle,
        difficulty: facts.parameters.difficulty,
        playtime_ms,
    });
    match checked {
        Ok(_) => {}
        Err(LeafError::OutsideRound) if leaf.interval().1 > clock.start_of(round).unwrap_or(0) => {
            // Accepted by a clock that is ahead: its round comes.
            return Ok(Fit::Later);
        }
        Err(error) => {
            if error != LeafError::OutsideRound {
                tracing::error!(?error, "an accepted view does not stand its own check");
            }
            return Ok(Fit::Never);
        }
    }
    let brought_now =
        view.issued == round || tickets.late.iter().any(|late| late.round == view.issued);
    let is_reported = brought_now
        || context
            .chain
            .tickets_root(At::Best, own, view.issued)?
            .is_some_and(|reported| reported.count > leaf.ticket_index);
    Ok(if is_reported {
        Fit::Fits { playtime_ms }
    } else {
        Fit::Never
    })
}
