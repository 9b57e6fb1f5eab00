//! PNG of four colours, uncompressed: 2 bits a pixel need no compressor, and the usual encoders would switch on features
//! of a crate that the whole node links (W3C PNG specification, third edition; RFC 1950, RFC 1951 section 3.2.4).

/// Longest stored block of RFC 1951.
const BLOCK: usize = 65_535;

/// An image of `width` × `height`, where each pixel is the index of a colour. `None` when the pixels are not as many.
pub(super) fn encode(
    width: u32,
    height: u32,
    colours: &[[u8; 3]; 4],
    pixels: &[u8],
) -> Option<Vec<u8>> {
    if pixels.len() != (width as usize).checked_mul(height as usize)? {
        return None;
    }
    let mut lines = Vec::new();
    for line in pixels.chunks(width.max(1) as usize) {
        // No filter.
        lines.push(0);
        for four in line.chunks(4) {
            let byte = (0..4).fold(0u8, |byte, place| {
                byte << 2 | four.get(place).copied().unwrap_or(0) & 3
            });
            lines.push(byte);
        }
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    // 2 bits, palette, deflate, no filter, not interlaced.
    header.extend([2, 3, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"PLTE", &colours.concat());
    chunk(&mut file, b"IDAT", &stored(&lines));
    chunk(&mut file, b"IEND", &[]);
    Some(file)
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let begin = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc32(&file[begin..]);
    file.extend(sum.to_be_bytes());
}

/// zlib with stored blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.len().div_ceil(BLOCK).max(1);
    for (place, block) in data.chunks(BLOCK).enumerate() {
        stream.push(u8::from(place + 1 == blocks));
        let length = block.len() as u16;
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn crc32(data: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in data {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = sum & 1 == 1;
            sum >>= 1;
            if odd {
                sum ^= 0xEDB8_8320;
            }
        }
    }
    !sum
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn an_image_has_its_size_and_a_wrong_number_of_pixels_is_none() {
        let colours = [[0; 3], [1; 3], [2; 3], [3; 3]];
        let image = encode(5, 2, &colours, &[0, 1, 2, 3, 0, 1, 1, 1, 1, 1]).unwrap();
        assert_eq!(image[16..24], [0, 0, 0, 5, 0, 0, 0, 2]);
        assert!(image.ends_with(b"IEND\xae\x42\x60\x82"));
        assert!(encode(5, 3, &colours, &[0; 10]).is_none());
    }
}
