//! What a player embeds: publish, open, play and earn.

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
pub mod playback;
pub mod player;
pub mod publish;
pub mod secrets;
pub mod sharing;
pub mod units;
pub mod verifiers;
pub mod views;
pub mod wallet;

pub use client::Client;
pub use config::Config;
pub use error::ClientError;
