//! Everything that pallets, verifier and client rely on, tested as they use it. One binary, one module per subject.

mod codecs;
mod delegations;
mod draws;
mod earnings;
mod emission;
mod heartbeats;
mod labels;
mod manifests;
mod merkle_trees;
mod possession;
mod ratio;
mod reasons;
mod receipts;
mod rounds;
mod samples;
mod settlement;
mod sizes;
mod vectors;
mod views;
mod windows;
