//! A verifier that lost its store. It does not know which minutes it attested: a viewer that played one of them again
//! would make it sign that minute in two blocks, which is a fault of the verifier. So it issues no tickets until the ledger
//! has caught up, and its own blocks of the cycle, which the other verifiers keep, have told it what they hold.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round, registry::SettledRound, rounds::RoundClock,
};
use codec::{Decode, Encode};

use crate::chain::At;
use crate::checks::recent;
use crate::context::Context;
use crate::error::Failure;
use crate::exchange::FetchError;
use crate::store::tables::{META, TICKETS, VIEWS};
use crate::store::{Store, StoreError, StoreResult};

/// Where the store notes what it began with.
const KEY: &[u8; 8] = b"begun___";
/// Settled rounds that are read at a time.
const ROUNDS_AT_ONCE: u32 = 100;
/// Minutes that go into one write.
const MINUTES_PER_WRITE: usize = 4_096;

/// The chain is not coming in any more when its round is no farther than this from the own clock, which may be a minute
/// off, in ms. Who lost its store within that time of its very first report is taken for new.
const STILL_IN_MS: u64 = 90_000;

/// A minute of a viewer.
type Minute = (Cycle, AccountId, Magnet, u16);

/// With what the store began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Begun {
    /// The chain's round then.
    round: Round,
    /// Whether the verifier had reported before that, from a store that is lost.
    had_reported: bool,
    /// Whether what was to be known is known.
    is_over: bool,
}

/// Whether the store knows what the verifier attested.
#[derive(Debug)]
pub(crate) struct Rebuilding(AtomicBool);

impl Rebuilding {
    /// As the store has it. One that holds tickets or views was not lost.
    pub(crate) fn of(store: &Store) -> StoreResult<Self> {
        let view = store.view()?;
        let is_over = match begun(store)? {
            Some(begun) => begun.is_over,
            None => view.last(TICKETS)?.is_some() || view.last(VIEWS)?.is_some(),
        };
        Ok(Self(AtomicBool::new(is_over)))
    }

