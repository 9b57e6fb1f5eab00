//! The tracks of a rendition: its picture, its sounds, and its subtitles.
//!
//! A cell holds all of them, so that whichever sound is heard, the same cell is fetched, proved and paid. What plays
//! them shows one picture, one sound and at most one text at a time, so they have to come apart again:
//!
//! ```text
//! init segment   ftyp  moov(mvhd, a trak for each track, mvex)  uuid(list of texts)
//! cell           uuid(text 0 of the minute)  uuid(text 1 …)  moof mdat  moof mdat  …
//! ```
//!
//! With one sound a fragment is one `moof` with picture and sound, which players take as it is, unless a dub takes the
//! place of the sound. With several each track has a `moof` of its own in every fragment. Init segments come with manifests from strangers: whatever does not fit is
//! not there, and nothing is allocated for what a length only promises.

use serde::{Deserialize, Serialize};

use crate::isobmff::read::{Fields, boxes, find};
use crate::isobmff::write::boxed;

mod apart;

pub use apart::{init_of, part_of};

/// Most sounds of a video.
pub const MAX_SOUNDS: usize = 4;
/// Most texts of a video.
pub const MAX_TEXTS: usize = 8;
/// Longest name of a track, in bytes.
pub const MAX_NAME_BYTES: usize = 64;
/// Longest text of one minute, in bytes.
pub const MAX_MINUTE_TEXT_BYTES: usize = 64 * 1024;

/// Marks the list of texts in an init segment.
const TEXT_LIST: [u8; 16] = *b"chainflix/texts\x01";
/// Marks the text of one minute in a cell.
const TEXT_OF_MINUTE: [u8; 16] = *b"chainflix/vtt\0\0\x01";
/// Language of ISO 639-2 when none is known.
const UNDETERMINED: &str = "und";
/// Tracks of an init segment that are looked at: a picture and the sounds.
const MAX_TRACKS: usize = MAX_SOUNDS + 1;

/// What a track is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Language as in ISO 639-2, three letters; `und` when it is not known.
    language: String,
    /// Name for people; empty when it has none.
    name: String,
}

impl Label {
    /// Takes what a source says: anything but three letters is no language; control characters and quotes, which could
    /// not stand in a playlist, are left out of the name, and so is what is beyond [`MAX_NAME_BYTES`].
    #[must_use]
    pub fn new(language: &str, name: &str) -> Self {
        let is_language =
            language.len() == 3 && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let mut clean = String::new();
        for character in name.trim().chars() {
            let fits = clean.len().saturating_add(character.len_utf8()) <= MAX_NAME_BYTES;
            if !fits {
                break;
            }
            if !character.is_control() && character != '"' && character != '\u{2028}' {
                clean.push(character);
            }
        }
        Self {
            language: if is_language { language } else { UNDETERMINED }.to_owned(),
            name: clean,
        }
    }

    /// The language; `None` when it is not known.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        (self.language != UNDETERMINED).then_some(&self.language)
    }

    /// The three letters that stand in files, `und` among them.
    pub(crate) fn code(&self) -> &str {
        &self.language
    }

    /// The name; empty when it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name or language, whichever there is.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.name.is_empty() {
            &self.language
        } else {
            &self.name
        }
    }
}

/// A sound of a rendition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundTrack {
    /// Id of its track.
    pub track: u32,
    /// What it is called.
    pub label: Label,
}

/// The tracks of a rendition, by its init segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracks {
    /// Id of the picture's track; `None` without a picture.
    pub picture: Option<u32>,
    /// Sounds; the first plays unless another is chosen.
    pub sounds: Vec<SoundTrack>,
    /// Subtitles, by number.
    pub texts: Vec<Label>,
}

