//! How many copies there are, and where, as time passes: the directory on a clock that the test moves.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chainflix_controller::choice_log::{Entry, replay_entries};
use chainflix_controller::clock::ManualClock;
use chainflix_controller::directory::{
    Beat, Directory, KnownManifest, Limits, Offer, Plays, Repair, Viewer,
};
use chainflix_controller::popularity::RenditionRef;
use chainflix_controller::protocol::{CellRef, InventoryDigest, PathClass, Serving};
use chainflix_controller::registry::{RegisteredProvider, Registration};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet};

use crate::world::{cell, manifest};

mod repairs;

const VIDEO: Magnet = Magnet([5; 32]);
const CELLS: u16 = 4;
/// Bytes of a cell of the test manifest.
const BYTES: u64 = 300_000;

/// A directory with nodes that do what they are told.
struct Fleet {
    clock: Arc<ManualClock>,
    directory: Directory,
    held: Vec<BTreeSet<CellRef>>,
    up: Vec<bool>,
    /// Cells that a node has room for.
    room: u64,
    streams: Vec<Vec<Serving>>,
}

impl Fleet {
    fn new(nodes: usize, room: u64) -> Self {
        let clock = Arc::new(ManualClock::at(1_700_000_000_000));
        let mut directory = Directory::new(clock.clone(), Limits::default(), 3);
        let known = KnownManifest {
            manifest: Arc::new(manifest(AccountId([1; 32]), CELLS)),
            encoded: Arc::from([]),
        };
        directory.add_video(VIDEO, known).unwrap();
        let mut fleet = Self {
            clock,
            directory,
            held: vec![BTreeSet::new(); nodes],
            up: vec![true; nodes],
            room,
            streams: vec![Vec::new(); nodes],
        };
        for node in 0..nodes {
            fleet.connect(node);
        }
        for index in 0..CELLS {
            let (_, orders) = fleet.directory.place(cell(VIDEO, index)).unwrap();
            for order in orders {
                fleet.take_in(order.peer.provider as usize, cell(VIDEO, index));
            }
        }
        fleet.directory.registered(&VIDEO, Registration::Active);
        fleet
    }

    fn free(&self, node: usize) -> u64 {
        (self.room - self.held[node].len() as u64) * BYTES
    }

    fn connect(&mut self, node: usize) {
        let record = ProviderRecord {
            owner: AccountId([node as u8; 32]),
            peer_key: [node as u8; 32],
            exchange_key: [0; 32],
            class: if node == 0 {
                ProviderClass::AlwaysOn
            } else {
                ProviderClass::Home
            },
            region: *b"KR",
            space_bytes: 1 << 30,
            from_round: 0,
        };
        let offer = Offer {
            addresses: vec!["/ip4/0.0.0.0/tcp/4001".into()],
            capacity_bytes: self.room * BYTES,
            free_bytes: self.free(node),
            upload_bytes_per_second: 10_000_000,
            path: PathClass::Direct,
            shares: false,
            inventory: InventoryDigest::of(&self.held[node]),
        };
        let index = node as u32;
        self.directory
            .logged_in(RegisteredProvider { index, record })
            .unwrap();
        let observed = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));
        self.directory.hello(index, &offer, observed);
    }

    fn take_in(&mut self, node: usize, cell: CellRef) {
        assert!(self.held[node].insert(cell), "ordered what it has");
        self.directory
            .inventory(node as u32, false, &[cell], &[])
            .unwrap();
    }

    /// Lets a second pass in which nothing is ordered.
    fn second(&mut self, second: u64) {
        self.clock.advance(1_000);
        for node in (0..self.held.len()).filter(|node| self.up[*node] && second.is_multiple_of(5)) {
            let beat = Beat {
                free_bytes: self.free(node),
                streams: self.streams[node]
                    .iter()
                    .map(|serving| serving.streams)
                    .sum(),
                sent_bytes_per_second: 0,
                inventory: InventoryDigest::of(&self.held[node]),
                serving: self.streams[node].clone(),
            };
            assert!(
                !self.directory.heartbeat(node as u32, beat),
                "digests agree"
            );
        }
        self.directory.tick();
    }

    /// Lets so many seconds pass. The copies that were ordered, which arrive at once, and given up.
    fn pass(&mut self, seconds: u64) -> (Vec<Repair>, Vec<(u32, CellRef)>) {
        let (mut ordered, mut given_up) = (Vec::new(), Vec::new());
        for second in 0..seconds {
            self.second(second);
            for repair in self.directory.repairs() {
                self.take_in(repair.order.peer.provider as usize, repair.cell);
                ordered.push(repair);
            }
            for (node, cell) in self.directory.surplus() {
                assert!(self.held[node as usize].remove(&cell));
                self.directory.inventory(node, false, &[], &[cell]).unwrap();
                given_up.push((node, cell));
            }
        }
        (ordered, given_up)
    }

    fn copies(&self, cell: &CellRef) -> usize {
        let up = self.held.iter().zip(&self.up).filter(|(_, up)| **up);
        up.filter(|(held, _)| held.contains(cell)).count()
    }

    fn watch(&mut self, plays: u32) {
        let plays: Vec<Plays> = (0..CELLS)
            .map(|index| Plays {
                cell: cell(VIDEO, index),
                plays,
            })
            .collect();
        self.directory.verified(&plays);
    }
}

#[test]
fn a_node_that_beats_here_is_offered_whatever_another_controller_said_of_it() {
    let mut fleet = Fleet::new(3, 100);
    fleet.directory.disconnected(1);
    assert_eq!(fleet.directory.offered_nodes(), 2);
    fleet.pass(6);
    assert_eq!(fleet.directory.offered_nodes(), 3);
}

