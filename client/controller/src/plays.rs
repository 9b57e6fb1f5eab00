//! Verified plays, as they come from settled view blocks.

use chainflix_primitives::Round;
use futures::future::BoxFuture;

use crate::directory::Plays;
use crate::registry::RegistryError;

/// Plays of one settled round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundPlays {
    /// The round.
    pub round: Round,
    /// Time since it ended, in ms.
    pub ago_ms: u64,
    /// Plays by cell.
    pub plays: Vec<Plays>,
    /// View blocks of the round whose plays could not be had; asking again may help.
    pub missing: u32,
}

/// Where verified plays come from: settled rounds of finalized blocks, and the verifiers who keep their view blocks.
pub trait PlaysSource: Send + Sync {
    /// Plays of some settled rounds above `after`, ascending; empty when there are no more. For `None` those of the last
    /// hours, as far as they still say something.
    fn settled_after(
        &self,
        after: Option<Round>,
    ) -> BoxFuture<'_, Result<Vec<RoundPlays>, RegistryError>>;
}
