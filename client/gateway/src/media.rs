//! Playlists, initialisation segments, fragments and texts.

use std::ops::Range;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use chainflix_client::chain::EnhancementKind;
use chainflix_client::playback::PlaybackError;
use chainflix_client::player::fragments;
use chainflix_content::tracks::{self, Tracks};
use chainflix_primitives::manifest::{Manifest, Rendition};

use crate::failure::Failure;
use crate::parts::{LayerParts, Open, Parts};
use crate::playlist::{self, LayerEntry};
use crate::range::{self, Asked};

mod ads;
mod first;
mod layers;

const PLAYLIST: &str = "application/vnd.apple.mpegurl";
const SEGMENT: &str = "video/mp4";
const TEXT: &str = "text/vtt; charset=utf-8";

/// Everything that a player fetches of a video. Who knows the secret id of a session may play it.
pub(crate) fn routes() -> Router<Arc<dyn Open>> {
    Router::new()
        .route("/media/{id}/master.m3u8", get(master))
        .route("/media/{id}/first.mp4", get(first::first))
        .route("/media/{id}/{rendition}/playlist.m3u8", get(rendition))
        .route("/media/{id}/{rendition}/init.mp4", get(init))
        .route("/media/{id}/{rendition}/{cell}/{file}", get(fragment))
        .route("/media/{id}/sound/{sound}/playlist.m3u8", get(sound))
        .route("/media/{id}/sound/{sound}/init.mp4", get(sound_init))
        .route(
            "/media/{id}/sound/{sound}/{cell}/{file}",
            get(sound_fragment),
        )
        .route("/media/{id}/texts/{number}/playlist.m3u8", get(texts))
        .route("/media/{id}/texts/{number}/{file}", get(text))
        .merge(ads::routes())
        .merge(layers::routes())
}

fn no_such_part() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, PlaybackError::NoSuchPart)
}

fn numbered(video: &dyn Parts, number: u8) -> Result<&Rendition, Failure> {
    let renditions = &video.manifest().renditions;
    renditions.get(usize::from(number)).ok_or_else(no_such_part)
}

fn served(kind: &'static str, content: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind)], content).into_response()
}

async fn master(
    State(open): State<Arc<dyn Open>>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let layers = video.layers().await;
    let entries: Vec<LayerEntry<'_>> = layers
        .iter()
        .map(|layer| LayerEntry {
            info: layer.info(),
            title: &layer.manifest().title,
        })
        .collect();
    let text = playlist::master(video.manifest(), video.first_rendition(), &entries);
    Ok(served(PLAYLIST, text))
}

async fn rendition(
    State(open): State<Arc<dyn Open>>,
    Path((id, number)): Path<(String, u8)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let breaks = playlist::breaks(&id, &video.breaks().await);
    let text = playlist::media(numbered(&*video, number)?, &breaks);
    Ok(served(PLAYLIST, text))
}

async fn sound(
    State(open): State<Arc<dyn Open>>,
    Path((id, sound)): Path<(String, usize)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let rendition = numbered(&*video, 0)?;
    sound_of(rendition, sound, has_dub(&*video).await)?;
    Ok(served(PLAYLIST, playlist::media(rendition, "")))
}

async fn texts(
    State(open): State<Arc<dyn Open>>,
    Path((id, _)): Path<(String, u8)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let text = playlist::texts(numbered(&*video, 0)?);
    Ok(served(PLAYLIST, text))
}

async fn init(
    State(open): State<Arc<dyn Open>>,
    Path((id, number)): Path<(String, u8)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let rendition = numbered(&*video, number)?;
    let segment = match picture_of(rendition, has_dub(&*video).await)? {
        Some(track) => alone(rendition, track)?,
        None => rendition.init_segment.clone(),
    };
    Ok(served(SEGMENT, segment))
}

async fn sound_init(
    State(open): State<Arc<dyn Open>>,
    Path((id, sound)): Path<(String, usize)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let rendition = numbered(&*video, 0)?;
    let track = sound_of(rendition, sound, has_dub(&*video).await)?;
    Ok(served(SEGMENT, alone(rendition, track)?))
}

