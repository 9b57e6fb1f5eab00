use std::{fs, path::Path};

use chainflix_primitives::{
    AccountId, Magnet,
    earnings::{Ledger, LedgerAccount, LedgerState, PaidPart},
    report::EarningsTriple,
};
use tempfile::TempDir;

use super::*;
use crate::earnings::EarningsTree;
use crate::store::earnings::Adopted;
use crate::store::snapshot::{Installed, Row};
use crate::store::tables::{ADOPTED, LEDGER_ACCOUNTS, SPENT, TRIPLES};
use crate::store::tests::open;
use crate::store::{Batch, Store};

const GENESIS: Hash32 = [1; 32];
const AS_OF: Round = 40;

fn account(number: u8) -> AccountId {
    AccountId([number; 32])
}

/// A state as a ledger has it: last round, first cycle and day, the last settled rounds.
fn state(last: Round) -> LedgerState {
    let fields = (Some(last), 1u32, 2u32, vec![last - 1, last]);
    LedgerState::decode(&mut fields.encode().as_slice()).expect("a state")
}

/// What a round paid.
fn paid(round: Round, viewers: &[u8]) -> PaidPart {
    let intervals: Vec<_> = viewers
        .iter()
        .map(|viewer| (account(*viewer), (10u64, 20u64, account(99), round)))
        .collect();
    let fields = (round, 20u64, intervals, vec![([7u8; 8], 3u32)]);
    PaidPart::decode(&mut fields.encode().as_slice()).expect("a part")
}

/// Rows of every kind, in order.
fn rows() -> Vec<Row> {
    let known = |number: u8| LedgerAccount {
        total: (number != 5).then_some(100 + u128::from(number)),
        watching_since: number.is_multiple_of(2).then_some(number.into()),
    };
    let accounts = (1..60).map(|number| Row::Account(account(number), known(number)));
    let spent = (1..40).map(|number| {
        let key = (1, account(number), Magnet([3; 32]));
        Row::Spent(key, vec![number; 1 + usize::from(number % 3)])
    });
    let shown = (1..10).map(|number| Row::Shown((2, 8, account(number)), number.into()));
    let paid = [
        Row::Paid((38, 0), paid(38, &[1, 2])),
        Row::Paid((39, 0), paid(39, &[3])),
        Row::Paid((39, 1), paid(39, &[4])),
    ];
    accounts.chain(spent).chain(shown).chain(paid).collect()
}

fn ledger_of(rows: &[Row]) -> Ledger {
    let mut ledger = Ledger::resumed(state(39));
    for row in rows {
        row.clone().restore(&mut ledger);
    }
    ledger
}

fn triple_of(ledger: &Ledger, as_of: Round) -> EarningsTriple {
    let totals = ledger.totals().map(|(account, total)| (*account, *total));
    EarningsTree::new(totals).triple(as_of).expect("small sums")
}

fn installed(triple: EarningsTriple) -> Installed {
    Installed {
        state: state(39),
        triple,
        adopted: Adopted {
            triple: EarningsTriple {
                as_of: AS_OF - 3,
                ..triple
            },
            seen: AS_OF,
        },
    }
}

/// A store with the ledger of these rows.
async fn store_of(directory: &Path, rows: &[Row]) -> (Store, EarningsTriple) {
    let store = open(directory);
    let triple = triple_of(&ledger_of(rows), AS_OF);
    store.make_place().await.expect("written");
    let rows = rows.to_vec();
    let fill = move |batch: &Batch<'_>| {
        batch.put_rows(&rows)?;
        batch.finish_install(&installed(triple))
    };
    store.writer().write(fill).await.expect("written");
    (store, triple)
}

struct Source {
    store: Store,
    triple: EarningsTriple,
    snapshots: Snapshots,
    directory: TempDir,
}

async fn source(rows: &[Row]) -> Source {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, triple) = store_of(directory.path(), rows).await;
    Source {
        store,
        triple,
        snapshots: Snapshots::open(directory.path()).expect("a directory"),
        directory,
    }
}

impl Source {
    fn make(&self, as_of: Round) -> SnapshotHead {
        let view = self.store.view().expect("a view");
        self.snapshots
            .make_now(&view, (as_of, self.triple.root), 300)
    }

    /// The parts of a snapshot, one behind the other.
    fn bytes(&self, head: &SnapshotHead) -> Vec<u8> {
        let parts = 0..head.parts().expect("possible");
        let part = |index| self.snapshots.part(&head.root, index).expect("readable");
        parts
            .flat_map(|index| part(index).expect("there"))
            .collect()
    }
}

