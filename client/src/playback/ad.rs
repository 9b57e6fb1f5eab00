//! An advertisement that plays within a video: a playback of its own, whose view names the campaign and the video.
//!
//! An account has one ticket at a time. Video and advertisement take turns at it: whoever comes later waits until the minute
//! of the other is accepted or given up, while it is shown already; what is handed in later than it was shown counts all
//! the same.

use std::sync::Arc;

use chainflix_primitives::Magnet;
use chainflix_primitives::manifest::Manifest;
use chainflix_primitives::view::AdShown;
use futures::FutureExt;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Playback, PlaybackError, driver};

/// Whose advertisement plays, and within what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdPlace {
    /// The campaign.
    pub campaign: u32,
    /// The video.
    pub host_video: Magnet,
}

impl AdPlace {
    pub(super) fn shown(self, clicked: bool) -> AdShown {
        AdShown {
            campaign: self.campaign,
            host_video: self.host_video,
            clicked,
        }
    }
}

/// Whose turn it is to have the account's ticket. First come, first served.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Arc<Mutex<()>>);

/// It is one's turn as long as this is held.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Turns {
    pub(super) async fn take(&self) -> Turn {
        self.0.clone().lock_owned().await
    }
}

impl Playback {
    /// Begins to fetch an advertisement, published as `manifest`, that plays within this video.
    pub(crate) fn ad(&self, place: AdPlace, creative: Magnet, manifest: Manifest) -> Self {
        // The chain was asked before.
        let registered = futures::future::ready(Ok(())).boxed().shared();
        let mut services = self.shared.services(registered);
        services.ad = Some(place);
        Self::begin(
            creative,
            manifest,
            services,
            self.shared.assigned(),
            Vec::new(),
        )
    }

    /// Returns when the first cell is complete in the rendition to begin with, and its key is here: it plays without waiting
    /// for anybody.
    ///
    /// # Errors
    /// When the key is refused, or the video is not the registered one.
    pub async fn at_hand(&self) -> Result<(), PlaybackError> {
        let shared = &self.shared;
        let slot = shared
            .slots
            .get(shared, shared.first_rendition, 0)
            .ok_or(PlaybackError::NoSuchPart)?;
        shared.open(&slot, 0..1).await?;
        slot.buffer.wait_for_all().await;
        Ok(())
    }

    /// Lets everything that was fetched go, and fetches nothing more: it is over.
    pub fn let_go(&self) {
        self.keeper.abort();
        self.shared.place.send_modify(|place| place.closed = true);
        self.shared.slots.clear();
    }

    /// The viewer follows the advertisement that plays here; said in its view, when that is not handed in yet.
    pub async fn follow(&self) {
        // The driver is gone only when the playback is.
        let _ = self.shared.messages.send(driver::Message::Followed).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn p1_an_ad_waits_for_the_minute_before_it_and_the_next_minute_for_the_ad() {
        let turns = Turns::default();
        let minute = turns.take().await;
        let taken = |turns: &Turns| {
            let turns = turns.clone();
            tokio::spawn(async move { turns.take().await })
        };
        let mut ad = taken(&turns);
        tokio::task::yield_now().await;
        let next = taken(&turns);
        let soon = Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, &mut ad).await.is_err());
        drop(minute);
        let ad = ad.await.unwrap();
        tokio::time::sleep(soon).await;
        assert!(!next.is_finished());
        drop(ad);
        next.await.unwrap();
    }
}
