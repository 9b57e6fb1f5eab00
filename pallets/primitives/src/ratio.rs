//! The mining ratio: how one view's value splits between those who made it possible.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One million: shares are in parts per million.
pub const PPM: u32 = 1_000_000;
/// The viewer gets at least 10 %.
pub const MIN_VIEWER: u32 = 100_000;
/// Share of the verifiers, set by the chain.
pub const VERIFIER_SHARE: u32 = 100_000;
/// Share of the storage providers, set by the chain.
pub const STORAGE_SHARE: u32 = 130_000;
/// Share of the supervisor, set by the chain.
pub const SUPERVISOR_SHARE: u32 = 20_000;

/// Shares in parts per million; they sum to one million. Copied into a video's record and never changed.
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
pub struct MiningRatio {
    /// The producer; also receives every remainder and the share of a role that has nobody.
    pub producer: u32,
    /// The viewer.
    pub viewer: u32,
    /// The enhancers shown in the view, equally.
    pub enhancers: u32,
    /// Half to the issuing verifier, half equally to the complete reporters of the round.
    pub verifier: u32,
    /// The providers of the cell, by receipt bytes.
    pub storage: u32,
    /// The supervisor that approved the producer.
    pub supervisor: u32,
}

/// Why a mining ratio is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatioError {
    /// The six shares do not sum to 1,000,000.
    SumNotWhole,
    /// The viewer's share is below [`MIN_VIEWER`].
    ViewerBelowMinimum,
    /// Verifier, storage or supervisor differ from what the chain sets.
    ChainShareChanged,
}

/// The parts of one view's value, in units; they sum to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Parts {
    /// Producer, with the remainder of all divisions.
    pub producer: u128,
    /// Viewer.
    pub viewer: u128,
    /// All enhancers together.
    pub enhancers: u128,
    /// All verifiers together.
    pub verifier: u128,
    /// All storage providers together.
    pub storage: u128,
    /// Supervisor.
    pub supervisor: u128,
}

impl MiningRatio {
    /// The paper's default: 40 % producer, 30 % viewer, 5 % enhancers, 10 % verifier, 13 % storage, 2 % supervisor.
    #[must_use]
    pub const fn whitepaper() -> Self {
        Self {
            producer: 400_000,
            viewer: 300_000,
            enhancers: 50_000,
            verifier: VERIFIER_SHARE,
            storage: STORAGE_SHARE,
            supervisor: SUPERVISOR_SHARE,
        }
    }

    /// Checks sum, the viewer's minimum and the shares that the chain sets.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn validate(&self) -> Result<(), RatioError> {
        let shares = [
            self.producer,
            self.viewer,
            self.enhancers,
            self.verifier,
            self.storage,
            self.supervisor,
        ];
        let sum: u64 = shares.iter().map(|share| u64::from(*share)).sum();
        if sum != u64::from(PPM) {
            return Err(RatioError::SumNotWhole);
        }
        if self.viewer < MIN_VIEWER {
            return Err(RatioError::ViewerBelowMinimum);
        }
        if (self.verifier, self.storage, self.supervisor)
            != (VERIFIER_SHARE, STORAGE_SHARE, SUPERVISOR_SHARE)
        {
            return Err(RatioError::ChainShareChanged);
        }
        Ok(())
    }

    /// Splits `value` units; every part is floored, the remainder goes to the producer.
    ///
    /// `None` when the shares exceed the whole: a ratio that passed [`Self::validate`] always splits.
    #[must_use]
    pub fn split(&self, value: u128) -> Option<Parts> {
        let viewer = share_of(value, self.viewer)?;
        let enhancers = share_of(value, self.enhancers)?;
        let verifier = share_of(value, self.verifier)?;
        let storage = share_of(value, self.storage)?;
        let supervisor = share_of(value, self.supervisor)?;
        let producer = value
            .checked_sub(viewer)?
            .checked_sub(enhancers)?
            .checked_sub(verifier)?
            .checked_sub(storage)?
            .checked_sub(supervisor)?;
        Some(Parts {
            producer,
            viewer,
            enhancers,
            verifier,
            storage,
            supervisor,
        })
    }
}

/// `floor(value × share ÷ 1,000,000)` without an intermediate overflow for any `value`.
fn share_of(value: u128, share: u32) -> Option<u128> {
    let million = u128::from(PPM);
    let whole = value.checked_div(million)?.checked_mul(u128::from(share))?;
    let rest = value
        .checked_rem(million)?
        .checked_mul(u128::from(share))?
        .checked_div(million)?;
    whole.checked_add(rest)
}
