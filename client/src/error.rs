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
    /// The manifest breaks a rule, or asks for more memory than a player has.
    #[error("the video can't be played: {0}")]
    Unplayable(#[from] chainflix_content::playable::Unplayable),
}
