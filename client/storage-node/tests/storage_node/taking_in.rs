//! What comes in is verified while it comes, and seen only when it is whole.

use chainflix_content::trees::GROUP_BYTES;
use chainflix_controller::protocol::InventoryDigest;
use chainflix_primitives::{Hasher, Magnet, Sha256};
use chainflix_storage_node::store::{ImportError, ManifestError, ReadError, StoreEvent};

use crate::world::{Cell, files, open};

#[test]
fn a_cell_that_was_taken_in_is_served_with_proofs_and_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let cells = [
        Cell::new(0, 8_192),
        Cell::new(1, GROUP_BYTES),
        Cell::new(2, 100 * GROUP_BYTES + 5),
    ];
    let store = open(folder.path());
    for cell in &cells {
        cell.take_in(&store).unwrap();
    }
    let digest = store.digest();
    assert_eq!(
        digest,
        InventoryDigest::of(cells.iter().map(|cell| &cell.at))
    );
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.digest(), digest);
    for cell in &cells {
        assert!(cell.is_served_whole(&store));
        let last = cell.entry.groups() - 1;
        let reader = store.open_cell(&cell.at).unwrap();
        let read = reader.read(last, 1).unwrap();
        let proved = reader.prove(last, 1).unwrap();
        let (bytes, proof) = cell.run(last, 1);
        assert_eq!((read.as_slice(), proved.proof), (bytes, proof));
        let past = reader.read(last, 2);
        assert!(matches!(past, Err(ReadError::OutOfRange { .. })));
    }
}

#[test]
fn x1_a_run_with_a_flipped_bit_is_refused_before_it_is_written_and_the_right_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 10 * GROUP_BYTES + 1);
    let mut import = store.import(cell.at, cell.entry.clone()).unwrap();
    let (bytes, proof) = cell.run(0, 4);
    import.write(bytes, &proof).unwrap();
    let (bytes, proof) = cell.run(4, 2);
    for flipped in [0, GROUP_BYTES, 2 * GROUP_BYTES - 1] {
        let mut wrong = bytes.to_vec();
        wrong[flipped] ^= 1;
        let refused = import.write(&wrong, &proof);
        assert!(matches!(refused, Err(ImportError::Unverified { group: 4 })));
    }
    assert_eq!(import.next_group(), 4);
    import.write(bytes, &proof).unwrap();
    cell.hand_in(&mut import).unwrap();
    import.finish().unwrap();
    assert!(cell.is_served_whole(&store));
}

#[test]
fn x2_another_cell_a_shortened_one_and_an_endless_one_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let before = store.space();
    let cell = Cell::new(0, 6 * GROUP_BYTES);
    let other = Cell::new(1, 6 * GROUP_BYTES);

    let mut import = store.import(cell.at, cell.entry.clone()).unwrap();
    let (bytes, proof) = other.run(0, 6);
    let refused = import.write(bytes, &proof);
    assert!(matches!(refused, Err(ImportError::Unverified { group: 0 })));

    let (bytes, proof) = cell.run(0, 5);
    import.write(bytes, &proof).unwrap();
    // Half a group, nothing, and a run that would go past the end.
    let (rest, proof) = cell.run(5, 1);
    let half = import.write(&rest[..100], &proof);
    assert!(matches!(half, Err(ImportError::Shape { group: 5 })));
    assert!(matches!(
        import.write(&[], &proof),
        Err(ImportError::Shape { .. })
    ));
    let endless = [rest, rest].concat();
    let endless = import.write(&endless, &proof);
    assert!(matches!(endless, Err(ImportError::Shape { group: 5 })));
    let truncated = import.finish();
    assert!(matches!(
        truncated,
        Err(ImportError::Incomplete {
            got: 5,
            expected: 6
        })
    ));

    assert!(!store.holds(&cell.at));
    assert_eq!(store.space(), before);
    assert!(files(&folder.path().join("cells")).is_empty());
    assert!(files(&folder.path().join("partial")).is_empty());
}

