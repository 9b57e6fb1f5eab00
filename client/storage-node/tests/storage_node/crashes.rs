//! kill -9 at any instant: whole cells, no others; no token is refilled.
//!
//! The test runs its own program again as a child, which takes cells in, drops some and counts bytes until it is
//! killed, saying what is done as it is done.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chainflix_content::trees::GROUP_BYTES;
use chainflix_primitives::receipt::RECEIPT_EVERY_BYTES;
use chainflix_storage_node::totals::Totals;

use crate::world::{Cell, files, open, token};

/// Names the folder, and by that makes the program a child.
const FOLDER: &str = "CHAINFLIX_TEST_CRASH_FOLDER";
const ROUNDS: u64 = 16;

fn cell(index: u16) -> Cell {
    Cell::new(
        index,
        (1 + usize::from(index % 7) * 11) * GROUP_BYTES + usize::from(index),
    )
}

#[test]
fn whatever_a_killed_node_had_finished_is_there_and_nothing_that_it_had_not() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return work_until_killed(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    for round in 0..ROUNDS {
        // Later and later, at instants that have nothing to do with what the child does.
        let said = run_and_kill(folder.path(), Duration::from_millis(20 + round * 23));
        check(folder.path(), &said);
    }
    let store = open(folder.path());
    assert!(store.digest().cells > 0, "the children got nowhere");
}

/// What a child said before it was killed.
#[derive(Default)]
struct Said {
    held: BTreeSet<u16>,
    /// Cells about which the last word is not known: begun, but not said to be done.
    unsure: BTreeSet<u16>,
    sent: u64,
}

fn run_and_kill(folder: &Path, after: Duration) -> Said {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("crashes::whatever_a_killed_node_had_finished_is_there_and_nothing_that_it_had_not")
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // It is killed so long after it began to work.
    let ready = lines
        .by_ref()
        .find(|line| line.as_ref().unwrap().ends_with("ready"));
    assert!(ready.is_some(), "the child did not start");
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut said = Said::default();
    for line in lines {
        let line = line.unwrap();
        let mut words = line.split(' ');
        let (word, number) = (words.next().unwrap(), words.next());
        let Some(Ok(number)) = number.map(str::parse::<u64>) else {
            continue;
        };
        let index = number as u16;
        match word {
            "taking" | "dropping" => {
                said.held.remove(&index);
                said.unsure.insert(index);
            }
            "held" => {
                said.unsure.remove(&index);
                said.held.insert(index);
            }
            "dropped" => drop(said.unsure.remove(&index)),
            "sent" => said.sent = number,
            _ => {}
        }
    }
    said
}

fn check(folder: &Path, said: &Said) {
    let store = open(folder);
    for index in &said.held {
        assert!(store.holds(&cell(*index).at), "cell {index} was finished");
    }
    let cells = store.watch().cells;
    for held in &cells {
        assert!(
            cell(held.cell).is_served_whole(&store),
            "cell {}",
            held.cell
        );
        let known = said.held.contains(&held.cell) || said.unsure.contains(&held.cell);
        assert!(known, "cell {} was dropped", held.cell);
    }
    // On disk: two files for each, no more.
    assert_eq!(files(&folder.join("cells")).len(), 2 * cells.len());
    assert!(files(&folder.join("partial")).is_empty());
    let account = Totals::of(&store).open(&token(1, u64::MAX)).unwrap();
    assert!(
        account.sent() + RECEIPT_EVERY_BYTES >= said.sent,
        "{} of {} bytes are remembered",
        account.sent(),
        said.sent
    );
}

fn work_until_killed(folder: &Path) {
    let store = open(folder);
    let say = |word: &str, number: u64| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{word} {number}").unwrap();
        out.flush().unwrap();
    };
    let mut held: BTreeSet<u16> = store.watch().cells.iter().map(|cell| cell.cell).collect();
    println!("ready");
    for index in &held {
        say("held", u64::from(*index));
    }
    let counting = store.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let account = Totals::of(&counting).open(&token(1, u64::MAX)).unwrap();
            loop {
                let total = account.spend(GROUP_BYTES as u64).await.unwrap();
                account.countersign(total);
                say("sent", total);
            }
        })
    });
    for index in (0..24u16).cycle() {
        if held.remove(&index) {
            say("dropping", u64::from(index));
            store.remove(&[cell(index).at]).unwrap();
            say("dropped", u64::from(index));
        } else {
            say("taking", u64::from(index));
            cell(index).take_in(&store).unwrap();
            say("held", u64::from(index));
            held.insert(index);
        }
    }
}
