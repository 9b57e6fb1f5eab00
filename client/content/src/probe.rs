//! What a source is: its streams and its true duration, and plain refusals of what is not a video.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chainflix_primitives::window;
use serde::Deserialize;

use crate::process::{self, ToolError};
use crate::tracks::Label;
use streams::StreamFound;

mod duration;
mod streams;

pub use crate::tracks::{MAX_SOUNDS, MAX_TEXTS};

/// ffprobe's answer is refused beyond this, in bytes.
const MAX_PROBE_BYTES: usize = 4 * 1024 * 1024;
/// ffprobe is stopped after this.
const PROBE_LIMIT: Duration = Duration::from_secs(60);
/// Why a file can't be published.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is no such file.
    #[error("there is no file {0}; check the path")]
    NotFound(PathBuf),
    /// It exists, but can't be read.
    #[error("{path} can't be read; check that you may open it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A directory, a device, a socket.
    #[error("{0} is not a file; give the video file itself")]
    NotAFile(PathBuf),
    /// No bytes in it.
    #[error("{0} is empty")]
    Empty(PathBuf),
    /// ffmpeg can't read it, or it is a text, a picture, a playlist.
    #[error("{path} is not a video: {reason}")]
    NotAVideo {
        /// The file.
        path: PathBuf,
        /// What it is instead, or what ffmpeg says.
        reason: String,
    },
    /// Neither picture nor sound in it.
    #[error("{0} has neither a video nor an audio stream")]
    NoStream(PathBuf),
    /// A dub is sound.
    #[error("{0} has no audio stream; a dub is a file with sound")]
    NoSound(PathBuf),
    /// Subtitles are text.
    #[error(
        "{0} has no subtitles that are text; give an SRT, ASS or WebVTT file, or a video with such"
    )]
    NoText(PathBuf),
    /// Nothing to play.
    #[error("{0} has a playtime of zero")]
    ZeroLength(PathBuf),
    /// More than a day.
    #[error("{path} plays for {hours} hours; at most 24 can be published as one video")]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its playtime, rounded up.
        hours: u64,
    },
    /// ffprobe or ffmpeg did not work.
    #[error(transparent)]
    Tool(#[from] ToolError),
}

/// Frames per second as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate {
    /// Numerator.
    pub numerator: u32,
    /// Denominator, never 0.
    pub denominator: u32,
}

impl FrameRate {
    const fn new(numerator: u32, denominator: u32) -> Self {
        Self {
            numerator,
            denominator,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (numerator, denominator) = text.split_once('/')?;
        let rate = Self::new(numerator.parse().ok()?, denominator.parse().ok()?);
        (rate.numerator > 0 && rate.denominator > 0).then_some(rate)
    }

    fn is_above(self, other: Self) -> bool {
        u64::from(self.numerator) * u64::from(other.denominator)
            > u64::from(other.numerator) * u64::from(self.denominator)
    }
}

/// The picture of a source as it is shown: rotated as its container says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Index of its stream in the file.
    pub stream: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Constant rate at which it is published.
    pub frame_rate: FrameRate,
    /// Whether it may be interlaced.
    pub interlaced: bool,
}

/// One sound of a source: a language, or a commentary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Index of its stream in the file.
    pub stream: u32,
    /// Channels.
    pub channels: u32,
    /// Language and name.
    pub label: Label,
}

/// Subtitles of a source that are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtitles {
    /// Index of their stream in the file.
    pub stream: u32,
    /// Language and name.
    pub label: Label,
}

/// A source that can be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Playtime in ms: the end of the stream that ends last.
    pub duration_ms: u32,
    /// Its picture, if it has one.
    pub picture: Option<Picture>,
    /// Its sounds, at most [`MAX_SOUNDS`]; first the one that plays unless another is chosen.
    pub sounds: Vec<Sound>,
    /// Its subtitles, at most [`MAX_TEXTS`].
    pub subtitles: Vec<Subtitles>,
    /// What of it is not published, a sentence each: subtitles that are pictures, sounds beyond the bound.
    pub left_out: Vec<String>,
}

/// Finds out what `path` is.
///
/// # Errors
/// One sentence for everything that can't be published.
pub async fn probe(path: &Path) -> Result<Source, SourceError> {
    let found = look(path).await?;
    let picture = found.streams.iter().find_map(StreamFound::picture);
    let mut left_out = Vec::new();
    let sounds = streams::sounds(&found.streams, &mut left_out);
    if picture.is_none() && sounds.is_empty() {
        return Err(SourceError::NoStream(path.to_owned()));
    }
    let subtitles = streams::subtitles(&found.streams, &mut left_out);
    let streams: Vec<u32> = picture
        .map(|picture| picture.stream)
        .into_iter()
        .chain(sounds.iter().map(|sound| sound.stream))
        .collect();
    let start_time = found.format.start_time.as_deref();
    let duration_ms = duration::measure(path, &streams, start_time).await?;
    if duration_ms == 0 {
        return Err(SourceError::ZeroLength(path.to_owned()));
    }
    let duration_ms = u32::try_from(duration_ms)
        .ok()
        .filter(|duration| window::cell_count(*duration).is_some())
        .ok_or_else(|| SourceError::TooLong {
            path: path.to_owned(),
            hours: duration_ms.div_ceil(3_600_000),
        })?;
    Ok(Source {
        path: path.to_owned(),
        duration_ms,
        picture,
        sounds,
        subtitles,
        left_out,
    })
}

