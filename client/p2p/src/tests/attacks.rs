//! Peers that do not keep to the protocol, at both ends.

use std::time::{Duration, Instant};

use chainflix_content::trees;
use chainflix_primitives::Sha256;
use chainflix_primitives::receipt::{covers_cell, receipt_payload};
use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::{Stream, StreamProtocol};

use super::cells::{GENESIS, TestCell, signer, terms, token};
use super::node::{Node, impatient, viewer};
use crate::download::{CellDownload, DownloadStats, Source, SourceEnd};
use crate::frame;
use crate::network::{ConnectError, Network, NetworkConfig, ServeLimits, Serving, loopback};
use crate::peer::{PeerAddress, PeerKey};
use crate::wire::{
    CELL_PROTOCOL, MANIFEST_PROTOCOL, MAX_TO_PROVIDER, STORE_PROTOCOL, ToProvider, ToViewer,
};

const MIB: usize = 1 << 20;
const SOON: Duration = Duration::from_secs(5);

/// A provider whose every stream is answered by `answer`.
async fn rogue<F>(answer: impl Fn(Stream) -> F + Send + 'static) -> (Network, Serving)
where
    F: Future<Output = ()> + Send + 'static,
{
    let config = NetworkConfig {
        listen: loopback(),
        ..NetworkConfig::default()
    };
    let network = Network::start(PeerKey::generate(), config)
        .await
        .expect("loopback is free");
    let limits = ServeLimits {
        streams: 8.try_into().expect("not 0"),
        streams_per_peer: 8.try_into().expect("not 0"),
    };
    let serving = network
        .serve(CELL_PROTOCOL, limits, move |_, stream| answer(stream))
        .expect("nothing is served yet");
    (network, serving)
}

async fn hear(stream: &mut Stream) -> Option<ToProvider> {
    frame::read_within(stream, MAX_TO_PROVIDER, SOON)
        .await
        .ok()
        .flatten()
}

async fn say(stream: &mut Stream, message: &ToViewer) {
    // The viewer may have gone; that is what is tested.
    let _ = frame::write_within(stream, message, SOON).await;
}

/// Downloads from the rogue and an honest node; what became of the rogue.
async fn beside_an_honest_one(rogue: &Network, cell: &TestCell) -> DownloadStats {
    let honest = Node::start(2, std::slice::from_ref(cell)).await;
    // So slow that the download lasts until the rogue is seen through.
    let slow = &honest.faults().read_takes_ms;
    slow.store(150, std::sync::atomic::Ordering::Relaxed);
    let viewer = viewer().await;
    let source = Source {
        peer: rogue.address(),
        token: token(terms(1, cell)),
    };
    let sources = vec![source, honest.source(cell)];
    let download = CellDownload::start(&viewer, cell.wanted(), sources, signer(), impatient());
    let delivered = tokio::time::timeout(Duration::from_secs(20), download.complete())
        .await
        .unwrap_or_else(|_| panic!("stuck: {:?}", download.stats()))
        .expect("the honest one has it");
    assert_eq!(&delivered.ciphertext, cell.ciphertext.as_ref());
    delivered.stats
}

/// Answers the opening and the first range rightly, then whatever `then` says.
async fn begin(stream: &mut Stream, cell: &TestCell) -> Option<(u32, u32)> {
    hear(stream).await?;
    say(stream, &ToViewer::Opened { sent: 0 }).await;
    let Some(ToProvider::Range { first, count }) = hear(stream).await else {
        return None;
    };
    let run = first as usize..(first + count) as usize;
    say(
        stream,
        &ToViewer::Range {
            first,
            hashes: cell.tree.leaves()[run].to_vec(),
            proof: cell
                .tree
                .range_proof(first as usize, count as usize)
                .expect("inside"),
        },
    )
    .await;
    Some((first, count))
}

fn group(cell: &TestCell, index: u32) -> Vec<u8> {
    let offset = trees::group_offset(index);
    let from = offset as usize;
    let to = (from + trees::GROUP_BYTES).min(cell.ciphertext.len());
    let mut group = cell.ciphertext[from..to].to_vec();
    cell.wanted().download_key.apply(offset, &mut group);
    group
}

#[tokio::test(flavor = "multi_thread")]
async fn x2_endless_stream_is_cut_at_the_first_group_that_was_not_asked_for() {
    let cell = TestCell::new(0, MIB);
    let sent = cell.clone();
    let (network, _serving) = rogue(move |mut stream| {
        let cell = sent.clone();
        async move {
            let Some((first, count)) = begin(&mut stream, &cell).await else {
                return;
            };
            for index in (first..first + count).chain(std::iter::repeat_n(first, 10_000)) {
                say(&mut stream, &ToViewer::Group(group(&cell, index))).await;
            }
        }
    })
    .await;
    let stats = beside_an_honest_one(&network, &cell).await;
    assert_eq!(stats.sources[0].end, Some(SourceEnd::Misbehaved));
    assert!(stats.sources[0].bytes <= 64 * 16_384);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_for_more_than_came_is_not_countersigned() {
    let cell = TestCell::new(0, MIB);
    let sent = cell.clone();
    let config = NetworkConfig {
        listen: loopback(),
        ..NetworkConfig::default()
    };
    let key = PeerKey::from_seed([0x31; 32]);
    let network = Network::start(key.clone(), config).await.expect("free");
    let limits = ServeLimits {
        streams: 8.try_into().expect("not 0"),
        streams_per_peer: 8.try_into().expect("not 0"),
    };
    let (told, heard) = std::sync::mpsc::channel();
    let _serving = network.serve(CELL_PROTOCOL, limits, move |_, mut stream| {
        let (cell, key, told) = (sent.clone(), key.clone(), told.clone());
        async move {
            let Some((first, count)) = begin(&mut stream, &cell).await else {
                return;
            };
            for index in first..first + count {
                say(&mut stream, &ToViewer::Group(group(&cell, index))).await;
            }
            let bytes = u64::from(count) * 16_384 + 1;
            let id = token(terms(1, &cell)).id::<Sha256>();
            let signature = key.sign(&receipt_payload(&GENESIS, &id, bytes));
            say(&mut stream, &ToViewer::Receipt { bytes, signature }).await;
            while let Some(message) = hear(&mut stream).await {
                let _ = told.send(message);
            }
        }
    });
    let stats = beside_an_honest_one(&network, &cell).await;
    assert_eq!(stats.sources[0].end, Some(SourceEnd::Misbehaved));
    assert_eq!(stats.sources[0].receipted, 0);
    let countersigned = heard
        .try_iter()
        .any(|message| matches!(message, ToProvider::Countersign { .. }));
    assert!(!countersigned);
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_garbage_and_announced_giants_end_the_stream_and_nothing_else() {
    let cell = TestCell::new(0, MIB);
    let (network, _serving) = rogue(|mut stream| async move {
        hear(&mut stream).await;
        // A message of 4 GiB.
        let _ = stream.write_all(&[0xff; 64]).await;
        let _ = stream.flush().await;
    })
    .await;
    let stats = beside_an_honest_one(&network, &cell).await;
    assert_eq!(stats.sources[0].end, Some(SourceEnd::Misbehaved));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_trickles_is_dropped_within_two_seconds() {
    // 8 MiB in 60 s can't be played from half a KiB every 100 ms.
    let cell = TestCell::new(0, 8 * MIB);
    let sent = cell.clone();
    let (told, heard) = std::sync::mpsc::channel();
    let (network, _serving) = rogue(move |mut stream| {
        let (cell, told) = (sent.clone(), told.clone());
        async move {
            let Some((first, _)) = begin(&mut stream, &cell).await else {
                return;
            };
            let began = Instant::now();
            let message = frame::encode(&ToViewer::Group(group(&cell, first)));
            for step in message.chunks(512) {
                if stream.write_all(step).await.is_err() || stream.flush().await.is_err() {
                    let _ = told.send(began.elapsed());
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    })
    .await;
    let stats = beside_an_honest_one(&network, &cell).await;
    assert_eq!(stats.sources[0].end, Some(SourceEnd::Slow));
    let dropped_after = heard.recv_timeout(SOON).expect("the stream has ended");
    assert!(dropped_after < Duration::from_secs(3), "{dropped_after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn j1_what_a_provider_delivered_and_never_signed_for_comes_again_from_another() {
    // One group is a third of this cell, and receipts have to cover nine tenths.
    let cell = TestCell::new(0, 3 * trees::GROUP_BYTES);
    let sent = cell.clone();
    let (network, _serving) = rogue(move |mut stream| {
        let cell = sent.clone();
        async move {
            let Some((first, _)) = begin(&mut stream, &cell).await else {
                return;
            };
            say(&mut stream, &ToViewer::Group(group(&cell, first))).await;
            // It hangs; the stream stays.
            while hear(&mut stream).await.is_some() {}
        }
    })
    .await;
    let stats = beside_an_honest_one(&network, &cell).await;
    let [silent, honest] = stats.sources.as_slice() else {
        panic!("two sources");
    };
    assert_eq!(silent.end, Some(SourceEnd::Silent));
    assert_eq!((silent.bytes, silent.receipted), (16_384, 0));
    assert!(covers_cell(honest.receipted, u64::from(cell.entry.bytes)));
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_garbage_on_every_protocol_leaves_the_node_serving() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let viewer = viewer().await;
    let protocols: [StreamProtocol; 3] = [CELL_PROTOCOL, STORE_PROTOCOL, MANIFEST_PROTOCOL];
    for protocol in protocols {
        for garbage in [&[0u8; 64] as &[u8], &[0xff; 64], b"GET / HTTP/1.1\r\n\r\n"] {
            let mut stream = viewer
                .open(&node.network.address(), protocol.clone())
                .await
                .expect("it listens");
            let _ = stream.write_all(garbage).await;
            let _ = stream.flush().await;
            let mut answer = Vec::new();
            // Whatever it says, it ends the stream.
            let ended = tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await;
            assert!(ended.is_ok(), "{protocol}");
            assert!(answer.len() < 1_024);
        }
    }
    let sources = vec![node.source(&cell)];
    let download = CellDownload::start(&viewer, cell.wanted(), sources, signer(), impatient());
    assert!(download.complete().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_slow_loris_is_cut_off_and_never_holds_more_than_its_places() {
    let cell = TestCell::new(0, MIB);
    let node = Node::start(1, std::slice::from_ref(&cell)).await;
    let (loris, viewer) = (viewer().await, viewer().await);
    let mut held = Vec::new();
    for _ in 0..10 {
        // Those above four of one peer are dropped at once.
        held.extend(loris.open(&node.network.address(), STORE_PROTOCOL).await);
    }
    // Another peer is served meanwhile.
    let sources = vec![node.source(&cell)];
    let download = CellDownload::start(&viewer, cell.wanted(), sources, signer(), impatient());
    assert!(download.complete().await.is_ok());
    let began = Instant::now();
    for stream in &mut held {
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(12), stream.read_to_end(&mut answer));
        assert!(ended.await.is_ok());
    }
    assert!(began.elapsed() < Duration::from_secs(12));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_another_peer_behind_it_is_not_that_peer() {
    let node = Node::start(1, &[]).await;
    let viewer = viewer().await;
    let imposter = PeerAddress {
        peer_key: PeerKey::from_seed([0x55; 32]).public(),
        addresses: node.network.addresses(),
    };
    assert!(matches!(
        viewer.connect(&imposter).await,
        Err(ConnectError::Unreachable(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_one_clear_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback works");
    let port = taken.local_addr().expect("bound").port();
    let address: crate::Multiaddr = format!("/ip4/127.0.0.1/tcp/{port}").parse().expect("valid");
    let config = NetworkConfig {
        listen: vec![address],
        ..NetworkConfig::default()
    };
    let refused = Network::start(PeerKey::generate(), config).await;
    let sentence = refused.err().expect("the port is taken").to_string();
    assert!(
        sentence.contains("can't listen at /ip4/127.0.0.1/tcp/")
            && sentence.contains("Address already in use"),
        "{sentence}"
    );
}
