//! The actor that applies finalized settlements to the ledger, and decides the fate of own views.

use std::{sync::Arc, time::Duration};

use chainflix_primitives::{
    AccountId, Round,
    api::ViewFate,
    earnings::{Changes, EarningsError, Ledger, ViewOutcome},
    registry::SettledRound,
    report::EarningsTriple,
    view::ViewLeaf,
};
use tokio::time::MissedTickBehavior;

use super::EarningsTree;
use super::adopted;
use super::decrease::Decreases;
use super::install;
use super::missed;
use super::records::Gathered;
use super::released;
use crate::chain::{At, ChainError};
use crate::context::Context;
use crate::error::Failure;
use crate::exchange::FetchError;
use crate::snapshots::take_if_due;
use crate::store::ledger::ChangedSince;
use crate::store::tables::{REPORTS, TRIPLES, ViewId};
use crate::store::views::ViewState;
use crate::store::{Batch, StoreError};

/// Settled rounds that are read at a time.
const ROUNDS_AT_ONCE: u32 = 16;
/// Earnings are taken as of so many rounds at most that passed without a settled one, and kept for as long while they are not
/// adopted.
pub(super) const VOTE_ROUNDS: Round = 64;
/// A body that nobody gives for so many rounds, of a round that is in adopted earnings, is not waited for any more.
const STUCK_ROUNDS: Round = 3;
/// A failure is tried again after so long, though no block came.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// Earnings as of a round: what a report says of them. `None` when their sum exceeds 128 bits.
type Snapshot = (Round, Option<EarningsTriple>);

/// What a settled round came to.
struct Applied {
    settled: SettledRound,
    bodies: Vec<Vec<ViewLeaf>>,
    outcomes: Vec<Vec<ViewOutcome>>,
    changes: Changes,
    snapshots: Vec<Snapshot>,
    /// Whether the last of them is as of the round itself.
    is_taken: bool,
    records: Gathered,
}

