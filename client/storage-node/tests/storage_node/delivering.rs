//! Cells to viewers, over the real swarm and with tokens of real verifiers' make.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chainflix_content::DownloadKey;
use chainflix_content::trees::GROUP_BYTES;
use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_p2p::download::{
    CellDownload, DownloadConfig, DownloadError, SessionSigner, Source, SourceEnd, WantedCell,
};
use chainflix_p2p::wire::DeliveryRefusal;
use chainflix_p2p::{Network, NetworkConfig, PeerKey};
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms, token_allowance};
use chainflix_primitives::{AccountId, Signature64};
use chainflix_storage_node::{Config, StorageNode};
use ed25519_zebra::SigningKey;

use crate::chain::{keys_of, node_config};
use crate::verifier::Verifier;
use crate::world::{Cell, GENESIS, open};

const DOWNLOAD_KEY: [u8; 32] = [9; 32];
/// Playtime in ms of the cells here.
const PLAYTIME_MS: u32 = 20_000;

fn cell(groups: usize) -> Cell {
    let mut cell = Cell::new(0, groups * GROUP_BYTES + 5);
    cell.entry.playtime_ms = PLAYTIME_MS;
    cell
}

fn session() -> SigningKey {
    SigningKey::from([44; 32])
}

/// A verifier that knows providers 1 and 2.
async fn verifier() -> Verifier {
    let providers = [1, 2].map(|index| (index, keys_of(index).exchange_key()));
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
    verifier.token(terms, &DOWNLOAD_KEY)
}

async fn node(index: u32, folder: &Path, verifier: &Verifier) -> StorageNode {
    start(node_config(index, folder), verifier).await
}

async fn start(config: Config, verifier: &Verifier) -> StorageNode {
    let keys = keys_of(config.provider);
    let verifiers = Arc::new(vec![verifier.listed()]);
    StorageNode::start(config, keys, verifiers).await.unwrap()
}

async fn viewer() -> Network {
    let network = Network::start(PeerKey::generate(), NetworkConfig::default());
    network.await.unwrap()
}

fn download(viewer: &Network, cell: &Cell, sources: Vec<Source>) -> CellDownload {
    let signer: SessionSigner = Arc::new(|payload| Signature64(session().sign(payload).to_bytes()));
    let wanted = WantedCell {
        entry: cell.entry.clone(),
        download_key: DownloadKey::new(DOWNLOAD_KEY),
    };
    CellDownload::start(viewer, wanted, sources, signer, DownloadConfig::default())
}

fn source(node: &StorageNode, token: &DeliveryToken) -> Source {
    Source {
        peer: node.address(),
        token: token.clone(),
    }
}

fn stored(folder: &Path, cell: &Cell) {
    cell.take_in(&open(folder)).unwrap();
}

