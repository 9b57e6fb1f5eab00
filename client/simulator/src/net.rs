//! The simulated nodes as they are now: what they hold, what they send, whether they are there.

use std::collections::BTreeMap;

use chainflix_controller::choice::{self, Candidate};
use chainflix_controller::placement::{self, Site};
use chainflix_controller::protocol::{CellRef, PathClass};
use chainflix_primitives::registry::ProviderClass;
use chainflix_primitives::{AccountId, Magnet};

use crate::catalogue::{CELL_BYTES, Catalogue};
use crate::nodes::{Nat, NodeSpec, REGIONS};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    /// Index of its region.
    pub region: usize,
    /// Whether it is behind a translation that can't be punched.
    pub symmetric: bool,
}

/// One node now.
#[derive(Clone, Debug)]
pub struct Node {
    /// What never changes of it.
    pub spec: NodeSpec,
    /// Whether it runs and can be reached.
    pub online: bool,
    /// Bytes that it sends a second.
    pub sending: f64,
    /// Streams that it sends on.
    pub streams: u32,
    /// Streams by cell.
    pub serving: BTreeMap<u32, u32>,
    /// Cells that it holds.
    pub held: u32,
    /// Copies that it sends to other nodes now.
    pub copying: u32,
    /// Bytes sent to viewers since the last look.
    pub sent: f64,
    /// Load that it last told, in thousandths, with leases since; what controllers go by.
    pub told_load: u64,
    /// When it last told, in ms.
    pub told_ms: u64,
    holds: Vec<u64>,
}

/// A node is not offered after so long a silence, in ms: the same for all strategies.
pub const OFFERED_MS: u64 = 15_000;

impl Node {
    /// Cells that fit on its disk.
    #[must_use]
    pub fn room(&self) -> u32 {
        let cells = self.spec.disk / u64::from(CELL_BYTES);
        u32::try_from(cells).unwrap_or(u32::MAX)
    }

    /// Cells that still fit.
    #[must_use]
    pub fn free(&self) -> u32 {
        self.room().saturating_sub(self.held)
    }

    /// Whether it holds `cell`.
    #[must_use]
    pub fn has(&self, cell: u32) -> bool {
        let word = self.holds.get(cell as usize / 64).copied().unwrap_or(0);
        word >> (cell % 64) & 1 == 1
    }

    /// Bytes a second that it could send besides.
    #[must_use]
    pub fn idle(&self) -> f64 {
        if self.online {
            (self.spec.upload - self.sending).max(0.0)
        } else {
            0.0
        }
    }

    /// Whether a controller would offer it at `now_ms`.
    #[must_use]
    pub fn is_offered(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.told_ms) < OFFERED_MS
    }

    /// How a viewer reaches it.
    #[must_use]
    pub fn path(&self) -> PathClass {
        match self.spec.nat {
            Nat::Open => PathClass::Direct,
            Nat::Cone => PathClass::Punched,
            Nat::Symmetric => PathClass::Relayed,
        }
    }
}

/// Everything that strategies may look at.
#[derive(Clone, Debug)]
pub struct Net {
    /// Time, in ms.
    pub now_ms: u64,
    /// Copies that are to be kept of everything.
    pub copies: usize,
    /// The videos.
    pub catalogue: Catalogue,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Who holds a cell, whether online or not.
    pub holders: Vec<Vec<u32>>,
    choices: u64,
}

impl Net {
    /// Nodes that hold nothing yet.
    #[must_use]
    pub fn new(catalogue: Catalogue, specs: Vec<NodeSpec>, copies: usize) -> Self {
        let cells = catalogue.cells() as usize;
        let node = |spec| Node {
            spec,
            online: true,
            sending: 0.0,
            streams: 0,
            serving: BTreeMap::new(),
            held: 0,
            copying: 0,
            sent: 0.0,
            told_load: 0,
            told_ms: 0,
            holds: vec![0; cells.div_ceil(64)],
        };
        Self {
            now_ms: 0,
            copies,
            holders: vec![Vec::new(); cells],
            nodes: specs.into_iter().map(node).collect(),
            catalogue,
            choices: 0,
        }
    }

