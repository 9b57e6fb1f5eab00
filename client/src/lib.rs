//! What a player embeds: publish, open, play and earn.
//!
//! A [`Client`] is one account, connected to the chain, its verifiers, storage controllers and storage nodes. It opens a
//! video by its [`Magnet`]; the [`Playback`](playback::Playback) that comes of it gives ranges of plaintext to whatever
//! shows them, and proves the minutes that were shown, by what the player [reports](playback::Playback::report).
//!
//! ```no_run
//! use std::path::Path;
//! use std::time::Instant;
//!
//! use chainflix_client::player::{self, WatchOptions};
//! use chainflix_client::wallet::Wallet;
//! use chainflix_client::{Client, Config, MagnetLink};
//!
//! # async fn watch() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::connect(Config {
//!     chain: vec!["ws://127.0.0.1:9944".to_owned()],
//!     controller: None,
//!     wallet: Wallet::read(Path::new("viewer.key"))?,
//! })
//! .await?;
//! let link: MagnetLink = "magnet:?xt=urn:cfx:5a5a…".parse()?;
//! let playback = client.open(link.magnet).await?;
//! // What a screen would be given: the beginning of the first minute, in the rendition that is fetched already.
//! let rendition = playback.first_rendition();
//! let beginning = playback.read(rendition, 0, 0..4_096).await?;
//! println!("{} bytes of \"{}\"", beginning.len(), playback.manifest().title);
//! // Or the whole of it by the clock, without a screen.
//! let options = WatchOptions {
//!     rendition: None,
//!     at_most_ms: Some(60_000),
//!     asked: Instant::now(),
//! };
//! let report = player::watch(&playback, options, &|_| {}).await?;
//! println!("{} minutes were accepted, {} stalls", report.stats.accepted, report.stalls);
//! # Ok(())
//! # }
//! ```
//!
//! Everything is asynchronous on a Tokio runtime. A future that is dropped stops, and loses nothing but its own answer; a
//! playback that is dropped ends its fetches, and wipes keys and plaintext. There are no globals: as many clients as wanted
//! live beside each other. Errors are one sentence for people.
//!
//! `examples/headless.rs` is a whole program without a screen, `examples/sink.rs` one with a sink of its own; the test suite
//! runs both. Programs in other languages take `libchainflix_player` and its header in C.

pub mod acceptances;
pub mod account;
pub mod ads;
pub mod archives;
pub mod chain;
mod client;
pub mod config;
pub mod controllers;
pub mod earnings;
mod error;
pub mod layers;
pub mod mining;
pub mod missing;
pub mod playback;
pub mod player;
pub mod publish;
pub mod published;
pub mod secrets;
pub mod sharing;
pub mod units;
pub mod verifiers;
pub mod views;
pub mod wallet;

pub use chainflix_content::MagnetLink;
pub use chainflix_primitives::manifest::Manifest;
pub use chainflix_primitives::{AccountId, Magnet};
pub use client::Client;
pub use config::Config;
pub use error::ClientError;
