//! How long a source plays.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::{SourceError, file_argument, said_by_tool};
use crate::process;

/// Reading all packets of a source, to learn its duration, is stopped after this.
const MEASURE_LIMIT: Duration = Duration::from_secs(1_800);

/// Reads all packets, without decoding, up to the end of the last: containers are often wrong about their duration, and
/// a truncated file is shorter than it says. In ms from the file's first instant.
pub(super) async fn measure(
    path: &Path,
    streams: &[u32],
    start_time: Option<&str>,
) -> Result<u64, SourceError> {
    let mut arguments: Vec<OsString> = [
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-show_entries",
        "packet=stream_index,pts_time,duration_time",
        "-print_format",
        "csv=print_section=0",
    ]
    .map(OsString::from)
    .to_vec();
    arguments.push(file_argument(path)?);
    let mut end = 0f64;
    let mut first = f64::INFINITY;
    process::lines("ffprobe", &arguments, MEASURE_LIMIT, |line| {
        if let Some((stream, from, to)) = packet_times(line) {
            first = first.min(from);
            if streams.contains(&stream) {
                end = end.max(to);
            }
        }
    })
    .await
    .map_err(|error| said_by_tool(path, error))?;
    // ffmpeg takes the start that the container gives for zero.
    let start = start_time
        .and_then(|time| time.parse().ok())
        .unwrap_or(first);
    let ms = ((end - start) * 1_000.0).round();
    // From a float the cast saturates.
    Ok(if ms.is_finite() {
        ms.max(0.0) as u64
    } else {
        0
    })
}

/// Stream, start and end in seconds of one packet in ffprobe's list.
fn packet_times(line: &[u8]) -> Option<(u32, f64, f64)> {
    let mut fields = core::str::from_utf8(line).ok()?.trim().split(',');
    let stream = fields.next()?.parse().ok()?;
    let start: f64 = fields.next()?.parse().ok()?;
    let duration: f64 = fields.next().and_then(|d| d.parse().ok()).unwrap_or(0.0);
    Some((stream, start, start + duration))
}
