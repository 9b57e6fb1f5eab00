//! How fast a controller answers "who serves this cell?" over HTTP, signature and log included, while nodes are connected
//! over WebSocket and beat every five seconds. JSON on stdout.
//!
//! `http_figures [NODES]` starts a second process, `http_figures serve FOLDER`, which is the controller alone, so that its
//! CPU time and memory are its own. A node takes a descriptor in each. Without a chain: whatever is asked about is registered.

mod asker;
mod node;
mod served;
mod world;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chainflix_controller::protocol::{CellRef, NodeStatus};
use chainflix_primitives::{Magnet, Sha256};
use futures::{StreamExt, TryStreamExt};

use asker::Asker;
use node::node;
use served::{Served, serve};
use world::{VIDEOS, cell, held, key_of, manifest};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const NODES: u32 = 10_000;
const CHOICES: usize = 50_000;
/// Connections on which sources are asked for at once, when it is throughput that is measured.
const ASKERS: usize = 4;
/// Nodes that log in at a time.
const AT_ONCE: usize = 64;

async fn measure(nodes: u32) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let served = Served(child);
    let mut address = String::new();
    BufReader::new(output).read_line(&mut address)?;
    let address = address.trim().to_owned();
    let magnets: Vec<Magnet> = (0..VIDEOS)
        .map(|n| manifest(n).magnet::<Sha256>())
        .collect();
    let before = served.resident()?;
    futures::stream::iter(0..nodes)
        .map(|number| {
            Ok(node(
                address.clone(),
                key_of(number),
                held(&magnets, number, nodes),
            ))
        })
        .try_buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    let mut asker = Asker::new(&address).await?;
    let offered = |nodes: &[NodeStatus]| nodes.iter().filter(|n| n.offered && n.cells > 0).count();
    let mut tries = 0;
    while offered(&serde_json::from_slice::<Vec<NodeStatus>>(
        asker.get("/v1/nodes").await?,
    )?) < nodes as usize
    {
        tries += 1;
        if tries > 120 {
            return Err("the controller does not offer all nodes".into());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let memory = served.resident()? - before;

    // What the nodes cost by themselves.
    const QUIET: f64 = 10.0;
    let began = served.cpu_seconds()?;
    tokio::time::sleep(Duration::from_secs_f64(QUIET)).await;
    let beats = (served.cpu_seconds()? - began) / QUIET;

    // An odd multiplier spreads them over all cells.
    let wanted: Vec<CellRef> = (0..CHOICES as u64)
        .map(|number| cell(&magnets, number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20))
        .collect();
    let (alone, together) = wanted.split_at(CHOICES / 5);
    let mut each = asker.choices(alone).await?;
    each.sort_by(f64::total_cmp);

    let mut askers = Vec::new();
    for _ in 0..ASKERS {
        askers.push(Asker::new(&address).await?);
    }
    let (cpu, at) = (served.cpu_seconds()?, Instant::now());
    let parts = together.chunks(together.len().div_ceil(ASKERS));
    let asking = askers.iter_mut().zip(parts);
    futures::future::try_join_all(asking.map(|(asker, part)| asker.choices(part))).await?;
    let wall = at.elapsed().as_secs_f64();
    let cpu = served.cpu_seconds()? - cpu - beats * wall;
    let rounded =
        |value: f64, digits: i32| (value * 10f64.powi(digits)).round() / 10f64.powi(digits);
    println!(
        "{}",
        serde_json::json!({
            "http_nodes": nodes,
            "http_choice_ms_p50": rounded(each[each.len() / 2] * 1e3, 3),
            "http_choice_ms_p99": rounded(each[each.len() * 99 / 100] * 1e3, 3),
            "http_choices_per_s_core": (together.len() as f64 / cpu).round(),
            "http_choices_per_s": (together.len() as f64 / wall).round(),
            "http_heartbeat_core_fraction": rounded(beats, 4),
            "http_bytes_per_connected_node": (memory / f64::from(nodes)).round(),
        })
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => measure(NODES).await,
        [serves, folder] if serves == "serve" => serve(folder.as_ref()).await,
        [nodes] => measure(nodes.parse::<u32>()?.clamp(1, NODES)).await,
        _ => Err("usage: http_figures [NODES]".into()),
    }
}