fn read(
    bytes: &[u8],
    head: &SnapshotHead,
    genesis: &Hash32,
    adopted: &EarningsTriple,
) -> Result<Ledger, SnapshotError> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("taken");
    fs::write(&path, bytes).expect("written");
    let (ledger, _) = SnapshotReader::open(&path, head, genesis)?.ledger(adopted)?;
    Ok(ledger)
}

#[tokio::test]
async fn b3_two_verifiers_with_the_same_ledger_make_the_same_snapshot_and_it_is_that_ledger() {
    let rows = rows();
    let (one, other) = (source(&rows).await, source(&rows).await);
    let head = one.make(AS_OF);
    assert_eq!(head, other.make(AS_OF));
    let bytes = one.bytes(&head);
    assert_eq!(bytes, other.bytes(&head));
    assert_eq!(bytes.len() as u64, head.bytes);
    let parts = head.parts().expect("possible");
    assert!(parts > 10, "{parts}");
    let hashes = one.snapshots.hashes(&head.root, 0).expect("there");
    assert_eq!(hashes.len(), parts as usize);
    assert_eq!(merkle::root::<Sha256>(&hashes), head.root);
    let later = one.snapshots.hashes(&head.root, 3).expect("there");
    assert_eq!(later, hashes[3..]);
    assert_eq!(one.snapshots.hashes(&head.root, parts + 1), None);
    let beyond = one.snapshots.part(&head.root, parts).expect("readable");
    assert_eq!(beyond, None);

    let ledger = read(&bytes, &head, &GENESIS, &one.triple).expect("a snapshot");
    assert_eq!(ledger, ledger_of(&rows));
    let (kept, _) = one.store.view().expect("a view").ledger().expect("whole");
    assert_eq!(ledger, kept);
}

#[tokio::test]
async fn b3_a_snapshot_with_other_totals_or_rows_out_of_place_is_not_used() {
    let source = source(&rows()).await;
    let head = source.make(AS_OF);
    let bytes = source.bytes(&head);
    let words = |bytes: &[u8], head: &SnapshotHead, genesis: &Hash32| {
        let read = read(bytes, head, genesis, &source.triple);
        read.expect_err("refused").to_string()
    };
    // One unit more for somebody.
    let mut richer = bytes.clone();
    let at = richer.windows(32).position(|bytes| *bytes == [9; 32]);
    let total = at.expect("there") + 33;
    richer[total] += 1;
    assert!(words(&richer, &head, &GENESIS).contains("totals"));
    // A row twice, which would leave the totals what they are.
    let mut twice = bytes.clone();
    let row = Row::Paid((39, 1), paid(39, &[4])).encode();
    assert!(twice.ends_with(&row));
    twice.extend(&row);
    assert!(words(&twice, &head, &GENESIS).contains("out of order"));
    // Cut off, lengthened, of another chain or round.
    assert!(words(&bytes[..bytes.len() - 1], &head, &GENESIS).contains("can't be read"));
    assert!(words(&[&bytes[..], &[9u8][..]].concat(), &head, &GENESIS).contains("can't be read"));
    assert!(words(&[], &head, &GENESIS).contains("beginning"));
    assert!(words(&bytes, &head, &[2; 32]).contains("another chain"));
    let later = SnapshotHead {
        as_of: AS_OF + 1,
        ..head
    };
    assert!(words(&bytes, &later, &GENESIS).contains("another chain or round"));
}

#[tokio::test]
async fn q2_snapshots_are_made_only_while_somebody_wants_one_and_two_are_kept() {
    let source = source(&rows()).await;
    let snapshots = &source.snapshots;
    // With a root in every round, one is due in every eighth.
    assert!(!snapshots.would_begin(AS_OF, 1, AS_OF), "nobody asked");
    assert_eq!(snapshots.want(AS_OF, 1), []);
    assert!(snapshots.would_begin(AS_OF, 1, AS_OF + 8));
    assert!(!snapshots.would_begin(AS_OF + 1, 1, AS_OF + 8), "not due");
    assert!(!snapshots.would_begin(AS_OF, 1, AS_OF + 9), "too long ago");
    assert!(
        !snapshots.would_begin(AS_OF + 16, 1, AS_OF + 17),
        "wanted no more"
    );
    let made: Vec<_> = [40, 48, 56].map(|as_of| source.make(as_of)).into();
    assert_eq!(snapshots.want(56, 1), made[1..]);
    assert_eq!(snapshots.hashes(&made[0].root, 0), None);
    assert!(!snapshots.would_begin(56, 1, 56), "it is there");
    let files = || {
        let all = fs::read_dir(source.directory.path().join("snapshots"));
        all.expect("a directory").count()
    };
    assert_eq!(files(), 2);
    // What nobody replaces goes, too.
    assert!(snapshots.would_begin(72, 1, 72));
    assert_eq!(snapshots.want(72, 1), made[2..]);
    assert_eq!(files(), 1);
    // And what is there at a start.
    let again = Snapshots::open(source.directory.path()).expect("a directory");
    assert_eq!(files(), 0);
    assert_eq!(again.want(72, 1), []);
}

