//! Why a peer was not reached, in few words.

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::DialError;

use super::ConnectError;

pub(super) fn unreachable_because(error: &DialError) -> ConnectError {
    let reason = match error {
        DialError::NoAddresses => "no address of it is known".to_owned(),
        DialError::WrongPeerId { .. } => "another peer answers at its address".to_owned(),
        DialError::Transport(errors) => errors
            .iter()
            .map(|(address, error)| format!("{}: {}", without_peer(address), innermost(error)))
            .collect::<Vec<_>>()
            .join("; "),
        other => innermost(other),
    };
    ConnectError::Unreachable(reason)
}

/// The address without peer ids.
pub(super) fn without_peer(address: &Multiaddr) -> Multiaddr {
    address
        .iter()
        .filter(|part| !matches!(part, Protocol::P2p(_)))
        .collect()
}

/// What lies under libp2p's layers of wrappers, which all say the same at length.
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
