//! The streams of a source: which of them are published, and as what.

use serde::Deserialize;

use super::{FrameRate, Picture, Sound, Subtitles};
use crate::tracks::{Label, MAX_SOUNDS, MAX_TEXTS};

/// Frames per second of what is published, least and greatest: less would leave cells without a picture, more is only
/// weight.
const FRAME_RATE_BOUNDS: (FrameRate, FrameRate) = (FrameRate::new(10, 1), FrameRate::new(60, 1));

/// ffmpeg's names of subtitles that are text; the others are pictures.
const TEXT_SUBTITLES: &[&str] = &[
    "subrip",
    "srt",
    "ass",
    "ssa",
    "webvtt",
    "mov_text",
    "text",
    "microdvd",
    "subviewer",
    "sami",
    "realtext",
    "stl",
    "mpl2",
    "jacosub",
    "pjs",
    "vplayer",
];

#[derive(Deserialize)]
pub(super) struct StreamFound {
    index: u32,
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    field_order: Option<String>,
    channels: Option<u32>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Default, Deserialize)]
struct Tags {
    language: Option<String>,
    title: Option<String>,
}

#[derive(Default, Deserialize)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
    #[serde(default)]
    default: u8,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

impl StreamFound {
    pub(super) fn picture(&self) -> Option<Picture> {
        let is_video = self.codec_type.as_deref() == Some("video");
        // The cover of a song is a picture of one frame.
        if !is_video || self.disposition.attached_pic != 0 || self.codec_name.is_none() {
            return None;
        }
        let (width, height) = (self.width?, self.height?);
        if width == 0 || height == 0 {
            return None;
        }
        let turned = self
            .side_data_list
            .iter()
            .find_map(|side_data| side_data.rotation)
            .is_some_and(|degrees| (degrees.abs() % 180.0 - 90.0).abs() < 45.0);
        Some(Picture {
            stream: self.index,
            width: if turned { height } else { width },
            height: if turned { width } else { height },
            frame_rate: self.frame_rate(),
            interlaced: !matches!(
                self.field_order.as_deref(),
                None | Some("progressive" | "unknown")
            ),
        })
    }

    /// The rate of which all frame times are multiples; where that is only a clock (variable frame rate), the average.
    fn frame_rate(&self) -> FrameRate {
        let (least, greatest) = FRAME_RATE_BOUNDS;
        let base = self.r_frame_rate.as_deref().and_then(FrameRate::parse);
        let average = self.avg_frame_rate.as_deref().and_then(FrameRate::parse);
        let rate = base
            .filter(|rate| !rate.is_above(greatest))
            .or(average)
            .or(base)
            .unwrap_or(FrameRate::new(25, 1));
        let with_a_sound_clock = rate.numerator <= 120_000 && rate.denominator <= 2_002;
        if rate.is_above(greatest) {
            greatest
        } else if least.is_above(rate) {
            least
        } else if with_a_sound_clock {
            rate
        } else {
            // An average such as 2997003/100100: the next whole number of frames per second.
            FrameRate::new(rate.numerator.div_ceil(rate.denominator), 1)
        }
    }

    fn sound(&self) -> Option<Sound> {
        let is_audio = self.codec_type.as_deref() == Some("audio");
        let channels = self.channels.filter(|channels| *channels > 0)?;
        (is_audio && self.codec_name.is_some()).then(|| Sound {
            stream: self.index,
            channels,
            label: self.label(),
        })
    }

    fn label(&self) -> Label {
        Label::new(
            self.tags.language.as_deref().unwrap_or_default(),
            self.tags.title.as_deref().unwrap_or_default(),
        )
    }
}

/// The sounds that are published: the one that the source plays by default first.
pub(super) fn sounds(streams: &[StreamFound], left_out: &mut Vec<String>) -> Vec<Sound> {
    let mut sounds: Vec<(bool, Sound)> = streams
        .iter()
        .filter_map(|stream| Some((stream.disposition.default == 0, stream.sound()?)))
        .collect();
    // Stable: among equals the order of the file.
    sounds.sort_by_key(|(is_other, _)| *is_other);
    for (_, surplus) in sounds.iter().skip(MAX_SOUNDS) {
        left_out.push(format!(
            "the sound “{}”: at most {MAX_SOUNDS} are published",
            surplus.label.shown()
        ));
    }
    sounds.truncate(MAX_SOUNDS);
    sounds.into_iter().map(|(_, sound)| sound).collect()
}

/// The subtitles that are text, in the order of the file.
pub(super) fn subtitles(streams: &[StreamFound], left_out: &mut Vec<String>) -> Vec<Subtitles> {
    let mut subtitles = Vec::new();
    let are_subtitles = |stream: &&StreamFound| stream.codec_type.as_deref() == Some("subtitle");
    for stream in streams.iter().filter(are_subtitles) {
        let label = stream.label();
        let name = stream.codec_name.as_deref().unwrap_or("unknown");
        if !TEXT_SUBTITLES.contains(&name) {
            left_out.push(format!(
                "the subtitles “{}”: {name} is a format of pictures, not of text",
                label.shown()
            ));
        } else if subtitles.len() >= MAX_TEXTS {
            left_out.push(format!(
                "the subtitles “{}”: at most {MAX_TEXTS} are published",
                label.shown()
            ));
        } else {
            subtitles.push(Subtitles {
                stream: stream.index,
                label,
            });
        }
    }
    subtitles
}
