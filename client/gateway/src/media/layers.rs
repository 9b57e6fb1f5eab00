//! Layer 2: subtitles and dubs that somebody else made for the video. When one of them fails, the video goes on.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use chainflix_client::chain::EnhancementKind;
use chainflix_content::tracks::{self, Tracks};
use chainflix_primitives::manifest::Rendition;

use super::{
    PLAYLIST, SEGMENT, TEXT, minute_of, no_such_part, place_of, range_of, refused, served,
    track_alone,
};
use crate::failure::Failure;
use crate::parts::{LayerParts, Open, Parts};
use crate::playlist;

pub(super) fn routes() -> Router<Arc<dyn Open>> {
    Router::new()
        .route("/media/{id}/layers/{layer}/playlist.m3u8", get(playlist))
        .route("/media/{id}/layers/{layer}/init.mp4", get(init))
        .route("/media/{id}/layers/{layer}/{file}", get(text))
        .route("/media/{id}/layers/{layer}/{cell}/{file}", get(fragment))
}

/// The layer with this id, when it is of this kind.
async fn layer_of(
    video: &dyn Parts,
    id: u32,
    kind: Option<EnhancementKind>,
) -> Result<Arc<dyn LayerParts>, Failure> {
    let layers = video.layers().await;
    let found = layers.into_iter().find(|layer| layer.info().id == id);
    found
        .filter(|layer| kind.is_none_or(|kind| kind == layer.info().kind))
        .ok_or_else(no_such_part)
}

fn rendition_of(layer: &dyn LayerParts) -> Result<&Rendition, Failure> {
    layer.manifest().renditions.first().ok_or_else(no_such_part)
}

/// The track of a dub's sound.
fn sound_of(rendition: &Rendition) -> Result<u32, Failure> {
    let tracks = Tracks::of_init(&rendition.init_segment);
    let first = tracks.sounds.first();
    first.map(|sound| sound.track).ok_or_else(no_such_part)
}

async fn playlist(
    State(open): State<Arc<dyn Open>>,
    Path((id, layer)): Path<(String, u32)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let layer = layer_of(&*video, layer, None).await?;
    let rendition = rendition_of(&*layer)?;
    let text = match layer.info().kind {
        EnhancementKind::Subtitles => playlist::texts(rendition),
        EnhancementKind::Dub => playlist::media(rendition, ""),
        EnhancementKind::Effects => return Err(no_such_part()),
    };
    Ok(served(PLAYLIST, text))
}

async fn init(
    State(open): State<Arc<dyn Open>>,
    Path((id, layer)): Path<(String, u32)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let layer = layer_of(&*video, layer, Some(EnhancementKind::Dub)).await?;
    let rendition = rendition_of(&*layer)?;
    let alone = tracks::init_of(&rendition.init_segment, sound_of(rendition)?);
    Ok(served(SEGMENT, alone.ok_or_else(no_such_part)?))
}

/// What subtitles say in one minute. Waits until the minute's key may be had.
async fn text(
    State(open): State<Arc<dyn Open>>,
    Path((id, layer, file)): Path<(String, u32, String)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let layer = layer_of(&*video, layer, Some(EnhancementKind::Subtitles)).await?;
    let cell = minute_of(&file)?;
    tokio::select! {
        text = layer.text(cell) => Ok(served(TEXT, text.map_err(refused)?)),
        () = video.closed() => Err(Failure::not_open()),
    }
}

/// A fragment of a dub, or a part of it.
async fn fragment(
    State(open): State<Arc<dyn Open>>,
    Path((id, layer, cell, file)): Path<(String, u32, u16, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let layer = layer_of(&*video, layer, Some(EnhancementKind::Dub)).await?;
    let track = sound_of(rendition_of(&*layer)?)?;
    let place = place_of(layer.manifest(), 0, cell, &file)?;
    let whole = tokio::select! {
        plain = layer.read(cell, place) => plain.map_err(refused)?,
        () = video.closed() => return Err(Failure::not_open()),
    };
    track_alone(&whole, track, range_of(&headers))
}