#[test]
fn nothing_of_a_cell_is_served_before_all_of_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 6 * GROUP_BYTES);
    let mut import = store.import(cell.at, cell.entry.clone()).unwrap();
    cell.hand_in(&mut import).unwrap();
    assert!(!store.holds(&cell.at));
    let early = store.open_cell(&cell.at).map(|_| ());
    assert_eq!(early, Err(ReadError::NotHeld));
    import.finish().unwrap();
    assert!(cell.is_served_whole(&store));
}

#[test]
fn a_cell_is_taken_in_by_one_at_a_time_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 8_192);
    let import = store.import(cell.at, cell.entry.clone()).unwrap();
    let second = store.import(cell.at, cell.entry.clone());
    assert!(matches!(second, Err(ImportError::Busy)));
    drop(import);
    cell.take_in(&store).unwrap();
    let again = store.import(cell.at, cell.entry.clone());
    assert!(matches!(again, Err(ImportError::Held)));
}

#[test]
fn an_entry_of_another_cell_or_of_an_impossible_size_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 8_192);
    let elsewhere = store.import(Cell::new(1, 8_192).at, cell.entry.clone());
    assert!(matches!(elsewhere, Err(ImportError::Entry)));
    for bytes in [0, 8_191, u32::MAX] {
        let mut entry = cell.entry.clone();
        entry.bytes = bytes;
        let refused = store.import(cell.at, entry);
        assert!(matches!(refused, Err(ImportError::Entry)), "{bytes}");
    }
}

#[test]
fn u2_a_restricted_cell_is_refused_at_once_even_to_those_who_read_it_and_is_gone_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (cell, other) = (Cell::new(0, 4 * GROUP_BYTES), Cell::new(1, 8_192));
    cell.take_in(&store).unwrap();
    other.take_in(&store).unwrap();
    let reader = store.open_cell(&cell.at).unwrap();
    assert!(reader.read(0, 1).is_ok());
    let mut events = store.watch().events;
    assert_eq!(store.remove(&[cell.at]).unwrap(), 1);
    assert_eq!(reader.read(1, 1), Err(ReadError::NotHeld));
    assert!(!store.holds(&cell.at));
    assert_eq!(events.try_recv(), Ok(StoreEvent::Removed(cell.at)));
    assert!(!cell.file(folder.path()).exists());
    assert!(other.is_served_whole(&store));
    drop((reader, store));
    assert!(!open(folder.path()).holds(&cell.at));
}

#[test]
fn u2_a_cell_that_is_restricted_while_it_comes_in_never_becomes_visible() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let cell = Cell::new(0, 4 * GROUP_BYTES);
    let mut import = store.import(cell.at, cell.entry.clone()).unwrap();
    let (bytes, proof) = cell.run(0, 2);
    import.write(bytes, &proof).unwrap();
    store.remove(&[cell.at]).unwrap();
    let (bytes, proof) = cell.run(2, 2);
    assert!(matches!(
        import.write(bytes, &proof),
        Err(ImportError::Dropped)
    ));
    assert!(matches!(import.finish(), Err(ImportError::Dropped)));
    assert!(!store.holds(&cell.at));
    assert!(files(&folder.path().join("partial")).is_empty());
    // When the restriction is lifted it may come in again.
    cell.take_in(&store).unwrap();
}

#[test]
fn manifests_are_kept_by_magnet_as_long_as_a_cell_of_the_video_is() {
    let folder = tempfile::tempdir().unwrap();
    let encoded = b"what a manifest says".to_vec();
    let video = Magnet(Sha256::sha256(&encoded));
    let cell = Cell::of(video, 0, 8_192);
    let store = open(folder.path());
    let early = store.put_manifest(&video, &encoded);
    assert!(matches!(early, Err(ManifestError::NoCell)));
    cell.take_in(&store).unwrap();
    assert_eq!(store.without_manifest(), [video]);
    let other = store.put_manifest(&video, b"another");
    assert!(matches!(other, Err(ManifestError::OtherVideo)));
    store.put_manifest(&video, &encoded).unwrap();
    assert!(store.without_manifest().is_empty());
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.manifest(&video), Some(encoded));
    let used = store.space().used;
    store.remove(&[cell.at]).unwrap();
    assert_eq!(store.manifest(&video), None);
    assert!(files(&folder.path().join("manifests")).is_empty());
    assert!(used > 0);
    assert_eq!(store.space().used, 0);
}
