//! The store under kill -9: a child process writes and tells what was acknowledged; the parent kills it and looks.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use chainflix_primitives::{
    AccountId, Magnet, PlayCode, RandomConstant, Round,
    api::ViewFate,
    rounds::CycleRule,
    ticket::{TICKET_VERSION, Ticket},
};

use super::prune::Keep;
use super::tables::{SPENT, TICKETS, VIEWS, ViewId};
use super::views::ViewState;
use super::*;

mod evidence;
mod ledger;
mod operations;
mod power_cut;
pub(crate) mod sample;

use self::ledger::{Totals, credit};
use self::sample::{acceptable, whole_views};

const GENESIS: Hash32 = [1; 32];
/// Earnings are taken as of every so many of the child's rounds.
const TAKEN: Round = 10;
/// Names the child's directory; without it the child's test has nothing to do.
const CHILD: &str = "CHAINFLIX_STORE_TEST_DIRECTORY";

pub(crate) fn open(directory: &Path) -> Store {
    open_for(directory, &GENESIS).expect("the store opens")
}

/// Opens the store, which the one before may hold for a moment: its writing thread lets go of the file when it ends.
fn open_for(directory: &Path, genesis: &Hash32) -> StoreResult<Store> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match Store::open(directory, genesis, 1024 * 1024) {
            Err(StoreError::Open { .. }) if Instant::now() < deadline => std::thread::yield_now(),
            result => return result,
        }
    }
}

fn ticket(round: Round, index: u32) -> Ticket {
    Ticket {
        version: TICKET_VERSION,
        issuer: AccountId([1; 32]),
        round,
        index,
        viewer: AccountId([2; 32]),
        delegation: [3; 32],
        video: Magnet([4; 32]),
        minute: 0,
        rendition: 0,
        issue_ms: 5,
        constant: RandomConstant([6; 32]),
        play_code: PlayCode([7; 16]),
    }
}

/// The child: appends tickets, accepts a view and settles a round of one unit with each, as fast as it can, 64 on their way
/// at a time; it prints the index of each that is durable. It goes on where the one before was killed.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(directory) = env::var_os(CHILD) else {
        return;
    };
    let store = open(Path::new(&directory));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut on_their_way = std::collections::VecDeque::new();
    let mut out = std::io::stdout().lock();
    let first = store.view().expect("a view").next_view_id();
    let first = u32::try_from(first.expect("readable")).expect("few");
    let (ledger, mut changed) = store.view().expect("a view").ledger().expect("readable");
    let mut totals: Totals = ledger.totals().map(|(a, t)| (*a, *t)).collect();
    for index in first.. {
        let (written, view) = (ticket(1, index), acceptable(index.into()));
        let round = index + 1;
        let changes = credit(&mut totals, round, [u64::from(index % 7)]);
        let settled = changed.rows(changes, round.is_multiple_of(TAKEN).then_some(round));
        let pending = store
            .writer()
            .submit(move |batch| {
                batch.put_ticket(&written)?;
                batch.put_accepted(&view)?;
                batch.put_ledger(&settled)
            })
            .expect("there is room");
        on_their_way.push_back((index, pending));
        if on_their_way.len() >= 64 {
            let (index, pending) = on_their_way.pop_front().expect("64");
            runtime.block_on(pending.durable()).expect("durable");
            writeln!(out, "durable {index}").expect("the parent reads");
            out.flush().expect("the parent reads");
        }
    }
}

#[test]
fn kill_minus_nine_loses_nothing_that_was_acknowledged_and_leaves_no_hole() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut held = 0;
    for _ in 0..5 {
        let name = "store::tests::child_that_writes_until_it_is_killed";
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args([name, "--exact", "--nocapture"])
            .env(CHILD, directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the child starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let told = lines
            .map_while(Result::ok)
            .filter_map(|line| line.split_once("durable ")?.1.parse::<u32>().ok());
        let acknowledged = told.take(300).last().expect("the child writes");
        // SIGKILL, in the middle of writing.
        child.kill().expect("killed");
        child.wait().expect("gone");

        let store = open(directory.path());
        let view = store.view().expect("a view");
        let tickets = view.tickets(1, 0, usize::MAX).expect("readable");
        let indices: Vec<u32> = tickets.iter().map(|ticket| ticket.index).collect();
        let expected: Vec<u32> = (0..u32::try_from(indices.len()).expect("few")).collect();
        assert_eq!(indices, expected, "a hole");
        assert!(
            indices.len() > acknowledged as usize,
            "{acknowledged} was acknowledged"
        );
        assert_eq!(whole_views(&view), indices.len() as u64);
        let (ledger, _) = view.ledger().expect("readable");
        assert_eq!(ledger.sum(), Some(indices.len() as u128));
        // As of each round as many units were paid as rounds were settled.
        let rounds = 1..=u32::try_from(indices.len()).expect("few");
        for as_of in rounds
            .filter(|round| round.is_multiple_of(TAKEN))
            .step_by(5)
        {
            let then = view.totals_as_of(as_of).expect("readable");
            assert_eq!(then.values().sum::<u128>(), u128::from(as_of));
        }
        assert!(indices.len() >= held, "what was there before is gone");
        held = indices.len();
    }
}

#[test]
fn writes_are_applied_in_the_order_in_which_they_were_handed_in() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let (viewer, video) = (AccountId([1; 32]), Magnet([2; 32]));
    let all: Vec<_> = (0..200u16)
        .map(|minute| {
            let write = move |batch: &Batch<'_>| batch.mark_spent(0, viewer, video, minute);
            store.writer().submit(write).expect("there is room")
        })
        .collect();
    for pending in all {
        runtime.block_on(pending.durable()).expect("durable");
    }
    let view = store.view().expect("a view");
    assert_eq!(
        view.spent(0, viewer, video).expect("readable"),
        vec![0xff; 25]
    );
    assert!(view.has(SPENT, &(0, viewer, video)).expect("readable"));
    assert!(!view.has(TICKETS, &(0, 0)).expect("readable"));
}

