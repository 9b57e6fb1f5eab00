//! Providers and controllers.

use chainflix_primitives::{
    Round,
    registry::{Endpoint, ProviderRecord},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Everything that is held of a provider.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Provider {
    /// What everybody needs to know of it.
    pub record: ProviderRecord,
    /// First round in which its receipts don't count, once it is leaving.
    pub until_round: Option<Round>,
    /// What is held for the record, in units.
    pub deposit: u128,
}

impl Provider {
    /// Whether its receipts count in `round`.
    #[must_use]
    pub fn counts_in(&self, round: Round) -> bool {
        self.record.from_round <= round && self.until_round.is_none_or(|until| round < until)
    }
}

/// A storage controller.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Controller {
    /// Where nodes and players reach it, an `http://` or `https://` URL.
    pub endpoint: Endpoint,
    /// Round in which it was registered.
    pub since: Round,
}
