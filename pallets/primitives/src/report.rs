//! Reports: the one transaction that a verifier puts on chain per round, whatever the audience.
//!
//! The report *of* round `r` is due in the counted round after `r` and carries
//!
//! | part | about |
//! |---|---|
//! | header | the verifier's own view block of `r`, with the tickets root of `r` and of rounds it missed |
//! | verdicts, personal root | the headers of the counted round before `r` |
//! | openings, personal opening | its header, and its personal root, of the counted round before that, at the drawn leaves |
//! | reveal, commitment | its part in the draw |
//! | earnings | the vote for an earnings root ([`EarningsTriple`]), when one is due |

use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::delegation::SignedDelegation;
use crate::hash::{Hash32, Hasher, label};
use crate::ids::AccountId;
use crate::merkle;
use crate::play_data::Path;
use crate::rounds::Round;
use crate::view::{LeafError, ViewLeaf};

/// Version of [`Report`].
pub const REPORT_VERSION: u8 = 1;
/// Most verifiers of the network.
pub const MAX_VERIFIERS: u32 = 100;
/// Most campaigns that a header debits.
pub const MAX_DEBITS: u32 = 64;
/// Most earlier rounds whose tickets roots a report may bring after.
pub const MAX_LATE_TICKETS: u32 = 20;
/// Leaves of a header that are opened on chain.
pub const DRAWN_LEAVES: u32 = 4;
/// Leaves of a body whose openings and receipts every other verifier checks.
pub const SAMPLED_LEAVES: u32 = 64;
/// Version of the rules by which earnings are computed.
pub const EARNINGS_VERSION: u8 = 1;

/// Root and count of the tickets that a verifier issued in a round.
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
pub struct TicketsRoot {
    /// Root over the tickets in order of issue.
    pub root: Hash32,
    /// Their number.
    pub count: u32,
}

/// Tickets root of an earlier round, brought after.
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
pub struct LateTickets {
    /// The round in which the tickets were issued.
    pub round: Round,
    /// Their root.
    pub tickets: TicketsRoot,
}

/// What a view block costs one advertising campaign.
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
pub struct Debit {
    /// The campaign.
    pub campaign: u32,
    /// Units of 10⁻¹² CFX.
    pub amount: u128,
}

/// Header of a view block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Header {
    /// Root over the leaves, sorted by viewer and time of issue.
    pub root: Hash32,
    /// Number of leaves.
    pub count: u32,
    /// Sum of the leaves' playtimes without advertisements, in ms.
    pub playtime_ms: u64,
    /// Debits by ascending campaign.
    pub debits: BoundedVec<Debit, ConstU32<MAX_DEBITS>>,
    /// All tickets issued in the round.
    pub tickets: TicketsRoot,
    /// Tickets of earlier rounds whose report was missed, by ascending round.
    pub late_tickets: BoundedVec<LateTickets, ConstU32<MAX_LATE_TICKETS>>,
}

/// What a verifier thinks of another's header.
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
pub enum Verdict {
    /// Every leaf is right.
    #[codec(index = 0)]
    Approve,
    /// A leaf is wrong.
    #[codec(index = 1)]
    Reject {
        /// Why.
        reason: RejectReason,
        /// Index of the wrong leaf.
        leaf: u32,
    },
    /// The body could not be had in time. Counts as no.
    #[codec(index = 2)]
    Absent,
}

/// Why a verifier rejects a header.
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
pub enum RejectReason {
    /// The leaf breaks a rule by itself.
    #[codec(index = 0)]
    Leaf(LeafError),
    /// The viewer's signature or delegation is wrong.
    #[codec(index = 1)]
    Signature,
    /// The issuer was not among the viewer's two assigned verifiers.
    #[codec(index = 2)]
    NotAssigned,
    /// The video was not active, or has no such cell.
    #[codec(index = 3)]
    Video,
    /// PlayCode or address tag are not what the set secret gives.
    #[codec(index = 4)]
    Derivation,
    /// Two leaves of one viewer overlap, or are of one minute and cycle.
    #[codec(index = 5)]
    Duplicate,
    /// Openings don't prove possession.
    #[codec(index = 6)]
    Possession,
    /// Receipts don't cover the cell, or name another provider.
    #[codec(index = 7)]
    Receipts,
    /// Body and header disagree in count, order, playtime or debits.
    #[codec(index = 8)]
    Header,
    /// No reported tickets root holds the ticket.
    #[codec(index = 9)]
    Ticket,
    /// The campaign of an ad view was not active, its creative is another video, or the video in which it ran was not
    /// active.
    #[codec(index = 10)]
    Ad,
    /// An enhancement was not attached to the video in the ticket's round.
    #[codec(index = 11)]
    Enhancement,
}

