//! The chain's records as a controller asks for them.

use chainflix_client::chain::{Chain, ChainError, RegistryEvent, RegistrySubject};
use chainflix_controller::registry::{
    ChainEvent, ChainEvents, RegisteredProvider, Registration, Registry, RegistryError, Subject,
};
use chainflix_primitives::registry::VideoState;
use chainflix_primitives::{AccountId, Magnet};
use futures::future::{BoxFuture, FutureExt};

/// The records of finalized blocks.
pub(super) struct ChainRegistry {
    chain: Chain,
}

impl ChainRegistry {
    pub(super) fn new(chain: Chain) -> Self {
        Self { chain }
    }

    async fn events(&self, after: Option<u64>) -> Result<ChainEvents, ChainError> {
        let page = self.chain.registry_events(after).await?;
        Ok(ChainEvents {
            block: page.block,
            more: page.more,
            round: self.chain.standing().await?.round,
            events: page.events.iter().map(told).collect(),
            gap: page.gap,
        })
    }

    async fn state_of(&self, video: &Magnet) -> Result<Registration, ChainError> {
        let Some(terms) = self.chain.video(video).await? else {
            return Ok(Registration::Unknown);
        };
        // A video that is registered can be watched from its first round on; before that it has no other state.
        let round = self.chain.standing().await?.round.max(terms.from_round);
        Ok(match self.chain.video_state(video, round).await? {
            Some(VideoState::Active) | None => Registration::Active,
            Some(VideoState::Restricted | VideoState::Withdrawn) => Registration::Inactive,
        })
    }
}

fn told(event: &RegistryEvent) -> ChainEvent {
    ChainEvent {
        block: event.block,
        from_round: event.from_round,
        subject: match event.subject {
            RegistrySubject::Video(video) => Subject::Video(video),
            RegistrySubject::Provider(provider) => Subject::Provider(provider),
        },
    }
}

fn unanswered(error: ChainError) -> RegistryError {
    RegistryError(error.to_string())
}

impl Registry for ChainRegistry {
    fn provider<'a>(
        &'a self,
        peer_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Option<RegisteredProvider>, RegistryError>> {
        async move {
            let found = self.chain.provider_with(peer_key).await;
            let registered = |(index, record)| RegisteredProvider { index, record };
            Ok(found.map_err(unanswered)?.map(registered))
        }
        .boxed()
    }

    fn may_publish<'a>(
        &'a self,
        account: &'a AccountId,
    ) -> BoxFuture<'a, Result<bool, RegistryError>> {
        async move {
            let eligible = self.chain.is_eligible_producer(account).await;
            eligible.map_err(unanswered)
        }
        .boxed()
    }

    fn registration<'a>(
        &'a self,
        video: &'a Magnet,
    ) -> BoxFuture<'a, Result<Registration, RegistryError>> {
        async move { self.state_of(video).await.map_err(unanswered) }.boxed()
    }

    fn events_after(
        &self,
        after: Option<u64>,
    ) -> BoxFuture<'_, Result<ChainEvents, RegistryError>> {
        async move { self.events(after).await.map_err(unanswered) }.boxed()
    }
}
