//! Chainflix's controller and its rivals.

mod caches;
mod chainflix;
mod counted;
mod fixed;
mod oracle;

pub use caches::{Cache, Rule};
pub use chainflix::Chainflix;
pub use counted::{Counted, Counting};
pub use fixed::{Fixed, RandomSource};
pub use oracle::Oracle;

use chainflix_controller::popularity::forecast::Forecaster;

use crate::audience::Audience;
use crate::forecasting;
use crate::net::{Net, Viewer};
use crate::scenario::Scenario;
use crate::strategy::Strategy;

/// Name and one line of every strategy.
pub const STRATEGIES: [(&str, &str); 20] = [
    ("chainflix", "this project's controller as it ships"),
    ("chainflix-larger", "the same with the forecaster `Larger`"),
    (
        "chainflix-fitted",
        "the same with the forecaster `Fitted`, fitted on training seeds",
    ),
    (
        "chainflix-no-crowds",
        "the same without streams in heartbeats: verified plays alone",
    ),
    (
        "random-source",
        "the same copies, one random holder named (Colossus, Joystream's first player)",
    ),
    ("static", "R copies, repaired, never more"),
    ("uniform", "as many copies of everything as fit"),
    (
        "ipfs-cluster",
        "IPFS Cluster: free space decides, as many copies as fit, no popularity",
    ),
    (
        "proportional",
        "copies in proportion to requests (Cohen and Shenker 2002)",
    ),
    (
        "peertube-most-views",
        "PeerTube redundancy, strategy most-views",
    ),
    (
        "peertube-trending",
        "PeerTube redundancy, strategy trending",
    ),
    (
        "peertube-recently-added",
        "PeerTube redundancy, strategy recently-added",
    ),
    ("lru", "pull-through caches, least recently used"),
    ("lfu", "pull-through caches, least frequently used"),
    ("s3-fifo", "pull-through caches, S3-FIFO (Yang et al. 2023)"),
    ("sieve", "pull-through caches, SIEVE (Zhang et al. 2024)"),
    (
        "argus-lru-sp",
        "pull-through caches, LRU-SP as in Joystream's Argus",
    ),
    (
        "lru-keeping",
        "the caches of `lru`, which never evict one of R copies, and repair",
    ),
    (
        "s3-fifo-keeping",
        "the caches of `s3-fifo`, which never evict one of R copies, and repair",
    ),
    (
        "oracle",
        "knows every viewer beforehand, copies for nothing",
    ),
];

/// A strategy by its name.
#[must_use]
pub fn named(
    name: &str,
    scenario: &Scenario,
    net: &Net,
    audience: &Audience,
    seed: u64,
) -> Option<Box<dyn Strategy>> {
    let cells = net.catalogue.cells() as usize;
    let nodes = net.nodes.len();
    Some(match name {
        "chainflix" => Box::new(Chainflix::new(net, Forecaster::default())),
        "chainflix-larger" => Box::new(Chainflix::new(net, Forecaster::Larger)),
        "chainflix-fitted" => Box::new(Chainflix::new(net, forecasting::trained(scenario))),
        "chainflix-no-crowds" => {
            Box::new(Chainflix::new(net, Forecaster::default()).without_streams())
        }
        "random-source" => Box::new(RandomSource::new(
            Chainflix::new(net, Forecaster::default()),
            seed,
        )),
        "static" => Box::new(Fixed::keeping(net.copies)),
        "uniform" => Box::new(Fixed::filling(net, true)),
        "ipfs-cluster" => Box::new(Fixed::filling(net, false)),
        "proportional" => Box::new(Counted::new(Counting::Proportional, cells, seed)),
        "peertube-most-views" => Box::new(Counted::new(Counting::MostViews, cells, seed)),
        "peertube-trending" => Box::new(
            Counted::new(Counting::Trending, cells, seed).of_the_last(scenario.day_minutes),
        ),
        "peertube-recently-added" => Box::new(Counted::new(Counting::RecentlyAdded, cells, seed)),
        "lru" => Box::new(Cache::new(Rule::Lru, nodes)),
        "lfu" => Box::new(Cache::new(Rule::Lfu, nodes)),
        "s3-fifo" => Box::new(Cache::new(Rule::S3Fifo, nodes)),
        "sieve" => Box::new(Cache::new(Rule::Sieve, nodes)),
        "argus-lru-sp" => Box::new(Cache::new(Rule::LruSp, nodes)),
        "lru-keeping" => Box::new(Cache::new(Rule::Lru, nodes).keeping(net.copies)),
        "s3-fifo-keeping" => Box::new(Cache::new(Rule::S3Fifo, nodes).keeping(net.copies)),
        "oracle" => Box::new(Oracle::new(audience.clone())),
        _ => return None,
    })
}

/// Sources among all holders that are offered, by two choices on load: what rivals use whose rule is about copies.
fn two_choices(net: &mut Net, cell: u32, _viewer: Viewer) -> Vec<u32> {
    let candidates: Vec<u32> = net.offered(cell).collect();
    net.choose(cell, candidates, crate::engine::SOURCES)
}
