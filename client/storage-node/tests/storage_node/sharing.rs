//! A viewer that shares what it has watched: the node's own code, with a cache in place of what controllers order.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chainflix_content::DownloadKey;
use chainflix_content::trees::GROUP_BYTES;
use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::{Peer, SourcesReply};
use chainflix_controller::registry::Registration;
use chainflix_controller::signing::Signer;
use chainflix_p2p::download::{
    CellDownload, DownloadConfig, DownloadError, SessionSigner, Source, SourceEnd, WantedCell,
};
use chainflix_p2p::transfer::{TransferError, put_cell};
use chainflix_p2p::wire::{DeliveryRefusal, StoreRefusal};
use chainflix_p2p::{Network, NetworkConfig, PeerAddress, PeerKey};
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms, token_allowance};
use chainflix_primitives::{AccountId, Signature64};
use chainflix_storage_node::StorageNode;
use chainflix_storage_node::store::{ImportError, Store};
use ed25519_zebra::SigningKey;

use crate::chain::{World, keys_of, linked};
use crate::verifier::Verifier;
use crate::world::{Cell, GENESIS, files, open};

/// Names the folder, and by that makes the program a child.
const FOLDER: &str = "CHAINFLIX_TEST_CACHE_FOLDER";
const WIRE_KEY: [u8; 32] = [9; 32];
const NODE: u32 = 1;
const SHARER: u32 = 7;
/// Ciphertext and outboard of a cell of four groups.
const FOUR_GROUPS: u64 = 4 * (GROUP_BYTES as u64 + 32);

fn cells(count: u16) -> Vec<Cell> {
    let cells = 0..count;
    cells
        .map(|index| Cell::new(index, 4 * GROUP_BYTES))
        .collect()
}

fn cache(store: &Store, cell: &Cell) -> Result<(), ImportError> {
    store.cache(cell.at, cell.entry.clone(), &cell.content)
}

fn held(store: &Store) -> Vec<u16> {
    let mut held: Vec<u16> = store.watch().cells.iter().map(|cell| cell.cell).collect();
    held.sort_unstable();
    held
}

#[test]
fn q1_a_cache_stays_within_its_space_and_gives_up_the_oldest_first_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let quota = 3 * FOUR_GROUPS;
    let cells = cells(8);
    let store = Store::open(folder.path(), &GENESIS, quota).unwrap();
    // Another order than that of their numbers.
    for index in [5, 1, 4, 0] {
        cache(&store, &cells[index]).unwrap();
        // Files tell the time in steps of a clock tick.
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(held(&store), [0, 1, 4]);
    assert!(store.space().used <= quota);
    drop(store);
    let store = Store::open(folder.path(), &GENESIS, quota).unwrap();
    cache(&store, &cells[2]).unwrap();
    assert_eq!(held(&store), [0, 2, 4]);
    assert!(matches!(cache(&store, &cells[2]), Err(ImportError::Held)));
    drop(store);
    // Less space than before: the latest stays.
    let store = Store::open(folder.path(), &GENESIS, FOUR_GROUPS).unwrap();
    assert_eq!(held(&store), [2]);
    assert!(cells[2].is_served_whole(&store));
    assert_eq!(files(&folder.path().join("cells")).len(), 2);
}

#[test]
fn x1_a_cell_that_is_not_what_was_published_or_too_large_drives_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &GENESIS, 2 * FOUR_GROUPS).unwrap();
    let cells = cells(3);
    cache(&store, &cells[0]).unwrap();
    cache(&store, &cells[1]).unwrap();
    let mut flipped = cells[2].content.clone();
    flipped[40_000] ^= 1;
    let wrong = store.cache(cells[2].at, cells[2].entry.clone(), &flipped);
    assert!(matches!(wrong, Err(ImportError::Unverified { .. })));
    let cut = store.cache(cells[2].at, cells[2].entry.clone(), &flipped[..40_000]);
    assert!(matches!(cut, Err(ImportError::Unverified { .. })));
    let large = Cell::new(9, 9 * GROUP_BYTES);
    let refused = cache(&store, &large);
    assert!(matches!(refused, Err(ImportError::NoSpace { .. })));
    assert_eq!(held(&store), [0, 1]);
}