    /// Puts `cell` on `node`. False when it is there already or there is no room.
    pub fn put(&mut self, node: u32, cell: u32) -> bool {
        let Some(found) = self.nodes.get_mut(node as usize) else {
            return false;
        };
        if found.has(cell) || found.free() == 0 {
            return false;
        }
        found.holds[cell as usize / 64] |= 1 << (cell % 64);
        found.held += 1;
        self.holders[cell as usize].push(node);
        true
    }

    /// Takes `cell` from `node`. False when it is not there.
    pub fn take(&mut self, node: u32, cell: u32) -> bool {
        let Some(found) = self.nodes.get_mut(node as usize) else {
            return false;
        };
        if !found.has(cell) {
            return false;
        }
        found.holds[cell as usize / 64] &= !(1 << (cell % 64));
        found.held -= 1;
        self.holders[cell as usize].retain(|holder| *holder != node);
        true
    }

    /// The video of a cell and the cell's minute.
    #[must_use]
    pub fn place_of(&self, cell: u32) -> (u32, u16) {
        let video = self.catalogue.video_of[cell as usize];
        let first = self.catalogue.videos[video as usize].first_cell;
        (video, (cell - first) as u16)
    }

    /// Holders of `cell` that controllers offer now.
    pub fn offered(&self, cell: u32) -> impl Iterator<Item = u32> + '_ {
        let offered = |node: &&u32| self.nodes[**node as usize].is_offered(self.now_ms);
        self.holders[cell as usize].iter().filter(offered).copied()
    }

    /// Chooses among `candidates` as Chainflix does: this is what rivals get that have no rule of their own for it.
    pub fn choose(&mut self, cell: u32, candidates: Vec<u32>, wanted: usize) -> Vec<u32> {
        let (video, minute) = self.place_of(cell);
        let reference = CellRef {
            video: magnet(video),
            rendition: 0,
            cell: minute,
        };
        let candidates: Vec<Candidate> = candidates
            .into_iter()
            .take(24)
            .map(|provider| Candidate {
                provider,
                load: self.nodes[provider as usize].told_load,
                path: PathClass::Direct,
                far: false,
                failures: 0,
                shares: false,
                // Two choices on load is all that rivals get; where room is left is for the controller to know.
                spare_milli: None,
            })
            .collect();
        self.choices += 1;
        let chosen = choice::choose(self.choices, &reference, &candidates, wanted);
        for node in &chosen {
            self.leased(*node, chosen.len());
        }
        chosen
    }

    /// Counts a stream that will begin, until the next heartbeat.
    pub fn leased(&mut self, node: u32, named: usize) {
        let node = &mut self.nodes[node as usize];
        let rate = crate::engine::STREAM_RATE / named.max(1) as f64;
        node.told_load += (rate / node.spec.upload * 1_000.0) as u64;
    }

    /// A node as the placement rule sees it.
    #[must_use]
    pub fn site(&self, node: u32) -> Site {
        let found = &self.nodes[node as usize];
        Site {
            provider: node,
            owner: AccountId([found.spec.operator; 32]),
            region: REGIONS[found.spec.region],
            class: if found.spec.always_on {
                ProviderClass::AlwaysOn
            } else {
                ProviderClass::Home
            },
            free_bytes: u64::from(found.free()) * u64::from(CELL_BYTES),
            load: found.told_load,
        }
    }

    /// Places the first copies of everything, by free space and diversity: the same for all strategies.
    pub fn place_everything(&mut self) {
        for cell in 0..self.catalogue.cells() {
            let sites: Vec<Site> = (0..self.nodes.len())
                .map(|node| self.site(node as u32))
                .collect();
            for node in placement::place(&sites, &[], CELL_BYTES.into(), self.copies, self.copies) {
                self.put(node, cell);
            }
        }
    }
}

/// The magnet of a made-up video.
#[must_use]
pub fn magnet(video: u32) -> Magnet {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&video.to_be_bytes());
    Magnet(bytes)
}
