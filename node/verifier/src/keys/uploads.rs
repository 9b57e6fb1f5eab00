//! Uploads: the ids under which producers derive content keys, each issued once.

use chainflix_primitives::{AccountId, Round};
use codec::{Decode, Encode};

/// An upload that this verifier began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Upload {
    /// The producer; nobody else gets keys for it.
    pub(crate) producer: AccountId,
    /// Key epoch from which its keys are derived.
    pub(crate) epoch: u32,
    /// Round in which it began.
    pub(crate) round: Round,
}
