//! What a player embeds: publish, open, play and earn.

pub mod account;
pub mod chain;
pub mod mining;
pub mod secrets;
pub mod wallet;
