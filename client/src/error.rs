//! Why something a client was asked for did not happen.

use crate::chain::ChainError;
use crate::controllers::ControllerError;
use crate::playback::PlaybackError;
use crate::publish::PublishError;
use crate::secrets::SecretError;
use crate::verifiers::VerifierError;

/// One sentence for people, with what to do next.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The controller.
    #[error(transparent)]
    Controller(#[from] ControllerError),
    /// Verifiers.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// A key file.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Publishing.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Playing.
    #[error(transparent)]
    Playback(#[from] PlaybackError),
    /// The content network does not start.
    #[error("the content network does not start: {0}")]
    Network(#[from] chainflix_p2p::StartError),
    /// There is no controller to ask.
    #[error("no storage controller is registered on chain; name one with --controller")]
    NoController,
    /// The controller has a manifest that is not the one on chain.
    #[error(
        "the video is registered with other content than the controller has; ask another controller"
    )]
    NotTheRegisteredVideo,
    /// The chain does not know the video.
    #[error("the chain knows no video {0}; check the magnet")]
    UnknownVideo(chainflix_primitives::Magnet),
}
