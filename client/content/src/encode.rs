//! The ffmpeg call that makes one rendition: fragmented MP4 on a pipe, from any cell on.
//!
//! The picture gets a constant frame rate from zero to the source's end, the sound one unbroken run of samples over the
//! same span: sources with gaps, late or short streams or variable frame rate come out with every cell filled. A run
//! from a later cell decodes what came before and throws it away, because seeking is inexact in many containers.

use std::ffi::OsString;
use std::io;

use chainflix_primitives::window::CELL_MS;

use crate::probe::{Picture, Sound, Source, Subtitles};
use crate::process;
use crate::rendition::RenditionSpec;

/// Sample rate of all sound, in Hz.
pub(crate) const SAMPLE_RATE: u32 = 48_000;
/// Samples of one AAC frame.
pub(crate) const AAC_FRAME: u64 = 1_024;
/// Seconds between forced keyframes: the length of a fragment.
pub(crate) const FRAGMENT_SECONDS: u64 = 2;
/// A keyframe belongs to a border that it misses by so little, in ms; frame times are rounded, and no frame is shorter.
pub(crate) const BORDER_TOLERANCE_MS: u64 = 1;
/// AAC frames that a run from a later cell encodes and throws away, so that the first one kept overlaps with sound.
const LEAD_IN_FRAMES: u64 = 8;
/// Threads of the picture's encoder. Fixed, because the result depends on it.
const ENCODER_THREADS: &str = "4";

/// Where a run begins on the source's timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RunStart {
    /// First cell.
    pub(crate) cell: u16,
    /// Number of the first frame of the picture.
    pub(crate) frame: u64,
    /// First AAC frame that is kept.
    pub(crate) audio_frame: u64,
    /// AAC frames before it that the run yields as well, not counting the encoder's own delay of one.
    pub(crate) lead_in: u64,
}

impl RunStart {
    /// The first picture and sound of cell `cell`.
    pub(crate) fn of_cell(source: &Source, cell: u16) -> Self {
        let border_ms = u64::from(cell).saturating_mul(u64::from(CELL_MS));
        let earliest_ms = border_ms.saturating_sub(BORDER_TOLERANCE_MS);
        let mut start = Self {
            cell,
            ..Self::default()
        };
        // The first sample that belongs to the cell: with the first frame of the picture, or at the border.
        let mut sample = border_ms.saturating_mul(u64::from(SAMPLE_RATE)) / 1_000;
        if let Some(Picture { frame_rate, .. }) = source.picture {
            let (numerator, denominator) = (
                u64::from(frame_rate.numerator),
                u64::from(frame_rate.denominator),
            );
            start.frame = earliest_ms
                .saturating_mul(numerator)
                .div_ceil(denominator.saturating_mul(1_000));
            sample = start
                .frame
                .saturating_mul(denominator)
                .saturating_mul(u64::from(SAMPLE_RATE))
                .div_ceil(numerator);
        }
        start.audio_frame = sample.div_ceil(AAC_FRAME);
        start.lead_in = start.audio_frame.min(LEAD_IN_FRAMES);
        start
    }
}

/// ffmpeg's arguments for the rendition `spec` of `source` from `start` to its end.
pub(crate) fn arguments(
    source: &Source,
    spec: &RenditionSpec,
    start: &RunStart,
) -> io::Result<Vec<OsString>> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut add = |list: &[&str]| arguments.extend(list.iter().map(OsString::from));
    add(&["-nostdin", "-v", "error", "-protocol_whitelist", "file"]);
    add(&["-i"]);
    arguments.push(process::file_argument(&source.path)?);
    let mut add = |list: &[&str]| arguments.extend(list.iter().map(OsString::from));
    // Nothing of the source but picture and sound: no names, places or times of the maker.
    add(&["-map_metadata", "-1", "-map_chapters", "-1"]);
    add(&["-fflags", "+bitexact"]);
    if let Some(picture) = &source.picture {
        add(&["-map", &format!("0:{}", picture.stream), "-vf"]);
        add(&[&video_filter(source, picture, spec, start)]);
        arguments.extend(video_encoder(picture, spec, start).map(OsString::from));
    }
    let mut add = |list: &[&str]| arguments.extend(list.iter().map(OsString::from));
    for (number, sound) in source.sounds.iter().enumerate() {
        add(&["-map", &format!("0:{}", sound.stream)]);
        add(&[&format!("-filter:a:{number}")]);
        add(&[&audio_filter(source, sound, start)]);
        let bits = spec.audio_bits_per_second / if sound.channels == 1 { 2 } else { 1 };
        add(&[&format!("-b:a:{number}"), &bits.to_string()]);
        let metadata = format!("-metadata:s:a:{number}");
        add(&[&metadata, &format!("language={}", sound.label.code())]);
        if !sound.label.name().is_empty() {
            add(&[&metadata, &format!("handler_name={}", sound.label.name())]);
        }
    }
    if !source.sounds.is_empty() {
        add(&["-c:a", "aac", "-flags:a", "+bitexact"]);
    }
    add(&[
        "-movflags",
        "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer",
        "-use_editlist",
        "0",
        "-frag_duration",
        &(FRAGMENT_SECONDS * 1_000_000).to_string(),
        "-f",
        "mp4",
        "pipe:1",
    ]);
    Ok(arguments)
}

