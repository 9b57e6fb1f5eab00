//! Viewers that share what they have watched: named like nodes, counted on for nothing.

use std::time::Duration;

use chainflix_controller::protocol::{
    ApiError, CellRef, Command, DropReason, ErrorCode, FromNode, InventoryDigest, PlacementRequest,
    Placements, SourcesReply, ToNode, VideoStatus,
};
use chainflix_controller::registry::Registration;
use chainflix_controller::state::Database;
use chainflix_primitives::Magnet;
use chainflix_primitives::registry::ProviderClass;

use crate::state::{file, postgres};
use crate::world::{Node, World, cell};

const SILENCE: Duration = Duration::from_millis(1_500);

/// A viewer that shares `cells`.
async fn sharer(world: &World, index: u32, cells: &[CellRef]) -> Node {
    let key = world.register(index, ProviderClass::Home);
    let mut node = world.connect(&key).await;
    node.hello_as(InventoryDigest::of(cells), true).await;
    assert_eq!(node.next().await, ToNode::InventoryWanted);
    node.say(&FromNode::Inventory {
        replace: true,
        added: cells.to_vec(),
        removed: Vec::new(),
    })
    .await;
    world
        .until(|nodes| {
            let mut sharers = nodes.iter().filter(|n| n.shares && n.offered);
            sharers.any(|n| n.provider == index && n.cells as usize == cells.len())
        })
        .await;
    node
}

async fn named(world: &World, video: &Magnet) -> Vec<u32> {
    let (status, reply): (u16, serde_json::Value) =
        world.get(&format!("/v1/sources/{video}/0/0")).await;
    if status != 200 {
        let refused: ApiError = serde_json::from_value(reply).unwrap();
        assert_eq!(refused.code, ErrorCode::NoSource);
        return Vec::new();
    }
    let reply: SourcesReply = serde_json::from_value(reply).unwrap();
    assert_eq!(reply.sources.sources.providers.len(), reply.peers.len());
    reply.sources.sources.providers.to_vec()
}

async fn copies(world: &World, video: &Magnet) -> u32 {
    let (_, status): (u16, VideoStatus) = world.get(&format!("/v1/videos/{video}")).await;
    status.copies
}

#[tokio::test]
async fn a_viewer_that_shares_is_named_as_a_source_and_counts_as_no_copy() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let mut sharer = sharer(&world, 7, &[cell(video, 0)]).await;
    assert_eq!(named(&world, &video).await, [7]);
    assert_eq!(copies(&world, &video).await, 0);
    // The only copy that was left is made again from what the viewer holds.
    let mut node = world.node(1, &[]).await;
    let ToNode::Command { command, .. } = node.next().await else {
        panic!("no command")
    };
    let Command::Fetch { from, grant } = command else {
        panic!("{command:?}")
    };
    assert_eq!((from.len(), from[0].provider), (1, 7));
    assert_eq!((grant.grant.provider, grant.grant.video), (1, video));
    // Nothing is asked of the viewer itself.
    assert_eq!(sharer.next_within(SILENCE).await, None);
    node.say(&FromNode::Inventory {
        replace: false,
        added: vec![cell(video, 0)],
        removed: Vec::new(),
    })
    .await;
    world
        .until(|nodes| nodes.iter().any(|n| n.provider == 1 && n.cells == 1))
        .await;
    assert_eq!(copies(&world, &video).await, 1);
    // More copies than are wanted there are none, so nobody is told to give one up.
    world.clock.advance(3_000);
    assert_eq!(sharer.next_within(SILENCE).await, None);
    assert_eq!(node.next_within(SILENCE).await, None);
}

#[tokio::test]
async fn nothing_that_is_published_is_placed_with_a_viewer_that_shares() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let _sharer = sharer(&world, 7, &[cell(video, 0)]).await;
    let request = PlacementRequest {
        video,
        rendition: 0,
        first: 0,
        count: 1,
    };
    let place = async || {
        let request = world.http.post(world.url("/v1/placements")).json(&request);
        request.send().await.unwrap()
    };
    let refused: ApiError = place().await.json().await.unwrap();
    assert_eq!(refused.code, ErrorCode::NoSpace);
    let _node = world.node(1, &[]).await;
    let placed: Placements = place().await.json().await.unwrap();
    assert!(placed.cells[0].held_by.is_empty());
    let uploads: Vec<u32> = placed.cells[0]
        .uploads
        .iter()
        .map(|u| u.peer.provider)
        .collect();
    assert_eq!(uploads, [1]);
}

