//! A node and its controller: what one holds, the other knows.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use chainflix_content::trees::GROUP_BYTES;
use chainflix_controller::protocol::NodeStatus;
use chainflix_storage_node::link::LinkState;
use chainflix_storage_node::store::{ReadError, Store};
use chainflix_storage_node::{LEAVING_FILE, StorageNode};

use crate::chain::{World, controller, link_state, linked, no_verifiers};
use crate::world::{Cell, open};

fn one(nodes: &[NodeStatus], cells: u32) -> bool {
    matches!(nodes, [node] if node.offered && node.cells == cells)
}

async fn take_in(store: &Store, cell: &Cell) {
    let (store, cell) = (store.clone(), cell.clone());
    tokio::task::spawn_blocking(move || cell.take_in(&store).unwrap())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_offered_with_what_it_holds_and_with_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let cells: Vec<Cell> = (0..3).map(|index| Cell::new(index, 8_192)).collect();
    let store = open(folder.path());
    cells[0].take_in(&store).unwrap();
    drop(store);
    let world = World::new(1).await;
    let node = world.node(7, folder.path()).await;
    world.until(|nodes| one(nodes, 1)).await;
    take_in(node.store(), &cells[1]).await;
    take_in(node.store(), &cells[2]).await;
    world.until(|nodes| one(nodes, 3)).await;
    let store = node.store().clone();
    let gone = [cells[0].at, cells[1].at];
    tokio::task::spawn_blocking(move || store.remove(&gone).unwrap())
        .await
        .unwrap();
    world.until(|nodes| one(nodes, 1)).await;
    let nodes = world.nodes().await;
    assert_eq!((nodes[0].provider, nodes[0].failures), (7, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_damage_is_told_to_the_controller() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(1).await;
    let node = world.node(7, folder.path()).await;
    let cells: Vec<Cell> = (0..2).map(|i| Cell::new(i, 4 * GROUP_BYTES)).collect();
    take_in(node.store(), &cells[0]).await;
    take_in(node.store(), &cells[1]).await;
    world.until(|nodes| one(nodes, 2)).await;
    let file = cells[0].file(folder.path());
    let file = OpenOptions::new().write(true).open(file).unwrap();
    file.write_all_at(&[cells[0].content[40_000] ^ 1], 40_000)
        .unwrap();
    let (store, at) = (node.store().clone(), cells[0].at);
    let read = tokio::task::spawn_blocking(move || store.open_cell(&at).unwrap().read(2, 1));
    assert_eq!(read.await.unwrap(), Err(ReadError::Damaged { group: 2 }));
    world
        .until(|nodes| one(nodes, 1) && nodes[0].failures == 1)
        .await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_comes_back_by_itself_when_its_controller_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(1).await;
    let node = world.node(7, folder.path()).await;
    take_in(node.store(), &Cell::new(0, 8_192)).await;
    world.until(|nodes| one(nodes, 1)).await;
    let address = world.controller.address;
    let successor = {
        let chain = world.chain.clone();
        world.controller.stop().await;
        link_state(&node, |state| *state == LinkState::Connecting).await;
        take_in(node.store(), &Cell::new(1, 8_192)).await;
        controller(&chain, address, 1).await
    };
    world.controller = successor;
    linked(&node).await;
    world.until(|nodes| one(nodes, 2)).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_at_the_controllers_address_and_a_refusal_are_named_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(1).await;
    let (mut config, keys) = world.provider(7, folder.path());
    config.controllers[0].key = [8; 32];
    let node = StorageNode::start(config, keys, no_verifiers())
        .await
        .unwrap();
    link_state(
        &node,
        |state| matches!(state, LinkState::Refused(words) if words.contains("registered on chain")),
    )
    .await;
    node.stop().await;

    // Another chain's node is not registered here.
    let (config, _) = world.provider(7, folder.path());
    let stranger = crate::chain::keys_of(55);
    let node = StorageNode::start(config, stranger, no_verifiers())
        .await
        .unwrap();
    link_state(&node, |state| {
        matches!(state, LinkState::Refused(words) if words.contains("chainflix storage register"))
    })
    .await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_tells_that_it_will_leave_and_that_it_stays_after_all() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(1).await;
    let node = world.node(7, folder.path()).await;
    let marker = folder.path().join(LEAVING_FILE);
    for leaves in [true, false] {
        match leaves {
            true => std::fs::write(&marker, "").unwrap(),
            false => std::fs::remove_file(&marker).unwrap(),
        }
        world
            .until(|nodes| one(nodes, 0) && nodes[0].leaving == leaves)
            .await;
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_keep_a_silent_node_offered() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(1).await;
    let node = world.node(7, folder.path()).await;
    world.until(|nodes| one(nodes, 0)).await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    let nodes = world.nodes().await;
    assert!(nodes[0].offered && nodes[0].silent_ms < 6_000, "{nodes:?}");
    node.stop().await;
}
