//! What is stored.

use codec::{Decode, Encode};
use frame_support::{traits::WrapperKeepOpaque, weights::Weight};
use scale_info::TypeInfo;

/// A call that was decided and waits.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PendingEnactment<Call, Hash, BlockNumber> {
    /// The call, as bytes until it is enacted: a later runtime may not know it, and has to be able to say so.
    pub call: WrapperKeepOpaque<Call>,
    /// Hash of the encoded call.
    pub call_hash: Hash,
    /// The block in which it will be dispatched.
    pub enact_at: BlockNumber,
    /// Its weight when it was scheduled; it may not be heavier when it is dispatched.
    pub weight: Weight,
}
