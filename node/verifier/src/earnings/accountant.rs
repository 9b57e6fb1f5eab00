//! The actor that applies finalized settlements to the ledger, and decides the fate of own views.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chainflix_primitives::{
    AccountId, Round,
    api::ViewFate,
    earnings::{EarningsError, Ledger, ViewOutcome},
    hash::Hash32,
    registry::{SettledBlock, SettledRound},
    report::EarningsTriple,
    view::ViewLeaf,
};
use tokio::time::MissedTickBehavior;

use super::EarningsTree;
use super::decrease::Decreases;
use super::lifetime::listed;
use super::missed;
use super::records::Gathered;
use crate::chain::{At, ChainError};
use crate::context::Context;
use crate::error::Failure;
use crate::exchange::FetchError;
use crate::store::StoreError;
use crate::store::earnings::{Adopted, LEDGER_KEY, Totals};
use crate::store::tables::{ADOPTED, LEDGER, REPORTS, TOTALS, TRIPLES, ViewId};
use crate::store::views::ViewState;

/// Settled rounds that are read at a time.
const ROUNDS_AT_ONCE: u32 = 16;
/// The ledger is written every so many settled rounds; what came after is applied again at start.
const WRITE_EVERY: u32 = 8;
/// Totals are kept for so many rounds while they are not adopted.
const VOTE_ROUNDS: Round = 64;
/// A failure is tried again after so long, though no block came.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// Lifetime totals as of a round, with what a report says of them.
struct Snapshot {
    as_of: Round,
    totals: Totals,
    triple: Option<EarningsTriple>,
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
    unwritten: u32,
    /// Number of the last finalized block as of which everything was applied, in this run.
    complete: Option<u64>,
    decreases: Decreases,
}

impl Accountant {
    /// Goes on where the store left the ledger.
    pub(crate) fn new(context: Arc<Context>) -> Result<Self, StoreError> {
        let ledger = context.store.view()?.ledger()?;
        context.lifetime.set(&ledger);
        Ok(Self {
            context,
            tree: EarningsTree::new(listed(&ledger)),
            ledger,
            unwritten: 0,
            complete: None,
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
            }
        }
    }

    async fn advance(&mut self) -> Result<(), Waiting> {
        let chain = Arc::clone(&self.context.chain);
        self.context
            .final_facts
            .turn_to(chain.standing(At::Finalized)?.round);
        let number = chain.finalized_blocks().borrow().number;
        missed::look(&self.context, &self.ledger, self.complete).await?;
        loop {
            let settled =
                chain.settled_after(At::Finalized, self.ledger.last_round(), ROUNDS_AT_ONCE)?;
            if settled.is_empty() {
                break;
            }
            for round in settled {
                self.apply(&round).await?;
            }
            self.context.lifetime.set(&self.ledger);
        }
        self.complete = Some(number);
        self.release_blocks().await?;
        self.note_adopted().await?;
        Ok(self.decreases.look(&self.context).await?)
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
        let outcomes = self
            .ledger
            .apply(settled, &bodies, &records)
            .map_err(Waiting::Rules)?;
        if settled.round.is_multiple_of(interval) {
            snapshots.push(self.snapshot(settled.round));
        }
        self.unwritten = self.unwritten.saturating_add(1);
        let ledger = (self.unwritten >= WRITE_EVERY).then(|| self.ledger.clone());
        if ledger.is_some() {
            self.unwritten = 0;
        }
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
        self.context
            .store
            .writer()
            .write(move |batch| {
                for (id, fate) in fates {
                    batch.set_view_state(id, ViewState::Final(fate))?;
                }
                for (cycle, viewer, video, minute) in spent {
                    batch.mark_spent(cycle, viewer, video, minute)?;
                }
                for snapshot in &snapshots {
                    batch.put(TOTALS, &snapshot.as_of, &snapshot.totals)?;
                    if let Some(triple) = &snapshot.triple {
                        batch.put(TRIPLES, &snapshot.as_of, triple)?;
                    }
                }
                match ledger {
                    Some(ledger) => batch.put(LEDGER, &LEDGER_KEY, &ledger),
                    None => Ok(()),
                }
            })
            .await?;
        self.context.metrics.earnings_as_of(settled.round);
        Ok(())
    }