#[test]
fn a_store_of_another_chain_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open(directory.path()));
    let refused = open_for(directory.path(), &[2; 32]).map(|_| ());
    assert!(
        matches!(refused, Err(StoreError::OtherChain { .. })),
        "{refused:?}"
    );
}

#[test]
fn keys_are_ordered_as_their_numbers_are() {
    let keys = [(0u32, 255u32), (0, 256), (1, 0), (255, 1), (256, 0)];
    let bytes: Vec<Vec<u8>> = keys.iter().map(Key::bytes).collect();
    assert!(bytes.is_sorted());
    for key in keys {
        assert_eq!(<(u32, u32)>::read(&key.bytes()), Some(key));
    }
    assert_eq!(<(u32, u32)>::read(&[0; 7]), None);
}

#[test]
fn an_open_view_stands_where_it_was_put_last_and_nowhere_once_its_fate_is_final() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    let change = |changes: &[(ViewId, ViewState)]| {
        let changes = changes.to_vec();
        let written = store.write_now(|batch| {
            changes
                .into_iter()
                .try_for_each(|(id, state)| batch.set_view_state(id, state))
        });
        written.expect("written");
        store.view().expect("a view")
    };
    let accepted =
        store.write_now(|batch| (0..4).try_for_each(|id| batch.put_accepted(&acceptable(id))));
    accepted.expect("written");
    let view = change(&[
        (0, ViewState::InBlock(0)),
        (1, ViewState::InBlock(7)),
        (2, ViewState::InBlock(7)),
    ]);
    assert_eq!(view.open_blocks().expect("readable"), [0, 7]);
    assert_eq!(view.open_in_block(7).expect("readable"), [1, 2]);
    let view = change(&[
        (0, ViewState::Final(ViewFate::Voided)),
        (1, ViewState::Waiting),
    ]);
    assert_eq!(view.open_blocks().expect("readable"), [7]);
    assert_eq!(view.open_in_block(7).expect("readable"), [2]);
    let waiting = view.waiting_views().expect("readable");
    let waiting: Vec<ViewId> = waiting.into_iter().map(|(id, _)| id).collect();
    assert_eq!(waiting, [1, 3]);
    let decided = acceptable(0).view.leaf;
    assert_eq!(view.evidence_of(&decided).expect("readable"), None);
}

#[tokio::test]
async fn what_is_too_old_goes_however_much_it_is_and_past_a_view_that_waits() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    let write = |batch: &Batch<'_>| {
        (0..25_000).try_for_each(|index| batch.put_ticket(&ticket(1, index)))?;
        batch.put_ticket(&ticket(300, 0))?;
        for id in 0..3 {
            batch.put_accepted(&acceptable(id))?;
        }
        let over = || ViewState::Final(ViewFate::Expired);
        (1..3).try_for_each(|id| batch.set_view_state(id, over()))
    };
    store.write_now(write).expect("written");
    let keep = Keep {
        round: 300,
        tickets_from: 300,
        cycles: CycleRule::from_genesis(10),
        archive: false,
        archived: None,
    };
    // As long as a report may need them they stay, however many rounds ago that was.
    let halted = Keep {
        tickets_from: 1,
        ..keep
    };
    store.writer().prune(halted).await.expect("pruned");
    let kept = store.view().expect("a view").next_ticket_index(1);
    assert!(kept.expect("readable") > 0);
    store.writer().prune(keep).await.expect("pruned");
    let view = store.view().expect("a view");
    assert_eq!(view.next_ticket_index(1).expect("readable"), 0);
    assert_eq!(view.next_ticket_index(300).expect("readable"), 1);
    let kept = |id: ViewId| view.has(VIEWS, &id).expect("readable");
    assert_eq!([0, 1, 2].map(kept), [true, false, false]);
}

#[tokio::test]
async fn what_is_not_archived_yet_stays_however_old_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    let bodies: Vec<Hash32> = (2..6).map(|round| [round; 32]).collect();
    let view = acceptable(0);
    let write = |batch: &Batch<'_>| {
        batch.put_accepted(&view)?;
        batch.set_view_state(0, ViewState::Final(ViewFate::Expired))?;
        (2..)
            .zip(&bodies)
            .try_for_each(|(round, root)| batch.put_body(root, round, &[view.view.leaf]))
    };
    store.write_now(write).expect("written");
    let kept = async |archived| {
        let keep = Keep {
            round: 300,
            cycles: CycleRule::from_genesis(10),
            tickets_from: 300,
            archive: false,
            archived,
        };
        store.writer().prune(keep).await.expect("pruned");
        let view = store.view().expect("a view");
        let has = |root: &Hash32| view.body_hashes(root).expect("readable").is_some();
        let is_kept = view.has(VIEWS, &0).expect("readable");
        (bodies.iter().map(has).collect::<Vec<_>>(), is_kept)
    };
    assert_eq!(kept(Some(0)).await, (vec![true; 4], true));
    assert_eq!(kept(Some(11)).await, (vec![true; 4], true));
    // A cycle before the last archived round. The view was accepted in round 2.
    assert_eq!(
        kept(Some(13)).await,
        (vec![false, false, true, true], false)
    );
    assert_eq!(kept(None).await, (vec![false; 4], false));
}
