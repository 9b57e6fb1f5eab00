//! Tests of the pallet, one file per behaviour.

mod announcements;
mod set;
mod set_secret;
mod submission;
mod turns;
