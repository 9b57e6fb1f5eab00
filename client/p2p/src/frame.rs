//! Messages on a stream: four bytes of length, little-endian, then that many bytes of SCALE. Each direction of each
//! protocol has its own bound, which is looked at before anything is read.

use std::io;
use std::time::Duration;

use codec::{Compact, DecodeAll, Encode};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::wire::GROUP_INDEX;

/// Why a message was not received.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The stream broke or ended inside a message.
    #[error("the stream broke off")]
    Io(#[from] io::Error),
    /// The other side announces more than its protocol allows.
    #[error("a message of {bytes} bytes came where {most} are allowed")]
    TooLarge {
        /// Announced.
        bytes: usize,
        /// Allowed.
        most: usize,
    },
    /// The bytes are no message, or more than one.
    #[error("a message can't be read")]
    Malformed,
    /// Nothing came or went for too long.
    #[error("nothing came for {} s", .0.as_secs())]
    Silent(Duration),
}

/// Reads the next message of at most `most` bytes. `None` when the other side has ended the stream between two.
pub(crate) async fn read<T: DecodeAll>(
    from: &mut (impl AsyncRead + Unpin),
    most: usize,
) -> Result<Option<T>, FrameError> {
    let mut length = [0u8; 4];
    if from.read(&mut length[..1]).await? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut length[1..]).await?;
    let bytes = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if bytes > most {
        return Err(FrameError::TooLarge { bytes, most });
    }
    let mut content = vec![0u8; bytes];
    from.read_exact(&mut content).await?;
    T::decode_all(&mut content.as_slice())
        .map(Some)
        .map_err(|_| FrameError::Malformed)
}

/// Like [`read`], but gives up after `limit`.
pub(crate) async fn read_within<T: DecodeAll>(
    from: &mut (impl AsyncRead + Unpin),
    most: usize,
    limit: Duration,
) -> Result<Option<T>, FrameError> {
    tokio::time::timeout(limit, read(from, most))
        .await
        .unwrap_or(Err(FrameError::Silent(limit)))
}

/// The bytes of one message.
pub(crate) fn encode(message: &impl Encode) -> Vec<u8> {
    let mut frame = vec![0u8; 4];
    message.encode_to(&mut frame);
    let length = u32::try_from(frame.len().saturating_sub(4)).unwrap_or(u32::MAX);
    if let Some(head) = frame.first_chunk_mut::<4>() {
        *head = length.to_le_bytes();
    }
    frame
}

/// Appends the message [`crate::wire::ToViewer::Group`] of `group` to `frames`, without a copy in between. Returns the group's bytes
/// there.
pub(crate) fn append_group<'a>(frames: &'a mut Vec<u8>, group: &[u8]) -> &'a mut [u8] {
    let count = Compact(u32::try_from(group.len()).unwrap_or(u32::MAX));
    let message = 1usize
        .saturating_add(count.size_hint())
        .saturating_add(group.len());
    frames.extend(u32::try_from(message).unwrap_or(u32::MAX).to_le_bytes());
    frames.push(GROUP_INDEX);
    count.encode_to(frames);
    let begin = frames.len();
    frames.extend_from_slice(group);
    frames.get_mut(begin..).unwrap_or_default()
}

/// Writes one message and sees that it leaves, within `limit`.
pub(crate) async fn write_within(
    to: &mut (impl AsyncWrite + Unpin),
    message: &impl Encode,
    limit: Duration,
) -> Result<(), FrameError> {
    let frame = encode(message);
    let write = async {
        to.write_all(&frame).await?;
        to.flush().await
    };
    match tokio::time::timeout(limit, write).await {
        Ok(written) => Ok(written?),
        Err(_) => Err(FrameError::Silent(limit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::io::Cursor;
    use proptest::prelude::*;

    #[tokio::test]
    async fn q1_a_message_one_byte_over_the_bound_is_refused_before_it_is_read() {
        let frame = encode(&vec![7u8; 98]);
        // 98 bytes and two of length, by SCALE.
        assert_eq!(frame.len(), 4 + 100);
        let read_at_most = |most| {
            let mut from = Cursor::new(frame.clone());
            async move { read::<Vec<u8>>(&mut from, most).await }
        };
        assert!(read_at_most(100).await.is_ok());
        assert!(matches!(
            read_at_most(99).await,
            Err(FrameError::TooLarge {
                bytes: 100,
                most: 99
            })
        ));
        let mut endless = Cursor::new(u32::MAX.to_le_bytes());
        assert!(matches!(
            read::<Vec<u8>>(&mut endless, 1 << 20).await,
            Err(FrameError::TooLarge { .. })
        ));
    }

    #[tokio::test]
    async fn x2_a_message_that_breaks_off_is_an_error_and_an_end_between_messages_is_not() {
        let frame = encode(&vec![7u8; 98]);
        for cut in 1..frame.len() {
            let mut from = Cursor::new(&frame[..cut]);
            let cut_off = read::<Vec<u8>>(&mut from, 1_000).await;
            assert!(matches!(cut_off, Err(FrameError::Io(_))), "{cut}");
        }
        let mut from = Cursor::new(&[] as &[u8]);
        assert!(matches!(read::<Vec<u8>>(&mut from, 1_000).await, Ok(None)));
    }

    #[test]
    fn groups_appended_one_by_one_are_the_messages_that_the_codec_makes() {
        let (mut appended, mut encoded) = (Vec::new(), Vec::new());
        for length in [1usize, 63, 64, 16_383, 16_384] {
            let group = vec![length as u8; length];
            assert_eq!(append_group(&mut appended, &group), group);
            encoded.extend(encode(&crate::wire::ToViewer::Group(group)));
        }
        assert!(appended == encoded);
    }

    #[tokio::test]
    async fn q3_who_sends_nothing_is_given_up_on() {
        let limit = Duration::from_millis(20);
        let waited = read_within::<Vec<u8>>(&mut Quiet, 1_000, limit).await;
        assert!(matches!(waited, Err(FrameError::Silent(_))));
    }

    /// A stream on which nothing ever comes.
    struct Quiet;

    impl AsyncRead for Quiet {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut [u8],
        ) -> std::task::Poll<io::Result<usize>> {
            std::task::Poll::Pending
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_noise_is_refused_without_panic(
            message in proptest::collection::vec(any::<u8>(), 0..200),
            noise in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            futures::executor::block_on(async {
                let mut from = Cursor::new(encode(&message));
                let read_back = read::<Vec<u8>>(&mut from, 1_000).await;
                assert!(read_back.is_ok_and(|read_back| read_back == Some(message)));
                let _ = read::<crate::wire::ToViewer>(&mut Cursor::new(&noise), 1_000).await;
                let _ = read::<crate::wire::ToProvider>(&mut Cursor::new(&noise), 1_000).await;
                let _ = read::<crate::wire::ToKeeper>(&mut Cursor::new(&noise), 1_000).await;
                let _ = read::<crate::wire::FromKeeper>(&mut Cursor::new(&noise), 1_000).await;
            });
        }
    }
}
