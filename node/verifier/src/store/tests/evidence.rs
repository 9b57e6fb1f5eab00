//! Evidence beside the B-tree: whole whatever a crash left behind it, and gone when nobody needs it.

use std::{collections::BTreeSet, fs, io::Write, path::PathBuf};

use super::sample::{acceptable, whole_views};
use super::*;
use crate::store::evidence::files_in;

fn accept(store: &Store, ids: std::ops::Range<ViewId>) {
    for id in ids {
        let written = store.write_now(|batch| batch.put_accepted(&acceptable(id)));
        written.expect("written");
    }
}

fn finish(store: &Store, ids: std::ops::Range<ViewId>) {
    let over = || ViewState::Final(ViewFate::Expired);
    let written = store.write_now(|batch| {
        ids.clone()
            .try_for_each(|id| batch.set_view_state(id, over()))
    });
    written.expect("written");
}

fn files(directory: &Path) -> BTreeSet<PathBuf> {
    let files = files_in(directory).expect("readable");
    files.into_iter().map(|(_, path)| path).collect()
}

#[test]
fn a_file_goes_when_none_of_its_evidence_is_needed_and_not_before() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    accept(&store, 0..200);
    let all = files(directory.path());
    assert!(all.len() > 2, "they roll over: {all:?}");

    // All but the first view, which lies in the first file.
    finish(&store, 1..200);
    let left = files(directory.path());
    assert!(left.len() <= 2, "{left:?} are left");
    assert!(left.contains(all.first().expect("some")));
    let evidence = |store: &Store, id| {
        let view = store.view().expect("a view");
        view.evidence_of(&acceptable(id).view.leaf)
            .expect("readable")
    };
    assert_eq!(evidence(&store, 0), Some(acceptable(0).evidence));
    assert_eq!(evidence(&store, 1), None);

    drop(store);
    let store = open(directory.path());
    assert_eq!(files(directory.path()).len(), 1);
    assert_eq!(evidence(&store, 0), Some(acceptable(0).evidence));
    accept(&store, 200..210);
    assert_eq!(evidence(&store, 205), Some(acceptable(205).evidence));
    finish(&store, 0..1);
    assert!(!files(directory.path()).contains(all.first().expect("some")));
    assert_eq!(evidence(&store, 205), Some(acceptable(205).evidence));
}

#[test]
fn a_view_that_was_looked_up_before_its_fate_was_final_is_read_as_forgotten_afterwards() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    accept(&store, 0..200);
    let before = store.view().expect("a view");
    finish(&store, 0..200);
    let evidence = before.evidence_of(&acceptable(0).view.leaf);
    assert_eq!(evidence.expect("readable"), None);
}

#[test]
fn what_a_crash_left_behind_the_last_commit_is_never_read_and_spoils_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    accept(&store, 0..3);
    drop(store);
    let last = files(directory.path()).pop_last().expect("some");
    let mut torn = fs::OpenOptions::new()
        .append(true)
        .open(last)
        .expect("opened");
    torn.write_all(&[0xa5; 1_000]).expect("written");
    for first in (3..12).step_by(3) {
        let store = open(directory.path());
        accept(&store, first..first + 3);
        assert_eq!(whole_views(&store.view().expect("a view")), first + 3);
    }
}

#[test]
fn evidence_that_changed_on_disk_or_is_gone_is_told_and_not_served() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    accept(&store, 0..1);
    let read = || {
        let view = store.view().expect("a view");
        view.evidence_of(&acceptable(0).view.leaf)
    };
    let file = files(directory.path()).pop_first().expect("one");
    let whole = fs::read(&file).expect("readable");
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(&file, changed).expect("written");
        assert!(
            matches!(read(), Err(StoreError::Damaged { .. })),
            "byte {place}"
        );
    }
    fs::write(&file, &whole[..whole.len() - 1]).expect("written");
    assert!(matches!(read(), Err(StoreError::Damaged { .. })));
    fs::remove_file(&file).expect("removed");
    assert!(matches!(read(), Err(StoreError::Damaged { .. })));
    fs::write(&file, whole).expect("written");
    assert_eq!(read().expect("readable"), Some(acceptable(0).evidence));
}
