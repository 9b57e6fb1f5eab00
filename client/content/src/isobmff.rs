//! The little of ISO BMFF (ISO/IEC 14496-12) that cells need: reading ffmpeg's fragmented MP4 from a pipe, and writing
//! fragments of our own cut.
//!
//! ffmpeg decides neither where a fragment ends nor when a track begins; we do, so that fragments begin at keyframes
//! nearest to every second second, cells at every sixtieth, and picture and sound both at zero.

pub(crate) mod read;
pub(crate) mod write;

/// One coded picture or sound frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Decode time in the track's timescale.
    pub(crate) decode: i64,
    /// Presentation time less decode time.
    pub(crate) offset: i32,
    /// Duration in the track's timescale.
    pub(crate) duration: u32,
    /// Whether decoding can begin here.
    pub(crate) sync: bool,
    /// The coded bytes.
    pub(crate) data: bytes::Bytes,
}

impl Sample {
    /// Presentation time in the track's timescale.
    pub(crate) fn presentation(&self) -> i64 {
        self.decode.saturating_add(i64::from(self.offset))
    }
}

/// A track of an initialisation segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Track {
    /// Track id.
    pub(crate) id: u32,
    /// Ticks per second, never 0.
    pub(crate) timescale: u32,
    /// Width and height in pixels, of a picture track.
    pub(crate) picture: Option<(u16, u16)>,
    /// Codec as in RFC 6381.
    pub(crate) codec: String,
}

/// Why a stream is not the fragmented MP4 that we asked for.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The stream broke off or can't be read.
    #[error("the encoder's output broke off")]
    Io(#[from] std::io::Error),
    /// A box is larger than anything an encoder makes.
    #[error("the encoder's output has a box of {0} bytes")]
    TooLarge(u64),
    /// A box does not hold what it should.
    #[error("the encoder's output has a malformed {0} box")]
    Malformed(&'static str),
}
