//! The controller in a process of its own.

use std::process::Child;
use std::sync::Arc;

use chainflix_controller::clock::SystemClock;
use chainflix_controller::rate::RateLimit;
use chainflix_controller::registry::Registration;
use chainflix_controller::state::{Change, Database, State};
use chainflix_controller::{Config, start};
use chainflix_primitives::Sha256;
use codec::Encode;
use ed25519_zebra::SigningKey;

use crate::world::{NoChain, VIDEOS, key_of, manifest, public};
use crate::{Failure, NODES};

const GENESIS: [u8; 32] = [0; 32];

/// The controller, until it is ended.
pub(crate) async fn serve(folder: &std::path::Path) -> Result<(), Failure> {
    let database = Database::File(folder.join("controller.sqlite"));
    let videos: Vec<Change> = (0..VIDEOS)
        .map(|number| {
            let manifest = manifest(number);
            Change::Video {
                video: manifest.magnet::<Sha256>(),
                encoded: manifest.encode().into(),
                registration: Registration::Active,
            }
        })
        .collect();
    State::open(&database, &GENESIS)
        .await?
        .save(&videos)
        .await?;
    drop(videos);
    let mut config = Config::new("127.0.0.1:0".parse()?, GENESIS, SigningKey::from([1; 32]));
    config.database = Some(database);
    config.choice_log = Some(folder.join("choices.jsonl"));
    config.rate = RateLimit {
        burst: 1_000_000_000,
        per_second: 1_000_000_000,
    };
    let nodes = (0..NODES)
        .map(|node| (public(&key_of(node)), node))
        .collect();
    let clock = Arc::new(SystemClock::default());
    let mut controller = start(config, Arc::new(NoChain { nodes }), clock).await?;
    println!("{}", controller.address);
    controller.stopped().await;
    Err("the controller stopped by itself".into())
}

/// The controller's process.
pub(crate) struct Served(pub(crate) Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Served {
    /// Its CPU time so far, in s, to a hundredth.
    pub(crate) fn cpu_seconds(&self) -> Result<f64, Failure> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let (_, rest) = text.rsplit_once(')').ok_or("no stat")?;
        let fields = rest.split_whitespace().skip(11).take(2);
        let ticks: f64 = fields.map(|field| field.parse().unwrap_or(0.0)).sum();
        Ok(ticks / 100.0)
    }

    /// Its resident memory in bytes.
    pub(crate) fn resident(&self) -> Result<f64, Failure> {
        let text = std::fs::read_to_string(format!("/proc/{}/statm", self.0.id()))?;
        let pages: f64 = text.split_whitespace().nth(1).ok_or("no statm")?.parse()?;
        Ok(pages * 4_096.0)
    }
}
