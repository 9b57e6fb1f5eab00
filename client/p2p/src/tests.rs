//! Real swarms on loopback: honest ones, and others.

mod attacks;
mod cells;
mod delivery;
mod depot;
mod dials;
mod downloads;
mod losses;
mod node;
mod path;
mod relays;
mod transfers;
