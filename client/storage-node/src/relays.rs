//! Relays that controllers name, and how the node is reached.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chainflix_controller::protocol::{MAX_RELAY_ADDRESSES, MAX_RELAYS, PathClass, Relay};
use chainflix_p2p::{NatClass, RelayOffer};
use codec::Encode;
use tokio::sync::watch;

/// A relay with its pass, and until when that is good, in Unix ms.
type Lasting = (u64, RelayOffer);

/// Offers of all controllers, by URL.
pub(crate) struct RelayBook {
    by_controller: Mutex<BTreeMap<String, Vec<Lasting>>>,
    offers: watch::Sender<Vec<RelayOffer>>,
}

impl RelayBook {
    /// An empty book, and what it says.
    pub(crate) fn new() -> (Self, watch::Receiver<Vec<RelayOffer>>) {
        let (offers, offered) = watch::channel(Vec::new());
        let book = Self {
            by_controller: Mutex::default(),
            offers,
        };
        (book, offered)
    }

    /// A controller names its relays. An address that can't be read is left out.
    pub(crate) fn named(&self, controller: &str, relays: &[Relay]) {
        let relays = relays.iter().take(MAX_RELAYS).map(|relay| {
            let addresses = relay.addresses.iter().take(MAX_RELAY_ADDRESSES);
            let offer = RelayOffer {
                addresses: addresses.filter_map(|a| a.parse().ok()).collect(),
                pass: relay.pass.encode(),
            };
            (relay.pass.pass.expires_ms(), offer)
        });
        let mut book = self
            .by_controller
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        book.insert(controller.to_owned(), relays.collect());
        let mut best: Vec<&Lasting> = Vec::new();
        for lasting in book.values().flatten() {
            let (until, offer) = lasting;
            let Some(relay) = offer.peer_id() else {
                continue;
            };
            match best
                .iter_mut()
                .find(|known| known.1.peer_id() == Some(relay))
            {
                // Of a relay that two controllers share, the pass that lasts longer: the other one's may be gone. Of two
                // alike the first.
                Some(known) if known.0 < *until => *known = lasting,
                Some(_) => {}
                None => best.push(lasting),
            }
        }
        let all: Vec<RelayOffer> = best.into_iter().map(|(_, offer)| offer.clone()).collect();
        self.offers.send_if_modified(|offers| {
            let is_news = *offers != all;
            *offers = all;
            is_news
        });
    }
}

/// What controllers are told of a node behind such a router. `announced`: its operator says where it is reached.
pub(crate) fn path_class(class: NatClass, announced: bool) -> PathClass {
    match class {
        _ if announced => PathClass::Direct,
        // Without a relay nobody can tell; the addresses that are passed on are tried.
        NatClass::Unknown | NatClass::Public => PathClass::Direct,
        NatClass::Punchable => PathClass::Punched,
        NatClass::Symmetric | NatClass::NoUdp => PathClass::Relayed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_controller::signing::Signer;
    use ed25519_zebra::SigningKey;

    fn relay(address: &str, controller: u8) -> Relay {
        relay_in(1, address, controller)
    }

    /// With the pass of a period.
    fn relay_in(period: u64, address: &str, controller: u8) -> Relay {
        let signer = Signer::new(SigningKey::from([controller; 32]), [9; 32]);
        Relay {
            addresses: vec![address.to_owned()],
            pass: signer.relay_pass([3; 32], period, 1),
        }
    }

    #[test]
    fn a_symmetric_router_is_told_to_controllers_unless_the_operator_knows_better() {
        assert_eq!(path_class(NatClass::Symmetric, false), PathClass::Relayed);
        assert_eq!(path_class(NatClass::Punchable, false), PathClass::Punched);
        assert_eq!(path_class(NatClass::Public, false), PathClass::Direct);
        assert_eq!(path_class(NatClass::Symmetric, true), PathClass::Direct);
    }

    #[test]
    fn relays_of_all_controllers_are_used_each_once_and_what_is_no_address_is_not() {
        let (book, offered) = RelayBook::new();
        let id = chainflix_p2p::PeerKey::from_seed([1; 32]).peer_id();
        let one = format!("/ip4/198.51.100.1/tcp/4001/p2p/{id}");
        book.named("http://a", &[relay(&one, 1), relay("nowhere", 1)]);
        book.named("http://b", &[relay(&one, 2)]);
        assert_eq!(offered.borrow().len(), 1);
        book.named("http://a", &[]);
        assert_eq!(offered.borrow().len(), 1);
        book.named("http://b", &[]);
        assert!(offered.borrow().is_empty());
    }

    #[test]
    fn when_one_controller_is_gone_another_ones_pass_for_the_same_relay_is_shown() {
        let (book, offered) = RelayBook::new();
        let id = chainflix_p2p::PeerKey::from_seed([1; 32]).peer_id();
        let address = format!("/ip4/198.51.100.1/tcp/4001/p2p/{id}");
        let shown = || offered.borrow()[0].pass.clone();
        let gone = relay_in(1, &address, 1);
        book.named("http://a", std::slice::from_ref(&gone));
        book.named("http://b", &[relay_in(1, &address, 2)]);
        assert_eq!(shown(), gone.pass.encode());
        let next = relay_in(2, &address, 2);
        book.named("http://b", std::slice::from_ref(&next));
        assert_eq!(shown(), next.pass.encode());
        assert_eq!(offered.borrow().len(), 1);
    }
}
