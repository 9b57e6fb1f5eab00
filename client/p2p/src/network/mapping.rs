//! Asking the router to forward ports by PCP or NAT-PMP; by UPnP libp2p asks. Many routers know but one of them.
//!
//! The router is the gateway of the default route. It is asked for each port, and again at half of the time that it
//! grants; one that does not answer is asked again now and then, since machines move and routers are replaced. When the
//! swarm ends, the ports are given back.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::num::NonZeroU16;
use std::time::Duration;

use crab_nat::{
    GATEWAY_PORT, GatewayAddress, InternetProtocol, PortMapping, PortMappingOptions,
    PortMappingType, TimeoutConfig, natpmp,
};
use futures::future::join_all;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::actor::Command;
use super::reach::is_private;

/// Time for which a port is asked for, in seconds: a router that was restarted forwards again after half of it.
const LIFETIME_SECONDS: u32 = 1_200;
/// Between two looks at a router that gave nothing.
const AGAIN: Duration = Duration::from_secs(300);
/// Between two looks at one that gave something, at least.
const LEAST: Duration = Duration::from_secs(30);
/// Ports that are asked for at most.
const MAX_PORTS: usize = 8;
/// A router answers within some four seconds, with three questions more, or not at all.
const PATIENCE: TimeoutConfig = TimeoutConfig {
    initial_timeout: Duration::from_millis(250),
    max_retries: 3,
    max_retry_timeout: Some(Duration::from_secs(2)),
};
/// Giving all ports back takes this long at most.
const FAREWELL: Duration = Duration::from_secs(2);
/// The kernel's table of IPv4 routes.
const ROUTES: &str = "/proc/net/route";
/// Flag of a route that leads to a gateway.
const TO_A_GATEWAY: u32 = 2;

/// A port of this peer that others shall reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Port {
    number: NonZeroU16,
    udp: bool,
}

/// Ports on which a peer that listens at `bound` is reached over IPv4 from beyond its own machine.
pub(super) fn ports(bound: &[Multiaddr]) -> Vec<Port> {
    let mut ports: Vec<Port> = bound.iter().filter_map(port_of).collect();
    ports.sort_unstable();
    ports.dedup();
    ports.truncate(MAX_PORTS);
    ports
}

fn port_of(address: &Multiaddr) -> Option<Port> {
    let mut parts = address.iter();
    let Some(Protocol::Ip4(ip)) = parts.next() else {
        return None;
    };
    let (number, udp) = match parts.next()? {
        Protocol::Udp(port) => (port, true),
        Protocol::Tcp(port) => (port, false),
        _ => return None,
    };
    let direct = !address.iter().any(|part| part == Protocol::P2pCircuit);
    let number = NonZeroU16::new(number)?;
    (direct && !ip.is_loopback()).then_some(Port { number, udp })
}

/// A port that the router forwards.
struct Held {
    mapping: PortMapping,
    address: Multiaddr,
}

/// Keeps `ports` forwarded as long as the router does so, and tells the swarm. Returns when the swarm ends.
pub(super) async fn keep(
    ports: Vec<Port>,
    swarm: mpsc::WeakSender<Command>,
    mut end: watch::Receiver<()>,
) {
    if ports.is_empty() {
        return;
    }
    let mut held = BTreeMap::<Port, Held>::new();
    loop {
        let pause = tokio::select! {
            pause = look(&ports, &mut held, &swarm) => pause,
            _ = end.changed() => break,
        };
        tokio::select! {
            () = sleep(pause) => {}
            // The sender goes with the swarm.
            _ = end.changed() => break,
        }
    }
    let returned = async {
        for (_, Held { mapping, .. }) in held {
            // It ends by itself if the router does not hear of it.
            let _ = mapping.try_drop().await;
        }
    };
    let _ = timeout(FAREWELL, returned).await;
}

/// Asks for every port, anew or again. When to look the next time.
async fn look(
    ports: &[Port],
    held: &mut BTreeMap<Port, Held>,
    swarm: &mpsc::WeakSender<Command>,
) -> Duration {
    let mut pause = AGAIN;
    let answers = ports.iter().map(|port| {
        let before = held.remove(port);
        async move {
            let known = before.as_ref().map(|held| held.address.clone());
            let now = match before {
                Some(Held { mapping, .. }) => renewed(mapping, *port).await,
                None => asked(*port).await,
            };
            (*port, known, now)
        }
    });
    let answers: Vec<_> = answers.collect();
    for (port, known, now) in join_all(answers).await {
        if known.as_ref() != now.as_ref().map(|held| &held.address) {
            if let Some(address) = known {
                tell(swarm, address, false).await;
            }
            if let Some(Held { address, .. }) = &now {
                tracing::info!(%address, "the router forwards a port");
                tell(swarm, address.clone(), true).await;
            }
        }
        if let Some(now) = now {
            let half = Duration::from_secs(u64::from(now.mapping.lifetime()) / 2);
            pause = pause.min(half.max(LEAST));
            held.insert(port, now);
        }
    }
    pause
}

async fn tell(swarm: &mpsc::WeakSender<Command>, address: Multiaddr, is_forwarded: bool) {
    if let Some(swarm) = swarm.upgrade() {
        let told = Command::Forwarded {
            address,
            is_forwarded,
        };
        // A swarm that has ended needs no ports.
        let _ = swarm.send(told).await;
    }
}

