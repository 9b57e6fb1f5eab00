//! The other verifiers as the service reaches them: request and answer over the node's own network.

use futures::future::BoxFuture;

/// Longest message between verifiers, request or answer, in bytes.
pub const MAX_PEER_MESSAGE_BYTES: usize = 1024 * 1024;

/// Why another verifier did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// The node has no connection to it.
    #[error("the other verifier's node is not connected")]
    NotConnected,
    /// No answer came in time.
    #[error("the other verifier did not answer in time")]
    Timeout,
    /// The node's network refused or failed.
    #[error("the node's network failed: {0}")]
    Network(String),
    /// The answer is not what was asked for.
    #[error("the other verifier's answer is not to be used: {0}")]
    BadAnswer(&'static str),
    /// The other verifier has no answer: it lacks the item, or does not answer this node.
    #[error("the other verifier refused: {0}")]
    Refused(&'static str),
}

/// Sends requests to other verifiers' nodes; the node implements it.
///
/// The transport authenticates both ends by their network keys and delivers a request to the other side's
/// [`crate::VerifierService::handle_peer`].
pub trait PeerNetwork: Send + Sync + 'static {
    /// Sends `request` to the node with ed25519 key `network_key`, and waits for its answer, at most about ten seconds.
    /// Neither is longer than [`MAX_PEER_MESSAGE_BYTES`].
    fn request(
        &self,
        network_key: [u8; 32],
        request: Vec<u8>,
    ) -> BoxFuture<'static, Result<Vec<u8>, PeerError>>;
}
