//! Viewers without a screen, many in one process: the audience of `scripts/soak/crowd.sh`.
//!
//! ```text
//! crowd_viewers watch CHAIN FIRST COUNT SECONDS RAMP_SECONDS MAGNET...
//! crowd_viewers fetch CHAIN MAGNET...
//! ```
//!
//! `watch`: COUNT viewers, each with an account, connections and a peer of its own, come one after the other within RAMP_SECONDS and
//! watch at normal speed until SECONDS after the start. Each draws a video by Zipf's law, the first magnet being the most
//! watched, begins at a random place, plays to the end, and draws the next. FIRST numbers the accounts, so that several
//! processes have different ones; the same numbers draw the same videos and places.
//!
//! `fetch`: every cell of every video is had once, from its first byte to its last, verified and decrypted.
//!
//! CHAIN is one URL or several with commas. On stdout: a JSON object, see [`Tally`] and [`fetch`].

mod screen;
mod tally;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use chainflix_client::wallet::Wallet;
use chainflix_client::{Client, Config};
use chainflix_primitives::Magnet;
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;

use screen::{PATIENCE, play};
use tally::Tally;

/// Exponent of the law by which videos are drawn.
const ZIPF: f64 = 0.9;
/// A viewer that can't connect or open a video tries again after so long.
const PAUSE: Duration = Duration::from_secs(2);
/// Videos that are fetched at a time.
const AT_ONCE: usize = 4;

/// Numbers that are the same for the same seed (splitmix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, but not including, 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `count` places by Zipf's law, the first being the most frequent.
    fn rank(&mut self, count: usize) -> usize {
        let weight = |rank: usize| (rank as f64 + 1.0).powf(-ZIPF);
        let mut left = self.share() * (0..count).map(weight).sum::<f64>();
        (0..count)
            .position(|rank| {
                left -= weight(rank);
                left < 0.0
            })
            .unwrap_or(0)
    }
}

async fn connect(chain: &[String], name: &str) -> anyhow::Result<Client> {
    let wallet = Wallet::from_uri(&format!("//Crowd//{name}")).context("no such account")?;
    let config = Config {
        chain: chain.to_vec(),
        controller: None,
        wallet,
    };
    Ok(Client::connect(config).await?)
}

/// One viewer, until `end`.
async fn viewer(chain: &[String], number: u32, videos: &[Magnet], end: Instant) -> Tally {
    let mut tally = Tally {
        viewers: 1,
        ..Tally::default()
    };
    let mut draws = Draws(number.into());
    let mut client = None;
    while Instant::now() < end {
        if client.is_none() {
            match connect(chain, &number.to_string()).await {
                Ok(connected) => client = Some(connected),
                Err(error) => tally.failure(&format!("{error:#}")),
            }
        }
        let video = videos.get(draws.rank(videos.len()));
        let asked = Instant::now();
        let opened = match (&client, video) {
            (Some(client), Some(video)) => client.open(*video).await,
            _ => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        match opened {
            Ok(playback) => {
                tally.plays += 1;
                let played = play(&playback, &mut draws, asked, end).await;
                tally = tally.add(played);
            }
            Err(error) => {
                tally.failure(&error);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    tally
}

async fn watch(chain: Vec<String>, arguments: &[String]) -> anyhow::Result<Value> {
    let [first, count, seconds, ramp, videos @ ..] = arguments else {
        bail!("watch needs CHAIN FIRST COUNT SECONDS RAMP_SECONDS MAGNET...");
    };
    let (first, count): (u32, u32) = (first.parse()?, count.parse()?);
    let videos = magnets(videos)?;
    let end = Instant::now() + Duration::from_secs(seconds.parse()?);
    let ramp = Duration::from_secs(ramp.parse()?);
    let mut viewers = tokio::task::JoinSet::new();
    for place in 0..count {
        let (chain, videos) = (chain.clone(), videos.clone());
        let wait = ramp.mul_f64(f64::from(place) / f64::from(count));
        viewers.spawn(async move {
            tokio::time::sleep(wait).await;
            viewer(&chain, first + place, &videos, end).await
        });
    }
    let mut all = Tally::default();
    while let Some(tally) = viewers.join_next().await {
        all = all.add(tally?);
    }
    Ok(all.as_json())
}

/// Fetches every cell of a video; those that did not come, and how many there are.
async fn fetch(chain: &[String], place: usize, video: Magnet) -> anyhow::Result<(u64, Vec<Value>)> {
    let client = connect(chain, &format!("fetch-{place}")).await?;
    let playback = client.open(video).await?;
    let (mut cells, mut lost) = (0, Vec::new());
    for (rendition, of) in (0u8..).zip(&playback.manifest().renditions) {
        for (index, cell) in (0u16..).zip(&of.cells) {
            cells += 1;
            let whole = 0..cell.entry.bytes;
            let read = timeout(PATIENCE, playback.read(rendition, index, whole)).await;
            let why = match read {
                Ok(Ok(plain)) if plain.len() == cell.entry.bytes as usize => continue,
                Ok(Ok(_)) => "too short".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it did not come".to_owned(),
            };
            let video = video.to_string();
            lost.push(json!({ "video": video, "rendition": rendition, "cell": index, "why": why }));
        }
    }
    Ok((cells, lost))
}

/// Fetches everything: `cells`, and `lost`, those that did not come.
async fn fetch_all(chain: Vec<String>, arguments: &[String]) -> anyhow::Result<Value> {
    let fetched = magnets(arguments)?
        .into_iter()
        .enumerate()
        .map(|(place, video)| fetch(&chain, place, video));
    let fetched: Vec<_> = futures::stream::iter(fetched)
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let cells: u64 = fetched.iter().map(|(cells, _)| cells).sum();
    let lost: Vec<Value> = fetched.into_iter().flat_map(|(_, lost)| lost).collect();
    Ok(json!({ "cells": cells, "lost": lost }))
}

fn magnets(arguments: &[String]) -> anyhow::Result<Vec<Magnet>> {
    let read = |id: &String| Magnet::from_hex(id).with_context(|| format!("{id} is no magnet"));
    let videos: Vec<Magnet> = arguments.iter().map(read).collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(!videos.is_empty(), "name at least one video");
    Ok(videos)
}

async fn run() -> anyhow::Result<Value> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [action, chain, rest @ ..] = arguments.as_slice() else {
        bail!("usage: crowd_viewers watch|fetch CHAIN ...");
    };
    let chain: Vec<String> = chain.split(',').map(str::to_owned).collect();
    match action.as_str() {
        "watch" => watch(chain, rest).await,
        "fetch" => fetch_all(chain, rest).await,
        _ => bail!("usage: crowd_viewers watch|fetch CHAIN ..."),
    }
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
