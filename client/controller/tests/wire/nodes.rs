//! Login, liveness and inventory.

use std::time::Duration;

use chainflix_controller::protocol::{
    ApiError, ErrorCode, FromNode, InventoryDigest, MAX_CELLS_PER_MESSAGE, Peer, ToNode,
    login_payload,
};
use chainflix_primitives::registry::ProviderClass;
use chainflix_primitives::{Magnet, Signature64};
use ed25519_zebra::SigningKey;

use crate::world::{World, cell};

fn refusal(message: ToNode) -> ErrorCode {
    match message {
        ToNode::Refused { error } => error.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_node_that_is_not_registered_on_chain_is_sent_away() {
    let world = World::new(1).await;
    let stranger = SigningKey::from([200; 32]);
    let answer = world.dial().await.log_in(&stranger).await;
    assert_eq!(refusal(answer), ErrorCode::NotRegistered);
}

#[tokio::test]
async fn a_login_signed_for_another_challenge_or_by_another_key_is_refused() {
    let world = World::new(1).await;
    let key = world.register(0, ProviderClass::Home);
    let peer_key: [u8; 32] = key.verification_key().into();
    let mut node = world.dial().await;
    node.next().await;
    let stale = Signature64(key.sign(b"another challenge").to_bytes());
    assert_eq!(
        refusal(node.answer(peer_key, stale).await),
        ErrorCode::Signature
    );
    // Another provider's key, with a signature that is good for one's own.
    let other = world.register(1, ProviderClass::Home);
    let mut node = world.dial().await;
    let ToNode::Challenge {
        genesis,
        controller,
        nonce,
        ..
    } = node.next().await
    else {
        panic!("no challenge")
    };
    let payload = login_payload(&genesis, &controller, &nonce, &peer_key);
    let signature = Signature64(key.sign(&payload).to_bytes());
    let answer = node
        .answer(other.verification_key().into(), signature)
        .await;
    assert_eq!(refusal(answer), ErrorCode::Signature);
}

#[tokio::test]
async fn a_node_that_connects_again_takes_the_place_of_its_old_connection() {
    let world = World::new(1).await;
    let key = world.register(0, ProviderClass::Home);
    let mut old = world.connect(&key).await;
    let mut new = world.connect(&key).await;
    assert_eq!(refusal(old.next().await), ErrorCode::Superseded);
    new.hello(InventoryDigest::default()).await;
    world.until(|nodes| nodes[0].offered).await;
}

#[tokio::test]
async fn addresses_of_other_machines_are_never_passed_on() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let _node = world.node(4, &[cell(video, 0)]).await;
    let (_, reply): (u16, serde_json::Value) = world.get(&format!("/v1/sources/{video}/0/0")).await;
    let peer: Peer = serde_json::from_value(reply["peers"][0].clone()).unwrap();
    assert_eq!(peer.addresses, ["/ip4/127.0.0.1/tcp/4001"]);
}

#[tokio::test]
async fn a_silent_node_is_not_offered_after_15_s_and_leaves_the_index_after_60_s() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let held = [cell(video, 0)];
    let mut node = world.node(0, &held).await;
    let path = format!("/v1/sources/{video}/0/0");
    assert_eq!(world.get::<serde_json::Value>(&path).await.0, 200);
    world.clock.advance(14_999);
    assert_eq!(world.get::<serde_json::Value>(&path).await.0, 200);
    world.clock.advance(1);
    let (status, error): (u16, ApiError) = world.get(&path).await;
    assert_eq!((status, error.code), (503, ErrorCode::NoSource));
    // A heartbeat with the same digest brings it back without its inventory being sent again.
    world.clock.advance(60_000);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    node.beat(InventoryDigest::of(&held)).await;
    world.until(|nodes| nodes[0].offered).await;
    assert_eq!(world.get::<serde_json::Value>(&path).await.0, 200);
    // With another digest the whole inventory is asked for.
    node.beat(InventoryDigest::default()).await;
    assert_eq!(node.next().await, ToNode::InventoryWanted);
}

#[tokio::test]
async fn the_inventory_follows_what_the_node_gains_loses_and_finds_damaged() {
    let world = World::new(1).await;
    let video = world.publish(3).await;
    let mut node = world.node(0, &[cell(video, 0), cell(video, 1)]).await;
    node.say(&FromNode::Inventory {
        replace: false,
        added: vec![cell(video, 2)],
        removed: vec![cell(video, 0)],
    })
    .await;
    node.say(&FromNode::Damaged {
        cells: vec![cell(video, 1)],
    })
    .await;
    world
        .until(|nodes| nodes[0].cells == 1 && nodes[0].failures == 1)
        .await;
    node.beat(InventoryDigest::of(&[cell(video, 2)])).await;
    for (index, expected) in [(0, 503), (1, 503), (2, 200)] {
        let path = format!("/v1/sources/{video}/0/{index}");
        assert_eq!(world.get::<serde_json::Value>(&path).await.0, expected);
    }
}

#[tokio::test]
async fn garbage_and_messages_over_their_bounds_end_the_connection_with_a_reason() {
    let world = World::new(1).await;
    let key = world.register(0, ProviderClass::Home);
    let mut node = world.connect(&key).await;
    node.say_text("{\"type\":\"heartbeat\"".into()).await;
    assert_eq!(refusal(node.next().await), ErrorCode::Malformed);
    let mut node = world.connect(&key).await;
    node.beat(InventoryDigest::default()).await;
    assert_eq!(refusal(node.next().await), ErrorCode::Malformed);
    let mut node = world.connect(&key).await;
    node.hello(InventoryDigest::default()).await;
    let many = (0..=MAX_CELLS_PER_MESSAGE as u16).map(|i| cell(Magnet([1; 32]), i));
    node.say(&FromNode::Inventory {
        replace: true,
        added: many.collect(),
        removed: Vec::new(),
    })
    .await;
    assert_eq!(refusal(node.next().await), ErrorCode::Malformed);
}

#[tokio::test]
async fn q1_a_node_that_talks_without_end_is_sent_away() {
    let world = World::new(1).await;
    let key = world.register(0, ProviderClass::Home);
    let mut node = world.connect(&key).await;
    node.hello(InventoryDigest::default()).await;
    // What fits into a burst is heard; the clock stands still, so that nothing is added to it.
    for _ in 0..4_095 {
        node.beat(InventoryDigest::default()).await;
    }
    assert_eq!(node.next_within(Duration::from_millis(500)).await, None);
    node.beat(InventoryDigest::default()).await;
    assert_eq!(refusal(node.next().await), ErrorCode::RateLimited);
}
