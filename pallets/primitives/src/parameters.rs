//! Parameters that verifiers may change by motion, and the bounds that no motion can change.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::emission::CFX;
use crate::possession::{DEFAULT_DIFFICULTY, DIFFICULTY_BOUNDS};

/// A parameter that a motion changes holds from so many rounds after it on.
pub const PARAMETER_DELAY: u32 = 100;

/// Parameters that verifiers may change by motion, with the round from which they hold.
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
pub struct PovParameters {
    /// Leading zero bits of a nonce, 8 to 24.
    pub difficulty: u8,
    /// Views of one address group that may earn in a round, over all issuers.
    pub views_per_group: u32,
    /// What an issuer owes a viewer for an acceptance that stands in none of the blocks it could be in, in units.
    pub missing_acceptance: u128,
    /// What whoever reports a fault deposits, in units; lost when the proof is false.
    pub fault_deposit: u128,
}

impl Default for PovParameters {
    fn default() -> Self {
        Self {
            difficulty: DEFAULT_DIFFICULTY,
            views_per_group: 20,
            missing_acceptance: CFX,
            fault_deposit: 10 * CFX,
        }
    }
}

impl PovParameters {
    /// Least and most views of one address group that a motion may let earn in a round.
    pub const VIEWS_PER_GROUP_BOUNDS: (u32, u32) = (1, 10_000);
    /// Least and greatest price of a missing acceptance, in units.
    pub const MISSING_ACCEPTANCE_BOUNDS: (u128, u128) = (CFX / 100, 1_000 * CFX);
    /// Least and greatest deposit of a fault report, in units.
    pub const FAULT_DEPOSIT_BOUNDS: (u128, u128) = (CFX, 10_000 * CFX);

    /// Whether every value lies within the bounds that no motion can change.
    #[must_use]
    pub fn are_within_bounds(&self) -> bool {
        fn within<V: PartialOrd>(value: V, (least, most): (V, V)) -> bool {
            least <= value && value <= most
        }
        within(self.difficulty, DIFFICULTY_BOUNDS)
            && within(self.views_per_group, Self::VIEWS_PER_GROUP_BOUNDS)
            && within(self.missing_acceptance, Self::MISSING_ACCEPTANCE_BOUNDS)
            && within(self.fault_deposit, Self::FAULT_DEPOSIT_BOUNDS)
    }
}
