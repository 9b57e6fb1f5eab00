use std::io::BufReader;

use chainflix_primitives::Magnet;

use super::*;
use crate::copies::{self, CopiesInputs};
use crate::protocol::CellRef;

/// The decision with this number.
fn entry(number: u64) -> Entry {
    let inputs = CopiesInputs {
        floor: 3,
        wanted: 3,
        most: 100,
        demand_milli: 1_000 * number,
        per_copy_milli: 2_000,
        blocked_permille: 0,
        free_permille: 900,
        since_change_ms: 0,
    };
    Entry::Copies(CopiesDecision {
        number,
        at_ms: 1_700_000_000_000,
        cell: CellRef {
            video: Magnet([7; 32]),
            rendition: 0,
            cell: 0,
        },
        wanted: copies::wanted(&inputs),
        inputs,
    })
}

#[test]
fn decisions_that_are_written_at_once_go_on_in_the_next_file_and_each_file_stands_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("choices.jsonl");
    let mut log = ChoiceLog::create(&path, 64).unwrap();
    let entries: Vec<Entry> = (0..60).map(entry).collect();
    log.append(&entries[..1]).unwrap();
    log.append(&[]).unwrap();
    log.append(&entries[1..]).unwrap();
    let files = files(&path).unwrap();
    assert!(files.len() > 3, "{files:?}");
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read(file).unwrap();
        let longest = text.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
        assert!(text.len() as u64 <= MAX_LOG_BYTES + 1 + longest.unwrap() as u64);
        replay(BufReader::new(text.as_slice())).unwrap();
        found.extend(read(BufReader::new(text.as_slice())).map(|entry| entry.unwrap().number()));
    }
    assert_eq!(found, (0..60).collect::<Vec<u64>>());
}
