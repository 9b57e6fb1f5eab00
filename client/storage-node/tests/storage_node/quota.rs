//! Space.

use chainflix_content::trees::GROUP_BYTES;
use chainflix_storage_node::store::{ImportError, Store};

use crate::world::{Cell, GENESIS};

/// Ciphertext and outboard of a cell of four groups.
const FOUR_GROUPS: u64 = 4 * (GROUP_BYTES as u64 + 32);

fn cells(count: u16) -> Vec<Cell> {
    (0..count)
        .map(|index| Cell::new(index, 4 * GROUP_BYTES))
        .collect()
}

#[test]
fn q1_the_quota_holds_over_everything_that_is_held_or_coming_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &GENESIS, 2 * FOUR_GROUPS + 100).unwrap();
    let cells = cells(3);
    cells[0].take_in(&store).unwrap();
    let coming = store.import(cells[1].at, cells[1].entry.clone()).unwrap();
    assert_eq!(store.space().free, 100);
    let third = store.import(cells[2].at, cells[2].entry.clone()).map(drop);
    assert!(matches!(
        third,
        Err(ImportError::NoSpace { free: 100, needed }) if needed == FOUR_GROUPS
    ));
    // An import that ends without a cell gives its space back, and so does a cell that goes.
    drop(coming);
    cells[2].take_in(&store).unwrap();
    store.remove(&[cells[0].at]).unwrap();
    cells[1].take_in(&store).unwrap();
    assert_eq!(store.space().used, 2 * FOUR_GROUPS);
}

#[test]
fn a_lowered_quota_costs_cells_that_need_not_be_kept_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &GENESIS, 10 * FOUR_GROUPS).unwrap();
    let cells = cells(6);
    for cell in &cells {
        cell.take_in(&store).unwrap();
    }
    let kept = [cells[1].at, cells[4].at];
    store.keep(&kept).unwrap();
    drop(store);
    let store = Store::open(folder.path(), &GENESIS, 3 * FOUR_GROUPS).unwrap();
    assert_eq!(store.digest().cells, 3);
    assert!(kept.iter().all(|cell| store.holds(cell)));
    drop(store);
    let store = Store::open(folder.path(), &GENESIS, FOUR_GROUPS).unwrap();
    assert_eq!(store.digest().cells, 2);
    assert!(kept.iter().all(|cell| store.holds(cell)));
    assert_eq!(store.space().free, 0);
}
