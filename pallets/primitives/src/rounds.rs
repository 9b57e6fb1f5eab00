//! Wall clock to rounds, rounds to cycles.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Index of a round, 0 for the one that begins with block 1.
pub type Round = u32;
/// Index of a cycle.
pub type Cycle = u32;

/// Length of a round in production: the paper's block time, 43.2 s.
pub const PRODUCTION_ROUND_MS: u32 = 43_200;
/// Rounds in a cycle: 10,000 of the paper's blocks, 5 days.
pub const CYCLE_ROUNDS: u32 = 10_000;
/// Least and most rounds of a cycle that a motion may set. A delegation spans at most [`CYCLE_ROUNDS`], and records are kept
/// for two cycles of that length.
pub const CYCLE_ROUNDS_BOUNDS: (u32, u32) = (100, CYCLE_ROUNDS);
/// A view that did not get into an approved block is carried into later ones for so many counted rounds.
pub const MAX_CARRY_ROUNDS: u32 = 20;

/// First round from which views may be carried into the header of `round`, a counted one. `twentieth` is the round
/// [`MAX_CARRY_ROUNDS`] counted rounds before it; none while fewer have counted. `length` is that of its cycle, in rounds:
/// what a view depends on is kept for two, so that none is carried for longer than one, however few rounds count.
#[must_use]
pub fn carried_from(round: Round, twentieth: Option<Round>, length: u32) -> Round {
    let oldest = round.saturating_sub(length.max(MAX_CARRY_ROUNDS));
    twentieth.unwrap_or(0).max(oldest)
}

/// The chain's round clock.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RoundClock {
    /// Start of round 0, in ms since the Unix epoch.
    pub genesis_ms: u64,
    /// Length of a round in ms; never 0.
    pub round_ms: u32,
}

impl RoundClock {
    /// The round that holds the instant `at_ms` (ms since the Unix epoch).
    /// `None` before round 0, with a round length of 0, or past the last representable round.
    #[must_use]
    pub fn round_at(&self, at_ms: u64) -> Option<Round> {
        let since = at_ms.checked_sub(self.genesis_ms)?;
        u32::try_from(since.checked_div(u64::from(self.round_ms))?).ok()
    }

    /// First millisecond of `round`, since the Unix epoch. `None` on overflow.
    #[must_use]
    pub fn start_of(&self, round: Round) -> Option<u64> {
        u64::from(round)
            .checked_mul(u64::from(self.round_ms))?
            .checked_add(self.genesis_ms)
    }
}

/// Cycle length that holds from a round on.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CycleRule {
    /// First round of `first_cycle`.
    pub first_round: Round,
    /// Number of the first cycle under this rule: numbers go on when the length changes.
    pub first_cycle: Cycle,
    /// Rounds in a cycle; never 0.
    pub length: u32,
}

impl CycleRule {
    /// Cycles of `length` rounds from round 0 on.
    #[must_use]
    pub const fn from_genesis(length: u32) -> Self {
        Self {
            first_round: 0,
            first_cycle: 0,
            length,
        }
    }

    /// The cycle that holds `round`. `None` before the rule begins or with a length of 0.
    #[must_use]
    pub fn cycle_of(&self, round: Round) -> Option<Cycle> {
        round
            .checked_sub(self.first_round)?
            .checked_div(self.length)?
            .checked_add(self.first_cycle)
    }

    /// First round of `cycle`. `None` before the rule begins or on overflow.
    #[must_use]
    pub fn first_round_of(&self, cycle: Cycle) -> Option<Round> {
        cycle
            .checked_sub(self.first_cycle)?
            .checked_mul(self.length)?
            .checked_add(self.first_round)
    }
}

/// Whether a round counts towards windows and ages: at least `max(1, a third)` of its blocks were made.
#[must_use]
pub fn is_counted(blocks: u32, blocks_per_round: u32) -> bool {
    let third = blocks_per_round.div_ceil(3);
    blocks >= third.max(1)
}
