//! Address groups: what counts as one place, whoever and however many sit there.

use std::net::IpAddr;

use crate::addresses::{AddressPolicy, Withheld};

/// IPv4 addresses that share the first 24 bits, or IPv6 addresses that share the first 64.
///
/// Taken from the transport, or from a proxy that the operator trusts. It never leaves memory, and is never logged; what is
/// kept is a tag under the set secret, another one in each round.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AddressGroup([u8; 9]);

impl AddressGroup {
    /// The group of an address. An IPv4 address mapped into IPv6 is an IPv4 address.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self([4, a, b, c, 0, 0, 0, 0, 0])
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self([6, a, b, c, d, e, f, g, h])
            }
        }
    }

    /// Bytes over which tags are made.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Who calls, as far as limits and the operator's policy go.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    /// The address group.
    pub(crate) group: AddressGroup,
    /// What is withheld from the address.
    pub(crate) withheld: Option<Withheld>,
    /// Whether the group has as many connections as it may: behind a proxy a connection can't be refused by itself.
    pub(crate) is_crowded: bool,
}

impl Caller {
    /// Whoever calls from `address`.
    pub(crate) fn from(address: IpAddr, policy: &AddressPolicy) -> Self {
        Self {
            group: AddressGroup::of(address),
            withheld: policy.withheld_from(address),
            is_crowded: false,
        }
    }

    /// Whether `what` is withheld from the caller.
    pub(crate) fn lacks(&self, what: Withheld) -> bool {
        self.withheld.is_some_and(|withheld| withheld >= what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(address: &str) -> AddressGroup {
        AddressGroup::of(address.parse().expect("an address"))
    }

    #[test]
    fn y2_one_ipv6_64_counts_as_one_group_and_so_does_one_ipv4_24() {
        assert!(group("192.0.2.1") == group("192.0.2.255"));
        assert!(group("192.0.2.1") != group("192.0.3.1"));
        assert!(group("2001:db8:1:2::1") == group("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert!(group("2001:db8:1:2::1") != group("2001:db8:1:3::1"));
    }

    #[test]
    fn an_ipv4_address_seen_through_an_ipv6_socket_is_the_same_group() {
        assert!(group("::ffff:192.0.2.9") == group("192.0.2.1"));
    }
}