async fn refusal_of(download: &CellDownload) -> Option<SourceEnd> {
    let failed = download.complete().await;
    assert!(
        matches!(failed, Err(DownloadError::NoSourceLeft(_))),
        "{failed:?}"
    );
    download.stats().sources[0].end.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_with_a_token_gets_the_cell_and_the_node_its_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let cell = cell(300);
    stored(folder.path(), &cell);
    let verifier = verifier().await;
    let node = node(1, folder.path(), &verifier).await;
    let token = token(&verifier, &cell, 1);
    let viewer = viewer().await;
    let delivered = download(&viewer, &cell, vec![source(&node, &token)]);
    let delivered = delivered.complete().await.unwrap();
    assert!(delivered.ciphertext == cell.content);
    assert_eq!(delivered.receipts.len(), 1);
    assert_eq!(delivered.receipts[0].bytes, cell.content.len() as u64);
    let status = node.status();
    assert!(status.bytes_sent >= cell.content.len() as u64);
    assert_eq!(status.verifiers, 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_a_flipped_byte_on_one_nodes_disk_reaches_nobody_and_another_node_goes_on() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let cell = cell(300);
    for folder in &folders {
        stored(folder.path(), &cell);
    }
    let file = OpenOptions::new()
        .write(true)
        .open(cell.file(folders[0].path()))
        .unwrap();
    let offset = 100 * GROUP_BYTES + 77;
    file.write_all_at(&[cell.content[offset] ^ 1], offset as u64)
        .unwrap();
    let verifier = verifier().await;
    let bad = node(1, folders[0].path(), &verifier).await;
    let good = node(2, folders[1].path(), &verifier).await;
    let tokens = [token(&verifier, &cell, 1), token(&verifier, &cell, 2)];
    let viewer = viewer().await;
    // Alone, the damaged one breaks off.
    let alone = download(&viewer, &cell, vec![source(&bad, &tokens[0])]);
    let end = refusal_of(&alone).await;
    // If the stream broke before the viewer read why, it came back, and the copy was gone.
    let said = [DeliveryRefusal::Damaged, DeliveryRefusal::NotHeld];
    assert!(matches!(end, Some(SourceEnd::Refused(why)) if said.contains(&why)));
    // Nothing that it sent was wrong: it refused its own group.
    assert_eq!(alone.stats().sources[0].bad_groups, 0);
    assert!(alone.stats().verified < cell.entry.groups());
    assert!(!bad.store().holds(&cell.at));
    assert!(bad.metrics().contains("groups_refused_total 1\n"));
    alone.add_source(source(&good, &tokens[1]));
    let delivered = alone.complete().await.unwrap();
    assert!(delivered.ciphertext == cell.content);
    bad.stop().await;
    good.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_u2_a_video_that_is_restricted_while_it_is_sent_stops_within_a_range() {
    let folder = tempfile::tempdir().unwrap();
    let cell = cell(600);
    stored(folder.path(), &cell);
    let verifier = verifier().await;
    let mut config = node_config(1, folder.path());
    config.upload_bytes_per_second = 2_000_000;
    let node = start(config, &verifier).await;
    let token = token(&verifier, &cell, 1);
    let viewer = viewer().await;
    let coming = download(&viewer, &cell, vec![source(&node, &token)]);
    coming.group(0).await.unwrap();
    let (store, at) = (node.store().clone(), cell.at);
    tokio::task::spawn_blocking(move || store.remove(&[at]).unwrap())
        .await
        .unwrap();
    let end = refusal_of(&coming).await;
    assert_eq!(end, Some(SourceEnd::Refused(DeliveryRefusal::NotHeld)));
    assert!(coming.stats().verified < cell.entry.groups() / 2);
    let again = download(&viewer, &cell, vec![source(&node, &token)]);
    let end = refusal_of(&again).await;
    assert_eq!(end, Some(SourceEnd::Refused(DeliveryRefusal::NotHeld)));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn q1_a_token_used_again_after_a_restart_is_good_only_for_what_is_left_of_it() {
    let folder = tempfile::tempdir().unwrap();
    // All of it together is less than what a viewer that forgot everything puts up with.
    let cell = cell(60);
    stored(folder.path(), &cell);
    let verifier = verifier().await;
    let token = token(&verifier, &cell, 1);
    let viewer = viewer().await;
    for visit in 0..3 {
        let node = node(1, folder.path(), &verifier).await;
        let coming = download(&viewer, &cell, vec![source(&node, &token)]);
        if visit == 0 {
            coming.complete().await.unwrap();
        } else {
            // A quarter is left of 1.25 times the cell, and after that nothing.
            let end = refusal_of(&coming).await;
            assert_eq!(end, Some(SourceEnd::Refused(DeliveryRefusal::Exhausted)));
            let got = coming.stats().sources[0].bytes;
            let left = if visit == 1 {
                cell.content.len() as u64 / 4
            } else {
                GROUP_BYTES as u64
            };
            assert!(got <= left, "visit {visit}: {got}");
        }
        drop(coming);
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_no_verifier_made_or_made_for_another_node_get_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cell = cell(10);
    stored(folder.path(), &cell);
    let verifier = verifier().await;
    let node = node(1, folder.path(), &verifier).await;
    let viewer = viewer().await;
    let end = async |token: DeliveryToken| {
        refusal_of(&download(&viewer, &cell, vec![source(&node, &token)])).await
    };
    let good = token(&verifier, &cell, 1);
    let mut longer = good.clone();
    longer.terms.max_bytes *= 2;
    let refused = end(longer).await;
    assert_eq!(refused, Some(SourceEnd::Refused(DeliveryRefusal::Forged)));
    let refused = end(token(&verifier, &cell, 2)).await;
    assert_eq!(
        refused,
        Some(SourceEnd::Refused(DeliveryRefusal::OtherProvider))
    );
    assert!(node.metrics().contains("tokens_refused_total 1\n"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upload_cap_holds_over_several_viewers() {
    let folder = tempfile::tempdir().unwrap();
    let cell = cell(60);
    stored(folder.path(), &cell);
    let verifier = verifier().await;
    let mut config = node_config(1, folder.path());
    config.upload_bytes_per_second = 2_000_000;
    let node = start(config, &verifier).await;
    let started = Instant::now();
    let viewers = (0..3u8).map(|number| {
        let mut terms = token(&verifier, &cell, 1).terms;
        terms.viewer = AccountId([number; 32]);
        let source = source(&node, &verifier.token(terms, &DOWNLOAD_KEY));
        let cell = cell.clone();
        tokio::spawn(async move {
            let viewer = viewer().await;
            download(&viewer, &cell, vec![source])
                .complete()
                .await
                .unwrap();
        })
    });
    for viewer in viewers.collect::<Vec<_>>() {
        viewer.await.unwrap();
    }
    // 2.9 MB at 2 MB/s, less a burst of a quarter second.
    assert!(started.elapsed() >= Duration::from_millis(1_150));
    node.stop().await;
}
