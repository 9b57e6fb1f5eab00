//! Downloads from honest, slow, dying and lying providers.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chainflix_primitives::Sha256;
use chainflix_primitives::receipt::{covers_cell, receipt_payload};

use super::cells::{GENESIS, TestCell, signer};
use super::node::{Node, impatient, viewer};
use crate::download::{CellDownload, Delivered, DownloadError, SourceEnd};
use crate::network::Network;
use crate::peer::is_signed_by;

const MIB: usize = 1 << 20;

pub(super) fn start(viewer: &Network, cell: &TestCell, nodes: &[&Node]) -> CellDownload {
    let sources = nodes.iter().map(|node| node.source(cell)).collect();
    CellDownload::start(viewer, cell.wanted(), sources, signer(), impatient())
}

async fn download(viewer: &Network, cell: &TestCell, nodes: &[&Node]) -> Delivered {
    let download = start(viewer, cell, nodes);
    let delivered = tokio::time::timeout(Duration::from_secs(20), download.complete())
        .await
        .unwrap_or_else(|_| panic!("stuck: {:?}", download.stats()))
        .expect("the cell is there");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    delivered
}

/// Receipts are by the providers, over totals that suffice.
pub(super) fn assert_receipts(delivered: &Delivered, cell: &TestCell, nodes: &[&Node]) {
    let mut sum = 0;
    for receipt in &delivered.receipts {
        let provider = receipt.token.terms.provider;
        let node = nodes
            .iter()
            .find(|node| node.depot.provider == provider)
            .expect("a known provider");
        let payload = receipt_payload(&GENESIS, &receipt.token.id::<Sha256>(), receipt.bytes);
        let key = node.network.key().public();
        assert!(is_signed_by(&key, &payload, &receipt.provider_signature));
        sum += receipt.bytes;
    }
    assert!(covers_cell(sum, u64::from(cell.entry.bytes)), "{sum}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sources_give_over_a_tenth_each_and_sign_for_all_of_it() {
    let cell = TestCell::new(0, 3 * MIB + 777);
    let (one, two) = (
        Node::start(1, std::slice::from_ref(&cell)).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
    );
    let viewer = viewer().await;
    let delivered = download(&viewer, &cell, &[&one, &two]).await;
    for source in &delivered.stats.sources {
        assert!(
            source.bytes * 10 > cell.ciphertext.len() as u64,
            "{source:?}"
        );
        assert_eq!(source.bytes, source.receipted);
    }
    let bytes: u64 = delivered.stats.sources.iter().map(|s| s.bytes).sum();
    assert_eq!(bytes, cell.ciphertext.len() as u64, "nothing came twice");
    assert_receipts(&delivered, &cell, &[&one, &two]);
    // The providers have the viewer's word for it.
    tokio::time::sleep(Duration::from_millis(200)).await;
    for (node, stats) in [&one, &two].iter().zip(&delivered.stats.sources) {
        let (sent, countersigned) = node.account(&node.source(&cell).token);
        assert_eq!((sent, countersigned), (stats.bytes, stats.bytes));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_cells_come_whole_from_one_source_or_two() {
    for bytes in [8_192, 16_384, 16_385, 245_760] {
        let cell = TestCell::new(0, bytes);
        let (one, two) = (
            Node::start(1, std::slice::from_ref(&cell)).await,
            Node::start(2, std::slice::from_ref(&cell)).await,
        );
        let viewer = viewer().await;
        let delivered = download(&viewer, &cell, &[&one, &two]).await;
        assert_receipts(&delivered, &cell, &[&one, &two]);
        let alone = vec![one.source_in(&cell, 4)];
        let alone = CellDownload::start(&viewer, cell.wanted(), alone, signer(), impatient());
        let delivered = alone.complete().await.expect("one is enough");
        assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quic_alone_and_tcp_alone_carry_a_cell() {
    let cell = TestCell::new(0, 2 * MIB);
    for address in ["/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0"] {
        let listen = vec![address.parse().expect("an address")];
        let node = Node::start_with(1, std::slice::from_ref(&cell), listen, false).await;
        let viewer = viewer().await;
        download(&viewer, &cell, &[&node]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_handed_out_as_they_come_and_in_the_order_of_play() {
    let cell = TestCell::new(0, 8 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    node.faults().read_takes_ms.store(30, Ordering::Relaxed);
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&node]);
    let first = download.group(0).await.expect("it comes");
    assert_eq!(first, cell.ciphertext[..16_384]);
    assert!(download.stats().verified < 300);
    download.play_from(400);
    let seek = download.group(400).await.expect("it comes");
    assert_eq!(seek, cell.ciphertext[400 * 16_384..401 * 16_384]);
    assert!(download.stats().verified < 400, "{:?}", download.stats());
    assert_eq!(
        download.group(512).await,
        Err(DownloadError::OutOfRange(512))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_flipped_bit_costs_one_group_and_the_peer() {
    let cell = TestCell::new(0, 4 * MIB);
    let (liar, honest) = (
        Node::start(1, std::slice::from_ref(&cell)).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
    );
    // In a block that is kept for it, after others.
    liar.faults().flips.store(88, Ordering::Relaxed);
    honest.faults().read_takes_ms.store(60, Ordering::Relaxed);
    let viewer = viewer().await;
    let delivered = download(&viewer, &cell, &[&liar, &honest]).await;
    let [of_liar, of_honest] = delivered.stats.sources.as_slice() else {
        panic!("two sources");
    };
    assert_eq!(of_liar.end, Some(SourceEnd::BadGroup(88)));
    assert_eq!(of_liar.bad_groups, 1);
    assert_eq!(of_honest.bad_groups, 0);
    let good = of_liar.bytes + of_honest.bytes;
    let refetched = good - cell.ciphertext.len() as u64;
    // What the liar gave before it lied stays, and nothing of it comes again.
    let before = of_liar.bytes / 16_384;
    assert!((1..=88).contains(&before), "{before}");
    assert_eq!(refetched, 0);
    assert_receipts(&delivered, &cell, &[&liar, &honest]);
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_with_no_other_source_a_flipped_bit_ends_the_download_and_reaches_nobody() {
    let cell = TestCell::new(0, MIB);
    let liar = Node::start(1, std::slice::from_ref(&cell)).await;
    liar.faults().flips.store(10, Ordering::Relaxed);
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&liar]);
    let failed = download.complete().await;
    let Err(DownloadError::NoSourceLeft(why)) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!(why, "provider 1: group 10 was not what was published");
    assert!(download.group(10).await.is_err());
    assert!(download.group(9).await.is_ok());
    // A better source repairs it.
    let honest = Node::start(2, std::slice::from_ref(&cell)).await;
    download.add_source(honest.source(&cell));
    let delivered = download.complete().await.expect("it is there now");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_knows_of_its_damage_says_so_and_another_takes_over() {
    let cell = TestCell::new(0, 2 * MIB);
    let (damaged, whole) = (
        Node::start(1, std::slice::from_ref(&cell)).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
    );
    // In a block that is kept for it.
    damaged.faults().flips.store(25, Ordering::Relaxed);
    whole.faults().read_takes_ms.store(100, Ordering::Relaxed);
    damaged.faults().is_honest.store(true, Ordering::Relaxed);
    let viewer = viewer().await;
    let delivered = download(&viewer, &cell, &[&damaged, &whole]).await;
    let end = delivered.stats.sources[0].end.clone();
    assert_eq!(
        end,
        Some(SourceEnd::Refused(crate::wire::DeliveryRefusal::Damaged))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn x2_wrong_cell_is_noticed_before_its_first_group() {
    let (cell, other) = (TestCell::new(0, MIB), TestCell::new(1, MIB));
    let (wrong, right) = (
        Node::start(1, &[]).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
    );
    let mixed_up = TestCell {
        place: cell.place,
        ..other
    };
    wrong
        .depot
        .cells
        .lock()
        .expect("no panic")
        .insert(cell.place, mixed_up);
    let viewer = viewer().await;
    let delivered = download(&viewer, &cell, &[&wrong, &right]).await;
    let of_wrong = &delivered.stats.sources[0];
    assert!(matches!(of_wrong.end, Some(SourceEnd::BadGroup(_))));
    assert_eq!(of_wrong.bytes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn x2_truncated_cell_goes_on_from_another_node_where_it_broke_off() {
    let cell = TestCell::new(0, 6 * MIB);
    let (dies, stays) = (
        Node::start(1, std::slice::from_ref(&cell)).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
    );
    dies.faults().read_takes_ms.store(20, Ordering::Relaxed);
    stays.faults().read_takes_ms.store(20, Ordering::Relaxed);
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&dies, &stays]);
    while download.stats().sources[0].bytes < MIB as u64 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(dies);
    let delivered = tokio::time::timeout(Duration::from_secs(20), download.complete())
        .await
        .expect("not stuck")
        .expect("the other has it");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    assert!(delivered.stats.sources[0].bytes >= MIB as u64);
    assert!(delivered.stats.sources[1].bytes < 6 * MIB as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_source_holds_a_download_up_for_less_than_three_seconds() {
    let cell = TestCell::new(0, 4 * MIB);
    let (stalls, other) = (
        Node::start(1, std::slice::from_ref(&cell)).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
    );
    stalls.faults().stalls_after.store(40, Ordering::Relaxed);
    let viewer = viewer().await;
    let began = Instant::now();
    let delivered = download(&viewer, &cell, &[&stalls, &other]).await;
    let took = began.elapsed();
    assert!(took < Duration::from_millis(3_000), "{took:?}");
    // What it was asked for is fetched from the other as its time of play comes, whether it is dropped by then or not.
    assert!(delivered.stats.sources[0].bytes <= (40 + 11) * 16_384);
    assert_receipts(&delivered, &cell, &[&stalls, &other]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absent_source_costs_little_more_than_the_hedge() {
    let cell = TestCell::new(0, 2 * MIB);
    let absent = Node::start(9, std::slice::from_ref(&cell)).await;
    let source = absent.source(&cell);
    drop(absent);
    let nodes = [
        Node::start(1, std::slice::from_ref(&cell)).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
        Node::start(3, std::slice::from_ref(&cell)).await,
    ];
    let viewer = viewer().await;
    let mut sources = vec![source];
    sources.extend(nodes.iter().map(|node| node.source(&cell)));
    let began = Instant::now();
    let download = CellDownload::start(&viewer, cell.wanted(), sources, signer(), impatient());
    let delivered = download.complete().await.expect("three have it");
    assert!(
        began.elapsed() < Duration::from_millis(1_500),
        "{:?}",
        began.elapsed()
    );
    let [absent, one, two, _waiting] = delivered.stats.sources.as_slice() else {
        panic!("four sources");
    };
    assert!(matches!(absent.end, None | Some(SourceEnd::Connect(_))));
    assert!(one.bytes > 0 && two.bytes > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_paced_stream_has_not_sent_yet_is_not_in_memory() {
    // Of a range of a mebibyte four groups are read at a time.
    let cell = TestCell::new(0, 24 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&node]);
    download.complete().await.expect("it comes");
    let largest = node.faults().largest_read.load(Ordering::Relaxed);
    assert_eq!(largest, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_download_ends_its_streams() {
    let cell = TestCell::new(0, 8 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    node.faults().read_takes_ms.store(20, Ordering::Relaxed);
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&node]);
    download.group(0).await.expect("it comes");
    drop(download);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let token = node.source(&cell).token;
    let (sent, _) = node.account(&token);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(node.account(&token).0, sent);
    assert!(sent < 8 * MIB as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paced_stream_gives_fifteen_seconds_at_once_and_then_five_quarters_of_the_rate() {
    // 12 MiB over 60 s: 3 MiB at once, the rest at 256 KiB/s.
    let cell = TestCell::new(0, 12 * MIB);
    let node = Node::start_with(
        1,
        std::slice::from_ref(&cell),
        crate::network::loopback(),
        true,
    )
    .await;
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&node]);
    let began = Instant::now();
    download.group(187).await.expect("within the burst");
    let burst = began.elapsed();
    assert!(burst < Duration::from_millis(1_500), "{burst:?}");
    let before = download.stats().sources[0].bytes;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let paced = download.stats().sources[0].bytes - before;
    let expected = 3 * 256 * 1_024;
    assert!(paced.abs_diff(expected) < expected / 5, "{paced}");
}
