//! Codec strings as in RFC 6381, read from the sample entries that the encoder wrote.

use crate::isobmff::read::{Fields, find};

/// `avc1.PPCCLL` from the boxes of an `avc1` sample entry.
pub(crate) fn avc(boxes: &[u8]) -> Option<String> {
    let mut config = Fields(find(boxes, b"avcC")?);
    let _version = config.u8()?;
    let (profile, constraints, level) = (config.u8()?, config.u8()?, config.u8()?);
    Some(format!("avc1.{profile:02x}{constraints:02x}{level:02x}"))
}

/// `mp4a.40.N` from the boxes of an `mp4a` sample entry (ISO/IEC 14496-1, 7.2.6).
pub(crate) fn aac(boxes: &[u8]) -> Option<String> {
    let mut esds = Fields(find(boxes, b"esds")?);
    esds.skip(4)?;
    let mut descriptor = Fields(descriptor(&mut esds, 0x03)?);
    descriptor.skip(2)?;
    let flags = descriptor.u8()?;
    if flags & 0x80 != 0 {
        descriptor.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let length = descriptor.u8()?;
        descriptor.skip(usize::from(length))?;
    }
    if flags & 0x20 != 0 {
        descriptor.skip(2)?;
    }
    let mut config = Fields(self::descriptor(&mut descriptor, 0x04)?);
    let object_type = config.u8()?;
    config.skip(12)?;
    let mut specific = Fields(self::descriptor(&mut config, 0x05)?);
    let first = specific.u8()?;
    let audio_object = match first >> 3 {
        31 => 32 + ((first & 0x07) << 3 | specific.u8()? >> 5),
        short => short,
    };
    Some(format!("mp4a.{object_type:x}.{audio_object}"))
}

/// Content of the descriptor with `tag`, whose length is written in groups of seven bits.
fn descriptor<'a>(from: &mut Fields<'a>, tag: u8) -> Option<&'a [u8]> {
    if from.u8()? != tag {
        return None;
    }
    let mut length = 0usize;
    for _ in 0..4 {
        let byte = from.u8()?;
        length = (length << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    from.skip(length)
}
