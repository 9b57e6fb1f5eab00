//! The runtime's own benchmarks, which it offers to the tool that measures weights beside the pallets', and what is arranged around
//! all of them. `docs/weights.md` says how to measure.
//!
//! What is offered needs the SDK's benchmarks, which it compiles with the feature `runtime-benchmarks` only: `scripts/weights.sh`
//! builds such a runtime, no other build has it. The rest is compiled for unit tests too, and run by them.

#[cfg(feature = "runtime-benchmarks")]
mod offered;
mod session;
mod surroundings;

#[cfg(feature = "runtime-benchmarks")]
pub(crate) use offered::{list, run};
