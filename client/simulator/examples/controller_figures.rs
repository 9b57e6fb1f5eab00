//! The controller's speed at 10,000 nodes and 1,000,000 cells, as JSON; or with arguments a table of the simulator.
//!
//! `controller_figures` measures the code that the service runs, in CPU time of this thread, so that other work on the
//! machine does not count. `controller_figures restart [DATABASE]` measures how long a controller with as much takes
//! to start, and how much memory it takes at most, on an empty database or on a SQLite file of its own.
//! `controller_figures forecast FIRST_SEED COUNT` compares forecasters by themselves.
//! `controller_figures SCENARIO FIRST_SEED COUNT STRATEGY,...` prints a table as JSON to stdout
//! and as text to stderr.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use chainflix_controller::clock::ManualClock;
use chainflix_controller::directory::{
    Beat, Directory, KnownManifest, Limits, Offer, Plays, Viewer,
};
use chainflix_controller::popularity::forecast::Forecaster;
use chainflix_controller::protocol::{CellRef, FromNode, InventoryDigest, PathClass, Serving};
use chainflix_controller::registry::{RegisteredProvider, Registration};
use chainflix_controller::state::{Change, Database, State};
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet, Sha256, ids::UploadId};
use chainflix_simulator::campaign::Campaign;
use chainflix_simulator::forecasting::{Example, error, examples, trained};
use chainflix_simulator::random::Random;
use chainflix_simulator::scenario::Scenario;
use chainflix_simulator::table::estimate;
use codec::Encode;

const NODES: u32 = 10_000;
const VIDEOS: u32 = 10_000;
const CELLS: u16 = 100;
const COPIES: usize = 3;
const CHOICES: usize = 200_000;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => figures(),
        [restart] if restart == "restart" => {
            let folder = tempfile::tempdir()?;
            refilled(
                &folder
                    .path()
                    .join("controller.sqlite")
                    .display()
                    .to_string(),
            )
        }
        [restarts, database] if restarts == "restart" => refilled(database),
        [start, database] if start == "start" => {
            tokio::runtime::Runtime::new()?.block_on(started(&Database::parse(database)))
        }
        [scenario, first, count, strategies] => {
            let first: u64 = first.parse()?;
            let count: u64 = count.parse()?;
            let campaign = Campaign {
                scenario: Scenario::named(scenario).ok_or("there is no such scenario")?,
                seeds: (first..first + count).collect(),
                strategies: strategies.split(',').map(str::to_owned).collect(),
                threads: 1,
            };
            let began = cpu_seconds()?;
            let table = campaign.run(|_, _| {})?;
            let took = cpu_seconds()? - began;
            let requests: u64 = table
                .rows
                .iter()
                .flat_map(|row| &row.results)
                .map(|r| r.requests)
                .sum();
            eprintln!("{}", table.text());
            eprintln!("{requests} measured requests, {took:.1} s of CPU");
            println!("{}", table.json(false));
            Ok(())
        }
        [forecast, first, count] if forecast == "forecast" => {
            let first: u64 = first.parse()?;
            forecasters(first, first + count.parse::<u64>()?)
        }
        _ => Err("usage: controller_figures [SCENARIO FIRST_SEED COUNT STRATEGY,...]".into()),
    }
}

/// Fills a database, and has another process start with it.
fn refilled(database: &str) -> Outcome {
    tokio::runtime::Runtime::new()?.block_on(filled(&Database::parse(database)))?;
    let status = std::process::Command::new(std::env::current_exe()?)
        .args(["start", database])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("it did not start".into())
    }
}

/// Writes the state of as many nodes and cells.
async fn filled(database: &Database) -> Outcome {
    let state = State::open(database, &[0; 32]).await?;
    let clock = Arc::new(ManualClock::at(1_700_000_000_000));
    let mut directory = Directory::new(clock.clone(), Limits::default(), COPIES);
    let (mut magnets, mut videos) = (Vec::new(), Vec::new());
    for video in 0..VIDEOS {
        let mut manifest = manifest();
        manifest.upload_id.0[..4].copy_from_slice(&video.to_be_bytes());
        let video = manifest.magnet::<Sha256>();
        magnets.push(video);
        videos.push(Change::Video {
            video,
            encoded: manifest.encode().into(),
            registration: Registration::Active,
        });
    }
    state.save(&videos).await?;
    directory.learn(videos, |_| false);
    directory.keep_changes();
    let mut random = Random::new(1, 0, 0);
    for node in 0..NODES {
        connect(&mut directory, node)?;
        let cells: Vec<CellRef> = (0..usize::from(CELLS) * COPIES)
            .map(|_| CellRef {
                video: magnets[random.below(magnets.len())],
                rendition: 0,
                cell: random.below(CELLS.into()) as u16,
            })
            .collect();
        directory.inventory(node, true, &cells, &[])?;
    }
    loop {
        let changes = directory.take_changes();
        if changes.is_empty() {
            break;
        }
        state.save(&changes).await?;
    }
    Ok(())
}

