//! Controllers that are registered apart and share nothing but their nodes.

use std::time::Duration;

use chainflix_controller::protocol::NodeStatus;
use chainflix_storage_node::StorageNode;
use tempfile::TempDir;

use crate::chain::{World, no_verifiers};
use crate::world::{Cell, open};

/// Two of these fill most of the disks, so that copies beyond those wanted are given up.
const CELL_BYTES: usize = 256 * 1_024;
const QUOTA: u64 = 552 * 1_024;

/// Two nodes that hold `cells` and work for these controllers.
async fn nodes(worlds: &[&World], cells: &[Cell]) -> Vec<(TempDir, StorageNode)> {
    let mut nodes = Vec::new();
    for index in [7, 8] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        for cell in cells {
            cell.take_in(&store).unwrap();
        }
        drop(store);
        let (mut config, keys) = worlds[0].provider(index, folder.path());
        config.quota_bytes = QUOTA;
        config.controllers = worlds.iter().map(|world| world.endpoint()).collect();
        let node = StorageNode::start(config, keys, no_verifiers()).await;
        nodes.push((folder, node.unwrap()));
    }
    nodes
}

fn held(nodes: &[NodeStatus]) -> u32 {
    nodes.iter().map(|node| node.cells).sum()
}

fn done(nodes: &[(TempDir, StorageNode)]) -> u64 {
    let of = |node: &StorageNode| -> u64 {
        let page = node.metrics();
        let mut lines = page.lines();
        let line =
            lines.find_map(|line| line.strip_prefix("chainflix_storage_commands_done_total "));
        line.unwrap().parse().unwrap()
    };
    nodes.iter().map(|(_, node)| of(node)).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_one_controller_can_do_without_stays_while_another_wants_it_and_goes_when_none_does()
 {
    let cells: Vec<Cell> = (0..2).map(|index| Cell::new(index, CELL_BYTES)).collect();
    // One is content with a single copy, the other wants two.
    let content = World::new(1).await;
    let wanting = content.beside(2).await;
    let (_, cells, _) = content.publish(&cells).await;
    wanting.publish(&cells).await;

    let both = nodes(&[&content, &wanting], &cells).await;
    for world in [&content, &wanting] {
        world
            .until(|nodes| nodes.len() == 2 && held(nodes) == 4)
            .await;
    }
    // It has told one node of each cell to give its copy up.
    for _ in 0..1_000 {
        if done(&both) >= 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(done(&both) >= 2, "nobody was told to give anything up");
    // What was to go would be gone by now.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(held(&wanting.nodes().await), 4);
    for (_, node) in both {
        node.stop().await;
    }

    let alone = World::new(1).await;
    let (_, cells, _) = alone.publish(&cells).await;
    let only = nodes(&[&alone], &cells).await;
    alone
        .until(|nodes| nodes.len() == 2 && held(nodes) == 2)
        .await;
    for (_, node) in only {
        node.stop().await;
    }
}
