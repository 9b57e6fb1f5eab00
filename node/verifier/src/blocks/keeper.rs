//! The actor that keeps up with the chain: announces the verifier, judges headers as they appear, reports in time.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chainflix_primitives::{
    AccountId, Round,
    hash::Hash32,
    registry::{ROUNDS_UNTIL_EFFECT, Standing, VerifierAnnouncement},
    report::{Header, Verdict},
};
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::{Duration, Instant, MissedTickBehavior},
};

use super::build;
use super::faults::FaultsDue;
use super::material::TicketLists;
use super::report::{self, Due, JudgedHeader, Reporter};
use super::verdicts::{Judged, Judgement, judge_within, patience_with};
use crate::chain::{At, BlockRef};
use crate::context::{Context, Place, agree};
use crate::error::Failure;
use crate::heartbeats::Heartbeats;
use crate::store::prune::Keep;
use crate::store::tables::REPORTS;

/// Headers judged at a time.
const JUDGED_AT_ONCE: usize = 4;
/// Judgements are remembered for so many rounds.
const REMEMBERED_ROUNDS: Round = 8;
/// A report waits so many hundredths of a round for verdicts and earnings that are under way: with the shortest rounds of
/// three blocks it still gets into the last.
const PATIENCE_PERCENT: u64 = 30;
/// What could not be judged is tried again after so long.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// Own reports whose mirrored duty is cleared at start.
const OLD_DUTIES: Round = 64;

/// Which header: issuer, round and root.
type HeaderKey = (AccountId, Round, Hash32);

/// The actor's state.
pub(crate) struct Keeper {
    context: Arc<Context>,
    announcement: VerifierAnnouncement,
    lists: Arc<TicketLists>,
    places: Arc<Semaphore>,
    faults: FaultsDue,
    running: HashSet<HeaderKey>,
    tasks: JoinSet<(HeaderKey, Judgement)>,
    judgements: HashMap<HeaderKey, (Judgement, Instant)>,
    /// The verifier that this node worked for last.
    announced: Option<AccountId>,
    /// Whether that one was suspended when it was last in the set.
    is_suspended: bool,
    /// Whether the mirror has what lies in the store.
    is_mirrored: bool,
    /// The chain's round, and when it was first seen, on the monotonic clock.
    turned: Option<(Round, u64)>,
    /// The block at which the off-chain worker was last called.
    kicked: Option<(BlockRef, Round)>,
    /// Removes what is too old.
    pruning: Option<JoinHandle<()>>,
    /// The last block that was dealt with, unless something was left to wait for.
    done: Option<BlockRef>,
}

impl Keeper {
    pub(crate) fn new(context: Arc<Context>, announcement: VerifierAnnouncement) -> Self {
        Self {
            context,
            announcement,
            lists: Arc::default(),
            places: Arc::new(Semaphore::new(JUDGED_AT_ONCE)),
            faults: FaultsDue::default(),
            running: HashSet::new(),
            tasks: JoinSet::new(),
            judgements: HashMap::new(),
            announced: None,
            is_suspended: false,
            is_mirrored: false,
            turned: None,
            kicked: None,
            pruning: None,
            done: None,
        }
    }

