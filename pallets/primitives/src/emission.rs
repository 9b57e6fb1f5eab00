//! How many CFX a round may mint, and all rounds before it.
//!
//! > "The half-life is set after 2.16 million blocks (about 1 year)": the paper's token table is exact only with one
//! > halving after 730,000 rounds and a flat rate until round 29,200,000. That is [`EmissionPreset::Whitepaper`].

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::rounds::{PRODUCTION_ROUND_MS, Round};

/// One CFX in units of 10⁻¹² CFX.
pub const CFX: u128 = 1_000_000_000_000;
/// Reward of a 43.2-s round at the start, in units: 135 CFX.
pub const INITIAL_REWARD: u128 = 135 * CFX;
/// Pre-mined at genesis by the production preset, in units.
pub const PRE_MINE: u128 = 3_000_000_000 * CFX;

/// A named emission schedule, chosen at genesis and fixed for the life of the chain.
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
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum EmissionPreset {
    /// 135 CFX, one halving after 730,000 rounds, end at round 29,200,000: the paper's table line by line.
    #[codec(index = 0)]
    Whitepaper,
    /// 135 CFX, halved every 2,160,000 rounds until nothing is left.
    #[codec(index = 1)]
    Geometric,
    /// 135 CFX, three halvings, one every 100 rounds. For tests.
    #[codec(index = 2)]
    Dev,
}

/// Reward by round index; every number refers to rounds of one fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmissionSchedule {
    /// Reward of round 0, in units.
    initial: u128,
    /// Rounds between two halvings; never 0.
    halving_every: u32,
    /// Number of halvings; after the last the rate stays.
    halvings: u32,
    /// First round that mints nothing.
    end: Option<Round>,
}

impl EmissionPreset {
    /// The schedule for rounds of `round_ms`: the reward of 43.2 s scaled by length, halvings and end kept in time.
    ///
    /// `None` when 43,200 ms is no multiple of `round_ms`, or the scaled schedule has too many rounds.
    #[must_use]
    pub fn schedule(self, round_ms: u32) -> Option<EmissionSchedule> {
        if PRODUCTION_ROUND_MS.checked_rem(round_ms)? != 0 {
            return None;
        }
        let factor = PRODUCTION_ROUND_MS.checked_div(round_ms)?;
        let (halving_every, halvings, end) = match self {
            // "0.98 billion in the first year": one year is 730,000 rounds; 40 years are 29,200,000.
            Self::Whitepaper => (730_000u32, 1, Some(29_200_000u32)),
            // 135 CFX are below 2⁴⁷ units: after 47 halvings nothing is left.
            Self::Geometric => (2_160_000, 47, None),
            Self::Dev => (100, 3, None),
        };
        let end = match end {
            Some(round) => Some(round.checked_mul(factor)?),
            None => None,
        };
        Some(EmissionSchedule {
            initial: INITIAL_REWARD.checked_div(u128::from(factor))?,
            halving_every: halving_every.checked_mul(factor)?,
            halvings,
            end,
        })
    }
}

impl EmissionSchedule {
    /// What round `round` may mint at most, in units.
    #[must_use]
    pub fn reward(&self, round: Round) -> u128 {
        if self.end.is_some_and(|end| round >= end) {
            return 0;
        }
        let era = round
            .checked_div(self.halving_every)
            .unwrap_or(0)
            .min(self.halvings);
        self.era_reward(era)
    }

    /// What all rounds before `round` may mint together, in units. Work grows with the number of halvings only.
    #[must_use]
    pub fn cumulative(&self, round: Round) -> u128 {
        let mut left = round.min(self.end.unwrap_or(Round::MAX));
        let mut total = Some(0u128);
        for era in 0..=self.halvings {
            let rounds = if era == self.halvings {
                left
            } else {
                left.min(self.halving_every)
            };
            let minted = u128::from(rounds).checked_mul(self.era_reward(era));
            total = total
                .zip(minted)
                .and_then(|(total, minted)| total.checked_add(minted));
            left = left.saturating_sub(rounds);
        }
        // At most 2³² rounds of 2⁴⁷ units are below 2⁷⁹; a schedule that could overflow would mint nothing.
        total.unwrap_or(0)
    }

    fn era_reward(&self, era: u32) -> u128 {
        self.initial.checked_shr(era).unwrap_or(0)
    }
}
