//! Cells between nodes, and from publishers: only against a controller's grant, and only what verifies.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;

use chainflix_content::trees::GROUP_BYTES;
use chainflix_controller::protocol::Peer;
use chainflix_controller::signing::Signer;
use chainflix_p2p::network::loopback;
use chainflix_p2p::transfer::{Put, TransferError, get_manifest, put_cell};
use chainflix_p2p::wire::StoreRefusal;
use chainflix_p2p::{Network, NetworkConfig, PeerKey};
use chainflix_primitives::placement::SignedGrant;
use chainflix_storage_node::StorageNode;
use ed25519_zebra::SigningKey;

use crate::chain::{World, keys_of, no_verifiers, node_config};
use crate::world::{Cell, GENESIS, open};

fn stored(folder: &Path, cells: &[Cell]) {
    let store = open(folder);
    for cell in cells {
        cell.take_in(&store).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ordered_to_copy_a_cell_a_node_fetches_it_with_its_manifest_from_another() {
    let world = World::new(2).await;
    let cells = [Cell::new(0, 50 * GROUP_BYTES + 9), Cell::new(1, 8_192)];
    let (video, mut cells, manifest) = world.publish(&cells).await;
    cells[0].entry.playtime_ms = 60_000;
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    stored(first.path(), &cells);
    let holder = world.node(1, first.path()).await;
    let copier = world.node(2, second.path()).await;
    world
        .until(|nodes| nodes.len() == 2 && nodes.iter().all(|node| node.cells == 2))
        .await;
    let store = copier.store().clone();
    let cells = cells.clone();
    let whole = move || cells.iter().all(|cell| cell.is_served_whole(&store));
    assert!(tokio::task::spawn_blocking(whole).await.unwrap());
    // The manifest came from the controller, and is given on.
    let viewer = Network::start(PeerKey::generate(), NetworkConfig::default()).await;
    let viewer = viewer.unwrap();
    let mut got = get_manifest(&viewer, &copier.address(), &video).await;
    for _ in 0..100 {
        if got.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        got = get_manifest(&viewer, &copier.address(), &video).await;
    }
    assert_eq!(codec::Encode::encode(&got.unwrap()), manifest);
    let page = copier.metrics();
    assert!(
        page.contains("chainflix_storage_commands_done_total 2\n"),
        "{page}"
    );
    holder.stop().await;
    copier.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_a_damaged_holder_is_found_out_the_copy_goes_on_from_another_and_both_end_whole() {
    let world = World::new(3).await;
    let (_, cells, _) = world.publish(&[Cell::new(0, 100 * GROUP_BYTES)]).await;
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    stored(folders[0].path(), &cells);
    stored(folders[1].path(), &cells);
    let file = cells[0].file(folders[0].path());
    let file = OpenOptions::new().write(true).open(file).unwrap();
    let offset = 40 * GROUP_BYTES;
    file.write_all_at(&[cells[0].content[offset] ^ 1], offset as u64)
        .unwrap();
    // The damaged one is the first that the controller knows, and the first that is asked.
    let mut nodes = Vec::new();
    for (index, folder) in (0..).zip(&folders) {
        nodes.push(world.node(index, folder.path()).await);
        world
            .until(|nodes| nodes.iter().filter(|n| n.cells == 1).count() > index.min(1) as usize)
            .await;
    }
    // The copier is served by both; the damaged one tells on itself, and is ordered to fetch the cell again.
    world
        .until(|nodes| nodes.iter().all(|n| n.cells == 1) && nodes[0].failures == 1)
        .await;
    for node in &nodes {
        let (store, cell) = (node.store().clone(), cells[0].clone());
        let whole = move || cell.is_served_whole(&store);
        assert!(tokio::task::spawn_blocking(whole).await.unwrap());
    }
    assert!(nodes[0].metrics().contains("groups_refused_total 1\n"));
    assert!(nodes[2].metrics().contains("commands_failed_total 0\n"));
    for node in nodes {
        node.stop().await;
    }
}

fn grant(cell: &Cell, index: u32, peer_key: [u8; 32], signed_by: u8) -> SignedGrant {
    let signer = Signer::new(SigningKey::from([signed_by; 32]), GENESIS);
    let peer = Peer {
        provider: index,
        peer_key,
        addresses: Vec::new(),
    };
    signer.grant(cell.at.video, cell.entry.clone(), &peer, u64::MAX)
}

#[tokio::test(flavor = "multi_thread")]
async fn q1_a_publisher_hands_in_what_a_controller_granted_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(1).await;
    let (mut config, keys) = world.provider(3, folder.path());
    config.listen_at(loopback());
    let node = StorageNode::start(config, keys, no_verifiers())
        .await
        .unwrap();
    let publisher = Network::start(PeerKey::generate(), NetworkConfig::default()).await;
    let publisher = publisher.unwrap();
    let cell = Cell::new(0, 40 * GROUP_BYTES + 1);
    let peer_key = keys_of(3).peer().public();
    let put = |grant: SignedGrant, content: Vec<u8>| {
        let (publisher, to, tree) = (publisher.clone(), node.address(), cell.tree.clone());
        async move { put_cell(&publisher, &to, &grant, &tree, content.as_slice()).await }
    };
    let refused = |put: Result<Put, TransferError>| match put {
        Err(TransferError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let strangers = put(grant(&cell, 3, peer_key, 2), cell.content.clone()).await;
    assert_eq!(refused(strangers), StoreRefusal::Grant);
    let elsewhere = put(grant(&cell, 4, peer_key, 1), cell.content.clone()).await;
    assert_eq!(refused(elsewhere), StoreRefusal::Grant);
    let good = grant(&cell, 3, peer_key, 1);
    let mut wrong = cell.content.clone();
    wrong[30 * GROUP_BYTES] ^= 1;
    let poisoned = put(good.clone(), wrong).await;
    assert_eq!(refused(poisoned), StoreRefusal::Unverified);
    assert!(!node.store().holds(&cell.at));
    let stored = put(good.clone(), cell.content.clone()).await.unwrap();
    let bytes = cell.content.len() as u64;
    assert_eq!(stored, Put::Stored { bytes });
    assert_eq!(put(good, cell.content.clone()).await.unwrap(), Put::WasHeld);
    assert!(
        node.metrics()
            .contains("chainflix_storage_runs_refused_total 1\n")
    );
    node.stop().await;
    assert!(open(folder.path()).holds(&cell.at));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stopped_has_let_go_of_its_folder_even_if_work_on_its_store_went_on_for_a_while()
 {
    let folder = tempfile::tempdir().unwrap();
    let node = StorageNode::start(node_config(1, folder.path()), keys_of(1), no_verifiers()).await;
    let node = node.unwrap();
    let (cell, store) = (Cell::new(0, 8_192), node.store().clone());
    let (working, works) = std::sync::mpsc::channel();
    let taken_in = cell.clone();
    let work = tokio::task::spawn_blocking(move || {
        working.send(()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        taken_in.take_in(&store)
    });
    works.recv().unwrap();
    node.stop().await;
    assert!(open(folder.path()).holds(&cell.at));
    work.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_one_folder_or_one_port_are_told_apart_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let node = StorageNode::start(node_config(1, folder.path()), keys_of(1), no_verifiers()).await;
    let node = node.unwrap();
    let second = StorageNode::start(node_config(2, folder.path()), keys_of(2), no_verifiers());
    let words = second.await.err().unwrap().to_string();
    assert!(words.contains("in use by another storage node"), "{words}");
    let elsewhere = tempfile::tempdir().unwrap();
    let mut config = node_config(2, elsewhere.path());
    config.listen_at(node.address().addresses);
    let third = StorageNode::start(config, keys_of(2), no_verifiers()).await;
    let words = third.err().unwrap().to_string();
    assert!(words.contains("choose another port"), "{words}");
    node.stop().await;
}
