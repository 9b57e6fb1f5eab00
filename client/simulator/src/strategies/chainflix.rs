//! The controller's own code: the same [`Directory`] that the service runs, on a clock that the simulation moves.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chainflix_controller::choice_log::Entry;
use chainflix_controller::clock::ManualClock;
use chainflix_controller::directory::{
    Beat, Directory, KnownManifest, Limits, Offer, Plays, Viewer as Asker,
};
use chainflix_controller::popularity::forecast::Forecaster;
use chainflix_controller::protocol::{CellRef, InventoryDigest, MAX_SERVING, Serving};
use chainflix_controller::registry::{RegisteredProvider, Registration};
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, ids::UploadId};

use crate::catalogue::CELL_BYTES;
use crate::engine::SOURCES;
use crate::net::{Net, Viewer, magnet};
use crate::nodes::REGIONS;
use crate::strategy::{Action, Strategy};

const EPOCH_MS: u64 = 1_700_000_000_000;
const OBSERVED: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));

/// The controller.
pub struct Chainflix {
    clock: Arc<ManualClock>,
    now_ms: u64,
    directory: Directory,
    digests: Vec<InventoryDigest>,
    tells_streams: bool,
    /// Decisions so far, kept when asked for.
    entries: Option<Vec<Entry>>,
}

fn reference(net: &Net, cell: u32) -> CellRef {
    let (video, minute) = net.place_of(cell);
    CellRef {
        video: magnet(video),
        rendition: 0,
        cell: minute,
    }
}

fn manifest(cells: u16) -> Manifest {
    let cells = (0..cells).map(|index| ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index,
            playtime_ms: 60_000,
            bytes: CELL_BYTES,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        },
        fragments: vec![Fragment {
            offset: 0,
            duration_ms: 60_000,
        }],
    });
    let cells: Vec<ManifestCell> = cells.collect();
    Manifest {
        version: MANIFEST_VERSION,
        title: "Simulated".into(),
        producer: AccountId([0; 32]),
        upload_id: UploadId([0; 16]),
        total_playtime_ms: u32::try_from(cells.len()).unwrap_or(0) * 60_000,
        renditions: vec![Rendition {
            width: 1_280,
            height: 720,
            bandwidth: 2_500_000,
            codecs: "avc1.4d401f".into(),
            init_segment: Vec::new(),
            cells,
        }],
    }
}

impl Chainflix {
    /// A controller that knows the videos of `net`.
    #[must_use]
    pub fn new(net: &Net, forecaster: Forecaster) -> Self {
        let clock = Arc::new(ManualClock::at(EPOCH_MS));
        let limits = Limits::default();
        let mut directory =
            Directory::with_forecaster(clock.clone(), limits, net.copies, forecaster);
        for (video, found) in net.catalogue.videos.iter().enumerate() {
            let known = KnownManifest {
                manifest: Arc::new(manifest(found.cells)),
                encoded: Arc::from([]),
            };
            let magnet = magnet(video as u32);
            if directory.add_video(magnet, known).is_ok() {
                directory.registered(&magnet, Registration::Active);
            }
        }
        Self {
            clock,
            now_ms: 0,
            directory,
            digests: vec![InventoryDigest::default(); net.nodes.len()],
            tells_streams: true,
            entries: None,
        }
    }

    /// The same, but nodes don't tell what they serve.
    #[must_use]
    pub fn without_streams(mut self) -> Self {
        self.tells_streams = false;
        self
    }

    /// The same, keeping its decisions.
    #[must_use]
    pub fn logging(mut self) -> Self {
        self.entries = Some(Vec::new());
        self
    }

    /// Decisions since the start, when they are kept.
    pub fn entries(&mut self) -> Vec<Entry> {
        self.entries.take().unwrap_or_default()
    }

    fn at(&mut self, now_ms: u64) {
        self.clock.advance(now_ms.saturating_sub(self.now_ms));
        self.now_ms = now_ms;
    }

    fn connect(&mut self, net: &Net, node: u32) {
        let found = &net.nodes[node as usize];
        let mut peer_key = [0; 32];
        peer_key[..4].copy_from_slice(&node.to_be_bytes());
        let record = ProviderRecord {
            owner: AccountId([found.spec.operator; 32]),
            peer_key,
            exchange_key: [0; 32],
            class: if found.spec.always_on {
                ProviderClass::AlwaysOn
            } else {
                ProviderClass::Home
            },
            region: REGIONS[found.spec.region],
            space_bytes: found.spec.disk,
            from_round: 0,
        };
        let offer = Offer {
            addresses: vec!["/ip4/0.0.0.0/tcp/4001".into()],
            capacity_bytes: u64::from(found.room()) * u64::from(CELL_BYTES),
            free_bytes: u64::from(found.free()) * u64::from(CELL_BYTES),
            upload_bytes_per_second: found.spec.upload as u64,
            path: found.path(),
            shares: false,
            inventory: self.digests[node as usize],
        };
        let registered = RegisteredProvider {
            index: node,
            record,
        };
        if self.directory.logged_in(registered).is_ok() {
            self.directory.hello(node, &offer, OBSERVED);
        }
    }

