//! One file per behaviour.

mod cancelling;
mod enactment;
mod genesis;
mod scheduling;
