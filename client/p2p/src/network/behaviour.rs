//! The swarm: transports and protocols.

use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::Transport;
use libp2p::core::upgrade::Version;
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{Swarm, SwarmBuilder, identify, noise, ping, tcp};
use libp2p_autonat::v2 as autonat;
use libp2p_stream::Control;

use super::muxer;
use super::paths::Path;
use super::streams::StreamsOn;
use super::{NetworkConfig, StartError};
use crate::peer::PeerKey;

/// What identify tells others to be.
pub(crate) const PROTOCOL_VERSION: &str = "/chainflix/content/1";

#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    identify: identify::Behaviour,
    direct: StreamsOn,
    relayed: StreamsOn,
    relay: libp2p_relay::client::Behaviour,
    autonat: Toggle<autonat::client::Behaviour>,
    upnp: Toggle<libp2p_upnp::tokio::Behaviour>,
}

/// How streams are opened, by path.
#[derive(Clone)]
pub(super) struct Controls {
    pub(super) direct: Control,
    pub(super) relayed: Control,
}

impl Controls {
    pub(super) fn of(&self, path: Path) -> Control {
        match path {
            Path::Direct => self.direct.clone(),
            Path::Relayed => self.relayed.clone(),
        }
    }
}

pub(super) fn swarm(
    key: &PeerKey,
    config: &NetworkConfig,
) -> Result<(Swarm<Behaviour>, Controls), StartError> {
    let keypair = key.keypair().ok_or(StartError::Key)?;
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(128))
        .with_max_pending_outgoing(Some(128))
        .with_max_established_incoming(Some(config.max_incoming))
        .with_max_established_per_peer(Some(config.max_per_peer));
    let transport = |error: &dyn std::error::Error| StartError::Transport(error.to_string());
    let (circuits, relay) = libp2p_relay::client::new(keypair.public().to_peer_id());
    // Who only dials keeps the addresses of its own network to itself.
    let identified = identify::Config::new(PROTOCOL_VERSION.to_owned(), keypair.public())
        .with_hide_listen_addrs(config.listen.is_empty());
    let swarm = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            muxer::Config::default,
        )
        .map_err(|error| transport(&error))?
        .with_quic()
        .with_other_transport(|keypair| {
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
                circuits
                    .upgrade(Version::V1Lazy)
                    .authenticate(noise::Config::new(keypair)?)
                    .multiplex(muxer::Config::default()),
            )
        })
        .map_err(|error| transport(&error))?
        .with_behaviour(|_| Behaviour {
            limits: connection_limits::Behaviour::new(limits),
            ping: ping::Behaviour::default(),
            identify: identify::Behaviour::new(identified),
            direct: StreamsOn::new(Path::Direct),
            relayed: StreamsOn::new(Path::Relayed),
            relay,
            autonat: config
                .probe
                .then(autonat::client::Behaviour::default)
                .into(),
            upnp: config
                .probe
                .then(libp2p_upnp::tokio::Behaviour::default)
                .into(),
        })
        .map_err(|error| transport(&error))?
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(config.idle))
        .build();
    let behaviour = swarm.behaviour();
    let controls = Controls {
        direct: behaviour.direct.new_control(),
        relayed: behaviour.relayed.new_control(),
    };
    Ok((swarm, controls))
}
