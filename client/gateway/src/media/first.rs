//! The beginning of a video as one stream, for the first picture: a page shows it before it has read a player and playlists.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chainflix_client::playback::PlaybackError;
use chainflix_content::tracks::Tracks;
use chainflix_primitives::manifest::Rendition;
use futures::{StreamExt, stream};

use super::{SEGMENT, has_dub, numbered, picture_of, place_of};
use crate::failure::Failure;
use crate::parts::Open;
use crate::playlist;

/// Bytes that leave at a time.
const PIECE: u32 = 32 * 1024;

/// The initialisation segment and the first fragment of the rendition to begin with, piece by piece as it comes; its media
/// type names the codecs. No content where picture and sound are played apart, or there is no picture: a page that begins with
/// one of them can't go on with the other.
pub(super) async fn first(
    State(open): State<Arc<dyn Open>>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let number = video.first_rendition();
    let rendition = numbered(&*video, number)?;
    let nothing = || Ok(StatusCode::NO_CONTENT.into_response());
    let Some(kind) = kind_of(rendition) else {
        return nothing();
    };
    if picture_of(rendition, has_dub(&*video).await)?.is_some() {
        return nothing();
    }
    let place = place_of(video.manifest(), number, 0, "0.m4s")?;
    let init = Bytes::from(rendition.init_segment.clone());
    let begin = stream::iter([Ok::<_, PlaybackError>(init)]);
    let pieces = stream::unfold((video, place.start), move |(video, from)| async move {
        if from >= place.end {
            return None;
        }
        let to = from.saturating_add(PIECE).min(place.end);
        let read = tokio::select! {
            plain = video.read(number, 0, from..to) => plain,
            () = video.closed() => Err(PlaybackError::Closed),
        };
        // Nothing follows what can't be read.
        let next = if read.is_ok() { to } else { place.end };
        Some((read, (video, next)))
    });
    let body = Body::from_stream(begin.chain(pieces));
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

/// The media type with the codecs; `None` without a picture, or when a producer wrote something else there.
fn kind_of(rendition: &Rendition) -> Option<HeaderValue> {
    Tracks::of_init(&rendition.init_segment).picture?;
    let codecs = playlist::quoted(&rendition.codecs)?;
    HeaderValue::try_from(format!("{SEGMENT}; codecs={codecs}")).ok()
}
