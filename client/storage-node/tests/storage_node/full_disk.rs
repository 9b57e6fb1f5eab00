//! A disk that fills up: the node leaves room on it for its own index, and what others take from it costs no cell.
//!
//! The test runs its own program again in a mount namespace of its own with a small disk: one child fills the disk and is
//! killed, the next one opens what is there. Where the system allows no such namespace there is nothing to see.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;

use chainflix_controller::protocol::CellRef;
use chainflix_storage_node::store::{ImportError, Store};
use chainflix_storage_node::totals::Totals;

use crate::world::{Cell, GENESIS, QUOTA, token};

/// Names the folder on the small disk, and by that makes the program a child.
const FOLDER: &str = "CHAINFLIX_TEST_SMALL_DISK";
const TEST: &str = "full_disk::on_a_full_disk_every_cell_stays_served_and_a_killed_node_opens";
/// Mounts the small disk, runs the child that fills it, then the one that finds it full.
const SCRIPT: &str = r#"
    mount -t tmpfs -o size=32m none "$CHAINFLIX_TEST_SMALL_DISK"
    "$0" --exact --nocapture "$1"
    code=$?; [ "$code" = 137 ] || { echo "the first child ended with $code"; exit 1; }
    exec "$0" --exact --nocapture "$1"
"#;
const CELL_BYTES: usize = 1 << 20;

fn cell(index: u16) -> Cell {
    Cell::new(index, CELL_BYTES)
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join("store"), &GENESIS, QUOTA).unwrap()
}

fn held(store: &Store) -> Vec<Cell> {
    let indices = (0..).take_while(|index| store.holds(&cell(*index).at));
    indices.map(cell).collect()
}

/// Cells until there is no more room, then other files until the disk is full, then it is killed.
fn fill(folder: &Path) {
    let store = open(folder);
    let refusal = (0..)
        .find_map(|index| cell(index).take_in(&store).err())
        .unwrap();
    assert!(matches!(refusal, ImportError::NoSpace { .. }), "{refusal}");
    let cells = held(&store);
    assert!(cells.len() > 20, "{}", cells.len());
    assert!(store.space().free < CELL_BYTES as u64 + 4_096);
    // There is room left for the index.
    let totals = Totals::of(&store);
    let account = totals.open(&token(1, 1 << 30)).unwrap();
    futures::executor::block_on(account.spend(1 << 20)).unwrap();
    totals.flush();
    // What was handed in before is durable with it.
    let all: Vec<CellRef> = cells.iter().map(|cell| cell.at).collect();
    store.keep(&all).unwrap();

    let mut others = File::create(folder.join("others")).unwrap();
    let full = loop {
        if let Err(error) = others.write_all(&[7; 4_096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull);
    assert_eq!(store.space().free, 0);
    let refused = cell(999).take_in(&store);
    assert!(matches!(refused, Err(ImportError::NoSpace { free: 0, .. })));
    assert!(cells.iter().all(|cell| cell.is_served_whole(&store)));
    let me = std::process::id().to_string();
    Command::new("kill").args(["-9", &me]).status().unwrap();
    unreachable!("it was killed");
}

fn find_it_full(folder: &Path) {
    let store = open(folder);
    assert_eq!(store.space().free, 0);
    let cells = held(&store);
    assert!(cells.len() > 20, "{}", cells.len());
    assert_eq!(store.digest().cells as usize, cells.len());
    assert!(cells.iter().all(|cell| cell.is_served_whole(&store)));
    let account = Totals::of(&store).open(&token(1, 1 << 30)).unwrap();
    assert_eq!(account.sent(), 1 << 20);
    // Once there is room, it goes on as ever.
    std::fs::remove_file(folder.join("others")).unwrap();
    store.remove(&[cells[0].at]).unwrap();
    cell(999).take_in(&store).unwrap();
    assert!(cell(999).is_served_whole(&store));
}

#[test]
fn on_a_full_disk_every_cell_stays_served_and_a_killed_node_opens() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = Path::new(&folder);
        return match folder.join("others").exists() {
            true => find_it_full(folder),
            false => fill(folder),
        };
    }
    let allowed = Command::new("unshare").args(["--mount", "true"]).output();
    if !allowed.is_ok_and(|tried| tried.status.success()) {
        eprintln!("no mount namespace can be had here: nothing was tested");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new("unshare")
        .args(["--mount", "sh", "-c", SCRIPT])
        .arg(std::env::current_exe().unwrap())
        .arg(TEST)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let complaint = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}\n{complaint}");
    assert!(said.contains("1 passed"), "{said}\n{complaint}");
}