#[test]
fn a_killed_cache_holds_whole_cells_only_and_no_more_than_its_space() {
    let quota = 5 * FOUR_GROUPS;
    let cells = cells(12);
    if let Some(folder) = std::env::var_os(FOLDER) {
        let store = Store::open(Path::new(&folder), &GENESIS, quota).unwrap();
        println!("ready");
        std::io::stdout().flush().unwrap();
        for cell in cells.iter().cycle() {
            match cache(&store, cell) {
                Ok(()) | Err(ImportError::Held) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut most = 0;
    for round in 0..8u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("sharing::a_killed_cache_holds_whole_cells_only_and_no_more_than_its_space")
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.find(|line| line.as_ref().unwrap().ends_with("ready"));
        assert!(ready.is_some(), "the child did not start");
        std::thread::sleep(Duration::from_millis(30 + round * 29));
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(folder.path(), &GENESIS, quota).unwrap();
        assert!(store.space().used <= quota);
        let held = held(&store);
        for index in &held {
            assert!(cells[usize::from(*index)].is_served_whole(&store));
        }
        assert_eq!(files(&folder.path().join("cells")).len(), 2 * held.len());
        assert!(files(&folder.path().join("partial")).is_empty());
        most = most.max(held.len());
    }
    // While one comes in, there is room for four.
    assert!(most >= 4, "the children got nowhere: {most}");
}

fn session() -> SigningKey {
    SigningKey::from([44; 32])
}

async fn verifier() -> Verifier {
    let providers = [NODE, SHARER].map(|index| (index, keys_of(index).exchange_key()));
    Verifier::start(3, HashMap::from(providers)).await
}

fn token(verifier: &Verifier, cell: &Cell, provider: u32) -> DeliveryToken {
    let terms = TokenTerms {
        version: 1,
        genesis: GENESIS,
        issuer: verifier.account,
        epoch: 0,
        viewer: AccountId([3; 32]),
        session_key: session().verification_key().into(),
        video: cell.at.video,
        cell: cell.at.cell,
        rendition: 0,
        provider,
        round: 8,
        expires_ms: SystemClock::default().unix_ms() + 600_000,
        max_bytes: token_allowance(cell.content.len() as u64),
    };
    verifier.token(terms, &WIRE_KEY)
}

async fn start(world: &World, index: u32, folder: &Path, verifier: &Verifier) -> StorageNode {
    let (mut config, keys) = world.provider(index, folder);
    config.shares = index == SHARER;
    let verifiers = Arc::new(vec![verifier.listed()]);
    let node = StorageNode::start(config, keys, verifiers).await.unwrap();
    linked(&node).await;
    node
}

async fn viewer() -> Network {
    let network = Network::start(PeerKey::generate(), NetworkConfig::default());
    network.await.unwrap()
}

fn download(viewer: &Network, cell: &Cell, sources: Vec<Source>) -> CellDownload {
    let signer: SessionSigner = Arc::new(|payload| Signature64(session().sign(payload).to_bytes()));
    let wanted = WantedCell {
        entry: cell.entry.clone(),
        download_key: DownloadKey::new(WIRE_KEY),
    };
    CellDownload::start(viewer, wanted, sources, signer, DownloadConfig::default())
}

/// Whom the controller names for the cell, with tokens.
async fn sources(world: &World, verifier: &Verifier, cell: &Cell) -> Vec<Source> {
    let path = format!("sources/{}/0/{}", cell.at.video, cell.at.cell);
    let reply: Option<SourcesReply> = world.get(&path).await;
    let peers = reply.map_or(Vec::new(), |reply| reply.peers);
    let sources = peers.iter().map(|peer| Source {
        peer: PeerAddress::parse(peer.peer_key, &peer.addresses).unwrap(),
        token: token(verifier, cell, peer.provider),
    });
    sources.collect()
}

async fn shares(sharer: &StorageNode, cell: &Cell) {
    let (store, cell) = (sharer.store().clone(), cell.clone());
    let cached = tokio::task::spawn_blocking(move || cache(&store, &cell));
    cached.await.unwrap().unwrap();
}

fn providers(sources: &[Source]) -> Vec<u32> {
    let mut named: Vec<u32> = sources.iter().map(|s| s.token.terms.provider).collect();
    named.sort_unstable();
    named
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_takes_a_cell_from_another_viewer_after_all_storage_nodes_are_gone() {
    let world = World::new(1).await;
    let (_, cells, _) = world.publish(&[Cell::new(0, 60 * GROUP_BYTES + 5)]).await;
    let cell = &cells[0];
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    cell.take_in(&open(first.path())).unwrap();
    let verifier = verifier().await;
    let node = start(&world, NODE, first.path(), &verifier).await;
    let sharer = start(&world, SHARER, second.path(), &verifier).await;
    world
        .until(|nodes| nodes.iter().any(|n| n.cells == 1))
        .await;
    // A watches: the storage node is the only source. What A fetched it keeps, and the controller hears of it.
    let named = sources(&world, &verifier, cell).await;
    assert_eq!(providers(&named), [NODE]);
    let watched = download(&viewer().await, cell, named).complete().await;
    let mut watched_cell = cell.clone();
    watched_cell.content = watched.unwrap().ciphertext;
    shares(&sharer, &watched_cell).await;
    world
        .until(|nodes| nodes.iter().any(|n| n.shares && n.cells == 1))
        .await;
    assert_eq!(
        providers(&sources(&world, &verifier, cell).await),
        [NODE, SHARER]
    );
    node.stop().await;
    world
        .until(|nodes| nodes.iter().all(|n| n.shares == n.offered))
        .await;
    // B watches: the other viewer is the only source, and signs receipts for all of it.
    let named = sources(&world, &verifier, cell).await;
    assert_eq!(providers(&named), [SHARER]);
    let b = viewer().await;
    let delivered = download(&b, cell, named).complete().await.unwrap();
    assert!(delivered.ciphertext == cell.content);
    assert_eq!(delivered.receipts.len(), 1);
    let receipt = &delivered.receipts[0];
    assert_eq!(
        (receipt.token.terms.provider, receipt.bytes),
        (SHARER, cell.content.len() as u64)
    );
    assert_eq!(
        sharer.status().shown.verifiers,
        0,
        "it shows nobody that it is alive"
    );
    sharer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d_a_viewer_that_shares_serves_nobody_without_a_token_of_a_verifier_for_it() {
    let world = World::new(1).await;
    let (_, cells, _) = world.publish(&[Cell::new(0, 8 * GROUP_BYTES)]).await;
    let folder = tempfile::tempdir().unwrap();
    let verifier = verifier().await;
    let sharer = start(&world, SHARER, folder.path(), &verifier).await;
    shares(&sharer, &cells[0]).await;
    let viewer = viewer().await;
    let end = async |token: DeliveryToken| {
        let source = Source {
            peer: sharer.address(),
            token,
        };
        let coming = download(&viewer, &cells[0], vec![source]);
        let failed = coming.complete().await;
        assert!(matches!(failed, Err(DownloadError::NoSourceLeft(_))));
        coming.stats().sources[0].end.clone()
    };
    let good = token(&verifier, &cells[0], SHARER);
    let mut longer = good.clone();
    longer.terms.max_bytes *= 2;
    let forged = Some(SourceEnd::Refused(DeliveryRefusal::Forged));
    assert_eq!(end(longer).await, forged);
    let other = Some(SourceEnd::Refused(DeliveryRefusal::OtherProvider));
    assert_eq!(end(token(&verifier, &cells[0], NODE)).await, other);
    assert_eq!(sharer.status().bytes_sent, 0);
    sharer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_a_restricted_video_is_erased_by_a_viewer_that_shares_it_and_refused_from_then_on() {
    let world = World::new(1).await;
    let (video, cells, _) = world.publish(&[Cell::new(0, 8 * GROUP_BYTES)]).await;
    let folder = tempfile::tempdir().unwrap();
    let verifier = verifier().await;
    let sharer = start(&world, SHARER, folder.path(), &verifier).await;
    shares(&sharer, &cells[0]).await;
    world
        .until(|nodes| nodes.iter().any(|n| n.shares && n.cells == 1))
        .await;
    world.register(video, Registration::Inactive);
    world.until(|nodes| nodes[0].cells == 0).await;
    assert!(!sharer.store().holds(&cells[0].at));
    // The controller learns that the cell is not served any more; the file goes at the same time, not before.
    let gone = async || {
        while !files(&folder.path().join("cells")).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(5), gone()).await;
    assert!(gone.is_ok(), "the file is still there");
    let source = Source {
        peer: sharer.address(),
        token: token(&verifier, &cells[0], SHARER),
    };
    let coming = download(&viewer().await, &cells[0], vec![source]);
    assert!(coming.complete().await.is_err());
    let end = coming.stats().sources[0].end.clone();
    assert_eq!(end, Some(SourceEnd::Refused(DeliveryRefusal::NotHeld)));
    sharer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn q1_a_viewer_that_shares_takes_nothing_in_even_with_its_controllers_word() {
    let world = World::new(1).await;
    let folder = tempfile::tempdir().unwrap();
    let verifier = verifier().await;
    let sharer = start(&world, SHARER, folder.path(), &verifier).await;
    let cell = Cell::new(0, 8 * GROUP_BYTES);
    let signer = Signer::new(SigningKey::from([1; 32]), GENESIS);
    let to = Peer {
        provider: SHARER,
        peer_key: keys_of(SHARER).peer().public(),
        addresses: Vec::new(),
    };
    let grant = signer.grant(cell.at.video, cell.entry.clone(), &to, u64::MAX);
    let content = cell.content.as_slice();
    let put = put_cell(
        &viewer().await,
        &sharer.address(),
        &grant,
        &cell.tree,
        content,
    )
    .await;
    assert!(
        matches!(put, Err(TransferError::Refused(StoreRefusal::Grant))),
        "{put:?}"
    );
    assert!(!sharer.store().holds(&cell.at));
    sharer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_a_byte_that_rots_on_a_sharers_disk_reaches_nobody_and_the_cell_comes_whole() {
    let world = World::new(1).await;
    let (_, cells, _) = world.publish(&[Cell::new(0, 120 * GROUP_BYTES)]).await;
    let cell = &cells[0];
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    cell.take_in(&open(first.path())).unwrap();
    let verifier = verifier().await;
    let node = start(&world, NODE, first.path(), &verifier).await;
    let sharer = start(&world, SHARER, second.path(), &verifier).await;
    shares(&sharer, cell).await;
    let file = OpenOptions::new()
        .write(true)
        .open(cell.file(second.path()));
    let file = file.unwrap();
    for group in 0..120 {
        let offset = group * GROUP_BYTES + 7;
        let flipped = [cell.content[offset] ^ 1];
        file.write_all_at(&flipped, offset as u64).unwrap();
    }
    let source = |node: &StorageNode, provider: u32| Source {
        peer: node.address(),
        token: token(&verifier, cell, provider),
    };
    let both = vec![source(&sharer, SHARER), source(&node, NODE)];
    let coming = download(&viewer().await, cell, both);
    assert!(coming.complete().await.unwrap().ciphertext == cell.content);
    let of_sharer = coming
        .stats()
        .sources
        .into_iter()
        .find(|source| source.provider == SHARER);
    let taken = of_sharer.map_or(0, |source| source.bytes);
    assert!(
        taken <= GROUP_BYTES as u64,
        "{taken} bytes of a rotten cell were taken"
    );
    assert!(!sharer.store().holds(&cell.at));
    node.stop().await;
    sharer.stop().await;
}
