//! What the calls cost, and what other pallets make this one do.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that can't be set up has to stop"
)]

mod members;
