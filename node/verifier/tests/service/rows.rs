//! What must hold, by the rows of `adversaries.md`.

mod address;
mod api;
mod bad_blocks;
mod epochs;
mod faults;
mod keys;
mod parallel;
mod possession;
mod receipts;
mod replay;
mod settlement;
mod window;
