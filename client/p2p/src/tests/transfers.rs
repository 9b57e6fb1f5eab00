//! Whole cells and manifests between nodes.

use std::sync::atomic::Ordering;

use chainflix_primitives::ids::UploadId;
use chainflix_primitives::manifest::{
    Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::{AccountId, Sha256};
use codec::Encode;

use super::cells::TestCell;
use super::node::{Node, viewer};
use crate::network::ServeLimits;
use crate::perf;
use crate::transfer::{
    Put, TransferError, get_cell, get_manifest, offer_manifest, put_cell, read_manifest,
};
use crate::wire::StoreRefusal;

const MIB: usize = 1 << 20;

async fn put(node: &Node, cell: &TestCell) -> Result<Put, TransferError> {
    let publisher = viewer().await;
    put_cell(
        &publisher,
        &node.network.address(),
        &node.grant(cell),
        &cell.tree,
        cell.ciphertext.as_slice(),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_is_put_is_held_and_put_twice_sent_once() {
    let node = Node::start(1, &[]).await;
    for bytes in [8_192, 3 * MIB + 5] {
        let cell = TestCell::new((bytes % 7) as u16, bytes);
        let stored = Put::Stored {
            bytes: bytes as u64,
        };
        assert_eq!(put(&node, &cell).await.expect("granted"), stored);
        assert_eq!(put(&node, &cell).await.expect("granted"), Put::WasHeld);
        let cells = node.depot.cells.lock().expect("no panic");
        assert_eq!(cells[&cell.place].ciphertext, cell.ciphertext);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_grant_for_this_node_nothing_is_taken_in() {
    let (node, other) = (Node::start(1, &[]).await, Node::start(2, &[]).await);
    let cell = TestCell::new(0, MIB);
    let publisher = viewer().await;
    let mut forged = node.grant(&cell);
    forged.grant.cell.bytes += 1;
    for grant in [other.grant(&cell), forged] {
        let refused = put_cell(
            &publisher,
            &node.network.address(),
            &grant,
            &cell.tree,
            cell.ciphertext.as_slice(),
        )
        .await;
        assert!(matches!(
            refused,
            Err(TransferError::Refused(StoreRefusal::Grant))
        ));
    }
    assert!(node.depot.cells.lock().expect("no panic").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn x2_what_is_not_the_granted_cell_is_refused_at_its_first_run_and_not_kept() {
    let node = Node::start(1, &[]).await;
    let (cell, other) = (TestCell::new(0, MIB), TestCell::new(1, MIB));
    let publisher = viewer().await;
    let refused = put_cell(
        &publisher,
        &node.network.address(),
        &node.grant(&cell),
        &other.tree,
        other.ciphertext.as_slice(),
    )
    .await;
    assert!(
        matches!(
            refused,
            Err(TransferError::Refused(StoreRefusal::Unverified) | TransferError::Frame(_))
        ),
        "{refused:?}"
    );
    let cut_off = put_cell(
        &publisher,
        &node.network.address(),
        &node.grant(&cell),
        &cell.tree,
        &cell.ciphertext[..MIB / 2],
    )
    .await;
    assert!(matches!(cut_off, Err(TransferError::Read(_))));
    assert!(node.depot.cells.lock().expect("no panic").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_space_says_so() {
    let node = Node::start(1, &[]).await;
    node.depot.space.store(1_000, Ordering::Relaxed);
    let refused = put(&node, &TestCell::new(0, MIB)).await;
    assert!(matches!(
        refused,
        Err(TransferError::Refused(StoreRefusal::NoSpace))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_fetches_a_cell_from_another_by_its_own_grant_only() {
    let cell = TestCell::new(0, 2 * MIB + 9);
    let holder = Node::start(1, std::slice::from_ref(&cell)).await;
    let (fetcher, stranger) = (Node::start(2, &[]).await, viewer().await);
    let grant = fetcher.grant(&cell);
    let mut fetched = Vec::new();
    get_cell(
        &fetcher.network,
        &holder.network.address(),
        &grant,
        0,
        |run| {
            fetched.extend(run.bytes);
            std::future::ready(Ok(()))
        },
    )
    .await
    .expect("granted");
    assert_eq!(&fetched, cell.ciphertext.as_ref());
    // From the middle on, as after a node that broke off.
    let mut rest = Vec::new();
    get_cell(
        &fetcher.network,
        &holder.network.address(),
        &grant,
        100,
        |run| {
            rest.extend(run.bytes);
            std::future::ready(Ok(()))
        },
    )
    .await
    .expect("granted");
    assert_eq!(rest, cell.ciphertext[100 * 16_384..]);
    let refused = get_cell(&stranger, &holder.network.address(), &grant, 0, |_| {
        std::future::ready(Ok(()))
    })
    .await;
    assert!(matches!(
        refused,
        Err(TransferError::Refused(StoreRefusal::Grant))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_a_run_with_a_flipped_bit_is_not_handed_on() {
    let cell = TestCell::new(0, MIB);
    let holder = Node::start(1, std::slice::from_ref(&cell)).await;
    holder.faults().flips.store(20, Ordering::Relaxed);
    let fetcher = Node::start(2, &[]).await;
    let mut groups = 0;
    let failed = get_cell(
        &fetcher.network,
        &holder.network.address(),
        &fetcher.grant(&cell),
        0,
        |run| {
            groups += run.bytes.len() / 16_384;
            std::future::ready(Ok(()))
        },
    )
    .await;
    assert!(matches!(failed, Err(TransferError::Misbehaved)));
    assert_eq!(groups, 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_had_by_its_magnet_and_only_the_right_one() {
    let cell = TestCell::new(0, MIB);
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        title: "A film".to_owned(),
        producer: AccountId([1; 32]),
        upload_id: UploadId([2; 16]),
        total_playtime_ms: 60_000,
        renditions: vec![Rendition {
            width: 1,
            height: 1,
            bandwidth: 1,
            codecs: String::new(),
            init_segment: Vec::new(),
            cells: vec![ManifestCell {
                entry: cell.entry.clone(),
                fragments: vec![Fragment {
                    offset: 0,
                    duration_ms: 60_000,
                }],
            }],
        }],
    };
    let magnet = manifest.magnet::<Sha256>();
    let node = Node::start(1, &[]).await;
    let peer = viewer().await;
    let address = node.network.address();
    let missing = get_manifest(&peer, &address, &magnet).await;
    assert!(matches!(missing, Err(TransferError::NoManifest)));
    let mut other = manifest.clone();
    other.title = "Another film".to_owned();
    let offered = offer_manifest(&peer, &address, &magnet, other.encode()).await;
    assert!(!offered.expect("it answers"));
    let offered = offer_manifest(&peer, &address, &magnet, manifest.encode()).await;
    assert!(offered.expect("it answers"));
    let fetched = get_manifest(&peer, &address, &magnet).await;
    assert_eq!(fetched.expect("it is there"), manifest);
    let mut longer = manifest.encode();
    longer.push(0);
    assert_eq!(read_manifest(&magnet, &longer), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_bytes_as_a_measurement_asks_for_come() {
    let node = Node::start(1, &[]).await;
    let one = std::num::NonZeroUsize::MIN;
    let limits = ServeLimits {
        streams: one,
        streams_per_peer: one,
    };
    let _serving = perf::serve(&node.network, limits).expect("nothing is served yet");
    let viewer = viewer().await;
    for bytes in [0, 1, 200_000] {
        let came = perf::download(&viewer, &node.network.address(), bytes).await;
        assert_eq!(came.expect("it is there"), bytes);
    }
}
