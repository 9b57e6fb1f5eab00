//! Watches a video by the clock, without a screen: the least that a program needs which embeds the engine.
//!
//! ```text
//! headless CHAIN WALLET MAGNET [CONTROLLER]
//! ```
//!
//! CHAIN is a node of the chain, such as `ws://127.0.0.1:9944`, or several separated by commas; WALLET a key file. What was
//! watched goes to stdout as JSON; the exit code is 1 when a part of it can't be had.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use chainflix_client::player::{self, WatchOptions, WatchProgress};
use chainflix_client::wallet::Wallet;
use chainflix_client::{Client, Config, MagnetLink};

const USAGE: &str = "usage: headless CHAIN WALLET MAGNET [CONTROLLER]";

async fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context(USAGE);
    let (chain, wallet, link) = (next()?, next()?, next()?);
    let link: MagnetLink = link.parse()?;
    let client = Client::connect(Config {
        chain: chain.split(',').map(str::to_owned).collect(),
        controller: arguments.next(),
        wallet: Wallet::read(Path::new(&wallet))?,
    })
    .await?;
    let asked = Instant::now();
    let playback = client.open(link.magnet).await?;
    eprintln!("playing \"{}\"", playback.manifest().title);
    let mut events = playback.events();
    tokio::spawn(async move {
        while let Ok(event) = events.recv().await {
            eprintln!("{event:?}");
        }
    });
    let options = WatchOptions {
        rendition: None,
        at_most_ms: None,
        asked,
    };
    // A program with a screen shows here how far it is.
    let at = |_: WatchProgress| {};
    let report = player::watch(&playback, options, &at).await?;
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
