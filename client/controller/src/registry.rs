//! What the controller asks of the chain.

use chainflix_primitives::{AccountId, Magnet, registry::ProviderRecord};
use futures::future::BoxFuture;

/// A provider with its index on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredProvider {
    /// Its index, by which sources, tokens and receipts name it.
    pub index: u32,
    /// Its record.
    pub record: ProviderRecord,
}

/// What the chain knows of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Nothing, yet.
    Unknown,
    /// It may be watched.
    Active,
    /// It is restricted or withdrawn.
    Inactive,
}

/// The chain can't be asked now.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the chain does not answer: {0}")]
pub struct RegistryError(pub String);

/// The chain's records, however they are reached.
pub trait Registry: Send + Sync {
    /// The provider whose peer id has the ed25519 key `peer_key`; `None` when nobody registered it.
    fn provider<'a>(
        &'a self,
        peer_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Option<RegisteredProvider>, RegistryError>>;

    /// Whether `account` may publish.
    fn may_publish<'a>(
        &'a self,
        account: &'a AccountId,
    ) -> BoxFuture<'a, Result<bool, RegistryError>>;

    /// What the chain knows of `video`.
    fn registration<'a>(
        &'a self,
        video: &'a Magnet,
    ) -> BoxFuture<'a, Result<Registration, RegistryError>>;
}
