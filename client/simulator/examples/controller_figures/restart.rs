//! How long a controller takes to start with the state of as many nodes and cells.

use std::sync::Arc;
use std::time::Instant;

use chainflix_controller::clock::ManualClock;
use chainflix_controller::directory::{Directory, Limits};
use chainflix_controller::protocol::CellRef;
use chainflix_controller::registry::Registration;
use chainflix_controller::state::{Change, Database, State};
use chainflix_primitives::Sha256;
use chainflix_simulator::random::Random;
use codec::Encode;

use crate::Outcome;
use crate::process::{cpu_seconds, most_resident};
use crate::world::{CELLS, COPIES, NODES, VIDEOS, connect, manifest};

/// Fills a database, and has another process start with it.
pub(crate) fn refilled(database: &str) -> Outcome {
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
pub(crate) async fn started(database: &Database) -> Outcome {
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
