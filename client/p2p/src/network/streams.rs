//! Streams by path: libp2p-stream opens a stream on any connection of a peer, so there are two of it, one that knows only
//! direct connections and one that knows only relayed ones.

use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::derive_prelude::Either;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use libp2p_stream::Control;

use super::paths::Path;

/// Whether an address leads through a relay.
pub(crate) fn is_relayed(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::P2pCircuit)
}

/// The path of a connection that runs over `address`.
pub(super) fn path_of(address: &Multiaddr) -> Path {
    if is_relayed(address) {
        Path::Relayed
    } else {
        Path::Direct
    }
}

/// Streams over connections of one path.
pub(super) struct StreamsOn {
    path: Path,
    inner: libp2p_stream::Behaviour,
}

impl StreamsOn {
    pub(super) fn new(path: Path) -> Self {
        Self {
            path,
            inner: libp2p_stream::Behaviour::new(),
        }
    }

    pub(super) fn new_control(&self) -> Control {
        self.inner.new_control()
    }
}

type Inner = libp2p_stream::Behaviour;

impl NetworkBehaviour for StreamsOn {
    type ConnectionHandler =
        Either<<Inner as NetworkBehaviour>::ConnectionHandler, dummy::ConnectionHandler>;
    type ToSwarm = ();

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if path_of(local) != self.path {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner
            .handle_established_inbound_connection(connection, peer, local, remote)
            .map(Either::Left)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if path_of(address) != self.path {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner
            .handle_established_outbound_connection(connection, peer, address, role, port)
            .map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        let endpoint = match &event {
            FromSwarm::ConnectionEstablished(event) => Some(event.endpoint),
            FromSwarm::ConnectionClosed(event) => Some(event.endpoint),
            _ => None,
        };
        let other =
            endpoint.is_some_and(|endpoint| endpoint.is_relayed() != (self.path == Path::Relayed));
        if !other {
            self.inner.on_swarm_event(event);
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            Either::Left(event) => self
                .inner
                .on_connection_handler_event(peer, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.inner
            .poll(context)
            .map(|event| event.map_in(Either::Left))
    }
}
