//! Which ports a symmetric router takes next, when it counts up.
//!
//! Many routers give each new destination the next port. Two relays that were written to one after the other then see ports
//! that lie close together, and whoever is written to next will see the one after. A peer whose own router lets in only
//! what it has written to can so write to the right port beforehand. A router that draws its ports is not predicted.

use std::net::SocketAddr;

/// Ports that are guessed.
pub(super) const GUESSES: u16 = 4;
/// Ports of one counter that servers see lie no further apart: others behind the router take ports in between.
const NEAR: u16 = 16;

/// Where a router that counts up will show this peer to the next destinations, after `opened` others since servers saw it.
pub(super) fn next_ports(seen: &[SocketAddr], opened: u16) -> Vec<SocketAddr> {
    let ports = || seen.iter().map(SocketAddr::port);
    let (Some(first), Some(last), Some(any)) = (ports().min(), ports().max(), seen.first()) else {
        return Vec::new();
    };
    let counts = (1..=NEAR).contains(&last.saturating_sub(first));
    if !counts || seen.iter().any(|one| one.ip() != any.ip()) {
        return Vec::new();
    }
    let after = last.saturating_add(opened);
    (1..=GUESSES)
        .filter_map(|step| after.checked_add(step))
        .map(|port| SocketAddr::new(any.ip(), port))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(ports: &[u16], opened: u16) -> Vec<u16> {
        let seen = ports.iter().map(|port| ([203, 0, 113, 9], *port).into());
        let seen: Vec<SocketAddr> = seen.collect();
        next_ports(&seen, opened)
            .iter()
            .map(SocketAddr::port)
            .collect()
    }

    #[test]
    fn a_router_that_counts_is_predicted_and_one_that_keeps_or_draws_its_ports_is_not() {
        assert_eq!(next(&[7_001, 7_000], 0), [7_002, 7_003, 7_004, 7_005]);
        assert_eq!(next(&[7_000, 7_003], 2), [7_006, 7_007, 7_008, 7_009]);
        for unpredictable in [&[][..], &[7_000], &[7_000, 7_000], &[7_000, 41_000]] {
            assert!(next(unpredictable, 0).is_empty());
        }
        assert_eq!(next(&[65_533, 65_534], 0), [65_535]);
        let elsewhere = [([203, 0, 113, 9], 7_000), ([203, 0, 113, 8], 7_001)];
        assert!(next_ports(&elsewhere.map(SocketAddr::from), 0).is_empty());
    }
}