fn alone(rendition: &Rendition, track: u32) -> Result<Vec<u8>, Failure> {
    tracks::init_of(&rendition.init_segment, track).ok_or_else(no_such_part)
}

/// Whether a dub may take the place of the video's own sound.
async fn has_dub(video: &dyn Parts) -> bool {
    let layers = video.layers().await;
    let is_dub = |layer: &Arc<dyn LayerParts>| layer.info().kind == EnhancementKind::Dub;
    layers.iter().any(is_dub)
}

/// The track of the picture, when it comes apart from the sounds. `None` when the whole is played.
fn picture_of(rendition: &Rendition, has_dub: bool) -> Result<Option<u32>, Failure> {
    let tracks = Tracks::of_init(&rendition.init_segment);
    if !playlist::comes_apart(&tracks, has_dub) {
        return Ok(None);
    }
    tracks.picture.map(Some).ok_or_else(no_such_part)
}

fn sound_of(rendition: &Rendition, sound: usize, has_dub: bool) -> Result<u32, Failure> {
    let tracks = Tracks::of_init(&rendition.init_segment);
    let apart = playlist::comes_apart(&tracks, has_dub);
    let found = tracks.sounds.get(sound).filter(|_| apart);
    found.map(|sound| sound.track).ok_or_else(no_such_part)
}

/// One fragment of a cell, or a part of it. Waits until it is fetched and its key may be had.
async fn fragment(
    State(open): State<Arc<dyn Open>>,
    Path((id, number, cell, file)): Path<(String, u8, u16, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let track = picture_of(numbered(&*video, number)?, has_dub(&*video).await)?;
    let of = Wanted {
        rendition: number,
        cell,
        track,
        beside: false,
    };
    of.answer(&*video, &file, &headers).await
}

/// What of a fragment belongs to one sound. It is taken from the rendition in which the minute is shown: sounds are cut
/// alike in all of them, and the player hears no seam.
async fn sound_fragment(
    State(open): State<Arc<dyn Open>>,
    Path((id, sound, cell, file)): Path<(String, usize, u16, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let number = video.rendition_of(cell);
    let rendition = numbered(&*video, number)?;
    let has_dub = has_dub(&*video).await;
    let of = Wanted {
        rendition: number,
        cell,
        track: Some(sound_of(rendition, sound, has_dub)?),
        // Without a picture it is the sound that plays.
        beside: picture_of(rendition, has_dub).is_ok(),
    };
    of.answer(&*video, &file, &headers).await
}

/// What is said in one minute. Waits until the minute's key may be had.
async fn text(
    State(open): State<Arc<dyn Open>>,
    Path((id, number, file)): Path<(String, u8, String)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let cell = minute_of(&file)?;
    let first = tokio::select! {
        first = video.first_fragment(cell) => first.map_err(refused)?,
        () = video.closed() => return Err(Failure::not_open()),
    };
    let text = tracks::text_of_minute(&first, number).unwrap_or("WEBVTT\n");
    Ok(served(TEXT, text.to_owned()))
}

/// `3.vtt` is the fourth minute.
fn minute_of(file: &str) -> Result<u16, Failure> {
    file.strip_suffix(".vtt")
        .and_then(|cell| cell.parse::<u16>().ok())
        .ok_or_else(no_such_part)
}

/// Where a fragment stands in its cell, by its file's name.
fn place_of(
    manifest: &Manifest,
    rendition: u8,
    cell: u16,
    file: &str,
) -> Result<Range<u32>, Failure> {
    let index = file
        .strip_suffix(".m4s")
        .and_then(|index| index.parse::<usize>().ok());
    let place = index.and_then(|index| {
        let (found, _) = manifest.cell(rendition, cell)?;
        fragments(found).nth(index).map(|(place, _)| place)
    });
    place.ok_or_else(no_such_part)
}

/// One track of a fragment, or the part of it that a range header asks for.
fn track_alone(whole: &Bytes, track: u32, header: Option<&str>) -> Result<Response, Failure> {
    let ours = tracks::part_of(whole, track).unwrap_or_default();
    let length = u32::try_from(ours.len()).map_err(|_| no_such_part())?;
    match Part::asked(header, length) {
        Err(beyond) => Ok(*beyond),
        Ok(part) => {
            let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX).min(ours.len());
            let range = place(part.range.start)..place(part.range.end);
            let bytes = ours.slice(range);
            Ok(part.response(bytes))
        }
    }
}

fn range_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::RANGE)?;
    value.to_str().ok()
}

