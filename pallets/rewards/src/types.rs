//! Rules, records and votes.

use chainflix_primitives::{
    AccountId, Round,
    emission::EmissionPreset,
    hash::{Hash32, Hasher},
    report::EarningsTriple,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// SHA-256 by the node.
pub struct HostSha256;

impl Hasher for HostSha256 {
    fn sha256(data: &[u8]) -> Hash32 {
        sp_io::hashing::sha2_256(data)
    }
}

/// What was chosen at genesis, for the life of the chain.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RewardRules {
    /// The emission schedule.
    pub emission: EmissionPreset,
    /// Length of a round in ms.
    pub round_ms: u32,
    /// Most that a second of weighted playtime pays, in units.
    pub max_rate_per_second: Option<u128>,
    /// First round in which that no longer holds. `None` is never.
    pub max_rate_until: Option<Round>,
    /// Rounds between two earnings roots.
    pub earnings_interval: u32,
    /// Rounds between the adoption of a root and the first claim under it.
    pub claim_delay: u32,
}

/// Lifetime totals of the chain, in units. `settled ≤ schedule` and `paid ≤ settled + advertised`, always.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Totals {
    /// Given to approved view blocks.
    pub settled: u128,
    /// Paid out to accounts.
    pub paid: u128,
    /// Taken out of the escrow of advertising campaigns. It is burnt there and minted again when it is claimed: until
    /// then nobody has it.
    pub advertised: u128,
}

impl Totals {
    /// What accounts have earned at most, in units: `settled + advertised`. `None` on overflow.
    #[must_use]
    pub fn owed(&self) -> Option<u128> {
        self.settled.checked_add(self.advertised)
    }
}

/// A settled round in its place.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct SettledEntry {
    /// The round.
    pub round: Round,
    /// Everything settled, and paid by campaigns, up to and with it, in units.
    pub total: u128,
}

/// Places of settled rounds that are kept: from `first` on, below `next`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct SettledSpan {
    /// The first place that is kept.
    pub first: u32,
    /// The place of the next settled round.
    pub next: u32,
}

/// A verifier's vote.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EarningsVote {
    /// Whose.
    pub verifier: AccountId,
    /// For what.
    pub triple: EarningsTriple,
}

/// Earnings that more than 51 % of the verifiers agreed on.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AdoptedEarnings {
    /// What they agreed on.
    pub triple: EarningsTriple,
    /// Round of adoption.
    pub adopted_in: Round,
    /// How many were adopted before.
    pub number: u32,
}

/// Why a vote does not count.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum VoteRefusal {
    /// The round is not a multiple of the interval.
    #[codec(index = 0)]
    OffInterval,
    /// The round is not settled yet, or so long ago that its settlement is forgotten.
    #[codec(index = 1)]
    NotSettled,
    /// Earnings as of this round or a later one are adopted.
    #[codec(index = 2)]
    NotAboveLastAdopted,
    /// The sum is above everything that was settled, and paid by campaigns, up to the round.
    #[codec(index = 3)]
    SumAboveSettled,
    /// The sum is below that of the earnings adopted last.
    #[codec(index = 4)]
    SumBelowLastAdopted,
    /// Votes are counted for too many later rounds.
    #[codec(index = 5)]
    NoRoom,
}

/// What never happens as long as the other pallets keep their word.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Unexpected {
    /// A round was to be settled that is not above the last one.
    #[codec(index = 0)]
    RoundNotAbove,
    /// A round had more blocks or reporters than there are verifiers.
    #[codec(index = 1)]
    TooManyVerifiers,
    /// A round would have lifted the total above the schedule.
    #[codec(index = 2)]
    AboveSchedule,
    /// The chain was started without rules, or a count is at its end.
    #[codec(index = 3)]
    NoRules,
    /// More campaigns paid than a record holds, or more than there is money.
    #[codec(index = 4)]
    AdsOutOfBounds,
}

/// Claim of one account: the arguments of a single claim.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Claim<Account> {
    /// Who is paid.
    pub account: Account,
    /// The round of the adopted root.
    pub as_of: Round,
    /// What the account has earned in its lifetime, in units.
    pub total: u128,
    /// Place of its leaf.
    pub index: u32,
    /// Accounts under the root.
    pub count: u32,
    /// Path of its leaf.
    pub proof: crate::Path,
}

/// A most rate that holds from a round on.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct RateChange {
    /// First round in which it holds.
    pub from_round: Round,
    /// Most that a second of weighted playtime pays, in units.
    pub max_rate_per_second: Option<u128>,
}
