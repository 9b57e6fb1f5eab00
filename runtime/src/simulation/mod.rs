//! The whole runtime run natively, block by block, without a node: what its tests drive.
//!
//! * [`genesis`] builds the state of a preset;
//! * [`walk`] writes blocks, each by the verifier of its slot;
//! * [`network`] has verifiers that report what they accepted, honestly unless told otherwise;
//! * [`fuzz`] makes blocks, transactions and calls of arbitrary bytes.
//!
//! What must hold after every block is in `invariants.rs`. None of it is part of the runtime that a chain executes.

pub mod fuzz;
pub mod genesis;
pub mod network;
mod viewer;
pub mod walk;
