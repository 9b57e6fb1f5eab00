//! What choices, heartbeats and memory take.

use std::sync::Arc;
use std::time::Instant;

use chainflix_controller::clock::ManualClock;
use chainflix_controller::directory::{Beat, Directory, KnownManifest, Limits, Plays, Viewer};
use chainflix_controller::protocol::{CellRef, FromNode, InventoryDigest, Serving};
use chainflix_controller::registry::Registration;
use chainflix_simulator::random::Random;

use crate::Outcome;
use crate::process::{cpu_seconds, resident};
use crate::world::{CELLS, COPIES, NODES, VIDEOS, cell, connect, magnet, manifest};

const CHOICES: usize = 200_000;

/// Prints what choices and heartbeats take, and what a node and a cell take of memory.
pub(crate) fn figures() -> Outcome {
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
