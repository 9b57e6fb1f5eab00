//! Own reports in the store: whatever a report said can be derived again from here.

use chainflix_primitives::{AccountId, Round, hash::Hash32, report::Report};
use codec::{Decode, Encode};

use super::tables::{REPORTS, ViewId};
use super::views::ViewState;
use super::{Batch, StoreResult};

/// An own report, and what its successors need to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct ReportRecord {
    /// The report, as it was mirrored.
    pub(crate) report: Report,
    /// Preimage of its commitment, which the next report reveals.
    pub(crate) preimage: Hash32,
    /// Bodies that its verdicts approve, in the order in which the personal root holds them.
    pub(crate) approved: Vec<ApprovedBody>,
}

/// A body that a report approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct ApprovedBody {
    /// Whose.
    pub(crate) issuer: AccountId,
    /// Its root.
    pub(crate) root: Hash32,
    /// Number of its leaves.
    pub(crate) count: u32,
}

/// Everything that becomes durable when a report is made.
#[derive(Clone, Debug)]
pub(crate) struct NewReport {
    pub(crate) record: ReportRecord,
    /// Leaf hashes of the own view block, in order.
    pub(crate) hashes: Vec<Hash32>,
    /// Own views in the block.
    pub(crate) included: Vec<ViewId>,
    /// Own views that no block can hold any more.
    pub(crate) expired: Vec<ViewId>,
}

impl Batch<'_> {
    /// Keeps a new report with its view block.
    pub(crate) fn put_report(&self, new: &NewReport) -> StoreResult<()> {
        let round: Round = new.record.report.round;
        self.put(REPORTS, &round, &new.record)?;
        if !new.hashes.is_empty() {
            self.put_body(&new.record.report.header.root, round, &new.hashes)?;
        }
        for id in &new.included {
            self.set_view_state(*id, ViewState::InBlock(round))?;
        }
        for id in &new.expired {
            let fate = chainflix_primitives::api::ViewFate::Expired;
            self.set_view_state(*id, ViewState::Final(fate))?;
        }
        Ok(())
    }
}
