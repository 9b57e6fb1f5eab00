//! A disk that lies is noticed within one group, and never believed.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use chainflix_content::trees::GROUP_BYTES;
use chainflix_primitives::{Hasher, Magnet, Sha256};
use chainflix_storage_node::store::{ReadError, StoreEvent, scrub};

use crate::world::{Cell, files, open};

fn flip(path: &Path, offset: u64) {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut byte = [0u8; 1];
    file.read_exact_at(&mut byte, offset).unwrap();
    byte[0] ^= 1;
    file.write_all_at(&byte, offset).unwrap();
}

#[test]
fn x1_a_flipped_byte_on_disk_is_noticed_within_its_group_and_costs_the_node_the_cell() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 9 * GROUP_BYTES + 77);
    let other = Cell::new(1, 9 * GROUP_BYTES);
    cell.take_in(&store).unwrap();
    other.take_in(&store).unwrap();
    let reader = store.open_cell(&cell.at).unwrap();
    flip(&cell.file(folder.path()), 4 * GROUP_BYTES as u64 + 9_999);
    // Groups before and after it are as good as ever.
    assert!(reader.read(0, 4).is_ok());
    assert!(reader.read(5, 5).is_ok());
    let mut events = store.watch().events;
    assert_eq!(reader.read(4, 1), Err(ReadError::Damaged { group: 4 }));
    assert_eq!(events.try_recv(), Ok(StoreEvent::Damaged(cell.at)));
    assert_eq!(reader.read(0, 1), Err(ReadError::NotHeld));
    assert!(!store.holds(&cell.at));
    assert!(other.is_served_whole(&store));
    // Fetched again, it is served again.
    cell.take_in(&store).unwrap();
    assert!(cell.is_served_whole(&store));
}

#[test]
fn x1_the_damaged_group_inside_a_longer_run_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 64 * GROUP_BYTES);
    cell.take_in(&store).unwrap();
    flip(&cell.file(folder.path()), 63 * GROUP_BYTES as u64);
    let reader = store.open_cell(&cell.at).unwrap();
    assert_eq!(reader.read(0, 64), Err(ReadError::Damaged { group: 63 }));
}

#[test]
fn x1_a_damaged_outboard_is_noticed_when_the_cell_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 9 * GROUP_BYTES);
    cell.take_in(&store).unwrap();
    drop(store);
    flip(&cell.file(folder.path()).with_extension("outboard"), 40);
    let store = open(folder.path());
    assert!(store.holds(&cell.at));
    let opened = store.open_cell(&cell.at).map(|_| ());
    assert_eq!(opened, Err(ReadError::Damaged { group: 0 }));
    assert!(!store.holds(&cell.at));
}

#[test]
fn x2_a_file_that_was_cut_short_or_deleted_is_noticed_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cells: Vec<Cell> = (0..3)
        .map(|index| Cell::new(index, 5 * GROUP_BYTES))
        .collect();
    for cell in &cells {
        cell.take_in(&store).unwrap();
    }
    drop(store);
    let file = OpenOptions::new()
        .write(true)
        .open(cells[0].file(folder.path()))
        .unwrap();
    file.set_len(GROUP_BYTES as u64).unwrap();
    std::fs::remove_file(cells[1].file(folder.path()).with_extension("outboard")).unwrap();
    let store = open(folder.path());
    let held: Vec<bool> = cells.iter().map(|cell| store.holds(&cell.at)).collect();
    assert_eq!(held, [false, false, true]);
    // What is left of the others is gone, and they may come in again.
    assert_eq!(files(&folder.path().join("cells")).len(), 2);
    cells[0].take_in(&store).unwrap();
    assert!(cells[0].is_served_whole(&store));
}

#[test]
fn x2_a_file_that_is_cut_short_while_the_node_runs_is_noticed_when_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 5 * GROUP_BYTES);
    cell.take_in(&store).unwrap();
    let reader = store.open_cell(&cell.at).unwrap();
    let file = OpenOptions::new()
        .write(true)
        .open(cell.file(folder.path()))
        .unwrap();
    file.set_len(2 * GROUP_BYTES as u64 + 1).unwrap();
    assert!(reader.read(0, 2).is_ok());
    assert_eq!(reader.read(1, 4), Err(ReadError::Damaged { group: 2 }));
}

#[test]
fn a_damaged_manifest_is_not_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let encoded = b"what a manifest says".to_vec();
    let video = Magnet(Sha256::sha256(&encoded));
    let store = open(folder.path());
    Cell::of(video, 0, 8_192).take_in(&store).unwrap();
    store.put_manifest(&video, &encoded).unwrap();
    let path = folder
        .path()
        .join("manifests")
        .join(format!("{video}.manifest"));
    flip(&path, 3);
    assert_eq!(store.manifest(&video), None);
    assert_eq!(store.without_manifest(), [video]);
    store.put_manifest(&video, &encoded).unwrap();
    assert_eq!(store.manifest(&video), Some(encoded));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scrub_finds_damage_that_nobody_asked_for_at_the_rate_that_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cells: Vec<Cell> = (0..4)
        .map(|index| Cell::new(index, 32 * GROUP_BYTES))
        .collect();
    for cell in &cells {
        cell.take_in(&store).unwrap();
    }
    flip(&cells[3].file(folder.path()), 31 * GROUP_BYTES as u64);
    let mut events = store.watch().events;
    let started = std::time::Instant::now();
    // The three good cells before it are 1.5 MiB.
    let scrubbing = tokio::spawn(scrub(store.clone(), 2 << 20));
    let event = tokio::time::timeout(Duration::from_secs(20), events.recv()).await;
    assert_eq!(event.unwrap(), Ok(StoreEvent::Damaged(cells[3].at)));
    assert!(started.elapsed() >= Duration::from_millis(700));
    scrubbing.abort();
    assert!(cells[..3].iter().all(|cell| store.holds(&cell.at)));
}
