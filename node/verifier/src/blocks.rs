//! View blocks, verdicts and reports: what a verifier puts on chain once a round.
//!
//! ```text
//!             round r          r + 1              r + 2                r + 3             r + 4
//!  own views ────────► header ───────► (verdicts of the others) ─► openings ─────────► settled
//!  headers of the others        fetch, judge ───────► verdicts ─► personal opening
//! ```
//!
//! What is due follows from chain state at the best block; what a report says is in the store before it is mirrored, and
//! is never made twice.

mod build;
mod faults;
pub(crate) mod keeper;
mod material;
mod openings;
mod report;
mod verdicts;
