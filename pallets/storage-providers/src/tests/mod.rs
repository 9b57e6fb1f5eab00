//! Tests of the pallet, one file per behaviour.

mod controllers;
mod deposits;
mod exit;
mod registration;
