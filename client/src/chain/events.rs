//! Events of finalized blocks: what they tell of videos and storage providers.

use chainflix_primitives::{AccountId, Magnet, Round, registry::ProviderClass};
use codec::Decode;

use super::{Block, Chain, ChainError, in_time};

/// Blocks that are read at a time.
const BLOCKS_AT_ONCE: u64 = 64;

/// Of what an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrySubject {
    /// A video.
    Video(Magnet),
    /// A storage provider, by its index.
    Provider(u32),
}

/// What an event tells of a video or a storage provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistryEvent {
    /// Number of its block.
    pub block: u64,
    /// The round from which on it holds; 0 for one that holds at once.
    pub from_round: Round,
    /// Of what it tells.
    pub subject: RegistrySubject,
}

/// Events of some finalized blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsPage {
    /// Number of the last block that was read.
    pub block: u64,
    /// Whether there are later finalized blocks.
    pub more: bool,
    /// The events, in the order of blocks.
    pub events: Vec<RegistryEvent>,
    /// Whether blocks were passed over: nodes keep the state of blocks, and their events with it, for a while only.
    pub gap: bool,
}

impl Chain {
    /// Events about videos and storage providers in some finalized blocks above `after`, the earliest first. For `None` there
    /// are none, only the number of the last finalized block.
    ///
    /// # Errors
    /// When no node answers.
    pub async fn registry_events(&self, after: Option<u64>) -> Result<EventsPage, ChainError> {
        let head = self.finalized_number().await?;
        let mut page = EventsPage {
            block: head,
            more: false,
            events: Vec::new(),
            gap: false,
        };
        let Some(after) = after else { return Ok(page) };
        let last = head.min(after.saturating_add(BLOCKS_AT_ONCE));
        page.block = last.max(after);
        page.more = page.block < head;
        for number in after.saturating_add(1)..=last {
            match self.nodes.block_at(number).await {
                Some(block) => match events_in(&block, number).await {
                    Ok(events) => page.events.extend(events),
                    Err(error) => return self.passed_over(page, head, &error).await,
                },
                None => {
                    let error = ChainError::Read("the block is not there".to_owned());
                    return self.passed_over(page, head, &error).await;
                }
            }
        }
        Ok(page)
    }

    /// Up to the head, when a node answers: it has not kept the block in question.
    async fn passed_over(
        &self,
        page: EventsPage,
        head: u64,
        error: &ChainError,
    ) -> Result<EventsPage, ChainError> {
        self.finalized_number().await?;
        tracing::debug!(%error, "blocks are passed over");
        Ok(EventsPage {
            block: head,
            more: false,
            gap: true,
            ..page
        })
    }
}

async fn events_in(block: &Block, number: u64) -> Result<Vec<RegistryEvent>, ChainError> {
    let found = in_time(block.events().fetch()).await?;
    let mut events = Vec::new();
    for event in found.iter() {
        let event = event.map_err(|error| ChainError::Read(error.to_string()))?;
        let read = match event.pallet_name() {
            "Videos" => video_event(event.event_name(), event.field_bytes()),
            "StorageProviders" => provider_event(event.event_name(), event.field_bytes()),
            _ => None,
        };
        events.extend(read.map(|(subject, from_round)| RegistryEvent {
            block: number,
            from_round,
            subject,
        }));
    }
    Ok(events)
}

fn video_event(name: &str, mut fields: &[u8]) -> Option<(RegistrySubject, Round)> {
    let (magnet, from_round) = match name {
        "VideoPublished" => {
            let (magnet, _, round) = <(Magnet, AccountId, Round)>::decode(&mut fields).ok()?;
            (magnet, round)
        }
        "VideoWithdrawn" | "VideoRestricted" | "VideoReinstated" => {
            Decode::decode(&mut fields).ok()?
        }
        "VideoRemoved" => (Magnet::decode(&mut fields).ok()?, 0),
        _ => return None,
    };
    Some((RegistrySubject::Video(magnet), from_round))
}

fn provider_event(name: &str, mut fields: &[u8]) -> Option<(RegistrySubject, Round)> {
    let (index, from_round) = match name {
        "ProviderRegistered" => {
            let (index, _, round) = <(u32, AccountId, Round)>::decode(&mut fields).ok()?;
            (index, round)
        }
        "ProviderUpdated" => {
            type Updated = (u32, ProviderClass, [u8; 2], u64, Round);
            let (index, _, _, _, round) = Updated::decode(&mut fields).ok()?;
            (index, round)
        }
        "ProviderExiting" => Decode::decode(&mut fields).ok()?,
        "ProviderRemoved" => (u32::decode(&mut fields).ok()?, 0),
        _ => return None,
    };
    Some((RegistrySubject::Provider(index), from_round))
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn events_say_of_what_they_tell_and_from_which_round_on() {
        let magnet = Magnet([7; 32]);
        let video = RegistrySubject::Video(magnet);
        let published = (magnet, AccountId([1; 32]), 9u32).encode();
        assert_eq!(video_event("VideoPublished", &published), Some((video, 9)));
        let restricted = (magnet, 11u32).encode();
        for name in ["VideoRestricted", "VideoReinstated", "VideoWithdrawn"] {
            assert_eq!(video_event(name, &restricted), Some((video, 11)));
        }
        let removed = (magnet, AccountId([1; 32]), 5u128).encode();
        assert_eq!(video_event("VideoRemoved", &removed), Some((video, 0)));
        assert_eq!(video_event("EnhancementAttached", &restricted), None);
        assert_eq!(video_event("VideoRestricted", &restricted[..30]), None);

        let provider = RegistrySubject::Provider(3);
        let updated = (3u32, ProviderClass::Home, *b"DE", 5u64, 13u32).encode();
        assert_eq!(
            provider_event("ProviderUpdated", &updated),
            Some((provider, 13))
        );
        let registered = (3u32, AccountId([1; 32]), 4u32).encode();
        assert_eq!(
            provider_event("ProviderRegistered", &registered),
            Some((provider, 4))
        );
        let exiting = (3u32, 6u32, 8u32).encode();
        assert_eq!(
            provider_event("ProviderExiting", &exiting),
            Some((provider, 6))
        );
    }
}
