//! A node and its controller: what one holds, the other knows.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use chainflix_content::trees::GROUP_BYTES;
use chainflix_controller::protocol::NodeStatus;
use chainflix_storage_node::StorageNode;
use chainflix_storage_node::link::LinkState;
use chainflix_storage_node::store::{ReadError, Store};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

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
    let (config, keys) = world.provider(7, folder.path());
    let marker = config.leaving.clone().unwrap();
    let node = StorageNode::start(config, keys, no_verifiers())
        .await
        .unwrap();
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

/// A way to `to` on which, once it is told so, nothing moves any more, as when the machine at its end has died; connections
/// that are made after that find another machine there.
async fn way(to: SocketAddr) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (dies, dead) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut down, _)) = listener.accept().await {
            let (later, mut dead) = (*dead.borrow(), dead.clone());
            tokio::spawn(async move {
                let mut up = TcpStream::connect(to).await.unwrap();
                let dies = async {
                    match later {
                        true => std::future::pending::<()>().await,
                        false => drop(dead.wait_for(|dead| *dead).await),
                    }
                };
                tokio::select! {
                    _ = copy_bidirectional(&mut down, &mut up) => return,
                    () = dies => {}
                }
                // Neither end hears that it is over.
                std::future::pending::<()>().await;
            });
        }
    });
    (address, dies)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_controllers_machine_dies_without_a_word_is_with_another_one_within_15_s() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(1).await;
    let (address, dies) = way(world.controller.address).await;
    let (mut config, keys) = world.provider(7, folder.path());
    config.controllers[0].url = format!("http://{address}");
    let node = StorageNode::start(config, keys, no_verifiers())
        .await
        .unwrap();
    linked(&node).await;
    world.until(|nodes| one(nodes, 0)).await;
    // Just before a heartbeat is the worst moment: what was answered last was answered long ago. Any will do here.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let died = Instant::now();
    dies.send_replace(true);
    tokio::time::sleep(Duration::from_secs(1)).await;
    world
        .until(|nodes| {
            let elapsed = died.elapsed().as_millis() as u64;
            one(nodes, 0) && nodes[0].silent_ms + 200 < elapsed
        })
        .await;
    let took = died.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_that_is_registered_later_is_worked_for_and_one_that_is_gone_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(1).await;
    let (mut config, keys) = world.provider(7, folder.path());
    let registered = std::mem::take(&mut config.controllers);
    let node = StorageNode::start(config, keys, no_verifiers())
        .await
        .unwrap();
    assert!(node.status().links.is_empty());
    node.work_for(&registered);
    linked(&node).await;
    world.until(|nodes| one(nodes, 0)).await;
    // A link that is up stays up.
    node.work_for(&registered);
    assert_eq!(node.status().links[0].1, LinkState::Connected);
    // One that moved is dialled where it is now.
    let mut moved = registered.clone();
    moved[0].url = format!("{}/", registered[0].url);
    node.work_for(&moved);
    linked(&node).await;
    assert_eq!(node.status().links[0].0, moved[0].url);
    node.work_for(&[]);
    assert!(node.status().links.is_empty());
    world
        .until(|nodes| matches!(nodes, [node] if !node.offered))
        .await;
    node.stop().await;
}
