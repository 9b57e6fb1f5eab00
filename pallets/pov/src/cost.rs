//! What reports and proofs cost by what is in them, put together from measured parts, and what the pallet that pays costs.
//!
//! ```text
//!  report    = report(verdicts, debits, late tickets) + openings × header_opening + personal_opening
//!              + (earnings: count_active + one vote)
//!  authorize = authorize_report(verdicts, debits, late tickets, openings)
//! ```
//!
//! Parts that read the same are each charged for it. Every path is taken to be as long as it can be.

use chainflix_primitives::{
    fault::{FaultEvidence, FaultProof},
    missing::MissingView,
    report::Report,
};
use frame_support::weights::Weight;

use crate::{Config, WeightInfo};

/// What the pallet that pays costs, by its own measure.
pub trait SettlementWeights {
    /// Settling a round with so many blocks, which debit advertising campaigns so many times in all.
    fn settle(blocks: u32, debits: u32) -> Weight;
    /// One vote for lifetime earnings.
    fn vote_earnings() -> Weight;
}

impl SettlementWeights for () {
    fn settle(_blocks: u32, _debits: u32) -> Weight {
        Weight::zero()
    }

    fn vote_earnings() -> Weight {
        Weight::zero()
    }
}

/// Lengths of a report's lists: verdicts, debits, late tickets.
fn lists(report: &Report) -> (u32, u32, u32) {
    let length = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
    (
        length(report.verdicts.len()),
        length(report.header.debits.len()),
        length(report.header.late_tickets.len()),
    )
}

/// Drawn leaves that a report opens.
fn openings(report: &Report) -> u32 {
    u32::try_from(report.openings.len()).unwrap_or(u32::MAX)
}

/// Letting a report into the pool or a block. What it opens is only signed there.
pub fn authorize_report<T: Config>(report: &Report) -> Weight {
    let (verdicts, debits, late) = lists(report);
    let opened = openings(report).saturating_add(u32::from(report.personal_opening.is_some()));
    T::WeightInfo::authorize_report(verdicts, debits, late, opened)
}

/// Keeping a report, judging what it opens, and passing its vote for earnings on.
pub fn report<T: Config>(report: &Report) -> Weight {
    let (verdicts, debits, late) = lists(report);
    let opened = T::WeightInfo::header_opening().saturating_mul(openings(report).into());
    let mut weight = T::WeightInfo::report(verdicts, debits, late).saturating_add(opened);
    if report.personal_opening.is_some() {
        weight.saturating_accrue(T::WeightInfo::personal_opening());
    }
    if report.earnings.is_some() {
        weight.saturating_accrue(T::WeightInfo::count_active());
        weight.saturating_accrue(T::SettlementWeights::vote_earnings());
    }
    weight
}

/// Judging anybody's proof of a fault, with its deposit, and punishing the issuer.
pub fn report_fault<T: Config>(proof: &FaultProof) -> Weight {
    match kind_of(proof) {
        Kind::Leaf => T::WeightInfo::fault_of_leaf(),
        Kind::Enhancement => T::WeightInfo::fault_of_enhancement(),
        Kind::Ticket => T::WeightInfo::fault_of_ticket(),
        Kind::TwoLeaves => T::WeightInfo::fault_of_two_leaves(),
        Kind::Assignment => T::WeightInfo::fault_of_assignment(),
        Kind::Possession => T::WeightInfo::fault_of_possession(),
    }
}

/// Letting a verifier's proof of a fault into the pool or a block: it is judged there, and its signature with it.
pub fn authorize_fault<T: Config>(proof: &FaultProof) -> Weight {
    match kind_of(proof) {
        Kind::Leaf => T::WeightInfo::authorize_fault_of_leaf(),
        Kind::Enhancement => T::WeightInfo::authorize_fault_of_enhancement(),
        Kind::Ticket => T::WeightInfo::authorize_fault_of_ticket(),
        Kind::TwoLeaves => T::WeightInfo::authorize_fault_of_two_leaves(),
        Kind::Assignment => T::WeightInfo::authorize_fault_of_assignment(),
        Kind::Possession => T::WeightInfo::authorize_fault_of_possession(),
    }
}

/// Judging a verifier's proof of a fault, and punishing the issuer.
pub fn prove_fault<T: Config>(proof: &FaultProof) -> Weight {
    match kind_of(proof) {
        Kind::Leaf => T::WeightInfo::prove_fault_of_leaf(),
        Kind::Enhancement => T::WeightInfo::prove_fault_of_enhancement(),
        Kind::Ticket => T::WeightInfo::prove_fault_of_ticket(),
        Kind::TwoLeaves => T::WeightInfo::prove_fault_of_two_leaves(),
        Kind::Assignment => T::WeightInfo::prove_fault_of_assignment(),
        Kind::Possession => T::WeightInfo::prove_fault_of_possession(),
    }
}

/// Proofs that cost the same.
enum Kind {
    Leaf,
    Enhancement,
    Ticket,
    TwoLeaves,
    Assignment,
    Possession,
}

const fn kind_of(proof: &FaultProof) -> Kind {
    match &proof.evidence {
        FaultEvidence::WrongNonce | FaultEvidence::OutsideWindow | FaultEvidence::VideoInactive => {
            Kind::Leaf
        }
        FaultEvidence::TicketElsewhere { .. } => Kind::Ticket,
        FaultEvidence::SameMinute { .. } | FaultEvidence::Overlap { .. } => Kind::TwoLeaves,
        FaultEvidence::NotAssigned => Kind::Assignment,
        FaultEvidence::WrongPossession { .. } => Kind::Possession,
        FaultEvidence::EnhancementInactive { .. } => Kind::Enhancement,
    }
}

/// Judging a proof that a view is missing, and paying for it.
pub fn claim_missing<T: Config>(proof: &MissingView) -> Weight {
    T::WeightInfo::claim_missing(u32::try_from(proof.absences.len()).unwrap_or(u32::MAX))
}
