//! What the controller asks of the chain.

use chainflix_primitives::{AccountId, Magnet, Round, registry::ProviderRecord};
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

/// Of what an event of a finalized block tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A video was registered, restricted, reinstated, withdrawn or removed.
    Video(Magnet),
    /// A storage provider, by its index, was registered, changed, leaves or is gone.
    Provider(u32),
}

/// An event of a finalized block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChainEvent {
    /// Its block.
    pub block: u64,
    /// The round from which on it holds.
    pub from_round: Round,
    /// Of what it tells.
    pub subject: Subject,
}

/// Events of some finalized blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainEvents {
    /// The last block that was read.
    pub block: u64,
    /// Whether there are later finalized blocks.
    pub more: bool,
    /// Round of the last finalized block.
    pub round: Round,
    /// The events, in order of blocks.
    pub events: Vec<ChainEvent>,
    /// Whether blocks were passed over, because no node keeps their events any more.
    pub gap: bool,
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

    /// Events of some finalized blocks above `after`, the earliest first. For `None` none: only the last finalized block.
    fn events_after(&self, after: Option<u64>)
    -> BoxFuture<'_, Result<ChainEvents, RegistryError>>;
}