    /// The ledger's totals as they stand, as those of a round.
    fn snapshot(&mut self, as_of: Round) -> Snapshot {
        self.tree.bring_to(listed(&self.ledger));
        Snapshot {
            as_of,
            totals: self.tree.totals().to_vec(),
            triple: self.tree.triple(as_of),
        }
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

    /// Own views in blocks that were not approved, or never reported, wait for another block; those in void ones are lost.
    async fn release_blocks(&self) -> Result<(), Waiting> {
        let chain = &self.context.chain;
        let Some(own) = self.context.place().last else {
            return Ok(());
        };
        let standing = chain.standing(At::Finalized)?;
        let view = self.context.store.view()?;
        let mut released = Vec::new();
        let mut lost = Vec::new();
        for round in view.open_blocks()? {
            if self.is_void(own, round)? {
                lost.extend(view.open_in_block(round)?);
                continue;
            }
            let is_open = match chain.settled(At::Finalized, round)? {
                Some(settled) => {
                    let ours = |block: &&SettledBlock| block.issuer == own;
                    // Approved ones get their fate from the ledger.
                    settled.blocks.iter().find(ours).is_some_and(|b| b.approved)
                }
                None => {
                    // Reports of a round are taken until the next counted round is over.
                    let last = standing.counted.first().copied();
                    let may_come = last.is_none_or(|last| last <= round);
                    may_come || self.is_reported(own, round)?
                }
            };
            if !is_open {
                released.extend(view.open_in_block(round)?);
            }
        }
        drop(view);
        if released.is_empty() && lost.is_empty() {
            return Ok(());
        }
        tracing::info!(
            waiting = released.len(),
            lost = lost.len(),
            "views of a block that was not approved wait for the next; those of a void one are lost"
        );
        self.context
            .store
            .writer()
            .write(move |batch| {
                released
                    .iter()
                    .try_for_each(|id| batch.set_view_state(*id, ViewState::Waiting))?;
                lost.iter().try_for_each(|id| {
                    batch.set_view_state(*id, ViewState::Final(ViewFate::Voided))
                })
            })
            .await?;
        Ok(())
    }

    /// Whether a fault was proven in the own block of `round` before it was settled.
    fn is_void(&self, own: AccountId, round: Round) -> Result<bool, ChainError> {
        let settled = self.context.chain.settled(At::Finalized, round)?;
        Ok(settled.is_some_and(|settled| {
            let mut blocks = settled.blocks.iter();
            blocks.any(|block| block.issuer == own && block.voided)
        }))
    }

    fn is_reported(&self, own: AccountId, round: Round) -> Result<bool, ChainError> {
        let headers = self.context.chain.headers(At::Finalized, round)?;
        Ok(headers.iter().any(|(issuer, _)| *issuer == own))
    }

    /// Remembers when finalized blocks first showed adopted earnings, and forgets old totals.
    async fn note_adopted(&self) -> Result<(), Waiting> {
        let chain = &self.context.chain;
        let Some(triple) = chain.adopted_earnings(At::Finalized)? else {
            return Ok(());
        };
        let as_of = triple.as_of;
        let (is_known, last) = {
            let view = self.context.store.view()?;
            (view.has(ADOPTED, &as_of)?, view.last(ADOPTED)?)
        };
        if is_known {
            // Later ones that are not the last any more were proven wrong: nobody can claim under them.
            if last.is_some_and(|(last, _)| last > as_of) {
                self.compare(as_of, &triple.root).await?;
                let later = as_of.saturating_add(1);
                self.context
                    .store
                    .writer()
                    .write(move |batch| {
                        batch
                            .take_range(ADOPTED, &later, &Round::MAX, usize::MAX)
                            .map(|_| ())
                    })
                    .await?;
            }
            return Ok(());
        }
        let seen = chain.standing(At::Finalized)?.round;
        let kept = self.context.config.claimable_roots;
        self.compare(as_of, &triple.root).await?;
        self.context
            .store
            .writer()
            .write(move |batch| {
                batch.put(ADOPTED, &as_of, &Adopted { triple, seen })?;
                batch.keep_adopted(kept)?;
                // Totals that nobody adopted are of no use once the vote on them is over.
                let voted = as_of.saturating_sub(VOTE_ROUNDS.saturating_mul(2));
                let until = as_of.saturating_sub(VOTE_ROUNDS);
                for (round, _) in batch.range(TRIPLES, &voted, &until, usize::MAX)? {
                    if batch.get(ADOPTED, &round)?.is_none() {
                        batch.delete(TOTALS, &round)?;
                        batch.delete(TRIPLES, &round)?;
                    }
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// Compares adopted earnings with the own. A verifier that comes to others stops voting until they are the same again.
    async fn compare(&self, as_of: Round, root: &Hash32) -> Result<(), Failure> {
        let Some(own) = self.context.store.view()?.get(TRIPLES, &as_of)? else {
            return Ok(());
        };
        let agree = own.root == *root;
        self.context.earnings_agree.store(agree, Ordering::Relaxed);
        if agree {
            missed::agreed(&self.context, as_of).await?;
        } else {
            tracing::error!(
                as_of,
                "the adopted earnings are not those that this verifier computed; it votes for none until they are \
                 the same again. Compare version and settled rounds with another verifier's"
            );
        }
        Ok(())
    }
}