impl Tracks {
    /// Reads an init segment. What can't be read is not there.
    #[must_use]
    pub fn of_init(init: &[u8]) -> Self {
        let mut tracks = Self::default();
        let moov = find(init, b"moov").unwrap_or_default();
        let traks = boxes(moov).filter(|(kind, _)| kind == b"trak");
        for (_, trak) in traks.take(MAX_TRACKS) {
            match described(trak) {
                Some((track, true, _)) if tracks.picture.is_none() => tracks.picture = Some(track),
                Some((track, false, label)) if tracks.sounds.len() < MAX_SOUNDS => {
                    tracks.sounds.push(SoundTrack { track, label });
                }
                _ => {}
            }
        }
        tracks.texts = uuids(init, &TEXT_LIST)
            .next()
            .and_then(|list| serde_json::from_slice::<Vec<Label>>(list).ok())
            .unwrap_or_default()
            .iter()
            .take(MAX_TEXTS)
            .map(|label| Label::new(&label.language, &label.name))
            .collect();
        tracks
    }

    /// Whether fragments have to be taken apart before they are played, see [`part_of`].
    #[must_use]
    pub fn come_apart(&self) -> bool {
        self.sounds.len() > 1
    }
}

/// Id, whether it is a picture, and label of a track.
fn described(trak: &[u8]) -> Option<(u32, bool, Label)> {
    let mdia = find(trak, b"mdia")?;
    let mut hdlr = Fields(find(mdia, b"hdlr")?);
    hdlr.skip(8)?;
    let is_picture = match hdlr.skip(4)? {
        b"vide" => true,
        b"soun" => false,
        _ => return None,
    };
    hdlr.skip(12)?;
    let name = hdlr.0.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut mdhd = Fields(find(mdia, b"mdhd")?);
    let version = mdhd.u32()? >> 24;
    mdhd.skip(if version == 1 { 28 } else { 16 })?;
    let packed = mdhd.u16()?;
    // Three letters of five bits each, ISO/IEC 14496-12, 8.4.2.
    let letters = [packed >> 10, packed >> 5, packed]
        .map(|five| char::from(u8::try_from(five & 0x1f).unwrap_or(0).saturating_add(0x60)));
    let name = String::from_utf8_lossy(name.get(..name.len().min(4 * MAX_NAME_BYTES))?);
    // What ffmpeg writes when a track has no name.
    let name = if name == "SoundHandler" { "" } else { &name };
    let label = Label::new(&letters.iter().collect::<String>(), name);
    Some((track_id(trak)?, is_picture, label))
}

fn track_id(trak: &[u8]) -> Option<u32> {
    let mut tkhd = Fields(find(trak, b"tkhd")?);
    let version = tkhd.u32()? >> 24;
    tkhd.skip(if version == 1 { 16 } else { 8 })?;
    tkhd.u32()
}

/// The WebVTT text with `number` of a minute, in the first fragment of its cell; `None` when nothing is said in it.
#[must_use]
pub fn text_of_minute(first_fragment: &[u8], number: u8) -> Option<&str> {
    uuids(first_fragment, &TEXT_OF_MINUTE)
        .take(MAX_TEXTS)
        .find_map(|content| {
            let (of, text) = content.split_first()?;
            let fits = *of == number && text.len() <= MAX_MINUTE_TEXT_BYTES;
            fits.then(|| std::str::from_utf8(text).ok()).flatten()
        })
}

/// The list of texts as it stands at the end of an init segment. Nothing when there are none.
pub(crate) fn text_list(labels: &[Label]) -> Option<Vec<u8>> {
    if labels.is_empty() {
        return Some(Vec::new());
    }
    boxed(b"uuid", &[&TEXT_LIST, &serde_json::to_vec(labels).ok()?])
}

/// One minute of text `number` as it stands at the beginning of a cell.
pub(crate) fn text_box(number: u8, text: &str) -> Option<Vec<u8>> {
    boxed(b"uuid", &[&TEXT_OF_MINUTE, &[number], text.as_bytes()])
}

/// Contents of the `uuid` boxes of a kind.
fn uuids<'a>(content: &'a [u8], of: &'static [u8; 16]) -> impl Iterator<Item = &'a [u8]> {
    boxes(content).filter_map(move |(kind, body)| {
        (&kind == b"uuid")
            .then(|| body.strip_prefix(of.as_slice()))
            .flatten()
    })
}

#[cfg(test)]
mod tests;
