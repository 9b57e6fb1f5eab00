//! Playlists, initialisation segments and fragments.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chainflix_client::playback::PlaybackError;
use chainflix_client::player::fragments;
use chainflix_primitives::manifest::Rendition;

use crate::failure::Failure;
use crate::playlist;
use crate::range::{self, Asked};
use crate::server::Shared;
use crate::sessions::Session;

const PLAYLIST: &str = "application/vnd.apple.mpegurl";
const SEGMENT: &str = "video/mp4";

fn no_such_part() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, PlaybackError::NoSuchPart)
}

fn numbered(session: &Session, number: u8) -> Result<&Rendition, Failure> {
    let renditions = &session.playback.manifest().renditions;
    renditions.get(usize::from(number)).ok_or_else(no_such_part)
}

fn served(kind: &'static str, content: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind)], content).into_response()
}

pub(crate) async fn master(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let session = shared.sessions.get(&id)?;
    let text = playlist::master(session.playback.manifest());
    Ok(served(PLAYLIST, text))
}

pub(crate) async fn rendition(
    State(shared): State<Arc<Shared>>,
    Path((id, number)): Path<(String, u8)>,
) -> Result<Response, Failure> {
    let session = shared.sessions.get(&id)?;
    let text = playlist::media(numbered(&session, number)?);
    Ok(served(PLAYLIST, text))
}

pub(crate) async fn init(
    State(shared): State<Arc<Shared>>,
    Path((id, number)): Path<(String, u8)>,
) -> Result<Response, Failure> {
    let session = shared.sessions.get(&id)?;
    let segment = numbered(&session, number)?.init_segment.clone();
    Ok(served(SEGMENT, segment))
}

/// One fragment of a cell, or a part of it. Waits until it is fetched and its key may be had.
pub(crate) async fn fragment(
    State(shared): State<Arc<Shared>>,
    Path((id, number, cell, file)): Path<(String, u8, u16, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let session = shared.sessions.get(&id)?;
    let index = file
        .strip_suffix(".m4s")
        .and_then(|index| index.parse::<usize>().ok());
    let manifest = session.playback.manifest();
    let place = index.and_then(|index| {
        let (found, _) = manifest.cell(number, cell)?;
        fragments(found).nth(index).map(|(place, _)| place)
    });
    let place = place.ok_or_else(no_such_part)?;
    let length = place.end.saturating_sub(place.start);
    let header = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let (status, part) = match range::asked(header, length) {
        Asked::Whole => (StatusCode::OK, 0..length),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Beyond => {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            let failure = Failure::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                format!("This part of the video is {length} bytes long."),
            );
            return Ok((whole, failure).into_response());
        }
    };
    let bytes = place.start.saturating_add(part.start)..place.start.saturating_add(part.end);
    let plain = tokio::select! {
        plain = session.playback.read(number, cell, bytes) => plain.map_err(refused)?,
        () = session.closed() => return Err(Failure::not_open()),
    };
    let mut response = (status, served(SEGMENT, plain)).into_response();
    let accepts = HeaderValue::from_static("bytes");
    response
        .headers_mut()
        .insert(header::ACCEPT_RANGES, accepts);
    if status == StatusCode::PARTIAL_CONTENT {
        let last = part.end.saturating_sub(1);
        let range = format!("bytes {}-{last}/{length}", part.start);
        // Digits and ASCII signs are always a valid value.
        if let Ok(range) = range.parse() {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
    }
    Ok(response)
}

fn refused(error: PlaybackError) -> Failure {
    let status = match error {
        PlaybackError::NoSuchPart => StatusCode::NOT_FOUND,
        PlaybackError::Key(_) => StatusCode::FORBIDDEN,
        PlaybackError::Closed => StatusCode::GONE,
    };
    Failure::new(status, error)
}
