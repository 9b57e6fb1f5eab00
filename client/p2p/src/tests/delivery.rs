//! What a provider checks before and while it delivers. The viewers here speak the protocol by hand.

use std::time::Duration;

use chainflix_primitives::Sha256;
use chainflix_primitives::receipt::{
    DeliveryToken, MAX_UNSIGNED_BYTES, RECEIPT_EVERY_BYTES, TokenTerms, countersignature_payload,
    delivery_payload,
};
use libp2p::Stream;

use super::cells::{GENESIS, TestCell, session_key, token};
use super::node::{Node, viewer};
use crate::frame;
use crate::network::Network;
use crate::wire::{CELL_PROTOCOL, DeliveryRefusal, MAX_TO_VIEWER, ToProvider, ToViewer};

const MIB: usize = 1 << 20;
const SOON: Duration = Duration::from_secs(5);

struct Hand {
    stream: Stream,
    token: DeliveryToken,
}

impl Hand {
    async fn dial(viewer: &Network, node: &Node, token: DeliveryToken) -> Self {
        let stream = viewer
            .open(&node.network.address(), CELL_PROTOCOL)
            .await
            .expect("it listens");
        Self { stream, token }
    }

    async fn say(&mut self, message: &ToProvider) {
        frame::write_within(&mut self.stream, message, SOON)
            .await
            .expect("it listens");
    }

    async fn hear(&mut self) -> Option<ToViewer> {
        frame::read_within(&mut self.stream, MAX_TO_VIEWER, SOON)
            .await
            .expect("it answers")
    }

    async fn open(&mut self, peer_id: &[u8]) -> Option<ToViewer> {
        let payload = delivery_payload(&GENESIS, &self.token.id::<Sha256>(), peer_id);
        let opening = ToProvider::Open {
            token: self.token.clone(),
            signature: session_key().sign(&payload),
        };
        self.say(&opening).await;
        self.hear().await
    }

    async fn countersign(&mut self, bytes: u64) {
        let payload = countersignature_payload(&GENESIS, &self.token.id::<Sha256>(), bytes);
        let signature = session_key().sign(&payload);
        self.say(&ToProvider::Countersign { bytes, signature })
            .await;
    }

    /// Hears until a refusal or a pause; returns the bytes of groups that came, and the refusal.
    async fn drain(&mut self, pause: Duration) -> (u64, Option<DeliveryRefusal>) {
        let mut bytes = 0;
        loop {
            match frame::read_within(&mut self.stream, MAX_TO_VIEWER, pause).await {
                Ok(Some(ToViewer::Group(group))) => bytes += group.len() as u64,
                Ok(Some(ToViewer::Refused(refusal))) => return (bytes, Some(refusal)),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return (bytes, None),
            }
        }
    }
}

