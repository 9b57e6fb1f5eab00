//! `chainflix watch`: plays a video without a screen, by the clock, and mines its minutes.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use anyhow::bail;
use chainflix_client::playback::{Layer, Playback, PlaybackEvent};
use chainflix_client::player::{self, WatchOptions, WatchProgress, WatchReport};
use chainflix_client::{Client, account};
use chainflix_content::MagnetLink;
use clap::Args;
use futures::future::join_all;
use tokio::sync::broadcast::error::RecvError;

use crate::options::ClientOptions;
use crate::progress::Progress;
use crate::share::ShareOptions;

/// Options of `chainflix watch`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix watch 'magnet:?xt=urn:cfx:5a…' --wallet viewer.key\n  \
    chainflix watch 5a… --wallet viewer.key --for 60 --json\n\n\
    It plays in real time through the engine that the web player uses, and shows nothing. Exit code 1 when no minute \
    was accepted although one was played through, such as one that earned in this cycle already.")]
pub(crate) struct Watch {
    /// The video's link, or its id in hex.
    #[arg(value_name = "MAGNET")]
    magnet: MagnetLink,

    #[command(flatten)]
    client: ClientOptions,

    #[command(flatten)]
    share: ShareOptions,

    /// Stop after so many seconds.
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u32>,

    /// Which rendition, counted from 0; the best if not given or if there is no such.
    #[arg(long, value_name = "N")]
    rendition: Option<u8>,

    /// Numbers of enhancements to watch it with, separated by commas: subtitles and dubs that its producer accepted
    /// (`chainflix enhance list`). They are fetched as they would be shown, and minutes name them.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    layers: Vec<u32>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Watch {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let client = self.client.connect().await?;
        let sharing = self.share.start(&self.client, &client).await?;
        let asked = Instant::now();
        let playback = client.open(self.magnet.magnet).await?;
        let assigned: Vec<String> = playback.assigned().iter().map(account::address).collect();
        eprintln!(
            "minutes are proved to the verifiers {}",
            assigned.join(", ")
        );
        let options = WatchOptions {
            rendition: self.rendition,
            at_most_ms: self
                .seconds
                .map(|seconds| u64::from(seconds).saturating_mul(1_000)),
            asked,
        };
        let told = tokio::spawn(tell(playback.events()));
        let layers = self.layers_of(&client, &playback).await?;
        let progress = Progress::new();
        let at = |at: WatchProgress| progress.set("playing", at.position_ms, at.total_ms);
        let watching = player::watch(&playback, options, &at);
        let report = tokio::select! {
            report = watching => report?,
            never = taking(&layers) => match never {},
        };
        drop(progress);
        finish_telling(playback, told).await;
        if let Some(sharing) = sharing {
            sharing.stop().await;
        }
        let text = if self.json {
            serde_json::to_string(&report)?
        } else {
            as_text(&report)
        };
        if report.stats.accepted == 0 && !report.stats.refused.is_empty() {
            println!("{text}");
            bail!("no minute was accepted; why is said above");
        }
        Ok(text)
    }
}

impl Watch {
    /// Turns the layers on that were asked for.
    async fn layers_of(&self, client: &Client, playback: &Playback) -> anyhow::Result<Vec<Layer>> {
        if self.layers.is_empty() {
            return Ok(Vec::new());
        }
        let mut offered = client.layers(playback).await?;
        offered.retain(|layer| self.layers.contains(&layer.info().id));
        let found: Vec<u32> = offered.iter().map(|layer| layer.info().id).collect();
        if let Some(missing) = self.layers.iter().find(|id| !found.contains(id)) {
            bail!(
                "the video has no layer {missing} that can be shown now; see `chainflix enhance list`"
            );
        }
        playback.show(found).await;
        Ok(offered)
    }
}

/// Takes the layers as a screen would that shows them. One that fails is told of, and the video goes on; so this never ends.
async fn taking(layers: &[Layer]) -> Infallible {
    let taken = layers.iter().map(|layer| async move {
        if let Err(error) = layer.take_all().await {
            eprintln!("layer {} is not shown: {error}", layer.info().id);
        }
    });
    join_all(taken).await;
    std::future::pending().await
}

/// Writes what a viewer wants to know, as it happens.
async fn tell(mut events: tokio::sync::broadcast::Receiver<PlaybackEvent>) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        match event {
            PlaybackEvent::ViewAccepted { cell } => eprintln!("minute {cell} accepted"),
            PlaybackEvent::ViewRefused { cell, words, .. } => {
                eprintln!("minute {cell} earns nothing: {words}");
            }
            PlaybackEvent::WaitingForVerifier { cell } => {
                eprintln!("minute {cell} waits: no verifier of this cycle can be reached");
            }
            PlaybackEvent::SourceDropped { provider, why, .. } => {
                eprintln!("source {provider} given up: {why}");
            }
            PlaybackEvent::Trouble { cell, why } => eprintln!("minute {cell}: {why}"),
            PlaybackEvent::MiningStarted { .. } => {}
        }
    }
}

/// The last events come a moment after the last minute is decided.
async fn finish_telling(playback: Playback, told: tokio::task::JoinHandle<()>) {
    drop(playback);
    // It ends by itself when the playback is gone; if it does not, nothing of it is needed any more.
    let _ = tokio::time::timeout(Duration::from_millis(300), told).await;
}

fn as_text(report: &WatchReport) -> String {
    let stats = &report.stats;
    let mut lines = vec![
        format!(
            "watched \"{}\": {} s",
            report.title,
            report.played_ms / 1_000
        ),
        format!(
            "  first picture after {} ms, {} stalls",
            report.ttff_ms, report.stalls
        ),
        format!("  {} minutes accepted", stats.accepted),
    ];
    for (reason, count) in &stats.refused {
        lines.push(format!("  {count} minutes earn nothing: {reason}"));
    }
    for (provider, share) in &report.source_shares {
        lines.push(format!(
            "  source {provider} gave {share} % of {} bytes",
            stats.p2p_bytes
        ));
    }
    lines.join("\n")
}
