//! What passes from the pallet that judges to those that pay.

use alloc::vec::Vec;

use crate::campaign::PaidCampaign;
use crate::hash::Hash32;
use crate::ids::AccountId;
use crate::report::{Debit, EarningsTriple};
use crate::rounds::Round;

/// One header at the end of its windows, as the `pov` pallet hands it to settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedBlock {
    /// The verifier that accepted the views.
    pub issuer: AccountId,
    /// Root of the view block.
    pub root: Hash32,
    /// Its leaves.
    pub count: u32,
    /// Its playtime in ms.
    pub playtime_ms: u64,
    /// Whether it is approved.
    pub approved: bool,
    /// Whether a fault was proven in it: its weight leaves the divisor, and it is never approved.
    pub voided: bool,
    /// What it debits advertising campaigns, ascending.
    pub debits: Vec<Debit>,
}

/// The escrow of advertising campaigns; the ads pallet.
pub trait AdSettlement {
    /// Takes what the approved blocks of a settled round debit out of the campaigns' escrow, for good: from then on the
    /// rewards pallet owes it. `debits` are those of all approved blocks. Returns what each campaign was debited and
    /// paid, ascending, at most
    /// [`crate::campaign::MAX_PAID_CAMPAIGNS`]; campaigns that are not on record are left out. Called once for
    /// every settled round, ascending, with or without debits.
    fn pay(round: Round, debits: Vec<Debit>) -> Vec<PaidCampaign>;
}

/// A chain without advertising: nothing is ever paid.
impl AdSettlement for () {
    fn pay(_round: Round, _debits: Vec<Debit>) -> Vec<PaidCampaign> {
        Vec::new()
    }
}

/// Takes judged rounds and votes for earnings roots; the rewards pallet.
pub trait Settlement {
    /// All headers of a round whose windows have closed, by ascending issuer, with the complete reporters.
    fn settle(round: Round, blocks: Vec<JudgedBlock>, reporters: Vec<AccountId>);
    /// A verifier's vote for lifetime earnings, out of its report; `set_size` verifiers are in force.
    fn vote_earnings(verifier: AccountId, triple: EarningsTriple, set_size: u32);
}
