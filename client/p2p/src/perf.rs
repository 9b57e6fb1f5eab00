//! libp2p's measure of itself, `/perf/1.0.0`: a peer sends bytes that mean nothing, as fast as its swarm can.
//!
//! It is here to be measured beside: what our own protocol costs above it is checking tokens, verifying groups, the
//! DownloadKey layer and receipts.

use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::{Stream, StreamProtocol};

use crate::frame::FrameError;
use crate::network::{ConnectError, Network, ServeLimits, Serving};
use crate::peer::PeerAddress;

/// The protocol, as libp2p's specifications have it.
const PERF_PROTOCOL: StreamProtocol = StreamProtocol::new("/perf/1.0.0");
/// Bytes that are written and read at a time.
const BLOCK: usize = 64 * 1_024;

/// Why a measurement broke off.
#[derive(Debug, thiserror::Error)]
pub enum PerfError {
    /// The peer was not reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The stream failed.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// Sends as many bytes as anybody asks for, until the guard is dropped. For benchmarks only.
///
/// `None` when that is served on this network already.
pub fn serve(network: &Network, limits: ServeLimits) -> Option<Serving> {
    network.serve(PERF_PROTOCOL, limits, |_, stream| async move {
        if let Err(error) = answer(stream).await {
            tracing::debug!(%error, "a measurement ended");
        }
    })
}

/// The other side says in eight bytes, big-endian, how many it wants, and ends what it sends.
async fn answer(mut stream: Stream) -> std::io::Result<()> {
    let mut wanted = [0u8; 8];
    stream.read_exact(&mut wanted).await?;
    let mut left = u64::from_be_bytes(wanted);
    let mut uploaded = vec![0u8; BLOCK];
    while stream.read(&mut uploaded).await? > 0 {}
    let block = vec![0u8; BLOCK];
    while left > 0 {
        let now = block
            .len()
            .min(usize::try_from(left).unwrap_or(block.len()));
        stream
            .write_all(block.get(..now).unwrap_or_default())
            .await?;
        left = left.saturating_sub(now as u64);
    }
    stream.close().await
}

/// Has a peer send `bytes` bytes, and returns how many came.
///
/// # Errors
/// When it is not reached, or the stream breaks.
pub async fn download(network: &Network, from: &PeerAddress, bytes: u64) -> Result<u64, PerfError> {
    let mut stream = network.open(from, PERF_PROTOCOL).await?;
    let io = |error| PerfError::Frame(FrameError::Io(error));
    stream.write_all(&bytes.to_be_bytes()).await.map_err(io)?;
    // While the protocol is still being agreed on, a second look at what was closed is an error; a broken stream shows below.
    let _ = stream.close().await;
    let mut block = vec![0u8; BLOCK];
    let mut came = 0u64;
    loop {
        match stream.read(&mut block).await.map_err(io)? {
            0 => return Ok(came),
            read => came = came.saturating_add(read as u64),
        }
    }
}
