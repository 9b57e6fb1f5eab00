//! Content keys of cells: when they may be had, and opening what they open.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chainflix_content::envelope::ContentKey;
use chainflix_primitives::refusal::Refusal;

use super::slot::Slot;
use super::{PlaybackError, Shared, driver};
use crate::verifiers::VerifierError;

/// The content key of the next cell is asked for in so much of the end of a cell, in ms.
pub(super) const NEXT_KEY_MS: u64 = 15_000;
/// A player so near the end of a cell has nothing left to show of it, in ms.
const BORDER_MS: u64 = 3_000;

impl Shared {
    /// The content key of a cell: of what plays at once, of what comes next in the last 15 s.
    pub(super) async fn key(&self, slot: &Slot) -> Result<ContentKey, VerifierError> {
        let key = slot.key.get_or_try_init(|| self.ask_key(slot)).await?;
        Ok(key.clone())
    }

    async fn ask_key(&self, slot: &Slot) -> Result<ContentKey, VerifierError> {
        let entry = slot.buffer.entry();
        let mut waits = 0u32;
        loop {
            self.wait_for_turn(entry.index).await;
            if self.place.borrow().closed {
                return Err(VerifierError::Nothing("the playback was closed".to_owned()));
            }
            let assigned = self.assigned();
            let wanted = (self.magnet, entry.rendition, entry.index);
            let asked = if self.is_beside() {
                let asked = self.verifiers.content_key_beside(wanted, &assigned);
                asked.await
            } else {
                let (video, rendition, cell) = wanted;
                let asked = self
                    .verifiers
                    .content_key(video, rendition, cell, &assigned);
                asked.await
            };
            match asked {
                Ok(key) => return Ok(ContentKey::new(*key)),
                // The verifier counts the minute from a little later than the player does.
                Err(VerifierError::Refused(
                    Refusal::TicketOpen | Refusal::RateLimited | Refusal::QuotaExceeded,
                )) if waits < 60 => {
                    waits = waits.saturating_add(1);
                    self.unblock(entry.index, waits).await;
                }
                Err(VerifierError::Unreachable(_)) if waits < 60 => {
                    waits = waits.saturating_add(1);
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for a key that is refused for now. When the viewer has nothing left to see, the minute that is being mined
    /// is given up: earning never disturbs playing.
    async fn unblock(&self, cell: u16, waits: u32) {
        let place = *self.place.borrow();
        if place.position_ms.is_none() && waits == 1 && !self.is_beside() {
            // Nothing has played here yet, so the ticket is of another video, which the viewer has left.
            for verifier in self.assigned() {
                // One that can't be reached knows of no ticket that is in the way.
                let _ = self.verifiers.abandon_cell(&verifier, None).await;
            }
        }
        if place.is_at_border(cell, BORDER_MS) && waits >= 2 {
            // The driver is gone only when the playback is.
            let _ = self.messages.send(driver::Message::MakeWay).await;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    /// The plaintext of a range of a cell, once it is fetched and its key may be had.
    pub(super) async fn open(
        self: &Arc<Self>,
        slot: &Slot,
        range: Range<u32>,
    ) -> Result<Bytes, PlaybackError> {
        slot.load(self);
        let (key, (), ()) = tokio::try_join!(
            async { self.key(slot).await.map_err(PlaybackError::from) },
            async {
                slot.buffer.wait_for(&range).await;
                Ok(())
            },
            self.registered.clone(),
        )?;
        slot.buffer
            .read(range, &key)
            .ok_or(PlaybackError::NoSuchPart)
    }

    /// Returns when `cell` plays, or comes next and its content key is due. Players ask for texts long before, and a key
    /// that is asked for early counts as a jump.
    pub(super) async fn wait_until_near(&self, cell: u16) {
        let mut place = self.place.subscribe();
        // The sender lives as long as this.
        let _ = place.wait_for(|place| place.is_near(cell)).await;
    }

    /// Returns when the content key of `cell` is due.
    pub(super) async fn wait_for_turn(&self, cell: u16) {
        let mut place = self.place.subscribe();
        // The sender lives as long as this.
        let _ = place.wait_for(|place| place.is_due(cell)).await;
    }
}