#[test]
fn a_node_that_is_away_for_seconds_costs_no_copy_and_one_that_stays_away_is_replaced() {
    let mut fleet = Fleet::new(8, 100);
    assert!(fleet.pass(30).0.is_empty());
    let gone = (1..8).find(|node| !fleet.held[*node].is_empty()).unwrap();
    fleet.up[gone] = false;
    fleet.directory.disconnected(gone as u32);
    assert!(fleet.pass(9).0.is_empty());
    fleet.up[gone] = true;
    fleet.connect(gone);
    assert!(fleet.pass(30).0.is_empty());
    fleet.up[gone] = false;
    let (ordered, _) = fleet.pass(40);
    assert_eq!(ordered.len(), fleet.held[gone].len());
    for index in 0..CELLS {
        assert_eq!(fleet.copies(&cell(VIDEO, index)), 3);
    }
}

#[test]
fn a_node_that_leaves_is_relieved_before_it_goes_and_takes_in_nothing_more() {
    let mut fleet = Fleet::new(8, 100);
    let leaves = (1..8).find(|node| !fleet.held[*node].is_empty()).unwrap();
    let before = fleet.held[leaves].clone();
    fleet.directory.leaving(leaves as u32, true);
    assert_eq!(fleet.directory.needed_of(leaves as u32), before.len());
    let (ordered, _) = fleet.pass(20);
    assert_eq!(ordered.len(), before.len());
    assert_eq!(fleet.held[leaves], before, "it goes on serving what it has");
    assert_eq!(fleet.directory.needed_of(leaves as u32), 0);
}

#[test]
fn verified_plays_bring_copies_and_when_they_end_copies_go_one_by_one_and_never_below_r() {
    let mut fleet = Fleet::new(12, 9);
    for _ in 0..20 {
        fleet.watch(400);
        fleet.pass(60);
    }
    let peak = fleet.copies(&cell(VIDEO, 0));
    assert!(peak > 5, "{peak}");
    // Nobody watches any more. While there is space, copies cost nothing and stay.
    assert!(fleet.pass(3_600).1.is_empty());
    assert_eq!(fleet.copies(&cell(VIDEO, 0)), peak);
    let mut last = peak;
    // Then it gets scarce: others fill the rest of each disk.
    fleet.room = 4;
    for node in 0..fleet.held.len() {
        fleet.connect(node);
    }
    for _ in 0..60 {
        fleet.pass(60);
        let now = fleet.copies(&cell(VIDEO, 0));
        assert!(now >= 3 && last - now <= 1, "{last} to {now}");
        last = now;
    }
    assert!(last < peak, "{last} of {peak}");
}

#[test]
fn a_crowd_seen_in_streams_has_copies_ordered_within_ten_seconds_and_requests_alone_have_none() {
    let mut fleet = Fleet::new(30, 100);
    fleet.pass(30);
    let first = cell(VIDEO, 0);
    for _ in 0..600 {
        fleet
            .directory
            .sources(first, 4, &Viewer::default())
            .unwrap();
    }
    assert!(fleet.pass(60).0.is_empty(), "requests alone");
    for _ in 0..120 {
        fleet
            .directory
            .sources(first, 4, &Viewer::default())
            .unwrap();
    }
    for node in 0..30 {
        if fleet.held[node].contains(&first) {
            fleet.streams[node] = vec![Serving {
                cell: first,
                streams: 100,
            }];
        }
    }
    let (ordered, _) = fleet.pass(10);
    let of = |index: u16| {
        ordered
            .iter()
            .filter(|repair| repair.cell.cell == index)
            .count()
    };
    assert!(of(0) >= 3 && of(3) >= 3, "{} and {}", of(0), of(3));
    let standing = fleet
        .directory
        .standing(&RenditionRef::from(&first))
        .unwrap();
    assert!(standing.crowd);
    // What was decided can be computed again from what was logged.
    let (entries, lost) = fleet.directory.take_entries();
    assert!(
        entries
            .iter()
            .any(|entry| matches!(entry, Entry::Copies(_)))
    );
    assert_eq!((replay_entries(entries), lost), (Ok(()), 0));
}

#[test]
fn q2_a_million_fake_requests_move_no_copy_and_what_is_verified_moves_as_many_as_without_them() {
    let wanted_after = |requests: u32| {
        let mut fleet = Fleet::new(30, 100);
        fleet.pass(30);
        for request in 0..requests {
            let cell = cell(VIDEO, (request % u32::from(CELLS)) as u16);
            fleet
                .directory
                .sources(cell, 4, &Viewer::default())
                .unwrap();
            if request % 10_000 == 0 {
                assert!(fleet.pass(1).0.is_empty(), "after {request} requests");
                // As the server does, which writes them down: what waits is bounded, and so is what is remembered.
                fleet.directory.take_entries();
            }
        }
        assert!(fleet.pass(120).0.is_empty());
        for _ in 0..10 {
            fleet.watch(100);
            fleet.pass(60);
        }
        fleet.directory.wanted_copies(&cell(VIDEO, 0))
    };
    let honest = wanted_after(0);
    assert!(honest > 3, "{honest}");
    assert_eq!(wanted_after(1_000_000), honest);
}

#[test]
fn a_node_can_not_make_a_crowd_out_of_what_it_does_not_hold_or_nobody_asked_for() {
    let mut fleet = Fleet::new(30, 100);
    let liar = (0..30).find(|node| fleet.held[*node].is_empty()).unwrap();
    let holder = (0..30)
        .find(|node| fleet.held[*node].contains(&cell(VIDEO, 0)))
        .unwrap();
    for node in [liar, holder] {
        fleet.streams[node] = vec![Serving {
            cell: cell(VIDEO, 0),
            streams: 1_000_000,
        }];
    }
    assert!(fleet.pass(60).0.is_empty());
}
