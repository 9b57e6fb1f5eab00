//! Plays a video into a sink of one's own, here a file that any player opens: initialisation segment and fragments, as a
//! decoder would be given them. What is reported to the engine is what counts as shown, so it is done as a screen would.
//!
//! ```text
//! sink CHAIN WALLET MAGNET OUTPUT [CONTROLLER]
//! ```
//!
//! Counts go to stdout as JSON, with the bytes of the initialisation segment, after which the plaintext of the cells follows.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use chainflix_client::mining::playhead::{NORMAL_RATE, PlayState, Snapshot};
use chainflix_client::playback::Playback;
use chainflix_client::player::fragments;
use chainflix_client::wallet::Wallet;
use chainflix_client::{Client, Config, MagnetLink};
use serde_json::json;

const USAGE: &str = "usage: sink CHAIN WALLET MAGNET OUTPUT [CONTROLLER]";
/// The engine is told so often where the player is, and at each change.
const REPORT: Duration = Duration::from_millis(250);

/// Something that shows one fragment after the other.
struct Sink<W> {
    output: W,
    position: Duration,
    /// When what is shown is over; `None` before the first.
    until: Option<Instant>,
}

impl<W: Write> Sink<W> {
    async fn report(&self, playback: &Playback, state: PlayState) {
        let position_ms = u64::try_from(self.position.as_millis()).unwrap_or(u64::MAX);
        playback
            .report(Snapshot::new(position_ms, state, NORMAL_RATE))
            .await;
    }

    /// Takes a fragment, and shows it for its time.
    async fn show(
        &mut self,
        playback: &Playback,
        fragment: &[u8],
        lasts: Duration,
    ) -> anyhow::Result<()> {
        self.output.write_all(fragment)?;
        let (now, start) = (Instant::now(), self.position);
        let begins = self.until.map_or(now, |until| until.max(now));
        let ends = begins + lasts;
        loop {
            let now = Instant::now();
            self.position = start + now.saturating_duration_since(begins).min(lasts);
            self.report(playback, PlayState::Playing).await;
            if now >= ends {
                break;
            }
            tokio::time::sleep(REPORT.min(ends - now)).await;
        }
        self.position = start + lasts;
        self.until = Some(ends);
        Ok(())
    }
}

async fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context(USAGE);
    let (chain, wallet, link, output) = (next()?, next()?, next()?, next()?);
    let link: MagnetLink = link.parse()?;
    let mut sink = Sink {
        output: std::fs::File::create(&output).context("the file can't be made")?,
        position: Duration::ZERO,
        until: None,
    };
    let client = Client::connect(Config {
        chain: chain.split(',').map(str::to_owned).collect(),
        controller: arguments.next(),
        wallet: Wallet::read(Path::new(&wallet))?,
    })
    .await?;
    let playback = client.open(link.magnet).await?;
    // This one is fetched already; a player with a choice goes to another as its line allows.
    let number = playback.first_rendition();
    let rendition = playback.manifest().renditions.get(usize::from(number));
    let rendition = rendition.context("there is nothing to play")?.clone();
    sink.output.write_all(&rendition.init_segment)?;
    for (index, cell) in (0u16..).zip(&rendition.cells) {
        for (range, duration_ms) in fragments(cell) {
            // Waits until it is here and its minute may be opened.
            let fragment = playback.read(number, index, range).await?;
            let lasts = Duration::from_millis(duration_ms.into());
            sink.show(&playback, &fragment, lasts).await?;
        }
    }
    sink.report(&playback, PlayState::Ended).await;
    sink.output.flush()?;
    playback.mined().await;
    let counts = json!({
        "rendition": number,
        "init_bytes": rendition.init_segment.len(),
        "stats": playback.stats(),
    });
    println!("{counts}");
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