async fn refusal_of(
    node: &Node,
    cell: &TestCell,
    change: impl Fn(&mut TokenTerms),
) -> Option<ToViewer> {
    let viewer = viewer().await;
    let mut terms = node.terms(cell);
    change(&mut terms);
    let mut hand = Hand::dial(&viewer, node, token(terms)).await;
    hand.open(&viewer.peer_id().to_bytes()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_token_has_its_own_refusal() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let refused = |refusal| Some(ToViewer::Refused(refusal));
    assert_eq!(
        refusal_of(&node, &cell, |terms| terms.version = 2).await,
        refused(DeliveryRefusal::Version)
    );
    assert_eq!(
        refusal_of(&node, &cell, |terms| terms.genesis = [1; 32]).await,
        refused(DeliveryRefusal::OtherChain)
    );
    assert_eq!(
        refusal_of(&node, &cell, |terms| terms.provider = 2).await,
        refused(DeliveryRefusal::OtherProvider)
    );
    assert_eq!(
        refusal_of(&node, &cell, |terms| terms.expires_ms = 1_000_000).await,
        refused(DeliveryRefusal::Expired)
    );
    assert_eq!(
        refusal_of(&node, &cell, |terms| terms.session_key = [3; 32]).await,
        refused(DeliveryRefusal::OtherSession)
    );
    assert_eq!(
        refusal_of(&node, &cell, |terms| terms.cell = 7).await,
        refused(DeliveryRefusal::NotHeld)
    );
    assert_eq!(
        refusal_of(&node, &cell, |_| {}).await,
        Some(ToViewer::Opened { sent: 0 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_that_were_changed_after_sealing_are_forged() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let mut forged = token(node.terms(&cell));
    forged.terms.max_bytes += 1;
    let mut hand = Hand::dial(&viewer, &node, forged).await;
    assert_eq!(
        hand.open(&viewer.peer_id().to_bytes()).await,
        Some(ToViewer::Refused(DeliveryRefusal::Forged))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_overheard_is_of_no_use_on_another_connection() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let (victim, thief) = (viewer().await, viewer().await);
    let mut hand = Hand::dial(&thief, &node, token(node.terms(&cell))).await;
    // The victim's own opening, replayed.
    assert_eq!(
        hand.open(&victim.peer_id().to_bytes()).await,
        Some(ToViewer::Refused(DeliveryRefusal::OtherSession))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_beyond_two_mebibytes_without_a_countersignature() {
    let cell = TestCell::new(0, 6 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let mut hand = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
    hand.open(&viewer.peer_id().to_bytes()).await;
    for first in [0, 64, 128, 192] {
        hand.say(&ToProvider::Range { first, count: 64 }).await;
    }
    let (bytes, _) = hand.drain(Duration::from_secs(1)).await;
    assert_eq!(bytes, MAX_UNSIGNED_BYTES);
    hand.countersign(RECEIPT_EVERY_BYTES).await;
    let (bytes, _) = hand.drain(Duration::from_secs(1)).await;
    assert_eq!(bytes, RECEIPT_EVERY_BYTES);
    assert_eq!(node.account(&hand.token), (3 << 20, 1 << 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn reconnecting_does_not_refill_a_token() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let allowance = node.terms(&cell).max_bytes;
    let mut taken = 0;
    let mut refusal = None;
    for _ in 0..20 {
        let mut hand = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
        let opened = hand.open(&viewer.peer_id().to_bytes()).await;
        assert_eq!(opened, Some(ToViewer::Opened { sent: taken }));
        hand.say(&ToProvider::Range {
            first: 0,
            count: 10,
        })
        .await;
        let (bytes, refused) = hand.drain(Duration::from_millis(200)).await;
        taken += bytes;
        refusal = refusal.or(refused);
    }
    assert!(taken <= allowance, "{taken} of {allowance}");
    assert!(taken > allowance - 10 * 16_384);
    assert_eq!(refusal, Some(DeliveryRefusal::Exhausted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_countersignature_for_more_than_was_sent_or_by_another_ends_the_stream() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let mut hand = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
    hand.open(&viewer.peer_id().to_bytes()).await;
    hand.countersign(1).await;
    assert_eq!(
        hand.hear().await,
        Some(ToViewer::Refused(DeliveryRefusal::Countersignature))
    );
    let mut hand = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
    hand.open(&viewer.peer_id().to_bytes()).await;
    let signature = session_key().sign(b"something else");
    hand.say(&ToProvider::Countersign {
        bytes: 0,
        signature,
    })
    .await;
    assert_eq!(
        hand.hear().await,
        Some(ToViewer::Refused(DeliveryRefusal::Countersignature))
    );
    assert_eq!(node.account(&hand.token), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn q1_ranges_one_over_every_bound_are_refused() {
    let cell = TestCell::new(0, 2 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    for (first, count) in [(0, 0), (0, 65), (64, 65), (127, 2), (128, 1), (u32::MAX, 2)] {
        let mut hand = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
        hand.open(&viewer.peer_id().to_bytes()).await;
        hand.say(&ToProvider::Range { first, count }).await;
        assert_eq!(
            hand.hear().await,
            Some(ToViewer::Refused(DeliveryRefusal::Range)),
            "{first} + {count}"
        );
    }
    let mut hand = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
    hand.open(&viewer.peer_id().to_bytes()).await;
    hand.say(&ToProvider::Range {
        first: 64,
        count: 64,
    })
    .await;
    assert_eq!(hand.drain(Duration::from_secs(1)).await.0, 1 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_stream_of_a_token_wins_and_its_total_goes_on() {
    let cell = TestCell::new(0, 2 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let mut old = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
    old.open(&viewer.peer_id().to_bytes()).await;
    old.say(&ToProvider::Range { first: 0, count: 4 }).await;
    assert_eq!(old.drain(Duration::from_millis(300)).await.0, 65_536);
    let mut new = Hand::dial(&viewer, &node, token(node.terms(&cell))).await;
    assert_eq!(
        new.open(&viewer.peer_id().to_bytes()).await,
        Some(ToViewer::Opened { sent: 65_536 })
    );
    assert!(matches!(
        new.hear().await,
        Some(ToViewer::Receipt { bytes: 65_536, .. })
    ));
    assert_eq!(
        old.drain(SOON).await,
        (0, Some(DeliveryRefusal::Superseded))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn j4_the_receipts_of_a_token_are_for_that_token_only() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let mut receipts = Vec::new();
    for round in [3, 20_003] {
        let mut terms = node.terms(&cell);
        terms.round = round;
        let mut hand = Hand::dial(&viewer, &node, token(terms)).await;
        hand.open(&viewer.peer_id().to_bytes()).await;
        hand.say(&ToProvider::Range { first: 0, count: 1 }).await;
        while let Some(message) = hand.hear().await {
            if let ToViewer::Receipt { bytes, signature } = message {
                receipts.push((bytes, signature));
                break;
            }
        }
    }
    assert_eq!(receipts[0].0, receipts[1].0);
    assert_ne!(
        receipts[0].1, receipts[1].1,
        "the same total, another token"
    );
}
