//! What the pallet keeps, in bounded types.

use chainflix_primitives::{
    AccountId, Cycle, Round,
    fault::FaultKind,
    hash::Hash32,
    report::{MAX_VERIFIERS, PersonalRoot},
    view::LeafError,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

use crate::crypto::Public;

/// Verifier sets that are remembered. With one change per session, the shortest time between two (a verifier that
/// registers other keys again and again can bring that about), they reach back 1.1 production cycles: further than any
/// fault that can still be proved.
pub const MAX_SETS: u32 = 2_048;
/// Changes of the cycle length that are remembered.
pub const MAX_CYCLE_RULES: u32 = 16;
/// Changes of the parameters that are remembered.
pub const MAX_PARAMETER_CHANGES: u32 = 64;
/// Cycle seeds that are remembered: views may be judged for two cycles.
pub const MAX_SEEDS: u32 = 4;
/// Most complete subtrees of a tree with fewer than 2³² leaves.
pub const MAX_PEAKS: u32 = 32;
/// Rounds whose records are dropped at most when a round closes: more than one, so that a jump over
/// rounds without blocks is caught up with.
pub const ROUNDS_PRUNED_AT_ONCE: u32 = 8;
/// Once so many items are dropped, the next round has to wait: two rounds of the largest network.
pub const ITEMS_PRUNED_AT_ONCE: u32 = 4 * MAX_VERIFIERS;

/// Proven faults whose approvers wait to be punished.
pub const MAX_OPEN_FAULTS: u32 = 4 * MAX_VERIFIERS;

/// A verifier of a set, with the key that signs its reports.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Verifier {
    /// The account.
    pub account: AccountId,
    /// Its `pov` session key.
    pub key: Public,
}

/// A verifier set, by ascending account.
pub type Verifiers = BoundedVec<Verifier, ConstU32<MAX_VERIFIERS>>;

/// How far the current round has come.
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
pub struct RoundProgress {
    /// The round.
    pub round: Round,
    /// Blocks in it so far.
    pub blocks: u32,
}

/// A value that holds from a round on.
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
pub struct Since<V> {
    /// First round in which it holds.
    pub round: Round,
    /// The value.
    pub value: V,
}

/// The value that holds in `round`; `history` is by ascending round. `None` before the first.
#[must_use]
pub fn in_force<V>(history: &[Since<V>], round: Round) -> Option<&V> {
    let entry = history.iter().rev().find(|entry| entry.round <= round)?;
    Some(&entry.value)
}

/// Seed of a cycle, and of those after it until the next entry.
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
pub struct CycleSeed {
    /// The first cycle with this seed.
    pub cycle: Cycle,
    /// The seed.
    pub seed: Hash32,
}

/// That a verifier reported a header, with what the sums over headers need.
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
pub struct Issued {
    /// The verifier.
    pub issuer: AccountId,
    /// Leaves of its view block.
    pub count: u32,
}

/// The headers of a round, by ascending issuer. The place in this list is the header's index.
pub type IssuedList = BoundedVec<Issued, ConstU32<MAX_VERIFIERS>>;

/// Bytes of [`Marks`].
const MARK_BYTES: usize = (MAX_VERIFIERS as usize).div_ceil(8);

/// One bit per header of a round.
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
pub struct Marks([u8; MARK_BYTES]);

impl Marks {
    /// Marks the header at `index`; an index past the last possible header marks nothing.
    pub fn set(&mut self, index: usize) {
        let (byte, bit) = place(index);
        if let Some(byte) = self.0.get_mut(byte) {
            *byte |= bit;
        }
    }

    /// Whether the header at `index` is marked.
    #[must_use]
    pub fn has(&self, index: usize) -> bool {
        let (byte, bit) = place(index);
        self.0.get(byte).is_some_and(|byte| byte & bit != 0)
    }

    /// Number of marks.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0
            .iter()
            .fold(0, |sum, byte| sum.saturating_add(byte.count_ones()))
    }
}