    /// Runs until the service ends.
    pub(crate) async fn run(mut self) {
        let mut blocks = self.context.chain.best_blocks();
        let mut tick = tokio::time::interval(self.context.config.tick);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                changed = blocks.changed() => if changed.is_err() { return },
                _ = tick.tick() => {}
                Some(judged) = self.tasks.join_next() => self.note(judged),
            }
            let block = *blocks.borrow_and_update();
            if self.done == Some(block) {
                continue;
            }
            match self.step(block).await {
                Ok(true) => self.done = Some(block),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the verifier could not keep up with this block; it tries again");
                }
            }
        }
    }

    fn note(&mut self, judged: Result<(HeaderKey, Judgement), tokio::task::JoinError>) {
        match judged {
            Ok((key, judgement)) => {
                self.running.remove(&key);
                // Another header of its issuer may have waited for it.
                self.done = None;
                self.judgements.insert(key, (judgement, Instant::now()));
            }
            Err(error) => tracing::error!(%error, "judging a header ended early"),
        }
    }

    /// Does what the block makes due. False when something of it has to wait.
    async fn step(&mut self, block: BlockRef) -> Result<bool, Failure> {
        let chain = Arc::clone(&self.context.chain);
        let account = chain.local_verifier();
        let standing = chain.standing(At::Best)?;
        let round = standing.round;
        let is_leaving = match account {
            Some(own) => {
                let later = round.saturating_add(ROUNDS_UNTIL_EFFECT);
                !chain.verifier_set(At::Best, later)?.contains(&own)
            }
            None => false,
        };
        let last = match account {
            Some(own) => Some(own),
            None => self.last_account()?,
        };
        self.context.set_place(Place {
            account,
            last,
            round,
            is_leaving,
        });
        self.context.facts.turn_to(round);
        self.context.verifiers.refresh(&*chain, &standing)?;
        if self.turned.is_none_or(|(turned, _)| turned != round) {
            self.turn(&standing, account)?;
        }
        if let Some(own) = account {
            self.announce(own)?;
            // The report must not wait for it.
            if let Err(error) = self.faults.bring_forward(&self.context).await {
                tracing::warn!(%error, "proofs of faults wait; they are tried again");
            }
        }
        // Who has just left, or is suspended, still owes openings of its last blocks, and may judge those of others.
        let (Some(own), Some(due)) = (last, Due::by(&standing)) else {
            return Ok(true);
        };
        for counted in standing.counted.iter().take(2) {
            if self.is_in_set(own, Some(*counted))? {
                self.start_judging(own, *counted)?;
            }
        }
        // Who has left reports its last header in a round in which it is no verifier any more.
        if self.is_in_set(own, Some(round))? {
            self.is_suspended = account.is_none();
        }
        let is_member = !self.is_suspended && self.is_in_set(own, Some(due.round))?;
        self.report(block, Reporter { own, is_member }, due).await
    }

    /// The verifier for which this node worked last.
    fn last_account(&mut self) -> Result<Option<AccountId>, Failure> {
        if self.announced.is_none() {
            let last = self.context.store.view()?.last(REPORTS)?;
            self.announced = last.map(|(_, record)| record.report.verifier);
        }
        Ok(self.announced)
    }

    fn is_in_set(&self, own: AccountId, round: Option<Round>) -> Result<bool, Failure> {
        Ok(match round {
            Some(round) => self
                .context
                .chain
                .verifier_set(At::Best, round)?
                .contains(&own),
            None => false,
        })
    }

    /// Once at the beginning of each round.
    fn turn(&mut self, standing: &Standing, account: Option<AccountId>) -> Result<(), Failure> {
        let round = standing.round;
        let context = &self.context;
        let now_ms = context.time.monotonic_ms();
        self.turned = Some((round, now_ms));
        context.metrics.round(round);
        context.audit.turned(context.time.now_ms(), round);
        // What is at work stays so for as long as no round counts.
        let at_work = standing.counted.last().copied().unwrap_or(round);
        let oldest = round.saturating_sub(REMEMBERED_ROUNDS).min(at_work);
        self.judgements.retain(|(_, of, _), _| *of >= oldest);
        if let Some(old) = round.checked_sub(4) {
            context.duties.clear_report(old);
        }
        let own_round = context
            .facts
            .clock()?
            .and_then(|clock| clock.round_at(context.time.now_ms()));
        if account.is_some() && own_round.is_some_and(|own| !agree(own, round)) {
            tracing::warn!(
                own_round,
                chain_round = round,
                "this machine's clock and the chain's rounds are far apart: no tickets are issued. \
                 Set the clock and restart the node"
            );
        }
        if self.pruning.as_ref().is_none_or(JoinHandle::is_finished) {
            let keep = Keep {
                round,
                cycles: context.chain.cycle_rule(At::Best, round)?,
                tickets_from: build::tickets_from(context, standing)?,
                archive: context.config.archive_views,
                archived: context
                    .archive
                    .as_ref()
                    .map(|archive| archive.last().unwrap_or(0)),
            };
            let writer = context.store.writer().clone();
            self.pruning = Some(tokio::spawn(async move {
                // Whether old entries go now or in the next round changes nothing.
                let _ = writer.prune(keep).await;
            }));
        }
        if account.is_some() {
            Heartbeats::turn(context, round)?;
        }
        Ok(())
    }

    /// Leaves the announcement for the off-chain worker, and brings the mirror up to date.
    fn announce(&mut self, own: AccountId) -> Result<(), Failure> {
        if self.is_mirrored && self.announced == Some(own) {
            return Ok(());
        }
        let duties = &self.context.duties;
        duties.account(&own);
        duties.announcement(&self.announcement);
        let last = self.context.store.view()?.last(REPORTS)?;
        if let Some((round, record)) = last {
            for old in round.saturating_sub(OLD_DUTIES)..round {
                duties.clear_report(old);
            }
            duties.report(&record.report);
        }
        duties.kick();
        self.announced = Some(own);
        self.is_mirrored = true;
        Ok(())
    }

    /// Judges the headers of `round` that are not judged yet, in the background.
    fn start_judging(&mut self, own: AccountId, round: Round) -> Result<(), Failure> {
        for (issuer, header) in self.headers_to_judge(own, round)? {
            let key = (issuer, round, header.root);
            // One of an issuer at a time.
            let is_busy = self.running.iter().any(|(other, ..)| *other == issuer);
            if is_busy || self.is_settled(&key) {
                continue;
            }
            self.running.insert(key);
            let patience = patience_with(header.count, self.context.facts.clock()?);
            let (context, lists) = (Arc::clone(&self.context), Arc::clone(&self.lists));
            let places = Arc::clone(&self.places);
            self.tasks.spawn(async move {
                let judged = Judged {
                    issuer,
                    round,
                    header,
                };
                // The semaphore is never closed.
                let _place = places.acquire().await;
                (
                    key,
                    judge_within(patience, context, lists, own, judged).await,
                )
            });
        }
        Ok(())
    }

    /// Whether there is a verdict, or the last try to get one was just now.
    fn is_settled(&self, key: &HeaderKey) -> bool {
        self.judgements.get(key).is_some_and(|(judgement, at)| {
            judgement.verdict != Verdict::Absent || at.elapsed() < TRY_AGAIN
        })
    }

    /// All headers of a round but the own; a lone verifier judges its own.
    fn headers_to_judge(
        &self,
        own: AccountId,
        round: Round,
    ) -> Result<Vec<(AccountId, Header)>, Failure> {
        let chain = &self.context.chain;
        let mut headers = chain.headers(At::Best, round)?;
        let is_alone = chain.verifier_set(At::Best, round)?.len() == 1;
        headers.retain(|(issuer, _)| is_alone || *issuer != own);
        Ok(headers)
    }

    /// Reports what is due, unless the chain has it. False while it waits for verdicts.
    async fn report(
        &mut self,
        block: BlockRef,
        reporter: Reporter,
        due: Due,
    ) -> Result<bool, Failure> {
        let Reporter { own, is_member } = reporter;
        let last = self.context.chain.commitment(At::Best, own)?;
        let is_reported = last.is_some_and(|(round, _)| round == due.round);
        let owes =
            is_member || self.is_in_set(own, due.judged)? || self.is_in_set(own, due.opened)?;
        if is_reported || !owes {
            return Ok(true);
        }
        let kept = self.context.store.view()?.get(REPORTS, &due.round)?;
        let report = match kept {
            Some(record) => record.report,
            None => {
                let Some(judged) = self.judged(own, due)? else {
                    return Ok(false);
                };
                report::make(&self.context, reporter, due, judged).await?
            }
        };
        if self.kicked != Some((block, due.round)) {
            self.kicked = Some((block, due.round));
            self.context.duties.report(&report);
            self.context.duties.kick();
        }
        Ok(true)
    }

    /// What the headers that are due came to; `None` while it is worth waiting for more.
    fn judged(&self, own: AccountId, due: Due) -> Result<Option<Vec<JudgedHeader>>, Failure> {
        let headers = match due.judged {
            Some(round) if self.is_in_set(own, Some(round))? => {
                self.headers_to_judge(own, round)?
            }
            _ => Vec::new(),
        };
        let mut judged = Vec::with_capacity(headers.len());
        let mut is_complete = crate::earnings::is_ready(&self.context, due.round)?;
        for (issuer, header) in headers {
            let key = (issuer, due.judged.unwrap_or_default(), header.root);
            let judgement = match self.judgements.get(&key) {
                Some((judgement, _)) => judgement.clone(),
                None => Judgement::absent(),
            };
            is_complete &= judgement.verdict != Verdict::Absent;
            judged.push(JudgedHeader {
                issuer,
                header,
                judgement,
            });
        }
        Ok((is_complete || self.is_late()?).then_some(judged))
    }

    /// Whether the round is so far gone that the report must leave.
    fn is_late(&self) -> Result<bool, Failure> {
        let (Some((_, since_ms)), Some(clock)) = (self.turned, self.context.facts.clock()?) else {
            return Ok(true);
        };
        let passed = self.context.time.monotonic_ms().saturating_sub(since_ms);
        let patience = u64::from(clock.round_ms).saturating_mul(PATIENCE_PERCENT) / 100;
        Ok(passed >= patience)
    }
}