/// Time from opening the database until the controller knows what is in it, in a process of its own.
async fn started(database: &Database) -> Outcome {
    let (began, at) = (cpu_seconds()?, Instant::now());
    let state = State::open(database, &[0; 32]).await?;
    let (kept, _) = state.load().await?;
    let read = cpu_seconds()? - began;
    let clock = Arc::new(ManualClock::at(1_700_000_000_000));
    let mut directory = Directory::new(clock, Limits::default(), COPIES);
    directory.learn(kept, |_| false);
    println!(
        "{}",
        serde_json::json!({
            "restart_s": at.elapsed().as_secs_f64(),
            "restart_cpu_s": cpu_seconds()? - began,
            "restart_read_cpu_s": read,
            "restart_most_bytes": most_resident()?,
        })
    );
    Ok(())
}

/// Errors of all forecasters over seeds.
fn forecasters(first: u64, end: u64) -> Outcome {
    for name in ["mixed", "crowds", "calm", "stretched"] {
        let scenario = Scenario::named(name).ok_or("there is no such scenario")?;
        let by_seed: Vec<Vec<Example>> =
            (first..end).map(|seed| examples(&scenario, seed)).collect();
        let fitted = trained(&scenario);
        for forecaster in [Forecaster::Recent, Forecaster::Larger, fitted] {
            let errors: Vec<f64> = by_seed
                .iter()
                .map(|found| error(forecaster, found))
                .collect();
            let found = estimate(&errors);
            println!(
                "{name:10} {forecaster:?}: error {:.4} ±{:.4}",
                found.mean, found.within
            );
        }
    }
    Ok(())
}

/// CPU time of this process so far, in s, to a hundredth.
fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = text.rsplit_once(')').ok_or("no stat")?;
    let fields = rest.split_whitespace().skip(11).take(2);
    let ticks: f64 = fields.map(|field| field.parse().unwrap_or(0.0)).sum();
    Ok(ticks / 100.0)
}

/// Resident memory in bytes.
fn resident() -> Result<f64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = text.split_whitespace().nth(1).ok_or("no statm")?.parse()?;
    Ok(pages * 4_096.0)
}

/// The highest mark of resident memory, in bytes.
fn most_resident() -> Result<f64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = line
        .ok_or("no mark")?
        .trim()
        .trim_end_matches(" kB")
        .parse()?;
    Ok(kilobytes * 1_024.0)
}

fn magnet(video: u32) -> Magnet {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&video.to_be_bytes());
    Magnet(bytes)
}

fn cell(video: u32, cell: u16) -> CellRef {
    CellRef {
        video: magnet(video),
        rendition: 0,
        cell,
    }
}

fn manifest() -> Manifest {
    let cells = (0..CELLS).map(|index| ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index,
            playtime_ms: 60_000,
            bytes: 18_750_000,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        },
        fragments: vec![Fragment {
            offset: 0,
            duration_ms: 60_000,
        }],
    });
    Manifest {
        version: MANIFEST_VERSION,
        title: "Measured".into(),
        producer: AccountId([0; 32]),
        upload_id: UploadId([0; 16]),
        total_playtime_ms: u32::from(CELLS) * 60_000,
        renditions: vec![Rendition {
            width: 1_280,
            height: 720,
            bandwidth: 2_500_000,
            codecs: "avc1.4d401f".into(),
            init_segment: Vec::new(),
            cells: cells.collect(),
        }],
    }
}

fn connect(directory: &mut Directory, node: u32) -> Outcome {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&node.to_be_bytes());
    let record = ProviderRecord {
        owner: AccountId(key),
        peer_key: key,
        exchange_key: [0; 32],
        class: if node.is_multiple_of(5) {
            ProviderClass::AlwaysOn
        } else {
            ProviderClass::Home
        },
        region: [*b"KR", *b"DE", *b"US", *b"BR"][node as usize % 4],
        space_bytes: 1 << 40,
        from_round: 0,
    };
    directory.logged_in(RegisteredProvider {
        index: node,
        record,
    })?;
    let offer = Offer {
        addresses: vec!["/ip4/0.0.0.0/tcp/4001".into()],
        capacity_bytes: 1 << 40,
        free_bytes: 1 << 39,
        upload_bytes_per_second: 25_000_000,
        path: PathClass::Direct,
        shares: false,
        inventory: InventoryDigest::default(),
    };
    directory.hello(node, &offer, IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)));
    Ok(())
}

