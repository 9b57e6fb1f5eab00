//! The renditions that a source gets.

use serde::{Deserialize, Serialize};

use crate::probe::{Picture, Source};

/// What one encoding aims at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenditionSpec {
    /// Lines of the picture's shorter side, at most; a smaller source keeps its size.
    pub lines: u32,
    /// Most bits per second of the picture, averaged over two seconds.
    pub video_bits_per_second: u32,
    /// Bits per second of stereo sound; half of it for mono.
    pub audio_bits_per_second: u32,
}

/// 360 lines.
pub const LINES_360: RenditionSpec = RenditionSpec {
    lines: 360,
    video_bits_per_second: 900_000,
    audio_bits_per_second: 96_000,
};
/// 720 lines.
pub const LINES_720: RenditionSpec = RenditionSpec {
    lines: 720,
    video_bits_per_second: 3_000_000,
    audio_bits_per_second: 128_000,
};
/// 1080 lines.
pub const LINES_1080: RenditionSpec = RenditionSpec {
    lines: 1080,
    video_bits_per_second: 6_000_000,
    audio_bits_per_second: 128_000,
};

/// The renditions that a video gets unless others are asked for.
pub const LADDER: [RenditionSpec; 3] = [LINES_360, LINES_720, LINES_1080];

impl RenditionSpec {
    /// Width and height of the encoded picture: never larger than the source, both even as 4:2:0 colour needs.
    #[must_use]
    pub fn size_of(&self, picture: &Picture) -> (u32, u32) {
        let shorter = picture.width.min(picture.height).max(1);
        let scaled = |side: u32| {
            let exact = if shorter > self.lines {
                u64::from(side) * u64::from(self.lines) / u64::from(shorter)
            } else {
                u64::from(side)
            };
            let even = u32::try_from(exact & !1).unwrap_or(u32::MAX - 1);
            even.max(2)
        };
        (scaled(picture.width), scaled(picture.height))
    }
}

/// Those of `wanted` that `source` is worth. Without a picture there is one.
///
/// A rendition larger than the source keeps the source's size, and is made only when that is at least a fifth more than
/// the rendition below has: 480 lines are published as 360 and 480. Nothing is left out altogether: the smallest wanted
/// rendition is always made.
#[must_use]
pub fn worthwhile(wanted: &[RenditionSpec], source: &Source) -> Vec<RenditionSpec> {
    let mut specs = wanted.to_vec();
    specs.sort_by_key(|spec| spec.lines);
    specs.dedup_by_key(|spec| spec.lines);
    let Some(picture) = source.picture else {
        specs.truncate(1);
        return specs;
    };
    let shorter = picture.width.min(picture.height);
    let mut below = None;
    specs.retain(|spec| {
        let lines = spec.lines.min(shorter);
        let is_worth = below.is_none_or(|below| {
            u64::from(lines).saturating_mul(5) >= u64::from(below).saturating_mul(6)
        });
        if is_worth {
            below = Some(lines);
        }
        is_worth
    });
    specs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::FrameRate;

    fn source(width: u32, height: u32) -> Source {
        Source {
            path: "video".into(),
            duration_ms: 1,
            picture: Some(Picture {
                stream: 0,
                width,
                height,
                frame_rate: FrameRate {
                    numerator: 25,
                    denominator: 1,
                },
                interlaced: false,
            }),
            sounds: Vec::new(),
            subtitles: Vec::new(),
            left_out: Vec::new(),
        }
    }

    fn size(spec: RenditionSpec, width: u32, height: u32) -> (u32, u32) {
        spec.size_of(&source(width, height).picture.expect("it has one"))
    }

    #[test]
    fn a_picture_is_never_enlarged_and_always_even() {
        assert_eq!(size(LINES_720, 1920, 1080), (1280, 720));
        assert_eq!(size(LINES_720, 1080, 1920), (720, 1280));
        assert_eq!(size(LINES_720, 640, 360), (640, 360));
        assert_eq!(size(LINES_720, 641, 361), (640, 360));
        assert_eq!(size(LINES_360, 1, 1), (2, 2));
        for width in 2..400 {
            let (w, h) = size(LINES_360, width * 7, width * 3);
            assert!(w <= width * 7 && h <= width * 3 && w % 2 == 0 && h % 2 == 0);
        }
    }

    #[test]
    fn a_source_gets_no_rendition_above_its_own_size() {
        let wanted = [LINES_720, LINES_360, LINES_1080, LINES_360];
        assert_eq!(
            worthwhile(&wanted, &source(1920, 1080)),
            [LINES_360, LINES_720, LINES_1080]
        );
        assert_eq!(
            worthwhile(&wanted, &source(854, 480)),
            [LINES_360, LINES_720]
        );
        assert_eq!(size(LINES_720, 854, 480), (854, 480));
        for (width, height) in [(640, 360), (768, 432), (360, 640), (426, 240)] {
            let expected: &[RenditionSpec] = if height == 432 {
                &LADDER[..2]
            } else {
                &LADDER[..1]
            };
            assert_eq!(
                worthwhile(&wanted, &source(width, height)),
                expected,
                "{width}x{height}"
            );
        }
        assert_eq!(worthwhile(&[LINES_720], &source(320, 240)), [LINES_720]);
        let sound_only = Source {
            picture: None,
            ..source(1, 1)
        };
        assert_eq!(worthwhile(&wanted, &sound_only), [LINES_360]);
    }
}
