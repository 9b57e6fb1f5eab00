//! What nodes hold is written as it changes, and found again as it was.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chainflix_controller::clock::ManualClock;
use chainflix_controller::directory::{Beat, Directory, Limits, Offer};
use chainflix_controller::protocol::{CellRef, InventoryDigest, PathClass};
use chainflix_controller::registry::Registration;
use chainflix_controller::state::packed::Packed;
use chainflix_controller::state::{Change, Inventory, State};
use chainflix_primitives::ids::UploadId;
use chainflix_primitives::{AccountId, Magnet, Sha256};
use codec::Encode;

use crate::state::{file, node};
use crate::world::{GENESIS, cell, manifest};

const OBSERVED: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));

fn directory() -> Directory {
    let clock = Arc::new(ManualClock::at(1_700_000_000_000));
    Directory::new(clock, Limits::default(), 3)
}

fn connect(directory: &mut Directory, provider: u32, held: &BTreeSet<CellRef>) -> bool {
    directory.logged_in(node(provider).registered).unwrap();
    let offer = Offer {
        addresses: vec!["/ip4/0.0.0.0/tcp/4001".into()],
        capacity_bytes: 1 << 40,
        free_bytes: 1 << 39,
        upload_bytes_per_second: 1_000_000,
        path: PathClass::Direct,
        shares: false,
        inventory: InventoryDigest::of(held),
    };
    directory.hello(provider, &offer, OBSERVED)
}

async fn save_all(directory: &mut Directory, state: &State) -> usize {
    let mut saved = 0;
    loop {
        let changes = directory.take_changes();
        if changes.is_empty() {
            return saved;
        }
        state.save(&changes).await.unwrap();
        saved += changes.len();
    }
}

#[tokio::test]
async fn after_any_changes_a_restart_knows_what_nodes_hold_and_reads_few_rows() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::open(&file(folder.path()), &GENESIS).await.unwrap();
    let mut before = directory();
    before.keep_changes();
    let mut held = [BTreeSet::new(), BTreeSet::new()];
    for provider in 0..2 {
        connect(&mut before, provider, &held[provider as usize]);
    }
    let mut most_rows = 0;
    for turn in 0..400u16 {
        let provider = u32::from(turn % 2);
        let cells = &mut held[usize::from(turn % 2)];
        let named = cell(Magnet([(turn * 7 % 60) as u8; 32]), turn * 11 % 500);
        let removed: Vec<CellRef> = cells
            .iter()
            .step_by(9)
            .take(usize::from(turn % 6 == 0))
            .copied()
            .collect();
        before
            .inventory(provider, false, &[named], &removed)
            .unwrap();
        cells.insert(named);
        removed.iter().for_each(|gone| {
            cells.remove(gone);
        });
        save_all(&mut before, &state).await;
        let (kept, _) = state.load().await.unwrap();
        let changes = kept
            .iter()
            .filter(|found| matches!(found, Change::Holding(_)));
        most_rows = most_rows.max(changes.count());
    }
    assert!((20..=2 * 24).contains(&most_rows), "{most_rows}");

    let mut after = directory();
    after.learn(state.load().await.unwrap().0, |_| false);
    for (provider, cells) in (0u32..).zip(&held) {
        assert!(cells.len() > 50);
        assert!(!connect(&mut after, provider, cells), "its digest is known");
        let beat = Beat {
            free_bytes: 1,
            streams: 0,
            sent_bytes_per_second: 0,
            inventory: InventoryDigest::of(cells),
            serving: Vec::new(),
        };
        assert!(!after.heartbeat(provider, beat));
        assert_eq!(after.node(provider).unwrap().cells as usize, cells.len());
    }
}

