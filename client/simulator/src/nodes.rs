//! Made-up storage nodes: data centres, offices, homes, with the lines, disks, routers and habits of such.

use crate::random::Random;
use crate::scenario::Scenario;

/// Regions that nodes and viewers are in.
pub const REGIONS: [[u8; 2]; 4] = [*b"KR", *b"DE", *b"US", *b"BR"];

/// How a node is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nat {
    /// Public address or mapped port.
    Open,
    /// Can be punched, except by a viewer that can't be punched either.
    Cone,
    /// Reached through a relay only.
    Symmetric,
}

/// What never changes of a node.
#[derive(Clone, Debug)]
pub struct NodeSpec {
    /// Upload capacity, in bytes per second.
    pub upload: f64,
    /// Space for cells, in bytes.
    pub disk: u64,
    /// Whether it is run like a data centre.
    pub always_on: bool,
    /// How it is reached.
    pub nat: Nat,
    /// Index into [`REGIONS`].
    pub region: usize,
    /// Its operator.
    pub operator: u8,
}

/// The nodes of a run: a tenth in data centres, the rest at home. Disks are scaled so that together they hold the
/// scenario's share of `catalogue_bytes`.
#[must_use]
pub fn make(scenario: &Scenario, seed: u64, catalogue_bytes: f64) -> Vec<NodeSpec> {
    let mut random = Random::new(seed, 1, 0);
    let mut nodes: Vec<NodeSpec> = (0..scenario.nodes)
        .map(|index| {
            let always_on = index % 10 == 0;
            let megabits = if always_on {
                random.between(200.0, 400.0)
            } else {
                [20.0, 40.0, 80.0, 150.0][random.below(4)]
            };
            let nat = match random.unit() {
                _ if always_on => Nat::Open,
                x if x < 0.4 => Nat::Open,
                x if x < 0.85 => Nat::Cone,
                _ => Nat::Symmetric,
            };
            // Shares of the whole for now; who has a better line mostly has more space too.
            let space = megabits.sqrt() * random.between(0.7, 1.4) * 1e6;
            NodeSpec {
                upload: megabits * 125_000.0,
                disk: space as u64,
                always_on,
                nat,
                region: random.below(REGIONS.len()),
                operator: (random.below(40)) as u8,
            }
        })
        .collect();
    #[allow(clippy::cast_precision_loss, reason = "bytes of disks")]
    let total: f64 = nodes.iter().map(|node| node.disk as f64).sum();
    let scale = scenario.storage * catalogue_bytes / total.max(1.0);
    for node in &mut nodes {
        #[allow(clippy::cast_precision_loss, reason = "bytes of disks")]
        let scaled = node.disk as f64 * scale;
        node.disk = scaled as u64;
    }
    nodes
}
