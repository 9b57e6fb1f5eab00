//! Which addresses a verifier serves, what it withholds from some, and whose word it takes for one.

use std::{net::IpAddr, net::SocketAddr, str::FromStr};

/// Addresses that share a prefix: `203.0.113.0/24`, `2001:db8::/32`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    network: IpAddr,
    bits: u8,
}

/// A text is no range of addresses, or no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no range of addresses; write 203.0.113.0/24, 2001:db8::/32 or a single address{1}"
)]
pub struct AddressRangeError(String, &'static str);

/// What a verifier withholds from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withheld {
    /// Tickets, and with them PlayCodes: videos play there and earn nothing.
    Tickets,
    /// Keys of cells as well: nothing plays there.
    Keys,
    /// Every answer.
    Everything,
}

/// What is withheld from a range: `RANGE` for everything, `RANGE=keys`, `RANGE=tickets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRule {
    /// From whom.
    pub range: AddressRange,
    /// What.
    pub withheld: Withheld,
}

/// The operator's policy. The default serves everybody, and believes no proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    /// When not empty, only these are served.
    pub allow: Vec<AddressRange>,
    /// What is withheld from whom; where several match, the most.
    pub deny: Vec<AddressRule>,
    /// Proxies whose `X-Forwarded-For` is believed. They pass `deny` and `allow` themselves; whoever is behind them does
    /// not.
    pub proxies: Vec<AddressRange>,
}

impl AddressRange {
    /// Whether an address is in the range. An IPv4 address mapped into IPv6 is an IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let rest = 32u32.saturating_sub(self.bits.into());
                let differing = network.to_bits() ^ address.to_bits();
                differing.checked_shr(rest).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let rest = 128u32.saturating_sub(self.bits.into());
                let differing = network.to_bits() ^ address.to_bits();
                differing.checked_shr(rest).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || AddressRangeError(text.to_owned(), "");
        let (network, bits) = match text.split_once('/') {
            Some((network, bits)) => (network, Some(bits)),
            None => (text, None),
        };
        let network: IpAddr = network.trim().parse().map_err(|_| wrong())?;
        let most = if network.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.trim().parse::<u8>().map_err(|_| wrong())?,
            None => most,
        };
        if bits > most {
            return Err(wrong());
        }
        Ok(Self { network, bits })
    }
}

impl FromStr for AddressRule {
    type Err = AddressRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (range, withheld) = match text.split_once('=') {
            None => (text, Withheld::Everything),
            Some((range, "keys")) => (range, Withheld::Keys),
            Some((range, "tickets")) => (range, Withheld::Tickets),
            Some(_) => {
                let hint = ", with nothing, =keys or =tickets after it";
                return Err(AddressRangeError(text.to_owned(), hint));
            }
        };
        let range = range.parse()?;
        Ok(Self { range, withheld })
    }
}

impl AddressPolicy {
    /// What is withheld from an address; `None` where it is served in full.
    #[must_use]
    pub fn withheld_from(&self, address: IpAddr) -> Option<Withheld> {
        let allowed = |range: &AddressRange| range.contains(address);
        if !self.allow.is_empty() && !self.allow.iter().any(allowed) {
            return Some(Withheld::Everything);
        }
        let rules = self.deny.iter().filter(|rule| rule.range.contains(address));
        rules.map(|rule| rule.withheld).max()
    }

    /// Whether an address is a proxy that is believed.
    #[must_use]
    pub fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|range| range.contains(address))
    }

    /// Whom a believed proxy speaks for, by its `X-Forwarded-For` headers in their order: the last address that is no such
    /// proxy itself. What stands before it anybody may have written. The proxy's own address where there is none.
    #[must_use]
    pub fn behind<'h>(&self, proxy: IpAddr, headers: impl Iterator<Item = &'h str>) -> IpAddr {
        let hops: Vec<&str> = headers.flat_map(|header| header.split(',')).collect();
        let mut known = proxy;
        for hop in hops.iter().rev() {
            let Some(address) = read_hop(hop.trim()) else {
                return known;
            };
            known = address;
            if !self.is_proxy(address) {
                return known;
            }
        }
        known
    }
}

