//! One track of a rendition alone: its init segment, and its part of each fragment.

use bytes::Bytes;

use super::track_id;
use crate::isobmff::read::{Fields, boxes, find};
use crate::isobmff::write::boxed;

/// Flags of a `tfhd`: data is counted from a place in the file, or from the beginning of the `moof`.
const BASE_DATA_OFFSET: u32 = 0x01;
const BASE_IS_MOOF: u32 = 0x02_0000;
/// Fields of a `trun`.
const DATA_OFFSET: u32 = 0x01;
const FIRST_FLAGS: u32 = 0x04;
const SIZE: u32 = 0x200;
/// Fields of each sample, in order.
const SAMPLE_FIELDS: [u32; 4] = [0x100, SIZE, 0x400, 0x800];

/// The init segment with `track` alone. `None` when it has no such track.
#[must_use]
pub fn init_of(init: &[u8], track: u32) -> Option<Vec<u8>> {
    let moov = find(init, b"moov")?;
    let mut content = Vec::new();
    let mut found = false;
    for (kind, body) in boxes(moov) {
        match &kind {
            b"trak" => {
                if track_id(body) != Some(track) {
                    continue;
                }
                found = true;
                content.extend(boxed(&kind, &[body])?);
            }
            b"mvex" => {
                let mut extends = Vec::new();
                for (kind, body) in boxes(body) {
                    let of_other = &kind == b"trex"
                        && body.get(4..8).and_then(|id| id.first_chunk()).copied()
                            != Some(track.to_be_bytes());
                    if !of_other {
                        extends.extend(boxed(&kind, &[body])?);
                    }
                }
                content.extend(boxed(&kind, &[&extends])?);
            }
            _ => content.extend(boxed(&kind, &[body])?),
        }
    }
    let mut alone = boxed(b"ftyp", &[find(init, b"ftyp")?])?;
    alone.extend(boxed(b"moov", &[&content])?);
    found.then_some(alone)
}

/// What belongs to `track` alone in a fragment: a `moof` and an `mdat`, as they stand there where the track has its own,
/// else cut out of those of all tracks. `None` when there is nothing.
#[must_use]
pub fn part_of(fragment: &Bytes, track: u32) -> Option<Bytes> {
    let mut at = 0usize;
    // Where the last `moof` with our track begins, and what stands in it.
    let mut ours: Option<(usize, &[u8])> = None;
    for (kind, body) in boxes(fragment) {
        // A box that was read has a header of eight bytes.
        let end = at.checked_add(8)?.checked_add(body.len())?;
        match &kind {
            b"moof" => {
                let has_it = trafs(body).any(|traf| track_of(traf) == Some(track));
                ours = has_it.then_some((at, body));
            }
            b"mdat" => {
                if let Some((start, moof)) = ours {
                    return if trafs(moof).count() == 1 {
                        Some(fragment.slice(start..end))
                    } else {
                        cut_out(moof, body, track).map(Bytes::from)
                    };
                }
            }
            _ => {}
        }
        at = end;
    }
    None
}

fn trafs(moof: &[u8]) -> impl Iterator<Item = &[u8]> {
    boxes(moof).filter_map(|(kind, body)| (&kind == b"traf").then_some(body))
}

fn track_of(traf: &[u8]) -> Option<u32> {
    let mut tfhd = Fields(find(traf, b"tfhd")?);
    tfhd.skip(4)?;
    tfhd.u32()
}

/// A `moof` and an `mdat` of `track` out of those of several tracks. `None` when its samples are not told the way that
/// the packager tells them: in one run, by size, counted from the `moof`.
fn cut_out(moof: &[u8], mdat: &[u8], track: u32) -> Option<Vec<u8>> {
    let traf = trafs(moof).find(|traf| track_of(traf) == Some(track))?;
    let base = Fields(find(traf, b"tfhd")?).u32()?;
    let mut truns = boxes(traf).filter(|(kind, _)| kind == b"trun");
    let (_, trun) = truns.next()?;
    if truns.next().is_some() || base & BASE_IS_MOOF == 0 || base & BASE_DATA_OFFSET != 0 {
        return None;
    }
    let run = Run::read(trun)?;
    // Headers of `moof` and `mdat` stand before the data.
    let data_from = run.from.checked_sub(moof.len().checked_add(16)?)?;
    let data = mdat.get(data_from..data_from.checked_add(run.bytes)?)?;
    let build = |data_offset: u32| {
        let mut content = Vec::new();
        for (kind, body) in boxes(traf) {
            if &kind == b"trun" {
                let (head, rest) = (body.get(..8)?, body.get(12..)?);
                content.extend(boxed(&kind, &[head, &data_offset.to_be_bytes(), rest])?);
            } else {
                content.extend(boxed(&kind, &[body])?);
            }
        }
        let mfhd = boxed(b"mfhd", &[find(moof, b"mfhd")?])?;
        boxed(b"moof", &[&mfhd, &boxed(b"traf", &[&content])?])
    };
    // The offset takes as much room whatever it is.
    let length = build(0)?.len();
    let mut part = build(u32::try_from(length.checked_add(8)?).ok()?)?;
    part.extend(boxed(b"mdat", &[data])?);
    Some(part)
}

/// The samples of a `trun`.
struct Run {
    /// Where their data begins, from the beginning of the `moof`.
    from: usize,
    /// Bytes of all.
    bytes: usize,
}

impl Run {
    fn read(trun: &[u8]) -> Option<Self> {
        let mut fields = Fields(trun);
        let flags = fields.u32()?;
        let count = fields.u32()?;
        if flags & DATA_OFFSET == 0 || flags & SIZE == 0 {
            return None;
        }
        let from = usize::try_from(fields.u32()?).ok()?;
        if flags & FIRST_FLAGS != 0 {
            fields.skip(4)?;
        }
        let mut bytes = 0usize;
        for _ in 0..count {
            for field in SAMPLE_FIELDS {
                if flags & field != 0 {
                    let value = fields.u32()?;
                    if field == SIZE {
                        bytes = bytes.checked_add(usize::try_from(value).ok()?)?;
                    }
                }
            }
        }
        Some(Self { from, bytes })
    }
}