/// Why the earnings wait.
#[derive(Debug, thiserror::Error)]
enum Waiting {
    #[error(transparent)]
    Failed(#[from] Failure),
    #[error("a body is missing: {0}")]
    Body(#[from] FetchError),
    #[error("the settled round can't be applied: {0:?}")]
    Rules(EarningsError),
    #[error("the chain has no clock yet")]
    NoClock,
}

impl From<ChainError> for Waiting {
    fn from(error: ChainError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for Waiting {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// The actor's state.
pub(crate) struct Accountant {
    context: Arc<Context>,
    ledger: Ledger,
    /// The tree over the ledger's totals, as of the last snapshot.
    tree: EarningsTree,
    changed: ChangedSince,
    /// Whether the ledger has something that the store has not: then it is read again.
    is_ahead: bool,
    /// Number of the last finalized block as of which everything was applied, in this run.
    complete: Option<u64>,
    /// The settled round of which a body is missing, and since which round of the chain.
    lacking: Option<(Round, Round)>,
    decreases: Decreases,
}

impl Accountant {
    /// Goes on where the store left the ledger.
    pub(crate) fn new(context: Arc<Context>) -> Result<Self, StoreError> {
        let (ledger, changed) = context.store.view()?.ledger()?;
        Ok(Self {
            tree: EarningsTree::new(listed(&ledger)),
            ledger,
            changed,
            // A ledger of which only a part is there is none.
            is_ahead: context.store.view()?.is_half_installed()?,
            context,
            complete: None,
            lacking: None,
            decreases: Decreases::default(),
        })
    }

    /// Runs until the service ends.
    pub(crate) async fn run(mut self) {
        let mut blocks = self.context.chain.finalized_blocks();
        let mut tick = tokio::time::interval(TRY_AGAIN);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failed = true;
        loop {
            tokio::select! {
                changed = blocks.changed() => if changed.is_err() { return },
                _ = tick.tick(), if failed => {}
            }
            let advanced = self.advance().await;
            failed = advanced.is_err();
            if let Err(error) = advanced {
                tracing::warn!(%error, "earnings wait; they are tried again");
                if let Err(error) = self.note_lacking(&error) {
                    tracing::warn!(%error, "the chain could not be read");
                }
            } else {
                self.lacking = None;
                self.context.joining.set_stuck(false);
            }
        }
    }

    /// Notes that nobody gives a body, and for how long. Those who adopted earnings with it in them had it: then others have
    /// what follows from it, though nobody has it any more.
    fn note_lacking(&mut self, error: &Waiting) -> Result<(), ChainError> {
        let Waiting::Body(FetchError::Peer(_)) = error else {
            return Ok(());
        };
        let chain = &self.context.chain;
        let last = self.ledger.last_round();
        let Some(next) = chain.settled_after(At::Finalized, last, 1)?.pop() else {
            return Ok(());
        };
        let now = chain.standing(At::Finalized)?.round;
        let since = match self.lacking {
            Some((round, since)) if round == next.round => since,
            _ => now,
        };
        self.lacking = Some((next.round, since));
        let adopted = chain.adopted_earnings(At::Finalized)?;
        let is_adopted = adopted.is_some_and(|adopted| adopted.as_of >= next.round);
        let is_long = now.saturating_sub(since) >= STUCK_ROUNDS;
        self.context.joining.set_stuck(is_adopted && is_long);
        Ok(())
    }

    async fn advance(&mut self) -> Result<(), Waiting> {
        if self.is_ahead {
            if self.context.store.give_up_half().await? {
                tracing::warn!("a snapshot was not put in place to its end: it is begun anew");
                self.complete = None;
            }
            (self.ledger, self.changed) = self.context.store.view()?.ledger()?;
            self.is_ahead = false;
        }
        let chain = Arc::clone(&self.context.chain);
        self.context
            .final_facts
            .turn_to(chain.standing(At::Finalized)?.round);
        let number = chain.finalized_blocks().borrow().number;
        if install::is_time(&self.context, self.context.joining.is_stuck()) {
            self.install().await?;
        }
        missed::look(&self.context, &self.ledger, self.complete).await?;
        loop {
            if install::is_time(&self.context, false) {
                self.install().await?;
            }
            let settled =
                chain.settled_after(At::Finalized, self.ledger.last_round(), ROUNDS_AT_ONCE)?;
            if settled.is_empty() && install::is_time(&self.context, true) {
                self.install().await?;
                continue;
            }
            if settled.is_empty() {
                break;
            }
            for round in settled {
                self.apply(&round).await?;
            }
        }
        self.complete = Some(number);
        released::look(&self.context).await?;
        adopted::note(&self.context).await?;
        missed::look_for_silence(&self.context).await?;
        Ok(self.decreases.look(&self.context).await?)
    }

    /// Puts the snapshot that waits in the place of the ledger.
    async fn install(&mut self) -> Result<(), Waiting> {
        let Some(ready) = self.context.joining.take() else {
            return Ok(());
        };
        self.is_ahead = true;
        install::into_store(&self.context, &ready, self.ledger.last_round()).await?;
        let as_of = ready.head.as_of;
        self.ledger = ready.ledger;
        self.tree = ready.tree;
        self.changed = ChangedSince::default();
        self.changed.take(as_of);
        self.is_ahead = false;
        self.lacking = None;
        self.context.joining.set_stuck(false);
        self.context.following.moved();
        Ok(())
    }

    /// Applies one settled round, and keeps what follows from it.
    async fn apply(&mut self, settled: &SettledRound) -> Result<(), Waiting> {
        let mut bodies: Vec<Vec<ViewLeaf>> = Vec::new();
        for block in settled.blocks.iter().filter(|block| block.approved) {
            let body = self
                .context
                .exchange
                .body(block.issuer, settled.round, block.root, block.count)
                .await?;
            bodies.push(body.leaves.to_vec());
        }
        let facts = &self.context.final_facts;
        let records = Gathered::collect(facts, settled.round, bodies.iter().flatten())?
            .ok_or(Waiting::NoClock)?;
        let interval = self.context.chain.earnings_interval(At::Finalized)?.max(1);
        let mut snapshots = self.snapshots_before(settled.round, interval);
        if let Some((as_of, _)) = snapshots.last() {
            self.changed.take(*as_of);
        }
        for triple in snapshots.iter().filter_map(|(_, triple)| triple.as_ref()) {
            take_if_due(&self.context, triple, interval)?;
        }
        let applied = self.ledger.apply_noting(settled, &bodies, &records);
        let (outcomes, changes) = applied.map_err(Waiting::Rules)?;
        // Until all that follows from the round is on disk.
        self.is_ahead = true;
        let is_taken = settled.round.is_multiple_of(interval);
        let mut own = None;
        if is_taken {
            let snapshot = self.snapshot(settled.round);
            own = snapshot.1;
            snapshots.push(snapshot);
        }
        self.keep(Applied {
            settled: settled.clone(),
            bodies,
            outcomes,
            changes,
            snapshots,
            is_taken,
            records,
        })
        .await?;
        self.is_ahead = false;
        self.context.joining.set_stuck(false);
        if let Some(triple) = own {
            take_if_due(&self.context, &triple, interval)?;
        }
        self.context.following.moved();
        self.context.metrics.earnings_as_of(settled.round);
        if let Some(archive) = &self.context.archive {
            archive.applied();
        }
        Ok(())
    }

    /// Makes durable what follows from a settled round, all of it at once.
    async fn keep(&mut self, applied: Applied) -> Result<(), Waiting> {
        let Applied {
            settled,
            bodies,
            outcomes,
            changes,
            snapshots,
            is_taken,
            records,
        } = applied;
        let reported = self.context.store.view()?.get(REPORTS, &settled.round)?;
        let own_root = reported.map(|record| record.report.header.root);
        let mut fates = Vec::new();
        let mut spent = Vec::new();
        let approved = settled.blocks.iter().filter(|block| block.approved);
        for ((block, body), results) in approved.zip(&bodies).zip(&outcomes) {
            if Some(block.root) == own_root {
                fates.extend(self.fates(body, results)?);
            } else {
                spent.extend(records.spent_minutes(body, results));
            }
        }
        let ledger = self
            .changed
            .rows(changes, is_taken.then_some(settled.round));
        let write = move |batch: &Batch<'_>| {
            for (id, fate) in fates {
                batch.set_view_state(id, ViewState::Final(fate))?;
            }
            for (cycle, viewer, video, minute) in spent {
                batch.mark_spent(cycle, viewer, video, minute)?;
            }
            for (as_of, triple) in &snapshots {
                if let Some(triple) = triple {
                    batch.put(TRIPLES, as_of, triple)?;
                }
            }
            batch.put_ledger(&ledger)
        };
        Ok(self.context.store.writer().write(write).await?)
    }

    /// The ledger's totals as they stand, as those of a round.
    fn snapshot(&mut self, as_of: Round) -> Snapshot {
        self.tree.bring_to(listed(&self.ledger));
        (as_of, self.tree.triple(as_of))
    }

    /// Totals as of the rounds between the last settled one and `round` at which a root is due: nothing was settled there.
    fn snapshots_before(&mut self, round: Round, interval: u32) -> Vec<Snapshot> {
        let after = match self.ledger.last_round() {
            Some(last) => last.saturating_add(1),
            None => 0,
        };
        let first = after.max(round.saturating_sub(VOTE_ROUNDS));
        (first..round)
            .filter(|as_of| as_of.is_multiple_of(interval))
            .map(|as_of| self.snapshot(as_of))
            .collect()
    }

    /// What own views came to.
    fn fates(
        &self,
        body: &[ViewLeaf],
        outcomes: &[ViewOutcome],
    ) -> Result<Vec<(ViewId, ViewFate)>, StoreError> {
        use chainflix_primitives::Sha256;
        let view = self.context.store.view()?;
        let mut fates = Vec::with_capacity(body.len());
        for (leaf, outcome) in body.iter().zip(outcomes) {
            let own = view.view_of_leaf(leaf, &leaf.leaf_hash::<Sha256>())?;
            // What was paid once stays so, whatever a second settlement of the same view would say.
            let open = own.filter(|(_, view)| !matches!(view.state, ViewState::Final(_)));
            let Some((id, _)) = open else {
                continue;
            };
            let fate = match outcome {
                ViewOutcome::Paid { value, viewer_part } => ViewFate::Settled {
                    value: *value,
                    viewer_part: *viewer_part,
                },
                ViewOutcome::Excluded(reason) => ViewFate::Excluded { reason: *reason },
            };
            fates.push((id, fate));
        }
        Ok(fates)
    }
}

/// All totals, by ascending account.
fn listed(ledger: &Ledger) -> impl Iterator<Item = (AccountId, u128)> {
    let totals = ledger.totals();
    totals.map(|(account, total)| (*account, *total))
}
