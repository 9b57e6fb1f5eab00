//! Manifests: given to anybody, taken in when a cell of the video is held.

use std::sync::Arc;

use libp2p::Stream;

use super::{FIRST_MESSAGE, MESSAGE_LEAVES};
use crate::frame::{self, FrameError};
use crate::provider::Keeper;
use crate::wire::{MAX_MANIFEST_MESSAGE, ManifestReply, ManifestRequest};

pub(super) async fn answer<K: Keeper>(
    keeper: Arc<K>,
    mut stream: Stream,
) -> Result<(), FrameError> {
    let request = frame::read_within(&mut stream, MAX_MANIFEST_MESSAGE, FIRST_MESSAGE).await?;
    let Some(request) = request else {
        return Ok(());
    };
    let work = move || match request {
        ManifestRequest::Get(video) => keeper
            .manifest(&video)
            .map_or(ManifestReply::NotHeld, ManifestReply::Manifest),
        ManifestRequest::Offer { video, manifest } => {
            if keeper.put_manifest(&video, &manifest) {
                ManifestReply::Kept
            } else {
                ManifestReply::NotHeld
            }
        }
    };
    let reply = tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(ManifestReply::NotHeld);
    frame::write_within(&mut stream, &reply, MESSAGE_LEAVES).await
}