    /// Who serves `cell`, as the service would answer.
    pub fn choose(&mut self, net: &Net, cell: u32, viewer: Viewer) -> Vec<u32> {
        self.at(net.now_ms);
        let asker = Asker {
            region: Some(REGIONS[viewer.region]),
            symmetric: viewer.symmetric,
        };
        let chosen = self
            .directory
            .sources(reference(net, cell), SOURCES, &asker);
        chosen.map(|choice| choice.chosen).unwrap_or_default()
    }
}

impl Strategy for Chainflix {
    fn start(&mut self, net: &Net) {
        for node in 0..net.nodes.len() as u32 {
            self.connect(net, node);
            let held: Vec<CellRef> = (0..net.catalogue.cells())
                .filter(|cell| net.nodes[node as usize].has(*cell))
                .map(|cell| reference(net, cell))
                .collect();
            self.digests[node as usize] = InventoryDigest::of(&held);
            // Fails only beyond a million cells.
            let _ = self.directory.inventory(node, true, &held, &[]);
        }
    }

    fn sources(&mut self, net: &mut Net, cell: u32, viewer: Viewer) -> Vec<u32> {
        self.choose(net, cell, viewer)
    }

    fn faked(&mut self, net: &mut Net, cell: u32) {
        // It is answered like any other; no token is issued for it, no node serves it.
        let viewer = Viewer {
            region: 0,
            symmetric: false,
        };
        self.choose(net, cell, viewer);
    }

    fn verified(&mut self, net: &Net, plays: &[(u32, u32)]) {
        self.at(net.now_ms);
        let plays: Vec<Plays> = plays
            .iter()
            .map(|(cell, plays)| Plays {
                cell: reference(net, *cell),
                plays: *plays,
            })
            .collect();
        self.directory.verified(&plays);
    }

    fn heartbeat(&mut self, net: &Net, node: u32) {
        self.at(net.now_ms);
        let found = &net.nodes[node as usize];
        let mut serving: Vec<Serving> = Vec::new();
        if self.tells_streams {
            serving.extend(found.serving.iter().map(|(cell, streams)| Serving {
                cell: reference(net, *cell),
                streams: *streams,
            }));
            serving.sort_by_key(|serving| std::cmp::Reverse(serving.streams));
            serving.truncate(MAX_SERVING);
        }
        let beat = Beat {
            free_bytes: u64::from(found.free()) * u64::from(CELL_BYTES),
            streams: found.streams,
            sent_bytes_per_second: found.sending as u64,
            inventory: self.digests[node as usize],
            serving,
        };
        self.directory.heartbeat(node, beat);
    }

    fn came(&mut self, net: &Net, node: u32) {
        self.at(net.now_ms);
        self.connect(net, node);
    }

    fn went(&mut self, net: &Net, node: u32) {
        self.at(net.now_ms);
        self.directory.disconnected(node);
    }

    fn gained(&mut self, net: &Net, node: u32, cell: u32) {
        self.at(net.now_ms);
        let id = u64::from(cell);
        let cell = reference(net, cell);
        self.digests[node as usize].add(&cell);
        // Fails only beyond a million cells.
        let _ = self.directory.inventory(node, false, &[cell], &[]);
        self.directory.command_done(node, id);
    }

    fn failed(&mut self, net: &Net, node: u32, cell: u32) {
        self.at(net.now_ms);
        if net.nodes[node as usize].online {
            self.directory.command_failed(node, u64::from(cell));
        }
    }

    fn tick(&mut self, net: &mut Net) -> Vec<Action> {
        self.at(net.now_ms);
        self.directory.tick();
        let mut actions = Vec::new();
        for repair in self.directory.repairs() {
            let (cell, to) = (cell_of(net, &repair.cell), repair.order.peer.provider);
            self.directory.ordered(to, repair.cell, u64::from(cell));
            actions.push(Action::Copy {
                cell,
                to,
                from: repair.from.iter().map(|peer| peer.provider).collect(),
            });
        }
        for (node, cell) in self.directory.surplus() {
            // A node that is gone is not told; it drops the copy when it is told again.
            if !net.nodes[node as usize].online {
                continue;
            }
            self.digests[node as usize].remove(&cell);
            // Fails only beyond a million cells.
            let _ = self.directory.inventory(node, false, &[], &[cell]);
            actions.push(Action::Drop {
                cell: cell_of(net, &cell),
                node,
            });
        }
        let (entries, _) = self.directory.take_entries();
        if let Some(kept) = &mut self.entries {
            kept.extend(entries);
        }
        actions
    }
}

fn cell_of(net: &Net, cell: &CellRef) -> u32 {
    let [a, b, c, d, ..] = cell.video.0;
    let video = u32::from_be_bytes([a, b, c, d]);
    net.catalogue.videos[video as usize].first_cell + u32::from(cell.cell)
}
