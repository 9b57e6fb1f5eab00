//! Telling the inventory: the whole in pieces, or what changed.

use std::collections::{BTreeMap, BTreeSet};

use chainflix_controller::protocol::{CellRef, FromNode, InventoryDigest, MAX_CELLS_PER_MESSAGE};

use crate::store::StoreEvent;

/// The whole inventory, replacing what is on record.
pub(super) fn whole(cells: &[CellRef]) -> Vec<FromNode> {
    let mut pieces = cells.chunks(MAX_CELLS_PER_MESSAGE);
    let message = |replace: bool, added: &[CellRef]| FromNode::Inventory {
        replace,
        added: added.to_vec(),
        removed: Vec::new(),
    };
    let first = message(true, pieces.next().unwrap_or_default());
    std::iter::once(first)
        .chain(pieces.map(|piece| message(false, piece)))
        .collect()
}

/// What is to be told of events that came in this order, at most [`MAX_CELLS_PER_MESSAGE`] of them, so that the other
/// side ends where the store stands. `told` is the digest of what it has on record, and is moved on.
pub(super) fn changes(told: &mut InventoryDigest, events: &[StoreEvent]) -> Vec<FromNode> {
    let mut last = BTreeMap::new();
    let mut damaged = BTreeSet::new();
    for event in events {
        match event {
            StoreEvent::Added(cell) => {
                told.add(cell);
                last.insert(*cell, true);
            }
            StoreEvent::Removed(cell) => {
                told.remove(cell);
                last.insert(*cell, false);
            }
            StoreEvent::Damaged(cell) => {
                told.remove(cell);
                damaged.insert(*cell);
                last.insert(*cell, false);
            }
        }
    }
    let of = |held: bool| -> Vec<CellRef> {
        last.iter()
            .filter(|(cell, is)| **is == held && (held || !damaged.contains(cell)))
            .map(|(cell, _)| *cell)
            .collect()
    };
    let (added, removed) = (of(true), of(false));
    let mut messages = Vec::new();
    // First: a cell that was damaged and came in again is held.
    if !damaged.is_empty() {
        messages.push(FromNode::Damaged {
            cells: damaged.into_iter().collect(),
        });
    }
    if !(added.is_empty() && removed.is_empty()) {
        messages.push(FromNode::Inventory {
            replace: false,
            added,
            removed,
        });
    }
    messages
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::Magnet;
    use proptest::prelude::*;

    use super::*;

    fn cell(index: u16) -> CellRef {
        CellRef {
            video: Magnet([1; 32]),
            rendition: 0,
            cell: index,
        }
    }

    /// What the controller does with these messages.
    fn apply(record: &mut BTreeSet<CellRef>, messages: Vec<FromNode>) {
        for message in messages {
            match message {
                FromNode::Inventory {
                    replace,
                    added,
                    removed,
                } => {
                    assert!(added.len().max(removed.len()) <= MAX_CELLS_PER_MESSAGE);
                    if replace {
                        record.clear();
                    }
                    record.extend(added);
                    record.retain(|cell| !removed.contains(cell));
                }
                FromNode::Damaged { cells } => {
                    record.retain(|cell| !cells.contains(cell));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_large_inventory_goes_in_pieces_and_an_empty_one_replaces_too() {
        let cells: Vec<CellRef> = (0..2_500).map(cell).collect();
        let mut record = BTreeSet::from([cell(60_000)]);
        apply(&mut record, whole(&cells));
        assert_eq!(record, cells.into_iter().collect());
        apply(&mut record, whole(&[]));
        assert!(record.is_empty());
    }

    proptest! {
        #[test]
        fn after_any_batches_of_events_record_and_digest_are_those_of_the_store(
            steps in proptest::collection::vec((0u16..6, 0u8..2), 1..60),
            batch in 1usize..10,
        ) {
            let mut held = BTreeSet::new();
            let mut events = Vec::new();
            for (index, kind) in steps {
                let cell = cell(index);
                events.push(if held.insert(cell) {
                    StoreEvent::Added(cell)
                } else {
                    held.remove(&cell);
                    if kind == 0 { StoreEvent::Removed(cell) } else { StoreEvent::Damaged(cell) }
                });
            }
            let mut record = BTreeSet::new();
            let mut told = InventoryDigest::default();
            for events in events.chunks(batch) {
                apply(&mut record, changes(&mut told, events));
            }
            prop_assert_eq!(told, InventoryDigest::of(&held));
            prop_assert_eq!(record, held);
        }
    }
}
