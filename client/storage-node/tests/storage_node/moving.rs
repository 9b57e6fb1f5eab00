//! A node's store on another disk, and a look at all of it.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

use chainflix_content::trees::GROUP_BYTES;
use chainflix_primitives::{Hasher, Magnet, Sha256};
use chainflix_storage_node::store::{Checked, Copied, CopyError, Store};
use chainflix_storage_node::totals::Totals;

use crate::world::{Cell, GENESIS, QUOTA, files, open, token};

/// The manifest of the video of [`cells`]; a store does not read it.
const MANIFEST: &[u8] = b"a manifest";

fn cells(count: u16) -> Vec<Cell> {
    let video = Magnet(Sha256::sha256(MANIFEST));
    (0..count)
        .map(|index| Cell::of(video, index, 3 * GROUP_BYTES + usize::from(index)))
        .collect()
}

/// Changes a byte of a cell that is held.
fn damage(folder: &std::path::Path, cell: &Cell) {
    let file = OpenOptions::new().write(true).open(cell.file(folder));
    file.unwrap()
        .write_all_at(&[cell.content[40_000] ^ 1], 40_000)
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_store_holds_what_the_first_one_held_and_no_token_is_refilled() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cells = cells(5);
    {
        let store = open(from.path());
        for cell in &cells {
            cell.take_in(&store).unwrap();
        }
        store.keep(&[cells[0].at]).unwrap();
        store.put_manifest(&cells[0].at.video, MANIFEST).unwrap();
        let totals = Totals::of(&store);
        let account = totals.open(&token(1, 1 << 30)).unwrap();
        account.spend(500_000).await.unwrap();
        totals.flush();
    }
    damage(from.path(), &cells[3]);
    let (first, second) = (
        Store::open_as_it_is(from.path()).unwrap(),
        Store::open(to.path(), &GENESIS, QUOTA).unwrap(),
    );
    let mut told = 0;
    let copied = first.copy_into(&second, |done| told = done).unwrap();
    let whole = Copied {
        cells: 4,
        damaged: 1,
    };
    assert_eq!(copied, whole);
    let bytes: usize = cells.iter().map(|cell| cell.content.len()).sum();
    assert_eq!(told, bytes as u64);
    // Once more changes nothing: a move that was broken off goes on.
    let again = first.copy_into(&second, |_| ()).unwrap();
    assert_eq!((again.cells, again.damaged), (4, 0));
    drop((first, second));

    let store = open(to.path());
    for cell in &cells {
        assert_eq!(cell.is_served_whole(&store), cell.at != cells[3].at);
    }
    assert_eq!(store.manifest(&cells[0].at.video).unwrap(), MANIFEST);
    let account = Totals::of(&store).open(&token(1, 1 << 30)).unwrap();
    assert_eq!(account.sent(), 500_000);
    drop((account, store));
    // What is to be kept is known there, too.
    let store = Store::open(to.path(), &GENESIS, 1).unwrap();
    assert_eq!(store.digest().cells, 1);
    assert!(store.holds(&cells[0].at));
}

#[test]
fn a_store_is_not_copied_to_where_it_does_not_fit_nor_while_a_node_has_it_open() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(from.path());
    for cell in cells(4) {
        cell.take_in(&store).unwrap();
    }
    let in_use = Store::open_as_it_is(from.path()).map(drop).unwrap_err();
    assert!(
        in_use
            .to_string()
            .contains("in use by another storage node")
    );
    let small = Store::open(to.path(), &GENESIS, 120_000).unwrap();
    let refused = store.copy_into(&small, |_| ());
    assert!(matches!(refused, Err(CopyError::Cell { cell: 2, .. })));
    let nothing = tempfile::tempdir().unwrap();
    assert!(Store::open_as_it_is(nothing.path()).is_err());
    assert!(files(nothing.path()).is_empty(), "an index was made");
}

#[test]
fn x1_a_look_at_everything_takes_out_what_no_longer_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let cells = cells(4);
    let store = open(folder.path());
    for cell in &cells {
        cell.take_in(&store).unwrap();
    }
    damage(folder.path(), &cells[1]);
    let mut read = 0;
    let checked = store.check_all(|bytes| read = bytes);
    let expected = Checked {
        whole: 3,
        damaged: 1,
        unread: 0,
    };
    assert_eq!(checked, expected);
    assert!(read >= 3 * 3 * GROUP_BYTES as u64);
    assert!(!store.holds(&cells[1].at));
    assert!(!cells[1].file(folder.path()).exists());
    assert_eq!(store.check_all(|_| ()).damaged, 0);
}
