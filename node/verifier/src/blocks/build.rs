//! The own view block of a round.

use std::collections::BTreeMap;

use chainflix_primitives::{
    AccountId, Round, Sha256,
    hash::Hash32,
    merkle::{self, RootBuilder},
    registry::Standing,
    report::{Debit, LateTickets, MAX_DEBITS, MAX_LATE_TICKETS, TicketsRoot},
    view::{CLOCK_TOLERANCE_MS, LeafContext, LeafError, ViewLeaf},
    window::CELL_MS,
};

use crate::chain::At;
use crate::checks::cell;
use crate::context::Context;
use crate::error::Failure;
use crate::store::View;
use crate::store::tables::{LEAVES, TICKETS, ViewId};
use crate::store::views::OwnView;

/// Tickets that are read at a time.
const PAGE: usize = 8_192;

/// The own view block of a round.
#[derive(Debug, Default)]
pub(super) struct ViewBlock {
    pub(super) root: Hash32,
    /// Without advertisements, in ms.
    pub(super) playtime_ms: u64,
    /// What advertisements in it cost, by ascending campaign.
    pub(super) debits: Vec<Debit>,
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
/// missed: the last 20 of these, which is all that there are unless reports were missed. The lists must be closed, and
/// durable.
pub(super) fn tickets(context: &Context, own: AccountId, round: Round) -> Result<Tickets, Failure> {
    let view = context.store.view()?;
    let mut late = Vec::new();
    let last = context.chain.commitment(At::Best, own)?;
    let oldest = context.chain.carried_from(At::Best, round)?;
    let first = last.map_or(oldest, |(last, _)| oldest.max(last.saturating_add(1)));
    for earlier in rounds_with_tickets(&view, first, round)? {
        late.push(LateTickets {
            round: earlier,
            tickets: tickets_root(&view, earlier)?,
        });
    }
    Ok(Tickets {
        own: tickets_root(&view, round)?,
        late,
    })
}

/// The rounds from `first` to before `end` in which tickets were issued: the last of them that one report has room for. They
/// are sought from the end, so that it does not matter how many rounds lie between.
fn rounds_with_tickets(view: &View, first: Round, end: Round) -> Result<Vec<Round>, Failure> {
    let mut found = Vec::new();
    let mut end = end;
    while found.len() < MAX_LATE_TICKETS as usize {
        let Some(before) = end.checked_sub(1).filter(|before| *before >= first) else {
            break;
        };
        let last = view.range_back(TICKETS, &(first, 0), &(before, u32::MAX), 1)?;
        let Some(((round, _), _)) = last.first() else {
            break;
        };
        found.push(*round);
        end = *round;
    }
    found.reverse();
    Ok(found)
}

/// The round of the oldest ticket behind a view that may stand in a header which is not settled. None is too old before
/// anything has counted.
pub(super) fn tickets_from(context: &Context, standing: &Standing) -> Result<Round, Failure> {
    let (Some(clock), Some(at_work)) = (context.facts.clock()?, standing.counted.last()) else {
        return Ok(0);
    };
    let carried_from = context.chain.carried_from(At::Best, *at_work)?;
    let longest_play_ms = u64::from(CELL_MS).saturating_mul(3) / 2;
    let before_ms = longest_play_ms.saturating_add(CLOCK_TOLERANCE_MS);
    let issued_ms = clock
        .start_of(carried_from)
        .and_then(|accepted_ms| accepted_ms.checked_sub(before_ms));
    Ok(issued_ms.and_then(|ms| clock.round_at(ms)).unwrap_or(0))
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
    let carried_from = context.chain.carried_from(At::Best, round)?;
    let mut block = ViewBlock::default();
    let mut debits = Debits::default();
    let mut leaves: Vec<(ViewLeaf, Hash32, ViewId)> = Vec::new();
    for (id, own_view) in view.waiting_views()? {
        if own_view.accepted > round {
            continue;
        }
        let Some(leaf) = view.get(LEAVES, &own_view.leaf)? else {
            tracing::error!(view = id, "the leaf of an accepted view is missing");
            continue;
        };
        match fits(
            context,
            own,
            (carried_from, round),
            tickets,
            &own_view,
            &leaf,
        )? {
            // What costs one campaign too many waits for the next block.
            Fit::Fits {
                debit: Some(debit), ..
            } if !debits.add(debit) => {}
            Fit::Fits { playtime_ms, .. } => {
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
    block.debits = debits.listed();
    Ok(block)
}

/// What a block's advertisements cost, by campaign: as many campaigns as a header has room for.
#[derive(Debug, Default)]
struct Debits(BTreeMap<u32, u128>);

impl Debits {
    /// Adds a debit. False when there is no room for another campaign.
    fn add(&mut self, debit: Debit) -> bool {
        if !self.0.contains_key(&debit.campaign) && self.0.len() >= MAX_DEBITS as usize {
            return false;
        }
        let sum = self.0.entry(debit.campaign).or_default();
        match sum.checked_add(debit.amount) {
            Some(more) => {
                *sum = more;
                true
            }
            None => false,
        }
    }

    fn listed(self) -> Vec<Debit> {
        let debits = self.0.into_iter();
        debits
            .map(|(campaign, amount)| Debit { campaign, amount })
            .collect()
    }
}

enum Fit {
    Fits {
        /// Towards the header's, in ms: 0 of an advertisement.
        playtime_ms: u32,
        debit: Option<Debit>,
    },
    Later,
    Never,
}

/// Whether an accepted view can stand in the block of `round`, into which views are carried from `carried_from` on.
fn fits(
    context: &Context,
    own: AccountId,
    (carried_from, round): (Round, Round),
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
        carried_from,
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
    let debit = match &claim.ad {
        None => None,
        Some(ad) => {
            let terms = context.facts.active_campaign(ad.campaign, view.issued)?;
            // It was active when the ticket was issued; on another fork it may not have been.
            let Some(amount) = terms.and_then(|terms| terms.cost(ad)) else {
                return Ok(Fit::Never);
            };
            let campaign = ad.campaign;
            Some(Debit { campaign, amount })
        }
    };
    let brought_now =
        view.issued == round || tickets.late.iter().any(|late| late.round == view.issued);
    let is_reported = brought_now
        || context
            .chain
            .tickets_root(At::Best, own, view.issued)?
            .is_some_and(|reported| reported.count > leaf.ticket_index);
    Ok(if is_reported {
        Fit::Fits {
            playtime_ms: if debit.is_some() { 0 } else { playtime_ms },
            debit,
        }
    } else {
        Fit::Never
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a2_a_header_debits_as_many_campaigns_as_it_has_room_for_and_the_next_one_waits() {
        let mut debits = Debits::default();
        let debit = |campaign, amount| Debit { campaign, amount };
        assert!(
            (0..MAX_DEBITS)
                .rev()
                .all(|campaign| debits.add(debit(campaign, 3)))
        );
        assert!(!debits.add(debit(MAX_DEBITS, 3)));
        assert!(debits.add(debit(7, 4)), "one that is in it has room");
        assert!(!debits.add(debit(7, u128::MAX)));
        let listed = debits.listed();
        assert_eq!(listed.len(), MAX_DEBITS as usize);
        assert_eq!((listed[6], listed[7]), (debit(6, 3), debit(7, 7)));
    }
}
