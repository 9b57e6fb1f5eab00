//! Tests of the pallet, one file per behaviour.

mod controllers;
mod declarations;
mod deposits;
mod deposits_model;
mod exit;
mod heartbeats;
mod heartbeats_model;
mod registration;
mod submission;