/// An address, as proxies write it: alone, with a port, or in brackets.
fn read_hop(text: &str) -> Option<IpAddr> {
    let alone = text.trim_start_matches('[').trim_end_matches(']');
    let address = alone.parse::<IpAddr>().ok();
    address
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn ranges(texts: &[&str]) -> Vec<AddressRange> {
        let ranges = texts.iter().map(|text| text.parse().expect("a range"));
        ranges.collect()
    }

    #[test]
    fn a_range_holds_what_shares_its_prefix_and_nothing_else() {
        for (range, inside, outside) in [
            ("203.0.113.0/24", "203.0.113.255", "203.0.112.255"),
            ("203.0.113.7", "203.0.113.7", "203.0.113.6"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("0.0.0.0/0", "255.1.2.3", "::1"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
            ("10.0.0.0/9", "::ffff:10.127.0.1", "10.128.0.1"),
        ] {
            let range: AddressRange = range.parse().expect("a range");
            assert!(range.contains(address(inside)), "{inside}");
            assert!(!range.contains(address(outside)), "{outside}");
        }
        for wrong in ["", "203.0.113.0/33", "::/129", "203.0.113", "a/8", "::/"] {
            assert!(wrong.parse::<AddressRange>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_strictest_rule_holds_and_who_is_not_allowed_gets_nothing() {
        let policy = AddressPolicy {
            allow: ranges(&["192.0.2.0/24", "198.51.100.0/24"]),
            deny: ["192.0.2.0/25=tickets", "192.0.2.0/28=keys", "192.0.2.1"]
                .map(|rule| rule.parse().expect("a rule"))
                .to_vec(),
            proxies: Vec::new(),
        };
        let from = |text: &str| policy.withheld_from(address(text));
        assert_eq!(from("192.0.2.200"), None);
        assert_eq!(from("192.0.2.100"), Some(Withheld::Tickets));
        assert_eq!(from("192.0.2.2"), Some(Withheld::Keys));
        assert_eq!(from("192.0.2.1"), Some(Withheld::Everything));
        assert_eq!(from("203.0.113.1"), Some(Withheld::Everything));
        let open = AddressPolicy::default();
        assert_eq!(open.withheld_from(address("203.0.113.1")), None);
        assert!("192.0.2.1=money".parse::<AddressRule>().is_err());
    }

    #[test]
    fn i1_what_a_viewer_writes_before_a_trusted_proxys_own_entry_is_not_believed() {
        let policy = AddressPolicy {
            proxies: ranges(&["10.0.0.0/8", "2001:db8:f::/48"]),
            ..AddressPolicy::default()
        };
        let proxy = address("10.0.0.1");
        let behind = |headers: &[&str]| policy.behind(proxy, headers.iter().copied());
        assert_eq!(behind(&["203.0.113.9"]), address("203.0.113.9"));
        assert_eq!(
            behind(&["198.51.100.1, 203.0.113.9"]),
            address("203.0.113.9")
        );
        assert_eq!(
            behind(&["198.51.100.1", "203.0.113.9, 10.0.0.7"]),
            address("203.0.113.9")
        );
        assert_eq!(
            behind(&["[2001:db8:1::9]:443, 2001:db8:f::1"]),
            address("2001:db8:1::9")
        );
        assert_eq!(behind(&["::ffff:203.0.113.9"]), address("203.0.113.9"));
        assert_eq!(behind(&[]), proxy, "a proxy that says nothing");
        assert_eq!(behind(&["198.51.100.1, unknown"]), proxy);
        assert_eq!(behind(&["10.0.0.9"]), address("10.0.0.9"));
    }
}