#[tokio::test]
async fn b3_a_snapshot_is_of_the_moment_whatever_is_written_while_it_is_made() {
    let source = source(&rows()).await;
    let view = source.store.view().expect("a view");
    let later = |batch: &Batch<'_>| {
        let richer = LedgerAccount {
            total: Some(1_000_000),
            watching_since: None,
        };
        batch.put(LEDGER_ACCOUNTS, &account(9), &richer)
    };
    source.store.writer().write(later).await.expect("written");
    let of = (AS_OF, source.triple.root);
    let head = source.snapshots.make_now(&view, of, 300);
    let ledger = read(&source.bytes(&head), &head, &GENESIS, &source.triple);
    assert_eq!(ledger.expect("a snapshot"), ledger_of(&rows()));
}

#[tokio::test]
async fn b3_cut_off_anywhere_while_another_ledger_is_put_in_place_no_half_of_one_is_ever_used() {
    let (old, new) = (rows()[..20].to_vec(), rows());
    let chunks: Vec<Vec<Row>> = new.chunks(25).map(<[Row]>::to_vec).collect();
    for cut in 0..=chunks.len() + 1 {
        let directory = tempfile::tempdir().expect("a directory");
        let (store, _) = store_of(directory.path(), &old).await;
        let triple = triple_of(&ledger_of(&new), AS_OF);
        // An own minute that no snapshot knows, and one of an account that it does.
        let attested = |batch: &Batch<'_>| {
            batch.mark_spent(1, account(77), Magnet([3; 32]), 4)?;
            batch.mark_spent(1, account(1), Magnet([3; 32]), 31)
        };
        store.writer().write(attested).await.expect("written");
        let put = async |store: &Store, chunks: &[Vec<Row>]| {
            store.make_place().await.expect("written");
            for rows in chunks {
                let rows = rows.clone();
                let put = move |batch: &Batch<'_>| batch.put_rows(&rows);
                store.writer().write(put).await.expect("written");
            }
        };
        let finish = move |batch: &Batch<'_>| batch.finish_install(&installed(triple));
        let is_whole = cut > chunks.len();
        put(&store, &chunks[..cut.min(chunks.len())]).await;
        if is_whole {
            store.writer().write(finish).await.expect("written");
        }
        drop(store);

        let store = open(directory.path());
        let ledger = |store: &Store| store.view().expect("a view").ledger().expect("whole").0;
        if is_whole {
            assert_eq!(ledger(&store), ledger_of(&new));
        } else {
            assert_eq!(ledger(&store), Ledger::default(), "cut off after {cut}");
        }
        assert_eq!(store.give_up_half().await.expect("written"), !is_whole);
        let rows_left = |store: &Store| {
            let view = store.view().expect("a view");
            let mut left = 0;
            view.each_row(&LedgerState::default(), |_| left += 1)
                .expect("readable");
            left
        };
        if !is_whole {
            assert_eq!(rows_left(&store), 0, "cut off after {cut}");
            assert!(!store.give_up_half().await.expect("written"));
            put(&store, &chunks[..]).await;
            store.writer().write(finish).await.expect("written");
        }
        assert_eq!(ledger(&store), ledger_of(&new));
        assert_eq!(rows_left(&store), new.len());
        let view = store.view().expect("a view");
        assert_eq!(view.totals_as_of(AS_OF).expect("readable").len(), 58);
        let triples = view.range(TRIPLES, &0, &Round::MAX, 9).expect("readable");
        let rounds: Vec<Round> = triples.iter().map(|(as_of, _)| *as_of).collect();
        assert_eq!(rounds, [AS_OF - 3, AS_OF]);
        let adopted = view.range(ADOPTED, &0, &Round::MAX, 9).expect("readable");
        assert_eq!(adopted.len(), 1);
        // What was attested here and what was paid elsewhere are both spent.
        let spent = |number: u8| {
            let bits = view.get(SPENT, &(1, account(number), Magnet([3; 32])));
            bits.expect("readable").expect("spent")
        };
        assert_eq!(spent(77), [16]);
        assert_eq!(spent(1), [1, 1, 0, 128]);
        assert_eq!(spent(39), [39]);
    }
}
