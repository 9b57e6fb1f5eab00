//! What is measured: throughput by CPU time, and memory by streams.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chainflix_p2p::download::{CellDownload, DownloadConfig, SessionSigner};
use chainflix_p2p::{Network, NetworkConfig, PeerKey, perf};
use chainflix_primitives::Signature64;
use chainflix_storage_node::store::Store;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::process::Served;
use crate::serve::{QUOTA, keys};
use crate::verifier::Verifier;
use crate::world::{Cell, GENESIS, Made, PROVIDER, session};

/// Number of the verifier's account.
pub(crate) const VERIFIER: u8 = 3;
/// Viewers at full speed at a time.
const VIEWERS: u32 = 4;
/// A minute of 1080p at 5 Mb/s, in bytes.
const LARGE: u32 = 37_500_000;
/// A minute of a small picture: a thousand viewers hold it in the memory of one machine.
const SMALL: u32 = 3_000_000;
/// Viewers that connect at a time.
const CONNECTING: usize = 50;

pub(crate) async fn measure(folder: &Path, connections: usize, cells: u16) -> Value {
    let made: Vec<Cell> = {
        let store = Store::open(folder, &GENESIS, QUOTA).expect("the store opens");
        let sizes = (0..cells).map(|_| LARGE).chain([SMALL]);
        (0u16..)
            .zip(sizes)
            .map(|(index, bytes)| {
                let made = Made::new(index, bytes);
                made.store(&store);
                made.cell
            })
            .collect()
    };
    let (small, large) = made.split_last().expect("one at least");
    let providers = HashMap::from([(PROVIDER, keys().exchange_key())]);
    let verifier = Arc::new(Verifier::start(VERIFIER, providers).await);
    let mut figures = throughput(folder, &verifier, large).await;
    let memory = memory(folder, &verifier, small, connections).await;
    for part in [
        memory,
        json!({ "token_keys_asked": verifier.state.asked.load(Ordering::SeqCst) }),
    ] {
        if let (Value::Object(all), Value::Object(part)) = (&mut figures, part) {
            all.extend(part);
        }
    }
    figures
}

async fn viewer() -> Network {
    Network::start(PeerKey::generate(), NetworkConfig::default())
        .await
        .expect("it only dials")
}

fn download(
    viewer: &Network,
    verifier: &Verifier,
    served: &Served,
    cell: &Cell,
    number: u32,
) -> CellDownload {
    let signer: SessionSigner = Arc::new(|payload| Signature64(session().sign(payload).to_bytes()));
    let source = cell.source(verifier, &served.node, number);
    let config = DownloadConfig {
        sources_at_once: 1,
        patience: Duration::from_secs(120),
        slow_after: Duration::from_secs(60),
        ..DownloadConfig::default()
    };
    CellDownload::start(viewer, cell.wanted(), vec![source], signer, config)
}

/// Gigabits per second of the server's CPU time, of our protocol and of libp2p's own measure on the same swarm.
async fn throughput(folder: &Path, verifier: &Arc<Verifier>, cells: &[Cell]) -> Value {
    let served = Arc::new(Served::start(folder, &verifier.listed().endpoint, false));
    let mut viewers = JoinSet::new();
    let (before, began) = (served.cpu_seconds(), Instant::now());
    for number in 0..VIEWERS {
        let (verifier, served, cells) = (verifier.clone(), served.clone(), cells.to_vec());
        viewers.spawn(async move {
            let viewer = viewer().await;
            let mut bytes = 0;
            for cell in &cells {
                let download = download(&viewer, &verifier, &served, cell, number);
                bytes += download
                    .complete()
                    .await
                    .expect("it comes")
                    .ciphertext
                    .len();
            }
            bytes as u64
        });
    }
    let bytes: u64 = viewers.join_all().await.iter().sum();
    let (cpu, took) = (served.cpu_seconds() - before, began.elapsed());
    let (before, began) = (served.cpu_seconds(), Instant::now());
    let mut viewers = JoinSet::new();
    for _ in 0..VIEWERS {
        let served = served.clone();
        viewers.spawn(async move {
            let viewer = viewer().await;
            let wanted = bytes / u64::from(VIEWERS);
            perf::download(&viewer, &served.perf, wanted)
                .await
                .expect("it comes")
        });
    }
    let perf_bytes: u64 = viewers.join_all().await.iter().sum();
    let (perf_cpu, perf_took) = (served.cpu_seconds() - before, began.elapsed());
    json!({
        "serve_gbps_core": gigabits(bytes, cpu),
        "serve_gbps_core_libp2p_perf": gigabits(perf_bytes, perf_cpu),
        "serve_bytes": bytes,
        "serve_gbps_wall": gigabits(bytes, took.as_secs_f64()),
        "serve_gbps_wall_libp2p_perf": gigabits(perf_bytes, perf_took.as_secs_f64()),
    })
}

fn gigabits(bytes: u64, seconds: f64) -> f64 {
    (bytes as f64 * 8.0 / 1e9 / seconds * 1e3).round() / 1e3
}

/// Growth of the server's resident memory by paced streams, of each.
async fn memory(folder: &Path, verifier: &Arc<Verifier>, cell: &Cell, connections: usize) -> Value {
    let served = Arc::new(Served::start(folder, &verifier.listed().endpoint, true));
    // What the first stream makes the node set up is not memory of a stream.
    let warm = viewer().await;
    let first = download(&warm, verifier, &served, cell, u32::MAX);
    first.group(0).await.expect("it comes");
    drop((first, warm));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = served.resident_kib();
    let mut streams = Vec::new();
    let mut most = before;
    let numbers: Vec<u32> = (0u32..).take(connections).collect();
    for some in numbers.chunks(CONNECTING) {
        let mut beginning = JoinSet::new();
        for number in some {
            let (verifier, served, cell) = (verifier.clone(), served.clone(), cell.clone());
            let number = *number;
            beginning.spawn(async move {
                let viewer = viewer().await;
                let download = download(&viewer, &verifier, &served, &cell, number);
                download.group(0).await.expect("it comes");
                (viewer, download)
            });
        }
        streams.extend(beginning.join_all().await);
        most = most.max(served.resident_kib());
    }
    // All are there, and most are past what leaves at full speed.
    let mut steady = 0;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        steady = served.resident_kib();
        most = most.max(steady);
    }
    let open = streams
        .iter()
        .filter(|(_, download)| {
            let stats = download.stats();
            stats.verified < stats.groups && stats.sources.iter().all(|s| s.end.is_none())
        })
        .count();
    let of_each = |kib: u64| kib.saturating_sub(before) as f64 / connections as f64;
    json!({
        "serve_memory_kib_per_stream": (of_each(most) * 10.0).round() / 10.0,
        "serve_memory_kib_per_stream_at_the_end": (of_each(steady) * 10.0).round() / 10.0,
        "serve_memory_streams": open,
    })
}