/// The first subtitles of `path` that are text: it may hold nothing else.
///
/// # Errors
/// One sentence when there are none, or it is no such file.
pub(crate) async fn probe_text(path: &Path) -> Result<Subtitles, SourceError> {
    let found = look(path).await?;
    let subtitles = streams::subtitles(&found.streams, &mut Vec::new());
    let first = subtitles.into_iter().next();
    first.ok_or_else(|| SourceError::NoText(path.to_owned()))
}

/// What ffprobe finds in a file that names no others.
async fn look(path: &Path) -> Result<ProbeFound, SourceError> {
    let beginning = read_beginning(path)?;
    let not_a_video = |reason: &str| SourceError::NotAVideo {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    if let Some(what) = text_format(&beginning) {
        return Err(not_a_video(what));
    }
    let found = ask_ffprobe(path).await?;
    let format = found.format.format_name.as_deref().unwrap_or_default();
    match refused_format(format) {
        Some(what) => Err(not_a_video(what)),
        None => Ok(found),
    }
}

/// Opens the file as ffmpeg will, so that what is wrong with the path is said in our words, and reads its beginning.
fn read_beginning(path: &Path) -> Result<Vec<u8>, SourceError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound(path.to_owned()),
        _ => SourceError::Unreadable {
            path: path.to_owned(),
            source,
        },
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(SourceError::NotAFile(path.to_owned()));
    }
    if metadata.len() == 0 {
        return Err(SourceError::Empty(path.to_owned()));
    }
    let mut beginning = Vec::new();
    File::open(path)
        .map_err(unreadable)?
        .take(4096)
        .read_to_end(&mut beginning)
        .map_err(unreadable)?;
    Ok(beginning)
}

/// Playlists and session descriptions name other files, which ffmpeg would open: a stranger's playlist must not put
/// somebody's own files into a publication.
fn text_format(beginning: &[u8]) -> Option<&'static str> {
    let text = beginning
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(beginning)
        .trim_ascii_start();
    let begins = |prefix: &[u8]| {
        text.get(..prefix.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    };
    if begins(b"#EXTM3U") || begins(b"ffconcat") || begins(b"[playlist]") || begins(b"<MPD") {
        return Some("it is a playlist; give the video file itself");
    }
    if begins(b"<?xml") || begins(b"<html") || begins(b"<!doctype") {
        return Some("it is a text; give the video file itself");
    }
    if begins(b"v=0\r\n") || begins(b"v=0\n") {
        return Some("it is a session description; give the video file itself");
    }
    None
}

/// What ffmpeg opens although it is no video.
fn refused_format(name: &str) -> Option<&'static str> {
    match name {
        "tty" => Some("it is a text"),
        "hls" | "concat" | "dash" | "sdp" | "imf" => Some("it is a playlist"),
        "image2" | "ico" | "lavfi" => Some("it is a picture"),
        _ if name.ends_with("_pipe") => Some("it is a picture"),
        _ => None,
    }
}

#[derive(Deserialize)]
struct ProbeFound {
    #[serde(default)]
    streams: Vec<StreamFound>,
    #[serde(default)]
    format: FormatFound,
}

#[derive(Default, Deserialize)]
struct FormatFound {
    format_name: Option<String>,
    start_time: Option<String>,
}

async fn ask_ffprobe(path: &Path) -> Result<ProbeFound, SourceError> {
    let mut arguments: Vec<OsString> = [
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-print_format",
        "json",
        "-show_format",
        "-show_streams",
    ]
    .map(OsString::from)
    .to_vec();
    arguments.push(file_argument(path)?);
    let answer = process::output("ffprobe", &arguments, MAX_PROBE_BYTES, PROBE_LIMIT)
        .await
        .map_err(|error| said_by_tool(path, error))?;
    serde_json::from_slice(&answer).map_err(|_| SourceError::NotAVideo {
        path: path.to_owned(),
        reason: "ffprobe can't describe it".to_owned(),
    })
}

fn file_argument(path: &Path) -> Result<OsString, SourceError> {
    process::file_argument(path).map_err(|source| SourceError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// When ffmpeg fails over a source that can be read, the source is at fault.
fn said_by_tool(path: &Path, error: ToolError) -> SourceError {
    match error {
        ToolError::Failed { complaint, .. } => SourceError::NotAVideo {
            path: path.to_owned(),
            reason: plain_reason(&complaint),
        },
        other => SourceError::Tool(other),
    }
}

/// ffmpeg's sentence without the path that it puts in front.
fn plain_reason(complaint: &str) -> String {
    match complaint.rsplit_once(": ") {
        Some((before, reason)) if before.contains("file:") || before.starts_with('[') => {
            format!("ffmpeg says “{reason}”")
        }
        _ => format!("ffmpeg says “{complaint}”"),
    }
}
