//! Real swarms on loopback: honest ones, and others.

mod attacks;
mod cells;
mod delivery;
mod depot;
mod downloads;
mod node;
mod transfers;
