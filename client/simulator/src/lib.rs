//! Replays the storage controller's own decisions on made-up nodes and audiences, beside rivals built from their
//! published rules.
//!
//! ```text
//!  Scenario, seed ──► Catalogue, nodes, Audience ──► Run: events in order of time
//!                                                     │   ▲
//!                             requests, heartbeats,   ▼   │  sources, copies, drops
//!                             verified plays       Strategy: the controller's Directory on a clock that the
//!                                                     │      run moves, or a rival
//!                                                     ▼
//!                                                  Results ──► Table: text, JSON, CSV, plots
//! ```
//!
//! What every strategy has in common: the same nodes, disks and first copies; the same viewers at the same times; the same
//! line for copies; the same origin behind everything, whose line is small. A viewer gets a cell from up to four named
//! nodes in equal parts; what no node can serve comes from the origin, and what that can't serve either is asked for
//! again every two seconds. The model of a line is admission: a stream that does not fit is refused, none is slowed down.
//!
//! | module | holds |
//! |---|---|
//! | [`scenario`] | parameters and named scenarios |
//! | [`catalogue`], [`audience`], [`nodes`] | what is made up, by seed |
//! | [`net`], [`engine`] | the nodes as they are now, and the run |
//! | [`strategy`], [`strategies`] | what decides: ours and the rivals |
//! | [`measures`], [`campaign`], [`table`] | what is measured, over many runs, and how it is told |

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of a simulation, far below 2^53; rates and times that are never negative"
)]

pub mod audience;
pub mod campaign;
pub mod catalogue;
pub mod engine;
pub mod forecasting;
pub mod measures;
pub mod net;
pub mod nodes;
pub mod plot;
pub mod random;
pub mod scenario;
pub mod strategies;
pub mod strategy;
pub mod table;

use measures::Results;
use scenario::Scenario;

/// Runs the strategy called `name`. `None` when there is none of that name.
#[must_use]
pub fn simulate(scenario: Scenario, seed: u64, name: &str) -> Option<Results> {
    let (net, audience) = engine::world(&scenario, seed);
    let mut strategy = strategies::named(name, &scenario, &net, &audience, seed)?;
    Some(engine::run(scenario, seed, strategy.as_mut()))
}

#[cfg(test)]
mod tests;
