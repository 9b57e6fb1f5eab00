//! What happens to rounds, by finalized blocks: what was reported, how this verifier judged it, what was settled.

use std::sync::Arc;

use chainflix_primitives::{
    AccountId, Round,
    reason::{Explained, Reason},
    registry::{SettledBlock, SettledRound, Standing},
    report::{Header, Verdict},
};
use serde::Serialize;

use crate::chain::At;
use crate::context::Context;
use crate::error::Failure;
use crate::store::tables::REPORTS;

/// Settled rounds that are read at a time.
const AT_ONCE: u32 = 16;
/// Rounds before the service's first look whose end is not told: they were over before.
const BEFORE: Round = 64;

/// What happened to a round. Amounts are decimal strings, in units of 10⁻¹² CFX.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub(crate) enum RoundNews {
    /// All reports of the round that come are on chain.
    #[serde(rename_all = "camelCase")]
    Reported {
        round: Round,
        headers: Vec<ReportedHeader>,
    },
    /// This verifier's verdicts on the round's view blocks are on chain.
    #[serde(rename_all = "camelCase")]
    Judged {
        round: Round,
        verifier: AccountId,
        verdicts: Vec<ToldVerdict>,
    },
    /// The round is settled.
    #[serde(rename_all = "camelCase")]
    Settled {
        round: Round,
        emission: String,
        settled: String,
        blocks: Vec<ToldBlock>,
        reporters: Vec<AccountId>,
    },
}

/// A header as it was reported.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedHeader {
    issuer: AccountId,
    root: String,
    views: u32,
    playtime_ms: u64,
    tickets: u32,
}

/// A verdict on the view block of one verifier.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToldVerdict {
    issuer: AccountId,
    verdict: &'static str,
    /// Of a rejection: which leaf, and why.
    leaf: Option<u32>,
    reason: Option<Reason>,
}

/// A settled view block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToldBlock {
    issuer: AccountId,
    root: String,
    views: u32,
    playtime_ms: u64,
    approved: bool,
    voided: bool,
    weight_ms: u64,
    reward: String,
}

impl RoundNews {
    /// The settled round, if that is what is told.
    pub(crate) fn settled_round(&self) -> Option<Round> {
        match self {
            Self::Settled { round, .. } => Some(*round),
            Self::Reported { .. } | Self::Judged { .. } => None,
        }
    }
}

impl From<SettledRound> for RoundNews {
    fn from(settled: SettledRound) -> Self {
        Self::Settled {
            round: settled.round,
            emission: settled.emission.to_string(),
            settled: settled.settled.to_string(),
            blocks: settled.blocks.iter().map(ToldBlock::from).collect(),
            reporters: settled.reporters.into_inner(),
        }
    }
}

impl From<&SettledBlock> for ToldBlock {
    fn from(block: &SettledBlock) -> Self {
        Self {
            issuer: block.issuer,
            root: const_hex::encode(block.root),
            views: block.count,
            playtime_ms: block.playtime_ms,
            approved: block.approved,
            voided: block.voided,
            weight_ms: block.weight_ms,
            reward: block.reward.to_string(),
        }
    }
}

impl From<(AccountId, Header)> for ReportedHeader {
    fn from((issuer, header): (AccountId, Header)) -> Self {
        Self {
            issuer,
            root: const_hex::encode(header.root),
            views: header.count,
            playtime_ms: header.playtime_ms,
            tickets: header.tickets.count,
        }
    }
}

impl ToldVerdict {
    fn new(issuer: AccountId, verdict: Verdict) -> Self {
        let (verdict, rejection) = match verdict {
            Verdict::Approve => ("approve", None),
            Verdict::Absent => ("absent", None),
            Verdict::Reject { reason, leaf } => ("reject", Some((reason.reason(), leaf))),
        };
        Self {
            issuer,
            verdict,
            leaf: rejection.map(|(_, leaf)| leaf),
            reason: rejection.map(|(reason, _)| reason),
        }
    }
}

/// Tells what happens to rounds, until the service ends. One looks, for all who follow.
pub(crate) async fn run(context: Arc<Context>) {
    let mut blocks = context.chain.finalized_blocks();
    let mut teller = None;
    loop {
        let step = match &mut teller {
            Some(teller) => Teller::step(teller, &context),
            None => Teller::begin(&context).map(|begun| teller = Some(begun)),
        };
        if let Err(error) = step {
            tracing::debug!(%error, "rounds are told of later");
        }
        if blocks.changed().await.is_err() {
            return;
        }
    }
}

/// Up to where rounds were told.
struct Teller {
    reported: Option<Round>,
    judged: Option<Round>,
    settled: Option<Round>,
}

impl Teller {
    fn begin(context: &Context) -> Result<Self, Failure> {
        let standing = context.chain.standing(At::Finalized)?;
        let mut settled = standing.round.checked_sub(BEFORE);
        while let Some(last) = context
            .chain
            .settled_after(At::Finalized, settled, AT_ONCE)?
            .last()
        {
            settled = Some(last.round);
        }
        let judged = context.store.view()?.last(REPORTS)?;
        Ok(Self {
            reported: standing.counted.get(1).copied(),
            judged: judged.map(|(round, _)| round),
            settled,
        })
    }

    fn step(&mut self, context: &Context) -> Result<(), Failure> {
        let chain = &context.chain;
        let standing = chain.standing(At::Finalized)?;
        // Reports of a counted round come in the next one: those of the last may still be on their way.
        for round in standing.counted.iter().skip(1).rev().copied() {
            if self.reported.is_none_or(|told| round > told) {
                let headers = chain.headers(At::Finalized, round)?;
                let headers = headers.into_iter().map(ReportedHeader::from).collect();
                context
                    .following
                    .tell_round(RoundNews::Reported { round, headers });
                self.reported = Some(round);
            }
        }
        self.tell_verdicts(context, &standing)?;
        loop {
            let page = chain.settled_after(At::Finalized, self.settled, AT_ONCE)?;
            if page.is_empty() {
                return Ok(());
            }
            for settled in page {
                self.settled = Some(settled.round);
                context.following.tell_round(settled.into());
            }
        }
    }

    /// Own verdicts are told when they are final: whoever heard of them before could copy them.
    fn tell_verdicts(&mut self, context: &Context, standing: &Standing) -> Result<(), Failure> {
        let first = self.judged.map_or(0, |told| told.saturating_add(1));
        let reports =
            context
                .store
                .view()?
                .range(REPORTS, &first, &Round::MAX, AT_ONCE as usize)?;
        for (due, record) in reports {
            let report = record.report;
            let headers = context.chain.headers(At::Finalized, due)?;
            if !headers.iter().any(|(by, _)| *by == report.verifier) {
                let last = context.chain.commitment(At::Finalized, report.verifier)?;
                if last.is_none_or(|(last, _)| last < due) {
                    return Ok(());
                }
                // It came too late, and later ones did not.
            } else if let Some(round) = counted_before(standing, due)
                && !report.verdicts.is_empty()
            {
                let verdicts = report.verdicts.iter();
                let verdicts = verdicts.map(|on| ToldVerdict::new(on.issuer, on.verdict));
                context.following.tell_round(RoundNews::Judged {
                    round,
                    verifier: report.verifier,
                    verdicts: verdicts.collect(),
                });
            }
            self.judged = Some(due);
        }
        Ok(())
    }
}

/// The counted round before another one: the one that a report of it judges.
fn counted_before(standing: &Standing, round: Round) -> Option<Round> {
    let mut counted = standing
        .counted
        .iter()
        .skip_while(|counted| **counted != round);
    counted.nth(1).copied()
}
