//! Subtitles as WebVTT: read from what ffmpeg makes of a source's subtitles, and written minute by minute.

use std::fmt::Write;

use chainflix_primitives::window::CELL_MS;

use crate::tracks::MAX_MINUTE_TEXT_BYTES;

/// Longest text of one cue, in bytes.
const MAX_CUE_BYTES: usize = 4 * 1024;
/// Most cues of a video: one for each second of a day.
const MAX_CUES: usize = 86_400;

/// Something that is shown for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    start_ms: u64,
    end_ms: u64,
    /// One or more lines, without empty ones among them.
    text: String,
}

/// Reads the cues of a WebVTT file, in order of their beginnings. Settings, styles, notes and names are left out, and so
/// is what can't be read.
pub(crate) fn parse(file: &str) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut lines = file.lines().map(str::trim_end);
    while let Some(line) = lines.next() {
        let Some((start_ms, end_ms)) = times(line) else {
            continue;
        };
        let mut text = String::new();
        for line in lines.by_ref().take_while(|line| !line.is_empty()) {
            let fits = text.len().saturating_add(line.len()) < MAX_CUE_BYTES;
            // The arrow of a time in a text would begin another cue.
            if fits && !line.contains("-->") {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(line);
            }
        }
        if start_ms < end_ms && !text.is_empty() && cues.len() < MAX_CUES {
            cues.push(Cue {
                start_ms,
                end_ms,
                text,
            });
        }
    }
    cues.sort_by_key(|cue| cue.start_ms);
    cues
}

/// Start and end in ms of a cue: `00:01.000 --> 00:02.500 align:start`.
fn times(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((time(start.trim())?, time(end)?))
}

fn time(text: &str) -> Option<u64> {
    let (clock, fraction) = text.split_once('.')?;
    let ms: u64 = fraction.parse().ok().filter(|ms| *ms < 1_000)?;
    let mut seconds = 0u64;
    for part in clock.split(':') {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    seconds.checked_mul(1_000)?.checked_add(ms)
}

/// The whole as a file.
pub(crate) fn file(cues: &[Cue]) -> String {
    let mut text = String::from("WEBVTT\n");
    for cue in cues {
        push(&mut text, cue);
    }
    text
}

/// What is shown in minute `index`, with times from the beginning of the video: a player that comes from elsewhere sees
/// a cue that began before. `None` when nothing is.
pub(crate) fn minute(cues: &[Cue], index: u16) -> Option<String> {
    let from_ms = u64::from(index).saturating_mul(u64::from(CELL_MS));
    let to_ms = from_ms.saturating_add(u64::from(CELL_MS));
    let mut text = String::from("WEBVTT\n");
    let empty = text.len();
    for cue in cues
        .iter()
        .take_while(|cue| cue.start_ms < to_ms)
        .filter(|cue| cue.end_ms > from_ms)
    {
        let before = text.len();
        push(&mut text, cue);
        if text.len() > MAX_MINUTE_TEXT_BYTES {
            text.truncate(before);
            break;
        }
    }
    (text.len() > empty).then_some(text)
}

fn push(text: &mut String, cue: &Cue) {
    // Writing to a String never fails.
    let _ = write!(
        text,
        "\n{} --> {}\n{}\n",
        clock(cue.start_ms),
        clock(cue.end_ms),
        cue.text
    );
}

fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60,
        ms % 1_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "WEBVTT\n\nNOTE x\n\n1\n00:58.000 --> 01:01.500 align:start\nOver the\nborder\n\n\
        00:01.000 --> 00:02.000\nFirst\n\n01:00:00.250 --> 01:00:01.000\nAn hour later\n";

    #[test]
    fn a_cue_stands_in_every_minute_that_it_is_shown_in() {
        let cues = parse(FILE);
        assert_eq!(cues.len(), 3);
        assert_eq!(
            minute(&cues, 0).as_deref(),
            Some(
                "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nFirst\n\n00:00:58.000 --> 00:01:01.500\nOver the\nborder\n"
            )
        );
        let second = minute(&cues, 1).unwrap();
        assert!(second.contains("border") && !second.contains("First"));
        assert_eq!(minute(&cues, 2), None);
        assert!(minute(&cues, 60).unwrap().contains("01:00:00.250"));
        assert_eq!(parse(&file(&cues)), cues);
    }

    #[test]
    fn a_minute_of_text_is_bounded() {
        let line = "x".repeat(3_000);
        let cues = parse(&format!("00:00.000 --> 00:09.000\n{line}\n\n").repeat(100));
        assert_eq!(cues.len(), 100);
        assert!(minute(&cues, 0).unwrap().len() <= MAX_MINUTE_TEXT_BYTES);
    }

    proptest! {
        #[test]
        fn q1_no_text_makes_the_parser_panic_and_what_it_reads_it_reads_again(
            text in "([0-9:.]{0,14}( --> )?[0-9:.]{0,14}\n?\\PC{0,12}\n{0,2}){0,20}",
        ) {
            let cues = parse(&text);
            let again = parse(&file(&cues));
            prop_assert_eq!(again.len(), cues.len());
        }
    }
}
