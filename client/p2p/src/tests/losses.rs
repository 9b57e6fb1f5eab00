//! Downloads whose sources are lost on the way, and come back.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chainflix_primitives::receipt::{MAX_UNSIGNED_BYTES, TokenTerms, covers_cell};

use super::cells::{TestCell, signer, token};
use super::downloads::{assert_receipts, start};
use super::node::{Node, impatient, viewer};
use super::path::Path;
use crate::download::{CellDownload, DownloadConfig, DownloadError, Source, SourceEnd};
use crate::wire::DeliveryRefusal;

const MIB: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_to_the_only_source_is_made_again_and_totals_go_on() {
    let cell = TestCell::new(0, 6 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    node.faults().read_takes_ms.store(20, Ordering::Relaxed);
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&node]);
    for broken_at in [MIB as u64, 3 * MIB as u64] {
        while download.stats().sources[0].bytes < broken_at {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        viewer.disconnect(&node.network.address()).await;
    }
    let delivered = tokio::time::timeout(Duration::from_secs(20), download.complete())
        .await
        .unwrap_or_else(|_| panic!("stuck: {:?}", download.stats()))
        .expect("it is back");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    let (sent, _) = node.account(&node.source(&cell).token);
    let bytes = cell.ciphertext.len() as u64;
    assert!((bytes..=bytes + 2 * MAX_UNSIGNED_BYTES).contains(&sent));
    assert_eq!(delivered.receipts.len(), 1);
    assert_eq!(delivered.receipts[0].bytes, sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_address_costs_less_than_a_buffer_of_fifteen_seconds() {
    let cell = TestCell::new(0, 6 * MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    node.faults().read_takes_ms.store(30, Ordering::Relaxed);
    let path = Path::to(&node).await;
    let source = Source {
        peer: path.address(&node),
        ..node.source(&cell)
    };
    let viewer = viewer().await;
    let config = DownloadConfig::default();
    let sources = vec![source.clone()];
    let download = CellDownload::start(&viewer, cell.wanted(), sources, signer(), config);
    while download.stats().sources[0].bytes < MIB as u64 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let began = Instant::now();
    path.changes();
    // Whoever plays asks for sources again, and is given the same one.
    let failed = download.complete().await;
    assert!(
        matches!(failed, Err(DownloadError::NoSourceLeft(_))),
        "{failed:?}"
    );
    assert_eq!(
        download.stats().sources[0].end,
        Some(SourceEnd::Silent),
        "the old connection says nothing of its end"
    );
    download.add_source(source);
    let delivered = download.complete().await.expect("it is reached anew");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    let [stats] = delivered.stats.sources.as_slice() else {
        panic!("one source, twice");
    };
    assert_eq!(stats.bytes, 6 * MIB as u64, "nothing came twice");
    assert_eq!(stats.failures, 1);
    assert_receipts(&delivered, &cell, &[&node]);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_another_token_for_one_that_is_used_up_the_cell_comes_and_one_receipt_is_for_enough_of_it()
 {
    const GROUP: usize = chainflix_content::trees::GROUP_BYTES;
    let cell = TestCell::new(0, 6 * GROUP);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let small = Source {
        token: token(TokenTerms {
            max_bytes: 4 * GROUP as u64,
            ..node.terms(&cell)
        }),
        ..node.source(&cell)
    };
    let viewer = viewer().await;
    let download = CellDownload::start(&viewer, cell.wanted(), vec![small], signer(), impatient());
    let failed = download.complete().await;
    assert!(failed.is_err(), "{failed:?}");
    let used_up = SourceEnd::Refused(DeliveryRefusal::Exhausted);
    assert_eq!(download.stats().sources[0].end, Some(used_up));
    assert!(download.stats().verified > 0);
    download.add_source(node.source_in(&cell, 4));
    let delivered = download.complete().await.expect("the rest comes");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    // A view names a provider once.
    let most = delivered.receipts.iter().map(|receipt| receipt.bytes).max();
    let covers = |bytes| covers_cell(bytes, u64::from(cell.entry.bytes));
    assert!(most.is_some_and(covers), "{most:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_lost_source_is_told_while_another_delivers() {
    let cell = TestCell::new(0, 24 * MIB);
    let (one, two) = (
        Node::start(1, std::slice::from_ref(&cell)).await,
        Node::start(2, std::slice::from_ref(&cell)).await,
    );
    for node in [&one, &two] {
        node.faults().read_takes_ms.store(300, Ordering::Relaxed);
    }
    let viewer = viewer().await;
    let download = start(&viewer, &cell, &[&one, &two]);
    download.group(0).await.expect("it comes");
    let soon = Duration::from_millis(100);
    let lost = tokio::time::timeout(soon, download.lost_sources(2)).await;
    assert!(lost.is_err(), "both are there");
    drop(one);
    tokio::time::timeout(Duration::from_secs(15), download.lost_sources(2))
        .await
        .expect("one is gone");
    assert!(download.stats().verified < cell.entry.groups());
    let lost = tokio::time::timeout(soon, download.lost_sources(1)).await;
    assert!(lost.is_err(), "the other still delivers");
    let third = Node::start(3, std::slice::from_ref(&cell)).await;
    download.add_source(third.source(&cell));
    let third_delivers = async {
        while download.stats().sources[2].bytes == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), third_delivers)
        .await
        .expect("it takes its part");
}