/// ffmpeg's arguments for subtitles of `source` as one WebVTT file on a pipe.
pub(crate) fn subtitle_arguments(
    source: &Source,
    subtitles: &Subtitles,
) -> io::Result<Vec<OsString>> {
    let mut arguments: Vec<OsString> = [
        "-nostdin",
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-i",
    ]
    .map(OsString::from)
    .to_vec();
    arguments.push(process::file_argument(&source.path)?);
    let stream = format!("0:{}", subtitles.stream);
    arguments.extend(
        [
            "-map",
            &stream,
            "-map_metadata",
            "-1",
            "-f",
            "webvtt",
            "pipe:1",
        ]
        .map(OsString::from),
    );
    Ok(arguments)
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

fn video_filter(
    source: &Source,
    picture: &Picture,
    spec: &RenditionSpec,
    start: &RunStart,
) -> String {
    let rate = picture.frame_rate;
    let (numerator, denominator) = (rate.numerator, rate.denominator);
    let (width, height) = spec.size_of(picture);
    let deinterlace = if picture.interlaced {
        "bwdif=mode=send_frame:deint=interlaced,"
    } else {
        ""
    };
    // Frames up to the one that ends nearest to the end of the source, at least one.
    let ms_per_frame = u64::from(denominator) * 1_000;
    let end = u64::from(source.duration_ms)
        .saturating_mul(u64::from(numerator))
        .saturating_add(ms_per_frame / 2)
        .checked_div(ms_per_frame)
        .unwrap_or(0)
        .max(start.frame.saturating_add(1));
    format!(
        "{deinterlace}fps=fps={numerator}/{denominator}:start_time=0,tpad=stop=-1:stop_mode=clone,\
         trim=start_frame={}:end_frame={end},scale=w={width}:h={height},format=yuv420p",
        start.frame
    )
}

/// Without B-frames every player agrees on the times: with them, and without edit lists, those built on ffmpeg show the
/// picture some frames late.
fn video_encoder(picture: &Picture, spec: &RenditionSpec, start: &RunStart) -> [String; 26] {
    let rate = picture.frame_rate;
    let per_fragment = FRAGMENT_SECONDS
        .saturating_mul(u64::from(rate.numerator))
        .div_ceil(u64::from(rate.denominator));
    let fragments_before = u64::from(start.cell) * u64::from(CELL_MS) / 1_000 / FRAGMENT_SECONDS;
    let tolerance = seconds(BORDER_TOLERANCE_MS);
    // ffmpeg counts `t` from the first frame of the run.
    let first = format!("{}*{}/{}", start.frame, rate.denominator, rate.numerator);
    [
        "-fps_mode:v".into(),
        "passthrough".into(),
        "-c:v".into(),
        "libx264".into(),
        "-preset".into(),
        "veryfast".into(),
        "-profile:v".into(),
        "high".into(),
        "-crf".into(),
        "23".into(),
        "-maxrate".into(),
        spec.video_bits_per_second.to_string(),
        "-bufsize".into(),
        spec.video_bits_per_second.saturating_mul(2).to_string(),
        // One more than a fragment holds, so that only the forced keyframes come.
        "-g".into(),
        per_fragment.saturating_add(1).to_string(),
        "-bf".into(),
        "0".into(),
        "-sc_threshold".into(),
        "0".into(),
        "-forced-idr".into(),
        "1".into(),
        "-force_key_frames".into(),
        format!("expr:gte(t+{first},(n_forced+{fragments_before})*{FRAGMENT_SECONDS}-{tolerance})"),
        "-x264-params".into(),
        format!("threads={ENCODER_THREADS}:lookahead-threads=1:cpu-independent=1"),
    ]
}

fn audio_filter(source: &Source, sound: &Sound, start: &RunStart) -> String {
    let layout = if sound.channels == 1 {
        "mono"
    } else {
        "stereo"
    };
    let first = start
        .audio_frame
        .saturating_sub(start.lead_in)
        .saturating_mul(AAC_FRAME);
    let end = u64::from(source.duration_ms)
        .saturating_mul(u64::from(SAMPLE_RATE))
        .div_ceil(1_000)
        .max(first.saturating_add(1));
    // Gaps become silence, and so does what is missing at either end.
    format!(
        "aresample={SAMPLE_RATE}:async=1:first_pts=0,aformat=sample_rates={SAMPLE_RATE}:channel_layouts={layout},\
         apad,atrim=start_sample={first}:end_sample={end}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::FrameRate;
    use crate::rendition::LINES_720;
    use crate::tracks::Label;

    fn source(numerator: u32, denominator: u32) -> Source {
        Source {
            path: "-i".into(),
            duration_ms: 200_000,
            picture: Some(Picture {
                stream: 0,
                width: 640,
                height: 360,
                frame_rate: FrameRate {
                    numerator,
                    denominator,
                },
                interlaced: false,
            }),
            sounds: vec![Sound {
                stream: 1,
                channels: 2,
                label: Label::new("deu", "Ton"),
            }],
            subtitles: Vec::new(),
            left_out: Vec::new(),
        }
    }

    #[test]
    fn a_run_begins_with_the_first_frame_at_or_after_the_border() {
        let start = RunStart::of_cell(&source(25, 1), 1);
        assert_eq!(start.frame, 1_500);
        assert_eq!(start.audio_frame, 2_813, "60 s are 2,812.5 AAC frames");
        // 1,798 frames of 1,001/30,000 s end at 59.993 s.
        let start = RunStart::of_cell(&source(30_000, 1_001), 1);
        assert_eq!(start.frame, 1_799);
        let start = RunStart::of_cell(&source(25, 1), 0);
        assert_eq!(start, RunStart::default());
    }

    #[test]
    fn the_source_is_one_argument_and_no_option() {
        let arguments = arguments(&source(25, 1), &LINES_720, &RunStart::default());
        let arguments = arguments.expect("a current directory");
        let path = arguments
            .iter()
            .position(|argument| argument == "-i")
            .and_then(|place| arguments.get(place + 1))
            .expect("an input");
        assert!(path.to_string_lossy().starts_with("file:/"));
    }
}