#[tokio::test]
async fn many_rows_of_an_older_version_become_one_when_their_node_connects() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::open(&file(folder.path()), &GENESIS).await.unwrap();
    let mut rows = vec![Change::Node(Box::new(node(1)))];
    let held: BTreeSet<CellRef> = (0..100).map(|video| cell(Magnet([video; 32]), 0)).collect();
    rows.extend(held.iter().map(|held| {
        Change::Holding(chainflix_controller::state::Holding {
            provider: 1,
            video: held.video,
            rendition: 0,
            cells: vec![1],
        })
    }));
    state.save(&rows).await.unwrap();
    let mut directory = directory();
    directory.learn(state.load().await.unwrap().0, |_| false);
    directory.keep_changes();
    assert_eq!(save_all(&mut directory, &state).await, 0);
    assert!(!connect(&mut directory, 1, &held));
    save_all(&mut directory, &state).await;
    let (kept, _) = state.load().await.unwrap();
    let whole = Change::Inventory(Inventory {
        provider: 1,
        packed: Packed::pack(&held, &InventoryDigest::of(&held)),
    });
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1], whole);
}

#[tokio::test]
async fn of_a_damaged_inventory_nothing_is_believed_and_its_node_is_asked_for_all() {
    let held: BTreeSet<CellRef> = (0..9).map(|index| cell(Magnet([1; 32]), index)).collect();
    let whole = Packed::pack(&held, &InventoryDigest::of(&held));
    let mut bytes = whole.bytes().to_vec();
    bytes[70] ^= 1;
    let mut directory = directory();
    let damaged = Inventory {
        provider: 1,
        packed: Packed::from_bytes(&bytes),
    };
    let kept = vec![Change::Node(Box::new(node(1))), Change::Inventory(damaged)];
    directory.learn(kept, |_| false);
    assert_eq!(directory.node(1).unwrap().cells, 0);
    assert!(
        connect(&mut directory, 1, &held),
        "it has to send its inventory"
    );
}

/// A made-up video of 256 cells, as it is kept.
fn kept_video(number: u8, registration: Registration) -> (Magnet, Change) {
    let mut manifest = manifest(AccountId([1; 32]), 256);
    manifest.upload_id = UploadId([number; 16]);
    let video = manifest.magnet::<Sha256>();
    let encoded = manifest.encode().into();
    let change = Change::Video {
        video,
        encoded,
        registration,
    };
    (video, change)
}

#[test]
fn a_start_with_more_than_can_be_judged_one_by_one_finds_the_same_cells_short_as_were() {
    let videos: Vec<(Magnet, Change)> = (0..20)
        .map(|number| {
            // Of one that may not be watched nothing is short.
            let registration = match number {
                0 => Registration::Inactive,
                _ => Registration::Active,
            };
            kept_video(number, registration)
        })
        .collect();
    let mut before = directory();
    before.learn(
        videos.iter().map(|(_, kept)| kept.clone()).collect(),
        |_| false,
    );
    before.keep_changes();
    for provider in 0..20u32 {
        connect(&mut before, provider, &BTreeSet::new());
        // All hold 254 cells of every video; of the last two only two and none do.
        let held = |index: &u16| *index < 254 || (*index == 254 && provider < 2);
        let cells: Vec<CellRef> = videos
            .iter()
            .flat_map(|(video, _)| (0..256u16).filter(held).map(|index| cell(*video, index)))
            .collect();
        before.inventory(provider, true, &cells, &[]).unwrap();
    }
    assert_eq!(before.short_cells(), 19 * 2);
    // One of those two says that it will leave: its copies count no longer.
    before.leaving(1, true);
    let mut kept: Vec<Change> = videos.into_iter().map(|(_, kept)| kept).collect();
    loop {
        let changes = before.take_changes();
        if changes.is_empty() {
            break;
        }
        kept.extend(changes);
    }
    let mut after = directory();
    after.learn(kept, |_| false);
    assert_eq!(after.short_cells(), before.short_cells());
    for provider in 0..20 {
        assert_eq!(after.needed_of(provider), before.needed_of(provider));
    }
    assert_eq!((after.needed_of(0), after.needed_of(2)), (19, 0));
}
