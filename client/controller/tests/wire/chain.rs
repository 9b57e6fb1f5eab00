//! A chain that says what the test wants.

use std::collections::HashMap;
use std::sync::Mutex;

use chainflix_controller::registry::{
    ChainEvent, ChainEvents, RegisteredProvider, Registration, Registry, RegistryError,
};
use chainflix_primitives::{AccountId, Magnet};
use futures::FutureExt;
use futures::future::BoxFuture;

/// The chain: providers by peer key, videos by magnet.
#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) providers: Mutex<HashMap<[u8; 32], RegisteredProvider>>,
    pub(crate) videos: Mutex<HashMap<Magnet, Registration>>,
    pub(crate) producers: Mutex<Vec<AccountId>>,
    /// Its events; number of the last finalized block; its round.
    pub(crate) events: Mutex<(Vec<ChainEvent>, u64, u32)>,
    /// After which blocks events were asked for.
    pub(crate) asked_after: Mutex<Vec<Option<u64>>>,
}

impl Registry for Chain {
    fn provider<'a>(
        &'a self,
        peer_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Option<RegisteredProvider>, RegistryError>> {
        let found = self.providers.lock().unwrap().get(peer_key).cloned();
        async move { Ok(found) }.boxed()
    }

    fn may_publish<'a>(
        &'a self,
        account: &'a AccountId,
    ) -> BoxFuture<'a, Result<bool, RegistryError>> {
        let may = self.producers.lock().unwrap().contains(account);
        async move { Ok(may) }.boxed()
    }

    fn registration<'a>(
        &'a self,
        video: &'a Magnet,
    ) -> BoxFuture<'a, Result<Registration, RegistryError>> {
        let known = self.videos.lock().unwrap().get(video).copied();
        async move { Ok(known.unwrap_or(Registration::Unknown)) }.boxed()
    }

    fn events_after(
        &self,
        after: Option<u64>,
    ) -> BoxFuture<'_, Result<ChainEvents, RegistryError>> {
        self.asked_after.lock().unwrap().push(after);
        let (events, block, round) = self.events.lock().unwrap().clone();
        let after = after.unwrap_or(block);
        let found = events.into_iter().filter(|event| event.block > after);
        let answer = ChainEvents {
            block,
            more: false,
            round,
            events: found.collect(),
            gap: false,
        };
        async move { Ok(answer) }.boxed()
    }
}
