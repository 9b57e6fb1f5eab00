//! The relay's swarm.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{AsyncWriteExt, StreamExt};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::Transport;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::timeout::TransportTimeout;
use libp2p::core::upgrade::Version;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Stream, Swarm, identify, noise, ping, quic, tcp};
use libp2p_relay as circuits;
use libp2p_stream::Control;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::gate::Gate;
use super::meter::Metered;
use super::metrics::count;
use super::{MAX_PASS_MESSAGE, PassAnswer, RelayConfig};
use crate::frame;
use crate::network::reach::Use;
use crate::network::{PROTOCOL_VERSION, StartError, muxer};
use crate::peer::PeerKey;

/// A pass, and its answer, must move within this time.
const ANSWERS: Duration = Duration::from_secs(5);
/// A connection must be made, in either direction, within this time: half-made ones have few places.
const HANDSHAKES: Duration = Duration::from_secs(10);
/// A reservation is renewed so often, and its holder's pass looked at.
const RESERVATION: Duration = Duration::from_secs(600);
/// Connections without a circuit, a reservation or a stream are closed after this.
const IDLE: Duration = Duration::from_secs(30);
/// Addresses must be bound within this time.
const BINDS: Duration = Duration::from_secs(10);
/// A listener on all interfaces tells one address after the other; once each has told one, the rest come within this time.
const INTERFACES: Duration = Duration::from_millis(200);

#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    identify: identify::Behaviour,
    relay: circuits::Behaviour,
    autonat: libp2p_autonat::v2::server::Behaviour,
    streams: libp2p_stream::Behaviour,
}

pub(super) fn swarm(
    key: &PeerKey,
    config: &RelayConfig,
    books: &Arc<Gate>,
) -> Result<(Swarm<Behaviour>, Control), StartError> {
    let keypair = key.keypair().ok_or(StartError::Key)?;
    let authenticate =
        noise::Config::new(&keypair).map_err(|error| StartError::Transport(error.to_string()))?;
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(authenticate)
        .multiplex(muxer::Config::default())
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let quic = quic::tokio::Transport::new(quic::Config::new(&keypair))
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let counted = Arc::clone(books);
    let transport = TransportTimeout::new(tcp.or_transport(quic), HANDSHAKES)
        .map(move |either, _| {
            let (peer, inner) = either.into_inner();
            let metered = Metered {
                inner,
                account: counted.account(peer),
                books: Arc::clone(&counted),
            };
            (peer, StreamMuxerBox::new(metered))
        })
        .boxed();
    let peer_id = keypair.public().to_peer_id();
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(512))
        .with_max_established(Some(config.max_connections))
        .with_max_established_per_peer(Some(8));
    let mut relay = circuits::Behaviour::new(peer_id, circuit_config(config, books));
    relay.set_status(Some(circuits::Status::Enable));
    let behaviour = Behaviour {
        limits: connection_limits::Behaviour::new(limits),
        ping: ping::Behaviour::default(),
        identify: identify::Behaviour::new(identify::Config::new(
            PROTOCOL_VERSION.to_owned(),
            keypair.public(),
        )),
        relay,
        autonat: libp2p_autonat::v2::server::Behaviour::default(),
        streams: libp2p_stream::Behaviour::new(),
    };
    let swarm_config =
        libp2p::swarm::Config::with_tokio_executor().with_idle_connection_timeout(IDLE);
    let swarm = Swarm::new(transport, behaviour, peer_id, swarm_config);
    let control = swarm.behaviour().streams.new_control();
    Ok((swarm, control))
}

/// libp2p's limits are those of signalling: 128 KiB and two minutes would cut a video.
fn circuit_config(config: &RelayConfig, books: &Arc<Gate>) -> circuits::Config {
    let gate = Arc::clone(books);
    circuits::Config {
        max_reservations: config.max_reservations,
        max_reservations_per_peer: 2,
        reservation_duration: RESERVATION,
        reservation_rate_limiters: vec![Box::new(move |peer: PeerId, _: &Multiaddr, _| {
            gate.may_reserve(&peer)
        })],
        max_circuits: config.max_circuits,
        max_circuits_per_peer: config.max_circuits_per_peer,
        max_circuit_duration: config.circuit_time,
        max_circuit_bytes: config.circuit_bytes,
        circuit_src_rate_limiters: Vec::new(),
    }
    .circuit_src_per_ip(config.circuits_per_minute, Duration::from_secs(60))
}

/// Listens, tells the addresses, and serves until the task is ended.
pub(super) async fn run(
    mut swarm: Swarm<Behaviour>,
    config: RelayConfig,
    books: Arc<Gate>,
    ready: oneshot::Sender<Result<Vec<Multiaddr>, StartError>>,
) {
    let bound = tokio::time::timeout(BINDS, bind(&mut swarm, &config))
        .await
        .unwrap_or_else(|_| Err(StartError::Transport("no address was bound".to_owned())));
    let failed = bound.is_err();
    let told = bound.map(|bound| {
        let announced = if config.announce.is_empty() {
            worth_telling(bound)
        } else {
            config.announce
        };
        for address in &announced {
            swarm.add_external_address(address.clone());
        }
        let id = *swarm.local_peer_id();
        let announced = announced.into_iter();
        announced
            .map(|address| match address.iter().last() {
                Some(Protocol::P2p(_)) => address,
                _ => address.with(Protocol::P2p(id)),
            })
            .collect()
    });
    if ready.send(told).is_err() || failed {
        return;
    }
    loop {
        if let SwarmEvent::Behaviour(BehaviourEvent::Relay(event)) = swarm.select_next_some().await
        {
            note(&event, &books);
        }
    }
}

