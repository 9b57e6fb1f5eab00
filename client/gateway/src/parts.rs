//! What is served of a video, as the routes need it: a session's playback, or in tests something smaller.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use chainflix_client::playback::{Layer, LayerInfo, PlaybackError};
use chainflix_primitives::manifest::Manifest;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::ads::Ad;
use crate::failure::Failure;
use crate::server::Shared;
use crate::sessions::Session;

/// A range of plaintext, when it is there.
pub(crate) type Plain<'a> = BoxFuture<'a, Result<Bytes, PlaybackError>>;

/// Something of layer 2 that can be shown with a video; each method is [`chainflix_client::playback::Layer`]'s of the same
/// name.
pub(crate) trait LayerParts: Send + Sync {
    fn info(&self) -> &LayerInfo;
    fn manifest(&self) -> &Manifest;
    fn read(&self, cell: u16, range: Range<u32>) -> Plain<'_>;
    fn text(&self, cell: u16) -> BoxFuture<'_, Result<String, PlaybackError>>;
}

/// All of a video.
pub(crate) type Layers = Vec<Arc<dyn LayerParts>>;

/// A video that is open; each method is [`chainflix_client::playback::Playback`]'s of the same name.
pub(crate) trait Parts: Send + Sync {
    fn manifest(&self) -> &Manifest;
    fn first_rendition(&self) -> u8;
    fn rendition_of(&self, cell: u16) -> u8;
    fn read(&self, rendition: u8, cell: u16, range: Range<u32>) -> Plain<'_>;
    fn read_beside(&self, rendition: u8, cell: u16, range: Range<u32>) -> Plain<'_>;
    fn first_fragment(&self, cell: u16) -> Plain<'_>;
    /// What of layer 2 can be shown with it; always the same.
    fn layers(&self) -> BoxFuture<'_, Layers>;
    /// Minutes before which the player is to ask what of layer 3 is shown.
    fn breaks(&self) -> BoxFuture<'_, Vec<u16>> {
        std::future::ready(Vec::new()).boxed()
    }
    /// Length of what is shown before a minute, in ms, when something is at hand.
    fn ad(&self, before: u16) -> BoxFuture<'_, Option<u32>> {
        let _ = before;
        std::future::ready(None).boxed()
    }
    /// Returns when the video was closed: whoever waits for a part of it goes home.
    fn closed(&self) -> BoxFuture<'_, ()>;
}

/// Finds what is open.
pub(crate) trait Open: Send + Sync {
    /// The video that is open under a secret id.
    ///
    /// # Errors
    /// When it is not open any more, or never was.
    fn video(&self, id: &str) -> Result<Arc<dyn Parts>, Failure>;
}

impl Open for Shared {
    fn video(&self, id: &str) -> Result<Arc<dyn Parts>, Failure> {
        let Some((session, before)) = id.split_once(AD_MARK) else {
            let session = self.sessions.get(id)?;
            session.note_watched();
            return Ok(session);
        };
        let session = self.sessions.get(session)?;
        session.note_watched();
        let before = before.parse::<u16>().map_err(|_| Failure::not_open())?;
        let ad = session.ads.ready(before).ok_or_else(Failure::not_open)?;
        Ok(Arc::new(AdParts { session, ad }))
    }
}

/// What stands between a session's id and the minute before which an advertisement plays.
const AD_MARK: &str = ".ad";

/// The id under which an advertisement is open.
pub(crate) fn ad_id(session: &str, before: u16) -> String {
    format!("{session}{AD_MARK}{before}")
}

/// An advertisement, which is played like a video: in the one rendition that is at hand, so that nothing is waited for.
struct AdParts {
    session: Arc<Session>,
    ad: Arc<Ad>,
}

impl Parts for AdParts {
    fn manifest(&self) -> &Manifest {
        &self.ad.manifest
    }

    fn first_rendition(&self) -> u8 {
        0
    }

    fn rendition_of(&self, _: u16) -> u8 {
        0
    }

    fn read(&self, _: u8, cell: u16, range: Range<u32>) -> Plain<'_> {
        let playback = &self.ad.playback;
        playback
            .read(playback.first_rendition(), cell, range)
            .boxed()
    }

    fn read_beside(&self, _: u8, cell: u16, range: Range<u32>) -> Plain<'_> {
        let playback = &self.ad.playback;
        let number = playback.first_rendition();
        playback.read_beside(number, cell, range).boxed()
    }

    fn first_fragment(&self, cell: u16) -> Plain<'_> {
        self.ad.playback.first_fragment(cell).boxed()
    }

    fn layers(&self) -> BoxFuture<'_, Layers> {
        std::future::ready(Vec::new()).boxed()
    }

    fn closed(&self) -> BoxFuture<'_, ()> {
        self.session.closed().boxed()
    }
}

impl Parts for Session {
    fn manifest(&self) -> &Manifest {
        self.playback.manifest()
    }

    fn first_rendition(&self) -> u8 {
        self.playback.first_rendition()
    }

    fn rendition_of(&self, cell: u16) -> u8 {
        self.playback.rendition_of(cell)
    }

    fn read(&self, rendition: u8, cell: u16, range: Range<u32>) -> Plain<'_> {
        self.playback.read(rendition, cell, range).boxed()
    }

    fn read_beside(&self, rendition: u8, cell: u16, range: Range<u32>) -> Plain<'_> {
        self.playback.read_beside(rendition, cell, range).boxed()
    }

    fn first_fragment(&self, cell: u16) -> Plain<'_> {
        self.playback.first_fragment(cell).boxed()
    }

    fn layers(&self) -> BoxFuture<'_, Layers> {
        let all = Session::layers(self);
        let parts = |layer: &Arc<Layer>| layer.clone() as Arc<dyn LayerParts>;
        all.map(move |all| all.iter().map(parts).collect()).boxed()
    }

    fn breaks(&self) -> BoxFuture<'_, Vec<u16>> {
        let breaks = Session::breaks(self);
        breaks.map(|breaks| breaks.to_vec()).boxed()
    }

    fn ad(&self, before: u16) -> BoxFuture<'_, Option<u32>> {
        let offered = self.ads.offered(before);
        offered.map(|ad| Some(ad?.duration_ms())).boxed()
    }

    fn closed(&self) -> BoxFuture<'_, ()> {
        Session::closed(self).boxed()
    }
}

impl LayerParts for Layer {
    fn info(&self) -> &LayerInfo {
        Layer::info(self)
    }

    fn manifest(&self) -> &Manifest {
        Layer::manifest(self)
    }

    fn read(&self, cell: u16, range: Range<u32>) -> Plain<'_> {
        Layer::read(self, cell, range).boxed()
    }

    fn text(&self, cell: u16) -> BoxFuture<'_, Result<String, PlaybackError>> {
        Layer::text(self, cell).boxed()
    }
}