/// Fragments of a cell, whole or of one track.
struct Wanted {
    rendition: u8,
    cell: u16,
    track: Option<u32>,
    /// Whether it accompanies a picture.
    beside: bool,
}

impl Wanted {
    async fn answer(
        &self,
        video: &dyn Parts,
        file: &str,
        headers: &HeaderMap,
    ) -> Result<Response, Failure> {
        let place = place_of(video.manifest(), self.rendition, self.cell, file)?;
        let header = range_of(headers);
        let Some(track) = self.track else {
            // Only what is asked for is waited for and opened.
            let length = place.end.saturating_sub(place.start);
            return match Part::asked(header, length) {
                Err(beyond) => Ok(*beyond),
                Ok(part) => {
                    let from = place.start;
                    let bytes =
                        from.saturating_add(part.range.start)..from.saturating_add(part.range.end);
                    Ok(part.response(self.read(video, bytes).await?))
                }
            };
        };
        let whole = self.read(video, place).await?;
        track_alone(&whole, track, header)
    }

    async fn read(&self, video: &dyn Parts, bytes: Range<u32>) -> Result<Bytes, Failure> {
        let reading = if self.beside {
            video.read_beside(self.rendition, self.cell, bytes)
        } else {
            video.read(self.rendition, self.cell, bytes)
        };
        tokio::select! {
            plain = reading => plain.map_err(refused),
            () = video.closed() => Err(Failure::not_open()),
        }
    }
}

/// What a request wants of something `length` bytes long.
struct Part {
    status: StatusCode,
    range: Range<u32>,
    length: u32,
}

impl Part {
    /// Reads a range header; the answer when what it asks for is beyond the end.
    fn asked(header: Option<&str>, length: u32) -> Result<Self, Box<Response>> {
        let (status, range) = match range::asked(header, length) {
            Asked::Whole => (StatusCode::OK, 0..length),
            Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
            Asked::Beyond => {
                let whole = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
                let failure = Failure::new(
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    format!("This part of the video is {length} bytes long."),
                );
                return Err(Box::new((whole, failure).into_response()));
            }
        };
        Ok(Self {
            status,
            range,
            length,
        })
    }

    fn response(&self, plain: Bytes) -> Response {
        let mut response = (self.status, served(SEGMENT, plain)).into_response();
        let accepts = HeaderValue::from_static("bytes");
        let headers = response.headers_mut();
        headers.insert(header::ACCEPT_RANGES, accepts);
        if self.status == StatusCode::PARTIAL_CONTENT {
            let last = self.range.end.saturating_sub(1);
            let range = format!("bytes {}-{last}/{}", self.range.start, self.length);
            // Digits and ASCII signs are always a valid value.
            if let Ok(range) = range.parse() {
                headers.insert(header::CONTENT_RANGE, range);
            }
        }
        response
    }
}

fn refused(error: PlaybackError) -> Failure {
    let status = match error {
        PlaybackError::NoSuchPart | PlaybackError::UnknownVideo(_) => StatusCode::NOT_FOUND,
        PlaybackError::Key(_) => StatusCode::FORBIDDEN,
        PlaybackError::Closed => StatusCode::GONE,
        // Asking again helps nobody: the video has to be opened anew.
        PlaybackError::NotTheRegisteredVideo => StatusCode::CONFLICT,
        PlaybackError::Chain(_) => StatusCode::FAILED_DEPENDENCY,
    };
    Failure::new(status, error)
}

#[cfg(test)]
mod tests;
