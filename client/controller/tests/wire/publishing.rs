//! Manifests, placements, and copies made again.

use std::collections::BTreeSet;
use std::time::Duration;

use chainflix_controller::protocol::{
    ApiError, CellRef, Command, ErrorCode, FromNode, PlacementRequest, Placements, ToNode,
    VideoStatus,
};
use chainflix_controller::registry::Registration;
use chainflix_controller::signing;
use chainflix_primitives::manifest::MAX_MANIFEST_BYTES;
use chainflix_primitives::registry::ProviderClass;
use chainflix_primitives::{AccountId, Magnet, Sha256};
use codec::Encode;
use ed25519_zebra::SigningKey;

use crate::world::{GENESIS, Node, World, account_of, cell, manifest};

async fn place(world: &World, video: Magnet, first: u16, count: u16) -> reqwest::Response {
    let request = PlacementRequest {
        video,
        rendition: 0,
        first,
        count,
    };
    let url = world.url("/v1/placements");
    world.http.post(url).json(&request).send().await.unwrap()
}

#[tokio::test]
async fn a_manifest_is_taken_from_its_approved_producer_only_and_served_as_it_was() {
    let world = World::new(1).await;
    let code = async |response: reqwest::Response| {
        (
            response.status().as_u16(),
            response.json::<ApiError>().await.unwrap().code,
        )
    };
    let own = manifest(account_of(&world.producer), 2);
    let magnet = own.magnet::<Sha256>();
    let stranger = SigningKey::from([78; 32]);
    let answer = world.hand_in(&own, magnet, &stranger, 1_000).await;
    assert_eq!(code(answer).await, (401, ErrorCode::Signature));
    let answer = world.hand_in(&own, magnet, &world.producer, 400_000).await;
    assert_eq!(code(answer).await, (401, ErrorCode::Signature));
    let answer = world
        .hand_in(&own, Magnet([0; 32]), &world.producer, 1_000)
        .await;
    assert_eq!(code(answer).await, (400, ErrorCode::Manifest));
    let foreign = manifest(account_of(&stranger), 2);
    let answer = world
        .hand_in(&foreign, foreign.magnet::<Sha256>(), &stranger, 1_000)
        .await;
    assert_eq!(code(answer).await, (403, ErrorCode::NotEligible));
    let mut broken = own.clone();
    broken.total_playtime_ms += 60_000;
    let answer = world
        .hand_in(&broken, broken.magnet::<Sha256>(), &world.producer, 1_000)
        .await;
    assert_eq!(code(answer).await, (400, ErrorCode::Manifest));

    let answer = world.hand_in(&own, magnet, &world.producer, 1_000).await;
    assert_eq!(answer.status().as_u16(), 200);
    let url = world.url(&format!("/v1/manifests/{magnet}"));
    let served = world
        .http
        .get(&url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(served, own.encode());
    let endless = vec![0u8; MAX_MANIFEST_BYTES + 1];
    let request = world
        .http
        .post(&url)
        .header("x-chainflix-expires-ms", "1")
        .body(endless);
    let answer = request.send().await.unwrap();
    assert_eq!(code(answer).await, (400, ErrorCode::Malformed));
}

#[tokio::test]
async fn manifests_outlive_a_restart() {
    let world = World::new(1).await;
    let magnet = world.publish(1).await;
    let database = world.database();
    let World {
        controller,
        chain,
        folder: _folder,
        ..
    } = world;
    controller.stop().await;
    let again = World::on(chain, 1, |config| config.database = Some(database)).await;
    let (status, video): (u16, VideoStatus) = again.get(&format!("/v1/videos/{magnet}")).await;
    assert_eq!((status, video.cells), (200, 1));
}

#[tokio::test]
async fn each_cell_is_placed_on_as_many_different_nodes_as_copies_are_wanted_by_signed_grants() {
    let world = World::new(2).await;
    let mut nodes = Vec::new();
    for index in 0..3 {
        nodes.push(world.node(index, &[]).await);
    }
    let video = world.publish(4).await;
    let answer: Placements = place(&world, video, 0, 4).await.json().await.unwrap();
    assert_eq!(answer.cells.len(), 4);
    let mut used = BTreeSet::new();
    for (index, placed) in answer.cells.iter().enumerate() {
        assert_eq!((placed.cell as usize, placed.uploads.len()), (index, 2));
        let providers: BTreeSet<u32> = placed.uploads.iter().map(|u| u.peer.provider).collect();
        assert_eq!(providers.len(), 2);
        used.extend(providers);
        for upload in &placed.uploads {
            let grant = &upload.grant.grant;
            assert_eq!(grant.genesis, GENESIS);
            assert_eq!(
                (grant.provider, grant.peer_key),
                (upload.peer.provider, upload.peer.peer_key)
            );
            assert_eq!((grant.video, grant.cell.index), (video, placed.cell));
            assert!(signing::is_signed_by(
                &grant.controller,
                &grant.signing_payload(),
                &upload.grant.signature
            ));
        }
    }
    assert_eq!(
        used.len(),
        3,
        "promised space counts, so all nodes get their share"
    );
    // Asking again after an interruption names the same nodes.
    let again: Placements = place(&world, video, 0, 4).await.json().await.unwrap();
    let names = |placements: &Placements| -> Vec<Vec<u32>> {
        let cells = placements.cells.iter();
        cells
            .map(|c| c.uploads.iter().map(|u| u.peer.provider).collect())
            .collect()
    };
    assert_eq!(names(&again), names(&answer));
}

#[tokio::test]
async fn placements_without_space_manifest_or_bounds_are_refused_with_a_reason() {
    let world = World::new(2).await;
    let code = async |response: reqwest::Response| response.json::<ApiError>().await.unwrap().code;
    let video = world.publish(2).await;
    assert_eq!(
        code(place(&world, video, 0, 2).await).await,
        ErrorCode::NoSpace
    );
    assert_eq!(
        code(place(&world, Magnet([5; 32]), 0, 1).await).await,
        ErrorCode::NotFound
    );
    assert_eq!(
        code(place(&world, video, 0, 65).await).await,
        ErrorCode::Malformed
    );
    assert_eq!(
        code(place(&world, video, 0, 0).await).await,
        ErrorCode::Malformed
    );
    let request = world.http.post(world.url("/v1/placements")).body("{}");
    assert_eq!(
        code(request.send().await.unwrap()).await,
        ErrorCode::Malformed
    );
    assert_eq!(
        code(world.http.get(world.url("/v2")).send().await.unwrap()).await,
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn a_lost_copy_is_ordered_anew_from_a_node_that_holds_the_cell() {
    let world = World::new(2).await;
    let video = world.publish(1).await;
    let held: [CellRef; 1] = [cell(video, 0)];
    let _holder = world.node(0, &held).await;
    let dying = world.node(1, &held).await;
    let mut spare = world.node(2, &[]).await;
    dying.close().await;
    world.until(|nodes| nodes.iter().any(|n| !n.offered)).await;
    // The node is only away: nothing happens until its inventory leaves the index.
    world.clock.advance(10_000);
    spare.beat(Default::default()).await;
    world
        .until(|nodes| nodes.iter().any(|n| n.provider == 2 && n.silent_ms == 0))
        .await;
    let mut holder = world
        .connect(&world.register(0, chainflix_primitives::registry::ProviderClass::AlwaysOn))
        .await;
    holder
        .hello(chainflix_controller::protocol::InventoryDigest::of(&held))
        .await;
    world.clock.advance(50_000);
    holder
        .beat(chainflix_controller::protocol::InventoryDigest::of(&held))
        .await;
    spare.beat(Default::default()).await;
    let ToNode::Command {
        id,
        command: Command::Fetch { from, grant },
    } = spare.next().await
    else {
        panic!("no order")
    };
    assert_eq!(
        from.iter().map(|peer| peer.provider).collect::<Vec<_>>(),
        [0]
    );
    assert_eq!((grant.grant.provider, grant.grant.video), (2, video));
    spare
        .say(&FromNode::Inventory {
            replace: false,
            added: held.to_vec(),
            removed: Vec::new(),
        })
        .await;
    spare.say(&FromNode::Done { id }).await;
    world
        .until(|nodes| nodes.iter().any(|n| n.provider == 2 && n.cells == 1))
        .await;
    let (_, status): (u16, VideoStatus) = world.get(&format!("/v1/videos/{video}")).await;
    assert_eq!(status.copies, 2);
    assert_eq!(status.producer, AccountId(account_of(&world.producer).0));
}

#[tokio::test]
async fn no_grant_is_signed_for_a_video_that_is_restricted() {
    let world = World::new(1).await;
    let video = world.publish(2).await;
    let _node = world.node(0, &[cell(video, 0)]).await;
    assert_eq!(place(&world, video, 1, 1).await.status().as_u16(), 200);
    world
        .chain
        .videos
        .lock()
        .unwrap()
        .insert(video, Registration::Inactive);
    let mut last = None;
    for _ in 0..100 {
        let answer = place(&world, video, 1, 1).await;
        last = Some((
            answer.status().as_u16(),
            answer.json::<ApiError>().await.map(|error| error.code).ok(),
        ));
        if last == Some((404, Some(ErrorCode::NotFound))) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("grants are still signed: {last:?}");
}

#[tokio::test]
async fn a_copy_that_is_on_its_way_to_a_node_that_starts_again_is_ordered_anew_at_once() {
    let world = World::new(2).await;
    let video = world.publish(1).await;
    let held = [cell(video, 0)];
    let _holder = world.node(0, &held).await;
    let key = world.register(1, ProviderClass::AlwaysOn);
    let ordered = async |node: &mut Node| {
        let message = node.next_within(Duration::from_secs(8)).await;
        let Some(ToNode::Command {
            command: Command::Fetch { grant, .. },
            ..
        }) = message
        else {
            panic!("no order: {message:?}")
        };
        assert_eq!((grant.grant.provider, grant.grant.video), (1, video));
    };
    let mut spare = world.connect_with(1, &key, &[]).await;
    ordered(&mut spare).await;
    // It is back before anybody would miss it, and has forgotten what it was told.
    drop(spare);
    let mut spare = world.connect_with(1, &key, &[]).await;
    ordered(&mut spare).await;
    // What it is told is told once.
    assert_eq!(spare.next_within(Duration::from_secs(3)).await, None);
}
