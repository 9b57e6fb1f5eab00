//! State on both databases: one suite of claims, run on a SQLite file always and on PostgreSQL when a server is there
//! (`scripts/postgres.sh` starts one and names it in `CHAINFLIX_TEST_POSTGRES`).

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chainflix_controller::protocol::{
    CellRef, Command, DropReason, InventoryDigest, PathClass, PlacementRequest, Placements, ToNode,
    VideoStatus,
};
use chainflix_controller::registry::{RegisteredProvider, Registration};
use chainflix_controller::state::packed::Packed;
use chainflix_controller::state::{
    Bulletin, Change, Database, Forwarded, Holding, Inventory, NodeNews, SavedNode, SavedOffer,
    State, StateError,
};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet};

use crate::world::{GENESIS, World, cell};

/// A database of its own on the test's server; `None` when there is no server.
pub(crate) async fn postgres() -> Option<Database> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("CHAINFLIX_TEST_POSTGRES").ok()?;
    let config: tokio_postgres::Config = url.parse().expect("a URL");
    let (client, connection) = config
        .connect(tokio_postgres::NoTls)
        .await
        .expect("the server that the variable names");
    tokio::spawn(connection);
    let name = format!(
        "test_{}_{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::SeqCst)
    );
    let create = format!("CREATE DATABASE {name}");
    client.batch_execute(&create).await.expect("a database");
    let (head, tail) = url.split_once('?').expect("parameters");
    let (server, _) = head.rsplit_once('/').expect("a database in the URL");
    Some(Database::Postgres(format!("{server}/{name}?{tail}")))
}

pub(crate) fn file(folder: &Path) -> Database {
    Database::File(folder.join("controller.sqlite"))
}

pub(crate) fn node(index: u32) -> SavedNode {
    let record = ProviderRecord {
        owner: AccountId([index as u8; 32]),
        peer_key: [index as u8; 32],
        exchange_key: [0; 32],
        class: ProviderClass::Home,
        region: *b"DE",
        space_bytes: 1 << 40,
        from_round: 3,
    };
    SavedNode {
        registered: RegisteredProvider { index, record },
        offer: SavedOffer {
            addresses: vec!["/ip4/203.0.113.1/tcp/4001".into()],
            capacity_bytes: 1 << 40,
            free_bytes: 7,
            upload_bytes_per_second: 1_000_000,
            path: PathClass::Punched,
            leaving: true,
            shares: index.is_multiple_of(2),
        },
    }
}

pub(crate) fn holding(provider: u32, cells: &[u8]) -> Change {
    Change::Holding(Holding {
        provider,
        video: Magnet([5; 32]),
        rendition: 1,
        cells: cells.to_vec(),
    })
}

fn inventory(provider: u32, cells: &[u16]) -> Change {
    let cells: Vec<CellRef> = cells
        .iter()
        .map(|index| cell(Magnet([5; 32]), *index))
        .collect();
    Change::Inventory(Inventory {
        provider,
        packed: Packed::pack(&cells, &InventoryDigest::of(&cells)),
    })
}

pub(crate) fn video(registration: Registration) -> Change {
    Change::Video {
        video: Magnet([5; 32]),
        encoded: vec![1, 2, 3].into(),
        registration,
    }
}

fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|change| format!("{change:?}"));
    changes
}

/// What must hold on every database.
async fn what_was_saved_is_found_again(database: &Database) {
    let state = State::open(database, &GENESIS).await.unwrap();
    assert_eq!(state.load().await.unwrap().0, []);
    let first = [
        video(Registration::Unknown),
        Change::Node(Box::new(node(1))),
        Change::Node(Box::new(node(2))),
        inventory(1, &[7]),
        holding(1, &[0b101]),
        holding(2, &[0, 1]),
        inventory(2, &[1, 2]),
    ];
    state.save(&first).await.unwrap();
    state
        .save(&[
            Change::Registered(Magnet([5; 32]), Registration::Inactive),
            holding(1, &[0b111]),
            Change::NodeGone(2),
        ])
        .await
        .unwrap();
    drop(state);
    let again = State::open(database, &GENESIS).await.unwrap();
    let (found, version) = again.load().await.unwrap();
    let kept = [
        video(Registration::Inactive),
        Change::Node(Box::new(node(1))),
        inventory(1, &[7]),
        holding(1, &[0b111]),
    ];
    assert_eq!(sorted(found), sorted(kept.to_vec()));
    assert_eq!(version, 2);
    // The whole is written anew: what changed before it is in it, what changes later counts instead.
    again.save(&[inventory(1, &[4, 7])]).await.unwrap();
    let (found, _) = again.load().await.unwrap();
    assert_eq!(
        found.last(),
        Some(&inventory(1, &[4, 7])),
        "no change is left"
    );
    again.save(&[holding(1, &[1])]).await.unwrap();
    let (found, _) = again.load().await.unwrap();
    assert_eq!(found[2..], [inventory(1, &[4, 7]), holding(1, &[1])]);
    again
        .save(&[Change::VideoGone(Magnet([5; 32])), Change::NodeGone(1)])
        .await
        .unwrap();
    assert_eq!(again.load().await.unwrap().0, []);
}

