//! Reading ffmpeg's fragmented MP4, box by box, from a pipe.

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{FormatError, Sample, Track};
use crate::codecs;

/// Largest initialisation segment that a manifest carries, in bytes.
const MAX_INIT_BYTES: u64 = 64 * 1024;
/// Largest index of one fragment, in bytes.
const MAX_MOOF_BYTES: u64 = 4 * 1024 * 1024;
/// Largest body of one fragment, in bytes: two seconds at 200 Mb/s, with room.
const MAX_MDAT_BYTES: u64 = 128 * 1024 * 1024;

/// What stands in an fMP4 stream.
pub(crate) enum Part {
    /// The initialisation segment and its tracks.
    Init { bytes: Vec<u8>, tracks: Vec<Track> },
    /// Samples of one fragment with the id of their track, in the order of the stream.
    Samples(Vec<(u32, Sample)>),
}

/// Reads parts from a stream of boxes.
pub(crate) struct Reader<R> {
    from: R,
    /// The initialisation segment as far as it was read.
    init: Vec<u8>,
    /// The last `moof` box, whose `mdat` comes next.
    moof: Option<Vec<u8>>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(crate) fn new(from: R) -> Self {
        Self {
            from,
            init: Vec::new(),
            moof: None,
        }
    }

    /// The next part; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, FormatError> {
        while let Some((header, kind, body_bytes)) = self.next_header().await? {
            match &kind {
                b"ftyp" => {
                    let body = self.body(body_bytes, MAX_INIT_BYTES).await?;
                    self.init = [header, body].concat();
                }
                b"moov" => {
                    let body = self.body(body_bytes, MAX_INIT_BYTES).await?;
                    let tracks = tracks(&body)?;
                    let mut bytes = std::mem::take(&mut self.init);
                    bytes.extend([header, body].concat());
                    return Ok(Some(Part::Init { bytes, tracks }));
                }
                b"moof" => {
                    let body = self.body(body_bytes, MAX_MOOF_BYTES).await?;
                    self.moof = Some([header, body].concat());
                }
                b"mdat" => {
                    let body = self.body(body_bytes, MAX_MDAT_BYTES).await?;
                    let moof = self.moof.take().ok_or(FormatError::Malformed("mdat"))?;
                    let body_at = moof.len().saturating_add(header.len());
                    return Ok(Some(Part::Samples(samples(&moof, body_at, body.into())?)));
                }
                _ => {
                    self.body(body_bytes, MAX_MOOF_BYTES).await?;
                }
            }
        }
        Ok(None)
    }

    async fn next_header(&mut self) -> Result<Option<(Vec<u8>, [u8; 4], u64)>, FormatError> {
        let mut header = [0u8; 8];
        // An end between boxes is the end of the stream, one inside a box is not.
        if self.from.read(&mut header[..1]).await? == 0 {
            return Ok(None);
        }
        self.from.read_exact(&mut header[1..]).await?;
        let [a, b, c, d, kind @ ..] = header;
        let mut header = header.to_vec();
        let mut size = u64::from(u32::from_be_bytes([a, b, c, d]));
        if size == 1 {
            let large = self.from.read_u64().await?;
            header.extend(large.to_be_bytes());
            size = large;
        }
        let body = size
            .checked_sub(header.len() as u64)
            .ok_or(FormatError::Malformed("top-level"))?;
        Ok(Some((header, kind, body)))
    }

    async fn body(&mut self, size: u64, most: u64) -> Result<Vec<u8>, FormatError> {
        if size > most {
            return Err(FormatError::TooLarge(size));
        }
        let mut body = Vec::new();
        (&mut self.from).take(size).read_to_end(&mut body).await?;
        if (body.len() as u64) < size {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
        }
        Ok(body)
    }
}

/// Fields of a box, taken from the front.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn skip(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(bytes)?;
        self.0 = tail;
        Some(head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        let (head, tail) = self.0.split_first()?;
        self.0 = tail;
        Some(*head)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(u16::from_be_bytes(*head))
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(u32::from_be_bytes(*head))
    }

    fn u64(&mut self) -> Option<u64> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(u64::from_be_bytes(*head))
    }
}

/// Boxes inside `content`, up to the first that does not fit.
pub(crate) fn boxes(content: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = Fields(content);
    core::iter::from_fn(move || {
        let size = usize::try_from(rest.u32()?).ok()?;
        let kind = rest.skip(4)?.first_chunk::<4>().copied()?;
        Some((kind, rest.skip(size.checked_sub(8)?)?))
    })
}

/// The first box of `kind` inside `content`.
pub(crate) fn find<'a>(content: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(content).find_map(|(found, body)| (found == *kind).then_some(body))
}

