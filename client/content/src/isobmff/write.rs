//! Writing fragments: one `moof` with a `traf` per track, one `mdat` with the samples track by track.

use super::Sample;

/// Samples of one track in one fragment; not empty, decode times not negative.
pub(crate) struct Run<'a> {
    pub(crate) track: u32,
    pub(crate) samples: &'a [Sample],
}

/// Flags of a sample that needs no other.
const SYNC: u32 = 0x0200_0000;
/// Flags of a sample that needs others.
const NOT_SYNC: u32 = 0x0101_0000;

/// One fragment. `None` when something does not fit its field, which no second or two of video does.
pub(crate) fn fragment(sequence: u32, runs: &[Run<'_>]) -> Option<Vec<u8>> {
    let mut moof = boxed(b"mfhd", &[&[0; 4], &sequence.to_be_bytes()])?;
    let trafs_bytes: usize = runs.iter().map(|run| traf_bytes(run)).sum();
    // moof's header, what stands in it, mdat's header.
    let mut data_at = 8usize
        .checked_add(moof.len())?
        .checked_add(trafs_bytes)?
        .checked_add(8)?;
    for run in runs {
        moof.extend(traf(run, u32::try_from(data_at).ok()?)?);
        for sample in run.samples {
            data_at = data_at.checked_add(sample.data.len())?;
        }
    }
    let mut fragment = boxed(b"moof", &[&moof])?;
    let data: Vec<&[u8]> = runs
        .iter()
        .flat_map(|run| run.samples.iter().map(|sample| sample.data.as_ref()))
        .collect();
    fragment.extend(boxed(b"mdat", &data)?);
    Some(fragment)
}

/// A `free` box of `bytes` bytes in all, at least 8, filled by `fill`.
pub(crate) fn free(bytes: usize, fill: impl FnOnce(&mut [u8])) -> Option<Vec<u8>> {
    let mut content = vec![0u8; bytes.checked_sub(8)?];
    fill(&mut content);
    boxed(b"free", &[&content])
}

/// A box of `kind` with `content`, part after part. `None` when it is too large for its field.
pub(crate) fn boxed(kind: &[u8; 4], content: &[&[u8]]) -> Option<Vec<u8>> {
    let content_bytes: usize = content.iter().map(|part| part.len()).sum();
    let size = u32::try_from(content_bytes.checked_add(8)?).ok()?;
    let mut bytes = Vec::with_capacity(content_bytes.checked_add(8)?);
    bytes.extend(size.to_be_bytes());
    bytes.extend(kind);
    for part in content {
        bytes.extend_from_slice(part);
    }
    Some(bytes)
}

/// Which fields stand with each sample, because they are not the same for all.
struct Layout {
    duration: bool,
    flags: bool,
    offset: bool,
}

impl Layout {
    fn of(samples: &[Sample]) -> Self {
        let all_same = |value: fn(&Sample) -> u32| {
            let mut values = samples.iter().map(value);
            let first = values.next();
            values.all(|other| Some(other) == first)
        };
        // A keyframe followed by others, or keyframes only, need no flags of their own.
        let mut rest = samples.iter().skip(1).map(|sample| sample.sync);
        let second = rest.next();
        Self {
            duration: !all_same(|sample| sample.duration),
            flags: !rest.all(|sync| Some(sync) == second),
            offset: samples.iter().any(|sample| sample.offset != 0),
        }
    }

    fn bytes_per_sample(&self) -> usize {
        let fields = [self.duration, true, self.flags, self.offset];
        4usize.saturating_mul(fields.iter().filter(|present| **present).count())
    }
}

fn traf_bytes(run: &Run<'_>) -> usize {
    let layout = Layout::of(run.samples);
    let trun = layout
        .bytes_per_sample()
        .saturating_mul(run.samples.len())
        .saturating_add(if layout.flags { 20 } else { 24 });
    // Headers of traf and tfhd with its fields, tfdt.
    trun.saturating_add(8 + 24 + 20)
}

fn flags_of(sample: &Sample) -> u32 {
    if sample.sync { SYNC } else { NOT_SYNC }
}

fn traf(run: &Run<'_>, data_offset: u32) -> Option<Vec<u8>> {
    let layout = Layout::of(run.samples);
    let first = run.samples.first()?;
    let typical = run.samples.get(1).unwrap_or(first);
    let tfhd = boxed(
        b"tfhd",
        &[
            // default-base-is-moof, default duration and flags present.
            &0x0002_0028u32.to_be_bytes(),
            &run.track.to_be_bytes(),
            &first.duration.to_be_bytes(),
            &flags_of(typical).to_be_bytes(),
        ],
    )?;
    let tfdt = boxed(
        b"tfdt",
        &[
            &[1, 0, 0, 0],
            &u64::try_from(first.decode).ok()?.to_be_bytes(),
        ],
    )?;
    // Version 1 (signed offsets); data offset and sizes always; flags of the first sample or of each, never both.
    let mut flags = 0x0100_0201u32;
    for (present, bit) in [
        (!layout.flags, 0x04),
        (layout.duration, 0x100),
        (layout.flags, 0x400),
        (layout.offset, 0x800),
    ] {
        if present {
            flags |= bit;
        }
    }
    let mut fields = Vec::new();
    for sample in run.samples {
        if layout.duration {
            fields.extend(sample.duration.to_be_bytes());
        }
        fields.extend(u32::try_from(sample.data.len()).ok()?.to_be_bytes());
        if layout.flags {
            fields.extend(flags_of(sample).to_be_bytes());
        }
        if layout.offset {
            fields.extend(sample.offset.to_be_bytes());
        }
    }
    let first_flags = flags_of(first).to_be_bytes();
    let trun = boxed(
        b"trun",
        &[
            &flags.to_be_bytes(),
            &u32::try_from(run.samples.len()).ok()?.to_be_bytes(),
            &data_offset.to_be_bytes(),
            if layout.flags { &[] } else { &first_flags },
            &fields,
        ],
    )?;
    boxed(b"traf", &[&tfhd, &tfdt, &trun])
}
