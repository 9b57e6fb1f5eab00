//! What goes wrong inside the service.

use std::{net::SocketAddr, path::PathBuf};

use chainflix_primitives::refusal::Refusal;

use crate::archive::ArchiveFailure;
use crate::chain::ChainError;
use crate::keys::KeyFileError;
use crate::store::StoreError;

/// Why the service can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its directory can't be made.
    #[error("the verifier's directory {path} can't be made")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The archive's directory can't be used.
    #[error("rounds can't be archived in {path}")]
    Archive {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A key file can't be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The API's address can't be listened on.
    #[error(
        "the verifier's API can't listen on {address}: is another program using the port? Choose another with --verifier-port"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The announced endpoint is too long.
    #[error("the announced endpoint is {bytes} bytes long, at most 128 are possible")]
    Endpoint {
        /// Its length.
        bytes: usize,
    },
    /// A method of the API could not be registered.
    #[error("the verifier's API could not be put together")]
    Api(#[source] jsonrpsee::server::RegisterMethodError),
}

/// Why a viewer's call has no sealed reply.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// By a rule that holds before the message is opened.
    #[error("{}", .0.words())]
    Refused(Refusal),
    /// The service can't answer; why is in its log.
    #[error("the verifier can't answer now; try another one")]
    Failed,
}

impl From<Denied> for CallError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(refusal) => Self::Refused(refusal),
            Denied::Failed(failure) => {
                tracing::error!(error = ?failure, "a call could not be answered");
                Self::Failed
            }
        }
    }
}

/// Why the service can't answer at all: its own fault, not the asker's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The chain can't be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A round can't be archived.
    #[error(transparent)]
    Archive(#[from] ArchiveFailure),
    /// A cryptographic operation failed that can't.
    #[error("sealing failed")]
    Seal,
    /// Work on a thread of its own came to no end: the service stops.
    #[error("the work was interrupted")]
    Interrupted,
}

/// Why a viewer does not get what it asks for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Denied {
    /// By a rule.
    #[error("{}", .0.words())]
    Refused(Refusal),
    /// The service can't answer.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ChainError> for Denied {
    fn from(error: ChainError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        match error {
            // Too many at once is the askers' doing, and passes.
            StoreError::Busy => Self::Refused(Refusal::RateLimited),
            error => Self::Failed(error.into()),
        }
    }
}