/// Verdict on the header of one verifier.
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
pub struct VerdictOn {
    /// Whose header.
    pub issuer: AccountId,
    /// The verdict.
    pub verdict: Verdict,
}

/// Root over everything that a verifier approved in one report, which nobody can copy from another: each leaf is
/// `voter ‖ view leaf`.
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
pub struct PersonalRoot {
    /// RFC 6962 root over [`personal_leaf_hash`] of all leaves of the approved bodies, in order of verdicts.
    pub root: Hash32,
    /// Number of leaves: the sum of the approved headers' counts.
    pub count: u32,
}

/// A drawn leaf of a header, with everything that the pallet needs to judge it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct HeaderOpening {
    /// Index of the leaf in the view block.
    pub index: u32,
    /// The leaf.
    pub leaf: ViewLeaf,
    /// Its path under the header's root.
    pub path: Path,
    /// The delegation whose session key signed.
    pub delegation: SignedDelegation,
    /// Path of the ticket under the tickets root of its round of issue.
    pub ticket_path: Path,
}

/// The drawn leaf of a personal root, with its place in the approved header.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PersonalOpening {
    /// The leaf.
    pub leaf: ViewLeaf,
    /// Path under the personal root.
    pub personal_path: Path,
    /// Path under the root of the header that holds it.
    pub header_path: Path,
}

/// Lifetime earnings as of a round.
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
pub struct EarningsTriple {
    /// The last settled round that is counted in.
    pub as_of: Round,
    /// Root over (account, total), sorted by account.
    pub root: Hash32,
    /// Number of accounts.
    pub count: u32,
    /// Sum of all totals, in units.
    pub sum: u128,
    /// [`EARNINGS_VERSION`].
    pub version: u8,
}

/// One verifier's report of one round.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub version: u8,
    /// The round it reports.
    pub round: Round,
    /// The verifier.
    pub verifier: AccountId,
    /// Header of its view block of `round`; an empty block has a header too.
    pub header: Header,
    /// Verdicts on the headers of the counted round before, by ascending issuer.
    pub verdicts: BoundedVec<VerdictOn, ConstU32<MAX_VERIFIERS>>,
    /// Root over what those verdicts approve.
    pub personal: PersonalRoot,
    /// Its own header two counted rounds before, at the drawn leaves, by ascending index.
    pub openings: BoundedVec<HeaderOpening, ConstU32<DRAWN_LEAVES>>,
    /// The drawn leaf of the personal root in its report before.
    pub personal_opening: Option<PersonalOpening>,
    /// Preimage of the commitment in its report before; absent when it missed that.
    pub reveal: Option<Hash32>,
    /// Commitment to the preimage that its next report reveals.
    pub commitment: Hash32,
    /// Earnings, when due.
    pub earnings: Option<EarningsTriple>,
}

impl Report {
    /// What the verifier's `pov` session key signs.
    #[must_use]
    pub fn signing_payload(&self, genesis: &Hash32) -> Vec<u8> {
        [label::REPORT, genesis, &self.encode()].concat()
    }
}

/// Leaf of `voter`'s personal tree.
#[must_use]
pub fn personal_leaf_hash<H: Hasher>(voter: &AccountId, leaf: &ViewLeaf) -> Hash32 {
    merkle::leaf_hash::<H>(&(voter, leaf).encode())
}

/// Leaf of the tree over a cycle's headers, which remains on chain when the headers are dropped: in order of round, then
/// issuer.
#[must_use]
pub fn cycle_leaf_hash<H: Hasher>(round: Round, issuer: &AccountId, header: &Header) -> Hash32 {
    merkle::leaf_hash::<H>(&(round, issuer, header).encode())
}

/// The as-of round of the earnings that the report of `round` carries: the last multiple of `interval` that lies at
/// least [`EARNINGS_LAG`] rounds back, so that its settlement is final when the report is made.
#[must_use]
pub fn earnings_due(round: Round, interval: u32) -> Option<Round> {
    let settled = round.checked_sub(EARNINGS_LAG)?;
    settled.checked_sub(settled.checked_rem(interval)?)
}

/// Rounds between the last counted-in round and the report that carries the earnings: settlement needs four, finality
/// the fifth.
pub const EARNINGS_LAG: u32 = 5;
