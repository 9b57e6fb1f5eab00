//! Making the report of a round.

use bounded_collections::BoundedVec;
use chainflix_primitives::{
    AccountId, Round, Sha256,
    draw::commitment,
    hash::Hash32,
    merkle,
    registry::Standing,
    report::{Header, PersonalRoot, REPORT_VERSION, Report, Verdict, VerdictOn},
};

use super::verdicts::Judgement;
use super::{build, openings};
use crate::chain::At;
use crate::context::Context;
use crate::earnings;
use crate::error::Failure;
use crate::random;
use crate::store::reports::{ApprovedBody, NewReport, ReportRecord};
use crate::store::tables::REPORTS;

/// A header of another verifier with what it came to.
pub(super) struct JudgedHeader {
    pub(super) issuer: AccountId,
    pub(super) header: Header,
    pub(super) judgement: Judgement,
}

/// The rounds that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// The round that is reported.
    pub(super) round: Round,
    /// The counted round before: verdicts.
    pub(super) judged: Option<Round>,
    /// The counted round before that: openings.
    pub(super) opened: Option<Round>,
}

impl Due {
    /// What is due by the chain's standing.
    pub(super) fn by(standing: &Standing) -> Option<Self> {
        let mut counted = standing.counted.iter().copied();
        Some(Self {
            round: counted.next()?,
            judged: counted.next(),
            opened: counted.next(),
        })
    }
}

/// Who reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reporter {
    /// The verifier.
    pub(super) own: AccountId,
    /// Whether it has a header: who has left the set, or is suspended, opens what it owes from before, and no more.
    pub(super) is_member: bool,
}

/// Makes the report that is due, and keeps it; from then on it does not change.
pub(super) async fn make(
    context: &Context,
    reporter: Reporter,
    due: Due,
    judged: Vec<JudgedHeader>,
) -> Result<Report, Failure> {
    let Reporter { own, is_member } = reporter;
    // What is issued or accepted from now on belongs to later rounds; what was before is on disk.
    context.tickets.close(due.round);
    context.store.writer().flush().await?;
    let (tickets, block, earnings) = if is_member {
        let tickets = build::tickets(context, own, due.round)?;
        let block = build::view_block(context, own, due.round, &tickets)?;
        (tickets, block, earnings::due(context, due.round)?)
    } else {
        (build::no_tickets(), build::empty_block(), None)
    };
    let (verdicts, personal, approved) = verdicts(judged);
    let before = reported_before(context, own, due)?;
    let opened = open(context, own, due, before.as_ref())?;
    let preimage: Hash32 = random::bytes();
    let report = Report {
        version: REPORT_VERSION,
        round: due.round,
        verifier: own,
        header: Header {
            root: block.root,
            count: u32::try_from(block.hashes.len()).unwrap_or(u32::MAX),
            playtime_ms: block.playtime_ms,
            debits: BoundedVec::truncate_from(block.debits),
            tickets: tickets.own,
            late_tickets: BoundedVec::truncate_from(tickets.late),
        },
        verdicts: BoundedVec::truncate_from(verdicts),
        personal,
        openings: BoundedVec::truncate_from(opened.header),
        personal_opening: opened.personal,
        reveal: before.map(|record| record.preimage),
        commitment: commitment::<Sha256>(&preimage),
        earnings,
    };
    let new = NewReport {
        record: ReportRecord {
            report: report.clone(),
            preimage,
            approved,
        },
        hashes: block.hashes,
        included: block.included,
        expired: block.expired,
    };
    context
        .store
        .writer()
        .write(move |batch| batch.put_report(&new))
        .await?;
    context.following.moved();
    context.metrics.report_made();
    context.audit.reported(context.time.now_ms(), &report);
    tracing::info!(
        round = report.round,
        views = report.header.count,
        verdicts = report.verdicts.len(),
        "report made"
    );
    Ok(report)
}

fn verdicts(mut judged: Vec<JudgedHeader>) -> (Vec<VerdictOn>, PersonalRoot, Vec<ApprovedBody>) {
    judged.sort_unstable_by_key(|judged| judged.issuer);
    let mut leaves = Vec::new();
    let mut approved = Vec::new();
    let mut verdicts = Vec::with_capacity(judged.len());
    for JudgedHeader {
        issuer,
        header,
        judgement,
    } in judged
    {
        if judgement.verdict == Verdict::Approve && header.count > 0 {
            leaves.extend(judgement.personal);
            approved.push(ApprovedBody {
                issuer,
                root: header.root,
                count: header.count,
            });
        }
        verdicts.push(VerdictOn {
            issuer,
            verdict: judgement.verdict,
        });
    }
    let personal = PersonalRoot {
        root: merkle::root::<Sha256>(&leaves),
        count: u32::try_from(leaves.len()).unwrap_or(u32::MAX),
    };
    (verdicts, personal, approved)
}

/// The own report of the counted round before, when the chain has it.
fn reported_before(
    context: &Context,
    own: AccountId,
    due: Due,
) -> Result<Option<ReportRecord>, Failure> {
    let Some((round, on_chain)) = context.chain.commitment(At::Best, own)? else {
        return Ok(None);
    };
    if due.judged != Some(round) {
        return Ok(None);
    }
    let record = context.store.view()?.get(REPORTS, &round)?;
    Ok(record.filter(|record| record.report.commitment == on_chain))
}

struct Opened {
    header: Vec<chainflix_primitives::report::HeaderOpening>,
    personal: Option<chainflix_primitives::report::PersonalOpening>,
}

fn open(
    context: &Context,
    own: AccountId,
    due: Due,
    before: Option<&ReportRecord>,
) -> Result<Opened, Failure> {
    let mut opened = Opened {
        header: Vec::new(),
        personal: None,
    };
    let Some(round) = due.opened else {
        return Ok(opened);
    };
    let Some(drawn) = context.chain.draw(At::Best, round)? else {
        return Ok(opened);
    };
    opened.header = openings::of_header(context, own, round, &drawn)?;
    if let Some(before) = before {
        opened.personal = openings::of_personal_root(context, &own, before, &drawn)?;
    }
    Ok(opened)
}
