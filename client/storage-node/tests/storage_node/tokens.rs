//! What a token allows is allowed once, however often its holder comes back.

use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::receipt::{MAX_UNSIGNED_BYTES, RECEIPT_EVERY_BYTES};
use chainflix_storage_node::totals::{SpendError, Totals};

use crate::world::{open, token};

const GROUP: u64 = 16 * 1024;

#[tokio::test]
async fn q1_a_token_is_good_for_its_bytes_and_not_one_more_over_any_number_of_streams() {
    let folder = tempfile::tempdir().unwrap();
    let totals = Totals::of(&open(folder.path()));
    let token = token(1, 40 * GROUP + 5);
    let streams = (0..8).map(|_| {
        let account = totals.open(&token).unwrap();
        tokio::spawn(async move {
            let mut spent = 0u64;
            while account.spend(GROUP).await.is_ok() {
                spent += 1;
            }
            spent
        })
    });
    let mut spent = 0;
    for stream in streams.collect::<Vec<_>>() {
        spent += stream.await.unwrap();
    }
    assert_eq!(spent, 40);
    let account = totals.open(&token).unwrap();
    assert!(account.spend(5).await.is_ok());
    let more = account.spend(1).await;
    assert!(matches!(more, Err(SpendError::Exhausted { .. })));
}

#[tokio::test]
async fn a_viewer_that_does_not_countersign_gets_two_mebibytes_even_when_it_reconnects() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let totals = Totals::of(&store);
    let token = token(1, 1 << 30);
    let mut spent = 0;
    for _ in 0..4 {
        let account = totals.open(&token).unwrap();
        while account.spend(GROUP).await.is_ok() {
            spent += GROUP;
        }
        totals.tidy(0);
    }
    assert_eq!(spent, MAX_UNSIGNED_BYTES);
    let account = totals.open(&token).unwrap();
    account.countersign(RECEIPT_EVERY_BYTES);
    assert!(account.spend(RECEIPT_EVERY_BYTES).await.is_ok());
    let refused = account.spend(1).await;
    assert!(matches!(refused, Err(SpendError::Unsigned { .. })));
    // A countersignature over more than was sent buys nothing.
    account.countersign(u64::MAX);
    assert_eq!(account.countersigned(), account.sent());
}

#[tokio::test]
async fn totals_are_exact_after_an_orderly_end_and_forgotten_after_they_expired() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let totals = Totals::of(&store);
    let token = token(1, 1 << 30);
    let account = totals.open(&token).unwrap();
    account.spend(3 * GROUP + 1).await.unwrap();
    account.countersign(GROUP);
    totals.flush();
    drop((account, totals, store));

    let store = open(folder.path());
    let totals = Totals::of(&store);
    let account = totals.open(&token).unwrap();
    assert_eq!(
        (account.sent(), account.countersigned()),
        (3 * GROUP + 1, GROUP)
    );
    drop(account);
    // The token is good until 10,000 s; a little later it is forgotten.
    totals.tidy(10_000_000);
    drop((totals, store));
    let store = open(folder.path());
    let totals = Totals::of(&store);
    assert_eq!(totals.open(&token).unwrap().sent(), 3 * GROUP + 1);
    totals.tidy(11_000_000);
    drop((totals, store));
    let store = open(folder.path());
    assert_eq!(Totals::of(&store).open(&token).unwrap().sent(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_streams_share_the_commits_that_make_their_totals_durable() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let totals = Arc::new(Totals::of(&store));
    let started = std::time::Instant::now();
    let streams = (0..64u8).map(|number| {
        let account = totals.open(&token(number, 1 << 30)).unwrap();
        tokio::spawn(async move {
            for _ in 0..(8 << 20) / GROUP {
                let total = account.spend(GROUP).await.unwrap();
                account.countersign(total);
            }
        })
    });
    for stream in streams.collect::<Vec<_>>() {
        stream.await.unwrap();
    }
    let took = started.elapsed();
    // 512 MiB, 2,048 records: a commit for each would take far longer.
    println!("64 streams of 8 MiB counted in {took:?}");
    assert!(took < Duration::from_secs(20));
}