/// Of the addresses of a machine's interfaces, those that are of most use to others: dialling the rest would only cost them
/// time, and one that is reached from here only leads them to themselves.
fn worth_telling(mut bound: Vec<Multiaddr>) -> Vec<Multiaddr> {
    let most = bound.iter().map(Use::of).min();
    bound.retain(|address| Some(Use::of(address)) == most);
    bound
}

/// Listens, and returns the addresses of all interfaces at which it does.
async fn bind(
    swarm: &mut Swarm<Behaviour>,
    config: &RelayConfig,
) -> Result<Vec<Multiaddr>, StartError> {
    for address in &config.listen_if_possible {
        if let Err(error) = swarm.listen_on(address.clone()) {
            tracing::debug!(%address, %error, "not bound");
        }
    }
    let mut waiting = HashSet::new();
    for address in &config.listen {
        let listener = swarm
            .listen_on(address.clone())
            .map_err(|error| StartError::Listen {
                address: address.clone(),
                reason: error.to_string(),
            })?;
        waiting.insert(listener);
    }
    let mut bound = Vec::new();
    let mut told = waiting.is_empty().then(|| Instant::now() + INTERFACES);
    loop {
        let event = match told {
            None => swarm.select_next_some().await,
            Some(at) => match timeout_at(at, swarm.select_next_some()).await {
                Ok(event) => event,
                Err(_) => return Ok(bound),
            },
        };
        match event {
            SwarmEvent::NewListenAddr {
                listener_id,
                address,
            } => {
                waiting.remove(&listener_id);
                bound.push(address);
            }
            SwarmEvent::ListenerClosed {
                listener_id,
                reason: Err(error),
                ..
            } if waiting.contains(&listener_id) => {
                return Err(StartError::Transport(error.to_string()));
            }
            _ => {}
        }
        if waiting.is_empty() && told.is_none() {
            told = Some(Instant::now() + INTERFACES);
        }
    }
}

fn note(event: &circuits::Event, books: &Gate) {
    let counters = &books.counters;
    match event {
        circuits::Event::ReservationReqAccepted { renewed: false, .. } => {
            count(&counters.reservations);
        }
        circuits::Event::ReservationReqDenied { .. } => count(&counters.reservations_refused),
        circuits::Event::ReservationClosed { .. } | circuits::Event::ReservationTimedOut { .. } => {
            count(&counters.reservations_ended);
        }
        circuits::Event::CircuitReqAccepted { .. } => count(&counters.circuits),
        circuits::Event::CircuitReqDenied { .. } => count(&counters.circuits_refused),
        circuits::Event::CircuitClosed { .. } => count(&counters.circuits_ended),
        _ => {}
    }
}

/// Reads a pass and answers it.
pub(super) async fn take_pass(books: Arc<Gate>, peer: PeerId, mut stream: Stream) {
    let shown: Result<Option<Vec<u8>>, _> =
        frame::read_within(&mut stream, MAX_PASS_MESSAGE, ANSWERS).await;
    let Ok(Some(pass)) = shown else {
        return;
    };
    let answer = match books.show(peer, &pass) {
        Ok(()) => {
            count(&books.counters.passes_taken);
            PassAnswer::Taken
        }
        Err(refusal) => {
            tracing::debug!(%peer, %refusal, "pass refused");
            count(&books.counters.passes_refused);
            PassAnswer::Refused(refusal)
        }
    };
    // A peer that is gone needs no answer.
    let _ = frame::write_within(&mut stream, &answer, ANSWERS).await;
    let _ = tokio::time::timeout(ANSWERS, stream.close()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses<const N: usize>(texts: [&str; N]) -> Vec<Multiaddr> {
        let parsed = texts.iter().map(|text| text.parse());
        parsed.collect::<Result<_, _>>().expect("multiaddresses")
    }

    #[test]
    fn a_relay_tells_its_public_addresses_or_those_inside_its_network_and_loopback_only_when_there_is_no_other()
     {
        let (loopback, inside) = ("/ip4/127.0.0.1/tcp/4001", "/ip4/10.0.0.7/tcp/4001");
        let public = [
            "/ip4/198.51.100.7/tcp/4001",
            "/ip6/2001:db8::7/udp/4001/quic-v1",
        ];
        let all = addresses([
            loopback,
            inside,
            public[0],
            "/ip6/fe80::7/tcp/4001",
            public[1],
        ]);
        assert_eq!(worth_telling(all), addresses(public));
        let told = worth_telling(addresses([loopback, inside, "/ip6/::1/tcp/4001"]));
        assert_eq!(told, addresses([inside]));
        assert_eq!(worth_telling(addresses([loopback])), addresses([loopback]));
    }
}