#[tokio::test]
async fn a_viewer_that_stops_sharing_is_not_named_any_more_and_nothing_is_held_against_it() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let held = [cell(video, 0)];
    sharer(&world, 7, &held).await.close().await;
    world.until(|nodes| nodes.iter().all(|n| !n.offered)).await;
    assert!(named(&world, &video).await.is_empty());
    let key = world.register(7, ProviderClass::Home);
    let mut again = world.connect(&key).await;
    again.hello_as(InventoryDigest::of(&held), true).await;
    world
        .until(|nodes| {
            nodes
                .iter()
                .any(|n| n.offered && n.shares && n.failures == 0)
        })
        .await;
    assert_eq!(named(&world, &video).await, [7]);
}

#[tokio::test]
async fn u2_a_viewer_that_shares_a_restricted_video_is_told_to_erase_it() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let mut sharer = sharer(&world, 7, &[cell(video, 0)]).await;
    {
        let mut videos = world.chain.videos.lock().unwrap();
        videos.insert(video, Registration::Inactive);
    }
    let ToNode::Command { command, .. } = sharer.next().await else {
        panic!("no command")
    };
    let cells = vec![cell(video, 0)];
    let reason = DropReason::Restricted;
    assert_eq!(command, Command::Drop { cells, reason });
    let (status, refused): (u16, ApiError) = world.get(&format!("/v1/sources/{video}/0/0")).await;
    assert_eq!((status, refused.code), (404, ErrorCode::NotFound));
}

#[tokio::test]
async fn q1_a_storage_node_that_says_that_it_shares_now_leaves_its_cells_without_copies() {
    let world = World::new(1).await;
    let video = world.publish(1).await;
    let held = [cell(video, 0)];
    let mut node = world.node(1, &held).await;
    assert_eq!(copies(&world, &video).await, 1);
    node.hello_as(InventoryDigest::of(&held), true).await;
    world.until(|nodes| nodes[0].shares).await;
    assert_eq!(copies(&world, &video).await, 0);
    let mut other = world.node(2, &[]).await;
    let ordered = other.next().await;
    assert!(matches!(
        ordered,
        ToNode::Command {
            command: Command::Fetch { .. },
            ..
        }
    ));
}

/// What a controller that starts again on `database` knows of a viewer that shared, before that one is back.
async fn is_no_copy_after_a_restart(database: Database) {
    let world = World::with(1, |config| config.database = Some(database.clone())).await;
    let video = world.publish(1).await;
    let gone = sharer(&world, 7, &[cell(video, 0)]).await;
    let World {
        controller, chain, ..
    } = world;
    controller.stop().await;
    drop(gone);
    let again = World::on(chain, 1, |config| config.database = Some(database)).await;
    let (_, nodes): (u16, serde_json::Value) = again.get("/v1/nodes").await;
    assert_eq!(
        (&nodes[0]["provider"], &nodes[0]["shares"]),
        (&7.into(), &true.into())
    );
    // It learns from the chain that the video may be watched, and then that nothing is left of it that counts.
    let mut short = serde_json::Value::Null;
    for _ in 0..100 {
        let (_, overview): (u16, serde_json::Value) = again.get("/v1/overview").await;
        short = overview["short_cells"].clone();
        if short == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{short} cells lack copies");
}

#[tokio::test]
async fn what_a_viewer_shared_is_no_copy_after_a_restart_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    is_no_copy_after_a_restart(file(folder.path())).await;
}

#[tokio::test]
async fn what_a_viewer_shared_is_no_copy_after_a_restart_with_postgresql() {
    if let Some(database) = postgres().await {
        is_no_copy_after_a_restart(database).await;
    }
}