fn tracks(moov: &[u8]) -> Result<Vec<Track>, FormatError> {
    boxes(moov)
        .filter(|(kind, _)| kind == b"trak")
        .map(|(_, trak)| track(trak).ok_or(FormatError::Malformed("trak")))
        .collect()
}

fn track(trak: &[u8]) -> Option<Track> {
    let mut tkhd = Fields(find(trak, b"tkhd")?);
    let version = tkhd.u32()? >> 24;
    tkhd.skip(if version == 1 { 16 } else { 8 })?;
    let id = tkhd.u32()?;
    let mdia = find(trak, b"mdia")?;
    let mut mdhd = Fields(find(mdia, b"mdhd")?);
    let version = mdhd.u32()? >> 24;
    mdhd.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = mdhd.u32().filter(|timescale| *timescale > 0)?;
    let stbl = find(find(mdia, b"minf")?, b"stbl")?;
    let mut stsd = Fields(find(stbl, b"stsd")?);
    stsd.skip(8)?;
    let (kind, entry) = boxes(stsd.0).next()?;
    let (picture, codec) = match &kind {
        b"avc1" => {
            let mut fields = Fields(entry);
            fields.skip(24)?;
            let size = (fields.u16()?, fields.u16()?);
            (Some(size), codecs::avc(entry.get(78..)?)?)
        }
        b"mp4a" => (None, codecs::aac(entry.get(28..)?)?),
        _ => return None,
    };
    Some(Track {
        id,
        timescale,
        picture,
        codec,
    })
}

/// Samples of a fragment; `body_at` is where the body begins, counted from the beginning of the `moof`.
fn samples(moof: &[u8], body_at: usize, body: Bytes) -> Result<Vec<(u32, Sample)>, FormatError> {
    let mut list = Vec::new();
    for (_, traf) in boxes(moof.get(8..).unwrap_or_default()).filter(|(kind, _)| kind == b"traf") {
        track_samples(traf, body_at, &body, &mut list).ok_or(FormatError::Malformed("traf"))?;
    }
    Ok(list)
}

fn track_samples(
    traf: &[u8],
    body_at: usize,
    body: &Bytes,
    list: &mut Vec<(u32, Sample)>,
) -> Option<()> {
    let mut tfhd = Fields(find(traf, b"tfhd")?);
    let flags = tfhd.u32()? & 0x00ff_ffff;
    let id = tfhd.u32()?;
    if flags & 0x01 != 0 {
        tfhd.skip(8)?;
    }
    if flags & 0x02 != 0 {
        tfhd.skip(4)?;
    }
    let mut default = |bit: u32| {
        if flags & bit == 0 {
            Some(0)
        } else {
            tfhd.u32()
        }
    };
    let (duration, size, sample_flags) = (default(0x08)?, default(0x10)?, default(0x20)?);
    let mut tfdt = Fields(find(traf, b"tfdt")?);
    let mut decode = if tfdt.u32()? >> 24 == 1 {
        i64::try_from(tfdt.u64()?).ok()?
    } else {
        i64::from(tfdt.u32()?)
    };
    let mut at = 0usize;
    for (_, trun) in boxes(traf).filter(|(kind, _)| kind == b"trun") {
        let mut trun = Fields(trun);
        let flags = trun.u32()? & 0x00ff_ffff;
        let count = trun.u32()?;
        if flags & 0x01 != 0 {
            at = usize::try_from(trun.u32()?).ok()?.checked_sub(body_at)?;
        }
        let mut first_flags = if flags & 0x04 != 0 {
            Some(trun.u32()?)
        } else {
            None
        };
        for _ in 0..count {
            let mut field = |bit: u32, otherwise: u32| {
                if flags & bit == 0 {
                    Some(otherwise)
                } else {
                    trun.u32()
                }
            };
            let duration = field(0x100, duration)?;
            let size = usize::try_from(field(0x200, size)?).ok()?;
            let own_flags = field(0x400, first_flags.take().unwrap_or(sample_flags))?;
            // Read as signed whatever the version says: ffmpeg writes version 1, and no offset is 2³¹ ticks.
            let offset = field(0x800, 0)?.cast_signed();
            let end = at.checked_add(size)?;
            if end > body.len() {
                return None;
            }
            let sample = Sample {
                decode,
                offset,
                duration,
                // sample_is_non_sync_sample of ISO/IEC 14496-12, 8.8.3.1.
                sync: own_flags & 0x0001_0000 == 0,
                data: body.slice(at..end),
            };
            list.push((id, sample));
            at = end;
            decode = decode.checked_add(i64::from(duration))?;
        }
    }
    Some(())
}