async fn a_transaction_that_fails_changes_nothing(database: &Database) {
    let state = State::open(database, &GENESIS).await.unwrap();
    let (before, version) = state.load().await.unwrap();
    // Of a node that nobody knows nothing can be held.
    let changes = [video(Registration::Active), holding(77, &[1])];
    let failed = state.save(&changes).await;
    assert!(matches!(failed, Err(StateError::Failed(_))), "{failed:?}");
    assert_eq!(state.load().await.unwrap(), (before, version));
    state.save(&[video(Registration::Active)]).await.unwrap();
    let gone = [Change::VideoGone(Magnet([5; 32]))];
    state.save(&gone).await.unwrap();
}

async fn another_chains_database_is_refused(database: &Database) {
    let refused = State::open(database, &[1; 32]).await.map(drop);
    assert!(
        matches!(refused, Err(StateError::OtherChain)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn state_conforms_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = file(folder.path());
    what_was_saved_is_found_again(&database).await;
    a_transaction_that_fails_changes_nothing(&database).await;
    another_chains_database_is_refused(&database).await;
}

#[tokio::test]
async fn state_conforms_on_postgresql() {
    let Some(database) = postgres().await else {
        return;
    };
    what_was_saved_is_found_again(&database).await;
    a_transaction_that_fails_changes_nothing(&database).await;
    another_chains_database_is_refused(&database).await;
}

#[tokio::test]
async fn a_file_belongs_to_one_controller_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let _first = State::open(&file(folder.path()), &GENESIS).await.unwrap();
    let second = State::open(&file(folder.path()), &GENESIS).await.map(drop);
    assert!(matches!(second, Err(StateError::Open { .. })), "{second:?}");
}

#[tokio::test]
async fn controllers_on_one_database_see_each_others_changes_bulletins_and_orders() {
    let Some(database) = postgres().await else {
        return;
    };
    let (one, two) = tokio::join!(
        State::open(&database, &GENESIS),
        State::open(&database, &GENESIS)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let (_, version) = two.load().await.unwrap();
    one.save(&[Change::Node(Box::new(node(1)))]).await.unwrap();
    let (seen, version) = two.changed_since(version).await.unwrap();
    assert_eq!(seen, [Change::Node(Box::new(node(1)))]);
    assert_eq!(two.changed_since(version).await.unwrap().0, []);
    assert_eq!(one.changed_since(-1).await.unwrap().0, [], "its own");

    let bulletin = Bulletin {
        nodes: vec![NodeNews {
            provider: 1,
            silent_ms: 5,
            free_bytes: 6,
            streams: 7,
            sent_bytes_per_second: 8,
            serving: Vec::new(),
        }],
        leases: [(1, 2)].into(),
    };
    one.exchange(&bulletin).await.unwrap();
    let (colleagues, _) = two.exchange(&Bulletin::default()).await.unwrap();
    assert_eq!((colleagues[0].id, colleagues[0].beat), (one.id(), 1));
    assert_eq!(colleagues[0].bulletin, bulletin);

    let order = Forwarded {
        provider: 1,
        command: Command::Drop {
            cells: vec![cell(Magnet([5; 32]), 3)],
            reason: DropReason::Surplus,
        },
    };
    two.forward(&[(one.id(), order.clone())]).await.unwrap();
    assert_eq!(two.exchange(&bulletin).await.unwrap().1, []);
    assert_eq!(one.exchange(&bulletin).await.unwrap().1, [order]);
    assert_eq!(one.exchange(&bulletin).await.unwrap().1, [], "once");
    two.bury(one.id()).await.unwrap();
    assert_eq!(two.exchange(&bulletin).await.unwrap().0, []);
}

#[tokio::test]
async fn a_restarted_controller_knows_videos_nodes_and_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let database = file(folder.path());
    let world = World::with(1, |config| config.database = Some(database.clone())).await;
    let video = world.publish(3).await;
    let cells: Vec<CellRef> = (0..3).map(|index| cell(video, index)).collect();
    let key = world.register(4, ProviderClass::Home);
    let first = world.connect_with(4, &key, &cells).await;
    let World {
        controller, chain, ..
    } = world;
    controller.stop().await;
    drop(first);

    let again = World::on(chain, 1, |config| config.database = Some(database)).await;
    let (status, found): (u16, VideoStatus) = again.get(&format!("/v1/videos/{video}")).await;
    assert_eq!((status, found.cells), (200, 3));
    // It connects again, and its digest is enough.
    let mut node = again.connect(&key).await;
    node.hello(InventoryDigest::of(&cells)).await;
    again
        .until(|nodes| nodes.iter().any(|n| n.offered && n.cells == 3))
        .await;
    let (status, _): (u16, serde_json::Value) =
        again.get(&format!("/v1/sources/{video}/0/2")).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn of_two_controllers_on_one_database_one_is_killed_and_the_other_has_taken_over_within_15_s()
{
    let Some(database) = postgres().await else {
        return;
    };
    let one = World::with(3, |config| {
        config.database = Some(database.clone());
    })
    .await;
    let two = World::on(one.chain.clone(), 3, |config| {
        config.database = Some(database);
    })
    .await;
    let video = one.publish(1).await;
    let cells = [cell(video, 0)];
    let keys = [1, 2, 3].map(|index| one.register(index, ProviderClass::AlwaysOn));
    let _holders = [
        one.connect_with(1, &keys[0], &cells).await,
        one.connect_with(2, &keys[1], &cells).await,
    ];
    // The other one offers nodes that are not connected to it, and knows the video.
    let path = format!("/v1/sources/{video}/0/0");
    let named = async |world: &World| -> usize {
        let (status, reply): (u16, serde_json::Value) = world.get(&path).await;
        match status {
            200 => reply["peers"].as_array().unwrap().len(),
            _ => 0,
        }
    };
    let started = Instant::now();
    while named(&two).await < 2 {
        assert!(started.elapsed() < Duration::from_secs(10), "not shared");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // One is killed: nothing is written any more, no connection is closed in order.
    let killed = Instant::now();
    let World { controller, .. } = one;
    drop(controller);
    // Nodes dial again and come out at the other one, which knows by their digests what they hold. A third one comes.
    let mut nodes = Vec::new();
    for (key, held) in keys.iter().zip([&cells[..], &cells[..], &[]]) {
        let mut node = two.connect(key).await;
        node.hello(InventoryDigest::of(held)).await;
        nodes.push((node, InventoryDigest::of(held)));
    }
    let ordered = loop {
        two.clock.advance(500);
        for (node, digest) in &mut nodes {
            node.beat(*digest).await;
        }
        let (third, _) = nodes.last_mut().unwrap();
        if let Some(message) = third.next_within(Duration::from_millis(500)).await {
            break message;
        }
        assert!(killed.elapsed() < Duration::from_secs(15), "no take-over");
    };
    let ToNode::Command { command, .. } = ordered else {
        panic!("{ordered:?}");
    };
    assert!(matches!(command, Command::Fetch { .. }), "{command:?}");
    assert_eq!(named(&two).await, 2);
    assert!(killed.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_video_that_one_controller_has_just_taken_in_is_placed_by_another_one_on_its_database() {
    let Some(database) = postgres().await else {
        return;
    };
    let one = World::with(1, |config| {
        config.database = Some(database.clone());
    })
    .await;
    let two = World::on(one.chain.clone(), 1, |config| {
        config.database = Some(database);
    })
    .await;
    let _node = two.node(1, &[]).await;
    // A publisher asks for placements at once, and a balancer may send it anywhere.
    let video = one.publish(1).await;
    let request = PlacementRequest {
        video,
        rendition: 0,
        first: 0,
        count: 1,
    };
    let url = two.url("/v1/placements");
    let answer = two.http.post(url).json(&request).send().await.unwrap();
    let placed: Placements = answer.error_for_status().unwrap().json().await.unwrap();
    assert_eq!(placed.cells[0].uploads[0].peer.provider, 1);
}