/// A port goes on being forwarded, for the same machine behind the same router.
async fn renewed(mut mapping: PortMapping, port: Port) -> Option<Held> {
    let still = router().is_some_and(|(gateway, _)| mapping.gateway() == gateway.into());
    if still && mapping.renew().await.is_ok() {
        return reached_at(mapping, port).await;
    }
    asked(port).await
}

async fn asked(port: Port) -> Option<Held> {
    let (gateway, own) = router()?;
    let protocol = if port.udp {
        InternetProtocol::Udp
    } else {
        InternetProtocol::Tcp
    };
    let options = PortMappingOptions {
        external_port: Some(port.number),
        lifetime_seconds: Some(LIFETIME_SECONDS),
        timeout_config: Some(PATIENCE),
    };
    let (gateway, own) = (GatewayAddress::from(gateway), IpAddr::from(own));
    let mapping = match PortMapping::new(gateway, own, protocol, port.number, options).await {
        Ok(mapping) => Ok(mapping),
        // Some routers that know NAT-PMP alone don't say so, but say nothing.
        Err(pcp) => natpmp::port_mapping(gateway, protocol, port.number, options)
            .await
            .map_err(|natpmp| (pcp, natpmp)),
    };
    match mapping {
        Ok(mapping) => reached_at(mapping, port).await,
        Err((pcp, natpmp)) => {
            tracing::debug!(port = port.number, %pcp, %natpmp, "the router forwards no port");
            None
        }
    }
}

/// Where others reach a port that the router forwards. `None` when it is itself behind another router, and so forwards it
/// from a network that others don't see.
async fn reached_at(mapping: PortMapping, port: Port) -> Option<Held> {
    let ip = match mapping.mapping_type() {
        PortMappingType::Pcp { external_ip, .. } => external_ip.to_canonical(),
        PortMappingType::NatPmp => {
            let told = natpmp::external_address(mapping.gateway(), Some(PATIENCE)).await;
            IpAddr::V4(told.ok()?)
        }
    };
    if is_private(ip) {
        tracing::debug!(%ip, "the router is behind another one; its port is of no use");
        // It ends by itself if the router does not hear of it.
        let _ = mapping.try_drop().await;
        return None;
    }
    let number = mapping.external_port().get();
    let address = Multiaddr::from(ip);
    let address = if port.udp {
        address.with(Protocol::Udp(number)).with(Protocol::QuicV1)
    } else {
        address.with(Protocol::Tcp(number))
    };
    Some(Held { mapping, address })
}

/// The router, and this machine's address as the router sees it. `None` without a router that could translate addresses.
fn router() -> Option<(Ipv4Addr, Ipv4Addr)> {
    let gateway = gateway_in(&std::fs::read_to_string(ROUTES).ok()?)?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Nothing is sent: the kernel chooses the address from which it would.
    socket.connect((gateway, GATEWAY_PORT)).ok()?;
    match socket.local_addr().ok()? {
        SocketAddr::V4(own) if is_private((*own.ip()).into()) => Some((gateway, *own.ip())),
        _ => None,
    }
}

/// The gateway of the default route with the least metric, in the kernel's table: interface, destination, gateway, flags,
/// references, use, metric, mask and more; addresses as hex digits of what stands in memory.
fn gateway_in(table: &str) -> Option<Ipv4Addr> {
    let defaults = table.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let number = |field: Option<&str>| u32::from_str_radix(field?, 16).ok();
        let (to, gateway) = (number(fields.next())?, number(fields.next())?);
        let flags = number(fields.next())?;
        let metric: u32 = fields.nth(2)?.parse().ok()?;
        let mask = number(fields.next())?;
        let is_default = to == 0 && mask == 0 && flags & TO_A_GATEWAY != 0;
        is_default.then(|| (metric, Ipv4Addr::from(gateway.to_ne_bytes())))
    });
    defaults.min().map(|(_, gateway)| gateway)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_that_of_the_best_default_route() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
            wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
            eth0\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
            tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0\n\
            eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
        assert_eq!(gateway_in(table), Some(Ipv4Addr::new(192, 168, 1, 254)));
        assert_eq!(gateway_in(""), None);
        assert_eq!(gateway_in("eth0\t00000000\tzz"), None);
    }

    #[test]
    fn a_router_is_asked_for_ports_that_others_can_use_and_for_each_once() {
        let bound: Vec<Multiaddr> = [
            "/ip4/127.0.0.1/udp/4001/quic-v1",
            "/ip4/127.0.0.1/tcp/5000",
            "/ip4/192.168.1.7/udp/4001/quic-v1",
            "/ip4/10.0.0.7/udp/4001/quic-v1",
            "/ip4/192.168.1.7/tcp/4001",
            "/ip6/fd00::1/udp/4002/quic-v1",
        ]
        .iter()
        .map(|address| address.parse().expect("a multiaddress"))
        .collect();
        let asked: Vec<(u16, bool)> = ports(&bound)
            .iter()
            .map(|port| (port.number.get(), port.udp))
            .collect();
        assert_eq!(asked, [(4_001, false), (4_001, true)]);
    }
}