/// Byte of a mark, and its bit there.
fn place(index: usize) -> (usize, u8) {
    (index / 8, 1u8.rotate_left((index % 8) as u32))
}

/// Verdicts of one report, as they are kept.
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
pub struct Ballot {
    /// The round whose headers are judged.
    pub round: Round,
    /// Headers with a verdict.
    pub judged: Marks,
    /// Headers that are approved.
    pub approved: Marks,
    /// Whether there is a verdict on every header but the verifier's own.
    pub complete: bool,
    /// Whether the verifier was in the set of `round` and revealed what it had committed to.
    pub entitled: bool,
    /// Root over the leaves of all approved bodies.
    pub personal: PersonalRoot,
    /// Whether the next report opened the drawn leaf of the personal root.
    pub opened: bool,
}

impl Ballot {
    /// Whether the verdicts count: entitled, and the bodies were really there. Approvals of nothing
    /// but empty view blocks leave nothing to open.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.entitled && (self.opened || self.personal.count == 0)
    }
}

/// What remains of a report, beside the header.
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
pub struct ReportRecord {
    /// Its verdicts. `None` where no counted round came before.
    pub ballot: Option<Ballot>,
    /// The preimage that it revealed.
    pub reveal: Option<Hash32>,
    /// How the drawn leaves of its header were opened, two counted rounds later.
    pub opened: Opened,
}

/// How the drawn leaves of a header were opened.
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
pub enum Opened {
    /// Not at all, or not yet.
    #[codec(index = 0)]
    Missing,
    /// All of them, rightly.
    #[codec(index = 1)]
    Right,
    /// Wrongly: the block is rejected, and its views carry over.
    #[codec(index = 2)]
    Wrong {
        /// Index of the first wrong leaf. 0 where the opened leaves are not the drawn ones.
        leaf: u32,
        /// What is wrong.
        error: OpeningError,
    },
}

/// Why the opening of a drawn leaf is wrong.
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
pub enum OpeningError {
    /// The opened leaves are not exactly the drawn ones.
    #[codec(index = 0)]
    NotTheDrawnLeaves,
    /// The leaf does not stand at its index under the header's root.
    #[codec(index = 1)]
    NotUnderHeader,
    /// The leaf breaks a rule by itself.
    #[codec(index = 2)]
    Leaf(LeafError),
    /// The video was not active in the ticket's round, or has no such cell.
    #[codec(index = 3)]
    Video,
    /// The delegation is of another chain or account, did not hold in the ticket's round, or is not
    /// the one that the leaf names.
    #[codec(index = 4)]
    Delegation,
    /// The wallet did not sign the delegation.
    #[codec(index = 5)]
    WalletSignature,
    /// The session key did not sign the view.
    #[codec(index = 6)]
    ViewSignature,
    /// The ticket does not stand at its index under the tickets root of its round, or there is none.
    #[codec(index = 7)]
    Ticket,
}

/// The header tree of a cycle as far as its rounds are settled: what remains when headers are
/// dropped. RFC 6962, in order of round and issuer.
#[derive(
    Clone,
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
pub struct HeaderTree {
    /// Complete subtrees, largest first, each with the number of its leaves.
    pub peaks: BoundedVec<(u32, Hash32), ConstU32<MAX_PEAKS>>,
}

/// First rounds whose records have not been dropped.
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
pub struct Pruned {
    /// Of headers, reports and draws.
    pub records: Round,
    /// Of tickets roots.
    pub tickets: Round,
}

/// A proven fault.
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
pub struct FaultRecord {
    /// What was wrong.
    pub kind: FaultKind,
    /// Who proved it.
    pub reporter: AccountId,
    /// The round in which it did.
    pub proven_in: Round,
    /// Whether the block was not settled yet, and is void.
    pub voided: bool,
    /// What the issuer's bond lost, in units.
    pub slashed: u128,
}