    /// Whether tickets may be issued, as far as the store goes.
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Rebuilds what a lost store held; ends when that is done.
pub(crate) async fn run(context: Arc<Context>) {
    let mut blocks = context.chain.best_blocks();
    let mut recalled_in = None;
    while !context.rebuilding.is_over() {
        match rebuild(&context, &mut recalled_in).await {
            Ok(true) => context.rebuilding.0.store(true, Ordering::Relaxed),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the store is rebuilt later"),
        }
        if blocks.changed().await.is_err() {
            return;
        }
    }
}

/// Goes on rebuilding. Whether that is done.
async fn rebuild(context: &Context, recalled_in: &mut Option<Round>) -> Result<bool, Failure> {
    let Some(own) = context.chain.local_verifier() else {
        return Ok(false);
    };
    let round = context.chain.standing(At::Best)?.round;
    let begun = match begun(&context.store)? {
        Some(begun) => begun,
        None => match begin(context, own, round).await? {
            Some(begun) => begun,
            None => return Ok(false),
        },
    };
    let Some(clock) = context.facts.clock()? else {
        return Ok(false);
    };
    if !is_caught_up(context, begun)? {
        return Ok(false);
    }
    if begun.had_reported {
        // What nobody gives now is asked for again in the next round.
        if *recalled_in == Some(round) {
            return Ok(false);
        }
        *recalled_in = Some(round);
        if !recall(context, own, begun, clock, round).await? {
            return Ok(false);
        }
        tracing::info!("the lost store is rebuilt: tickets are issued again");
    }
    note(
        context,
        Begun {
            is_over: true,
            ..begun
        },
    )
    .await?;
    Ok(true)
}

/// Takes note of what the store begins with. While the chain is still coming in that can't be told.
async fn begin(context: &Context, own: AccountId, round: Round) -> Result<Option<Begun>, Failure> {
    let clock = context.facts.clock()?;
    let now_ms = context.time.now_ms();
    let is_in = |clock: RoundClock| {
        let began = clock.start_of(round)?;
        Some(began.abs_diff(now_ms) <= STILL_IN_MS.saturating_add(clock.round_ms.into()))
    };
    if !clock.and_then(is_in).unwrap_or(false) {
        return Ok(None);
    }
    let begun = Begun {
        round,
        had_reported: context.chain.commitment(At::Best, own)?.is_some(),
        is_over: false,
    };
    if begun.had_reported {
        tracing::warn!(
            round,
            "this verifier has reported before, and its store is empty: it issues no tickets until it knows again, from \
             the chain and the other verifiers, what it attested"
        );
    }
    note(context, begun).await?;
    Ok(Some(begun))
}

/// Whether the ledger has all that was settled up to the round in which the store began; of a verifier that had reported,
/// all of its own blocks, too.
fn is_caught_up(context: &Context, begun: Begun) -> Result<bool, Failure> {
    let applied = context.store.view()?.ledger_round()?;
    if begun.had_reported {
        return Ok(applied.is_some_and(|applied| applied >= begun.round));
    }
    let next = context.chain.settled_after(At::Finalized, applied, 1)?;
    Ok(next.first().is_none_or(|next| next.round > begun.round))
}

/// Marks the minutes of all own blocks of the cycle as spent, whatever became of them. False while one may be held against
/// this verifier that nobody gives.
async fn recall(
    context: &Context,
    own: AccountId,
    begun: Begun,
    clock: RoundClock,
    round: Round,
) -> Result<bool, Failure> {
    let rule = context.chain.cycle_rule(At::Finalized, round)?;
    let first = rule
        .cycle_of(round)
        .and_then(|cycle| rule.first_round_of(cycle));
    let last = context
        .chain
        .standing(At::Finalized)?
        .counted
        .first()
        .copied();
    let carried_from = context
        .chain
        .carried_from(At::Finalized, last.unwrap_or(round))?;
    let held_from = recent::held_from(carried_from);
    let mut after = first.unwrap_or(0).min(held_from).checked_sub(1);
    let mut is_complete = true;
    loop {
        let page = context
            .chain
            .settled_after(At::Finalized, after, ROUNDS_AT_ONCE)?;
        let Some(last) = page.last() else {
            return Ok(is_complete);
        };
        after = Some(last.round);
        for settled in page {
            if settled.round > begun.round {
                return Ok(is_complete);
            }
            // Nobody who is honest remembers older ones.
            let is_held = settled.round >= held_from;
            is_complete &= recall_block(context, own, clock, &settled).await? || !is_held;
        }
    }
}

/// Marks the minutes of the own block of a round. False when nobody gives the block.
async fn recall_block(
    context: &Context,
    own: AccountId,
    clock: RoundClock,
    settled: &SettledRound,
) -> Result<bool, Failure> {
    let mut blocks = settled.blocks.iter();
    let Some(block) = blocks.find(|block| block.issuer == own && block.count > 0) else {
        return Ok(true);
    };
    let body = context
        .exchange
        .body(own, settled.round, block.root, block.count);
    let body = match body.await {
        Ok(body) => body,
        Err(FetchError::Store(error)) => return Err(error.into()),
        Err(FetchError::Peer(error)) => {
            tracing::warn!(%error, round = settled.round, "nobody gives an own block from before the store was lost");
            return Ok(false);
        }
    };
    let mut cycles = BTreeMap::new();
    let mut minutes: Vec<Minute> = Vec::with_capacity(body.leaves.len());
    // An advertisement spends no minute.
    for claim in body
        .leaves
        .iter()
        .map(|leaf| &leaf.claim)
        .filter(|claim| claim.ad.is_none())
    {
        let Some(issued) = clock.round_at(claim.issue_ms) else {
            continue;
        };
        if let Entry::Vacant(place) = cycles.entry(issued) {
            let rule = context.chain.cycle_rule(At::Finalized, issued)?;
            place.insert(rule.cycle_of(issued));
        }
        let cycle: Option<Cycle> = cycles.get(&issued).copied().flatten();
        minutes.extend(cycle.map(|cycle| (cycle, claim.viewer, claim.video, claim.minute)));
    }
    for minutes in minutes.chunks(MINUTES_PER_WRITE) {
        let minutes = minutes.to_vec();
        let write = context.store.writer().write(move |batch| {
            let mut minutes = minutes.into_iter();
            minutes.try_for_each(|(cycle, viewer, video, minute)| {
                batch.mark_spent(cycle, viewer, video, minute)
            })
        });
        write.await?;
    }
    Ok(true)
}

fn begun(store: &Store) -> StoreResult<Option<Begun>> {
    let Some(bytes) = store.view()?.get(META, KEY)? else {
        return Ok(None);
    };
    let damaged = StoreError::Damaged { table: "meta" };
    Begun::decode(&mut bytes.as_slice())
        .map(Some)
        .map_err(|_| damaged)
}

async fn note(context: &Context, begun: Begun) -> StoreResult<()> {
    let writer = context.store.writer();
    writer
        .write(move |batch| batch.put(META, KEY, &begun.encode()))
        .await
}
