//! What must hold, by the rows of `adversaries.md`.

mod address;
mod ads;
mod api;
mod audit;
mod bad_blocks;
mod decrease;
mod description;
mod enhancements;
mod epochs;
mod faults;
mod heartbeats;
mod http;
mod keys;
mod lost;
mod parallel;
mod past;
mod peers;
mod plays;
mod possession;
mod receipts;
mod replay;
mod settlement;
mod views;
mod window;
