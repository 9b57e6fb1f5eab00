//! An enhancement of layer 2 as a publication of its own: subtitles or a dub in cells of the same minutes as the video that
//! they accompany, so that the minute that plays is the one that is fetched of both.

use chainflix_primitives::manifest::Fragment;
use chainflix_primitives::window;

use super::journal::Journal;
use super::run::KeyStore;
use super::{
    ContentKeys, Progress, Publication, PublishError, PublishRequest, check_title, cut, finished,
    seal, texts,
};
use crate::envelope::ContentKey;
use crate::isobmff::{Track, write};
use crate::packager::{CutError, PlainCell};
use crate::probe::{self, Source, SourceError};
use crate::rendition::LINES_720;
use crate::tracks::{self, Label};
use crate::webvtt;

/// A dub may be so much longer than its video, in ms: it is cut there.
const LONGER_MS: u32 = 5_000;
/// Codec of WebVTT, as playlists name it.
const TEXT_CODEC: &str = "wvtt";
/// Keystream at the beginning of a cell of text, in bytes.
const SALT_BYTES: usize = 32;

/// What accompanies a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// Text, from any file in which ffmpeg finds subtitles.
    Subtitles,
    /// Sound in the place of the video's, from any file with sound; the first one is taken.
    Dub,
}

/// A layer to publish.
#[derive(Clone, Debug)]
pub struct LayerRequest {
    /// File, folder, title and account. Its renditions don't matter: a layer has one.
    pub publication: PublishRequest,
    /// What it is.
    pub kind: LayerKind,
    /// Playtime of the video in ms: the layer's own.
    pub playtime_ms: u32,
}

/// Publishes a layer, or goes on where an earlier call stopped; as [`super::publish`] does a video. A dub that ends before
/// its video is silent from there on.
///
/// # Errors
/// One sentence each, see [`PublishError`].
pub async fn publish_layer<K: ContentKeys>(
    request: &LayerRequest,
    keys: &K,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Publication, PublishError> {
    let mut publication = request.publication.clone();
    publication.renditions = vec![LINES_720];
    check_title(&publication)?;
    match request.kind {
        LayerKind::Subtitles => {
            publish_text(&publication, request.playtime_ms, keys, progress).await
        }
        LayerKind::Dub => {
            let source = dub(&publication, request.playtime_ms).await?;
            cut(&publication, &source, keys, progress).await
        }
    }
}

/// The sound of a source, over the playtime of the video.
async fn dub(request: &PublishRequest, playtime_ms: u32) -> Result<Source, PublishError> {
    let mut source = probe::probe(&request.source).await?;
    if source.sounds.is_empty() {
        return Err(SourceError::NoSound(source.path).into());
    }
    let longer_ms = source.duration_ms.saturating_sub(playtime_ms);
    if longer_ms > LONGER_MS {
        return Err(PublishError::LongerThanVideo {
            path: source.path,
            seconds: longer_ms / 1_000,
        });
    }
    source.picture = None;
    source.sounds.truncate(1);
    source.subtitles.clear();
    source.left_out.clear();
    source.duration_ms = playtime_ms;
    Ok(source)
}

async fn publish_text<K: ContentKeys>(
    request: &PublishRequest,
    playtime_ms: u32,
    keys: &K,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Publication, PublishError> {
    let subtitles = probe::probe_text(&request.source).await?;
    let label = Label::new(subtitles.label.code(), &request.title);
    let source = Source {
        path: request.source.clone(),
        duration_ms: playtime_ms,
        picture: None,
        sounds: Vec::new(),
        subtitles: vec![subtitles.clone()],
        left_out: Vec::new(),
    };
    let cues = texts::cues(&source, &subtitles).await?;
    if cues.is_empty() {
        return Err(SourceError::NoText(source.path).into());
    }
    let count = window::cell_count(playtime_ms).ok_or(CutError::Timeline)?;
    let mut job = Journal::open(request, &source, &request.renditions, keys).await?;
    progress(Progress::Probed {
        duration_ms: playtime_ms,
        renditions: 1,
        cells_before: job.sealed_cells(),
    });
    let init = tracks::text_list(&[label]).ok_or(CutError::TooLarge)?;
    let track = Track {
        id: 1,
        timescale: 1_000,
        picture: None,
        codec: TEXT_CODEC.to_owned(),
    };
    job.begin_rendition(0, init, &[track])?;
    let upload = job.upload().id;
    let first = job.cells_of(0);
    let mut store = KeyStore::new(keys, 0, playtime_ms, first);
    for index in first..count {
        let key = store.key_of(index, upload).await?;
        let of_cell = window::cell_playtime(playtime_ms, index).ok_or(CutError::Timeline)?;
        let cell = PlainCell {
            index,
            data: minute(webvtt::minute(&cues, index).as_deref(), &key)?,
            fragments: vec![Fragment {
                offset: 0,
                duration_ms: of_cell,
            }],
        };
        let sealed = seal::seal(cell, 0, of_cell, &key)?;
        let is_last = index.saturating_add(1) == count;
        job.add_cell(&sealed, is_last.then_some(playtime_ms))?;
        progress(Progress::Sealed {
            rendition: 0,
            cell: index,
            bytes: sealed.cell.entry.bytes,
        });
    }
    finished(request, &job, Vec::new())
}

/// One minute of text. It begins with some keystream of its own key, from far beyond the cell, so that nobody knows a
/// minute in which nothing is said without holding it.
fn minute(text: Option<&str>, key: &ContentKey) -> Result<Vec<u8>, CutError> {
    // No cell is as long.
    const BEYOND: u64 = 1 << 32;
    let salt = write::free(SALT_BYTES + 8, |fill| key.apply(BEYOND, fill));
    let mut data = salt.ok_or(CutError::TooLarge)?;
    if let Some(text) = text {
        data.extend(tracks::text_box(0, text).ok_or(CutError::TooLarge)?);
    }
    Ok(data)
}