fn figures() -> Outcome {
    let clock = Arc::new(ManualClock::at(1_700_000_000_000));
    let mut directory = Directory::new(clock.clone(), Limits::default(), COPIES);
    let mut random = Random::new(1, 0, 0);
    let at_start = resident()?;
    let shared = Arc::new(manifest());
    for video in 0..VIDEOS {
        let known = KnownManifest {
            manifest: shared.clone(),
            encoded: Arc::from([]),
        };
        directory.add_video(magnet(video), known)?;
    }
    for node in 0..NODES {
        connect(&mut directory, node)?;
    }
    let with_nodes = resident()?;
    let mut held: Vec<Vec<CellRef>> = vec![Vec::new(); NODES as usize];
    for video in 0..VIDEOS {
        for index in 0..CELLS {
            let first = random.below(NODES as usize);
            for copy in 0..COPIES {
                held[(first + copy * 3_331) % NODES as usize].push(cell(video, index));
            }
        }
    }
    let mut digests = Vec::new();
    let began = cpu_seconds()?;
    for (node, cells) in held.iter().enumerate() {
        directory.inventory(node as u32, true, cells, &[])?;
        digests.push(InventoryDigest::of(cells));
    }
    for video in 0..VIDEOS {
        directory.registered(&magnet(video), Registration::Active);
    }
    let inventory_s = cpu_seconds()? - began;
    let with_cells = resident()? - held.len() as f64 * 300.0 * 36.0;

    // Popular videos are asked for more often, as people do.
    let wanted: Vec<CellRef> = (0..CHOICES)
        .map(|_| {
            let video = (f64::from(VIDEOS).powf(random.unit()) - 1.0) as u32;
            cell(video.min(VIDEOS - 1), random.below(CELLS.into()) as u16)
        })
        .collect();
    let mut each = Vec::with_capacity(CHOICES);
    let began = cpu_seconds()?;
    for cell in wanted {
        let at = Instant::now();
        let choice = directory.sources(cell, 4, &Viewer::default())?;
        each.push(at.elapsed().as_secs_f64());
        assert!(!choice.chosen.is_empty());
        if each.len() % 1_000 == 0 {
            // The service writes them to its log; that is not part of the choice.
            directory.take_entries();
        }
    }
    let choices_s = cpu_seconds()? - began;
    each.sort_by(f64::total_cmp);

    // One heartbeat of every node, as text, and the seconds between two of them.
    let beats: Vec<String> = (0..NODES)
        .map(|node| {
            let held = &held[node as usize];
            let serving = held.iter().take(10).map(|cell| Serving {
                cell: *cell,
                streams: 1,
            });
            serde_json::to_string(&FromNode::Heartbeat {
                free_bytes: 1 << 39,
                streams: 10,
                sent_bytes_per_second: 1_500_000,
                inventory: digests[node as usize],
                serving: serving.collect(),
            })
        })
        .collect::<Result<_, _>>()?;
    let began = cpu_seconds()?;
    const ROUNDS: u32 = 4;
    for _ in 0..ROUNDS {
        for (node, text) in beats.iter().enumerate() {
            if let FromNode::Heartbeat {
                free_bytes,
                streams,
                sent_bytes_per_second,
                inventory,
                serving,
            } = serde_json::from_str(text)?
            {
                let beat = Beat {
                    free_bytes,
                    streams,
                    sent_bytes_per_second,
                    inventory,
                    serving,
                };
                directory.heartbeat(node as u32, beat);
            }
            if node % 2_000 == 0 {
                clock.advance(1_000);
                directory.tick();
                let plays: Vec<Plays> = (0..500)
                    .map(|_| Plays {
                        cell: cell(random.below(VIDEOS as usize) as u32, 0),
                        plays: 1,
                    })
                    .collect();
                directory.verified(&plays);
                directory.repairs();
                directory.surplus();
                directory.take_entries();
            }
        }
    }
    let heartbeat = (cpu_seconds()? - began) / f64::from(ROUNDS) / 5.0;
    let rounded =
        |value: f64, digits: i32| (value * 10f64.powi(digits)).round() / 10f64.powi(digits);
    println!(
        "{}",
        serde_json::json!({
            "choice_ms_p99": rounded(each[CHOICES * 99 / 100] * 1e3, 4),
            "choice_ms_p50": rounded(each[CHOICES / 2] * 1e3, 4),
            "choices_per_s_core": (CHOICES as f64 / choices_s).round(),
            "heartbeat_core_fraction": rounded(heartbeat, 4),
            "inventory_cells_per_s_core": (f64::from(VIDEOS) * f64::from(CELLS) * COPIES as f64 / inventory_s).round(),
            "bytes_per_node": ((with_nodes - at_start) / f64::from(NODES)).round(),
            "bytes_per_cell": ((with_cells - with_nodes) / (f64::from(VIDEOS) * f64::from(CELLS))).round(),
        })
    );
    Ok(())
}
