//! Row B3: verifiers that join when the chain has dropped the rounds from which earnings came.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use chainflix_primitives::{
    AccountId, Round, Sha256, api::ClaimProof, draw::assigned_verifiers, hash::Hash32, merkle,
};
use codec::{Decode, Encode};
use serde_json::Value;

use super::past::{missed_rounds, proof};
use crate::chain::State;
use crate::net::Net;
use crate::video::Video;
use crate::viewer::Viewer;

/// What a verifier says of a snapshot: round, root of the totals, length, length of parts, root of the parts.
type Head = (Round, Hash32, u64, u32, Hash32);

const NEWCOMER: AccountId = AccountId([9; 32]);
/// No answer: it is not here.
const REFUSED: [u8; 2] = [0, 2];

/// A net of four in which a view was paid in a round that the chain has dropped, and one that is about to join it.
async fn net_with_a_past() -> (Net, Video, Viewer, usize) {
    let mut net = Net::start(4).await;
    let video = net.publish(1, 180_000);
    // One whose verifiers are others, also when there are five.
    let set: Vec<AccountId> = (1..=4)
        .map(|n| AccountId([n; 32]))
        .chain([NEWCOMER])
        .collect();
    let is_apart = |viewer: &Viewer| {
        let assigned = assigned_verifiers::<Sha256>(&State::seed_of(0), &viewer.account(), &set);
        !assigned.contains(&NEWCOMER)
    };
    let viewer = (10..).map(Viewer::new).find(is_apart);
    let viewer = viewer.expect("one of many");
    net.watch(&viewer, &video, 0).await;
    net.pass_rounds(14).await;
    let now = net.chain.read(|state| state.round);
    let paid = net.chain.read(|state| {
        let mut paid = state.settled.iter().filter(|round| round.settled > 0);
        paid.next().expect("it is paid").round
    });
    assert!(paid < now - 6);
    net.chain.change(|state| state.kept_from = now - 6);
    let newcomer = net.join_set(NEWCOMER);
    net.nodes[newcomer].settled_rounds_kept = 6;
    (net, video, viewer, newcomer)
}

/// Starts the newcomer, and waits until it says that it lacks rounds.
async fn let_join(net: &mut Net, newcomer: usize) {
    net.is_impaired = true;
    net.start_node(newcomer).await;
    for _ in 0..9 {
        net.pass(2_400).await;
        if missed_rounds(net, newcomer).await != Value::Null {
            return;
        }
    }
    panic!("it lacks nothing");
}

/// Lets rounds pass until the newcomer lacks nothing any more; at most so many.
async fn until_whole(net: &mut Net, newcomer: usize, rounds: u32) -> bool {
    for _ in 0..3 * rounds {
        net.pass(2_400).await;
        if missed_rounds(net, newcomer).await == Value::Null {
            return true;
        }
    }
    false
}

/// Holds what the newcomer proves and votes against what the others do.
async fn agrees(net: &mut Net, newcomer: usize, viewer: &Viewer) {
    let since = net.chain.read(|state| state.round);
    net.pass_rounds(8).await;
    for account in [viewer.account(), crate::net::PRODUCER, net.nodes[0].account] {
        let theirs = proof(net, 0, account, None).await.expect("a proof");
        let own: Result<ClaimProof, String> =
            proof(net, newcomer, account, Some(theirs.as_of)).await;
        assert_eq!(own.as_ref(), Ok(&theirs));
        assert!(theirs.total > 0);
    }
    net.chain.read(|state| {
        let of = |own: bool| {
            let reports = state.reports.iter();
            let votes =
                reports.filter(move |((round, by), _)| *round > since && (*by == NEWCOMER) == own);
            votes.filter_map(|(_, report)| report.earnings)
        };
        let own: Vec<_> = of(true).collect();
        assert!(own.len() >= 3, "it votes: {own:?}");
        for vote in own {
            let mut others = of(false).filter(|other| other.as_of == vote.as_of);
            assert!(others.all(|other| other == vote), "as of {}", vote.as_of);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_verifier_that_joins_after_rounds_the_chain_has_dropped_takes_the_earnings_from_a_snapshot()
 {
    let (mut net, video, viewer, newcomer) = net_with_a_past().await;
    let_join(&mut net, newcomer).await;
    let refused = proof(&net, newcomer, viewer.account(), None).await;
    assert_eq!(refused.err().as_deref(), Some("RoundsMissed"));
    assert!(until_whole(&mut net, newcomer, 30).await);
    // It goes on from there by itself.
    let mut later = (20..).map(Viewer::new);
    let later = later.find(|viewer| !viewer.assigned(&net).contains(&newcomer));
    net.watch(&later.expect("one of many"), &video, 0).await;
    net.pass_rounds(6).await;
    agrees(&mut net, newcomer, &viewer).await;
    // Nor does a restart change that.
    net.kill(newcomer).await;
    net.revive(newcomer).await;
    net.pass_rounds(3).await;
    assert_eq!(missed_rounds(&net, newcomer).await, Value::Null);
    agrees(&mut net, newcomer, &viewer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_liar_and_one_that_dies_midway_keep_nobody_from_joining() {
    let (mut net, _, viewer, newcomer) = net_with_a_past().await;
    let keys: Vec<[u8; 32]> = net.nodes.iter().map(|node| node.network_key).collect();
    let given = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&given);
    let died = AtomicUsize::new(0);
    let attempts = AtomicUsize::new(0);
    net.network
        .set_tamper(Some(Arc::new(move |key, request, mut answer| {
            let place = keys.iter().position(|known| *known == key);
            let is_given = answer[0] != 0;
            // Each attempt begins with what everybody says of it; on a busy machine one may not come to its end in time.
            let attempt = match (place, request[0]) {
                (Some(1), 10) => attempts.fetch_add(1, Ordering::Relaxed),
                _ => attempts.load(Ordering::Relaxed),
            };
            match (place, request[0]) {
                // The first says something else of it.
                (Some(0), 10) if answer.len() > 2 => *answer.last_mut().expect("long") ^= 1,
                // The second says the same and gives parts that are wrong.
                (Some(1), 12) if is_given => *answer.last_mut().expect("long") ^= 1,
                // The third dies after two of them.
                (Some(2), 12) if died.fetch_add(1, Ordering::Relaxed) >= 2 => {
                    return REFUSED.to_vec();
                }
                _ => {}
            }
            if request[0] == 12 && is_given {
                noted.lock().expect("held").push((place, attempt));
            }
            answer
        })));
    let_join(&mut net, newcomer).await;
    assert!(until_whole(&mut net, newcomer, 30).await);
    net.network.set_tamper(None);
    let given = std::mem::take(&mut *given.lock().expect("held"));
    let from = |place: usize| given.iter().filter(|(by, _)| *by == Some(place)).count();
    assert_eq!(from(0), 0, "who says something else is not asked");
    let wrong: Vec<usize> = given
        .iter()
        .filter(|(by, _)| *by == Some(1))
        .map(|(_, attempt)| *attempt)
        .collect();
    let attempts: BTreeSet<usize> = wrong.iter().copied().collect();
    assert!(!wrong.is_empty());
    assert_eq!(
        wrong.len(),
        attempts.len(),
        "a wrong part is one too many in each attempt"
    );
    assert_eq!(from(2), 2);
    assert!(from(3) >= 1, "the rest is from the last");
    agrees(&mut net, newcomer, &viewer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_verifier_killed_in_the_middle_of_fetching_a_snapshot_goes_on_where_it_was() {
    let (mut net, _, viewer, newcomer) = net_with_a_past().await;
    let parts = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&parts);
    // Two parts are given, then none.
    net.network
        .set_tamper(Some(Arc::new(move |_, request, answer| {
            let mut parts = noted.lock().expect("held");
            if request[0] != 12 || answer[0] == 0 {
                return answer;
            }
            if parts.len() >= 2 {
                return REFUSED.to_vec();
            }
            parts.push(request.to_vec());
            answer
        })));
    let_join(&mut net, newcomer).await;
    for _ in 0..90 {
        net.pass(2_400).await;
        if parts.lock().expect("held").len() == 2 {
            break;
        }
    }
    let before: BTreeSet<Vec<u8>> = parts.lock().expect("held").drain(..).collect();
    assert_eq!(before.len(), 2);
    net.kill(newcomer).await;
    let noted = Arc::clone(&parts);
    net.network
        .set_tamper(Some(Arc::new(move |_, request, answer| {
            if request[0] == 12 && answer[0] != 0 {
                noted.lock().expect("held").push(request.to_vec());
            }
            answer
        })));
    net.revive(newcomer).await;
    assert!(until_whole(&mut net, newcomer, 30).await);
    net.network.set_tamper(None);
    let after = std::mem::take(&mut *parts.lock().expect("held"));
    let root_of = |request: &[u8]| request[1..33].to_vec();
    let first = before.first().expect("two");
    for request in &after {
        assert_eq!(root_of(request), root_of(first), "the same snapshot");
        assert!(!before.contains(request), "no part is asked for twice");
    }
    assert!(!after.is_empty());
    agrees(&mut net, newcomer, &viewer).await;
}

/// Another snapshot, as a file in parts.
struct Forged {
    head: Head,
    bytes: Vec<u8>,
}

/// A snapshot of the first node, fetched in the name of the second, with `change` done to it.
async fn forged(net: &mut Net, change: impl Fn(&mut Vec<u8>)) -> Forged {
    let mut found = None;
    for _ in 0..30 {
        // The last is the first node's: that one is fetched.
        for node in net.nodes[..4].iter().rev() {
            let service = node.service.as_ref().expect("it runs");
            let answer = service.handle_peer([0x42; 32], vec![10]).await;
            assert_eq!(answer[0], 8);
            let heads = Vec::<Head>::decode(&mut &answer[1..]);
            found = heads.expect("heads").pop();
        }
        if found.is_some() {
            break;
        }
        net.pass(2_400).await;
    }
    let (as_of, totals, length, part_bytes, root) = found.expect("one is made");
    let service = net.nodes[0].service.as_ref().expect("it runs");
    let mut bytes = Vec::new();
    for index in 0u32.. {
        if bytes.len() as u64 >= length {
            break;
        }
        let answer = service
            .handle_peer([0x42; 32], (12u8, root, index).encode())
            .await;
        assert_eq!(answer[0], 9);
        bytes.extend(Vec::<u8>::decode(&mut &answer[1..]).expect("a part"));
    }
    change(&mut bytes);
    let hashes: Vec<Hash32> = hashes(&bytes, part_bytes);
    let root = merkle::root::<Sha256>(&hashes);
    let head = (as_of, totals, bytes.len() as u64, part_bytes, root);
    Forged { head, bytes }
}

fn hashes(bytes: &[u8], part_bytes: u32) -> Vec<Hash32> {
    let parts = bytes.chunks(part_bytes as usize);
    parts.map(merkle::leaf_hash::<Sha256>).collect()
}

/// Nobody shows any snapshot from now on.
fn show_none(net: &Net) {
    let silent = |_, request: &[u8], answer: Vec<u8>| match request[0] {
        10 => REFUSED.to_vec(),
        _ => answer,
    };
    net.network.set_tamper(Some(Arc::new(silent)));
}

/// All verifiers show the forged snapshot from now on. How many parts of it they gave.
fn show(net: &Net, forged: Forged) -> Arc<AtomicUsize> {
    let given = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&given);
    let Forged { head, bytes } = forged;
    let length = head.3 as usize;
    let tamper = move |_, request: &[u8], answer: Vec<u8>| match request[0] {
        10 => (8u8, vec![head]).encode(),
        11 if request[1..33] == head.4 => (4u8, hashes(&bytes, head.3)).encode(),
        12 if request[1..33] == head.4 => {
            counted.fetch_add(1, Ordering::Relaxed);
            let index = u32::decode(&mut &request[33..]).expect("an index") as usize;
            let part = bytes.chunks(length).nth(index).expect("there");
            (9u8, part.to_vec()).encode()
        }
        _ => answer,
    };
    net.network.set_tamper(Some(Arc::new(tamper)));
    given
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_totals_that_nobody_adopted_are_taken_from_nobody_though_all_say_the_same() {
    let (mut net, _, viewer, newcomer) = net_with_a_past().await;
    show_none(&net);
    let_join(&mut net, newcomer).await;
    let richer = forged(&mut net, |bytes| {
        let producer = crate::net::PRODUCER.0;
        let at = bytes.windows(32).position(|known| *known == producer);
        // Behind the account: that there is a total, and its lowest byte.
        let total = at.expect("it has earned") + 33;
        bytes[total] ^= 1;
    });
    let richer = richer.await;
    let given = show(&net, richer);
    assert!(!until_whole(&mut net, newcomer, 6).await);
    let fetched = given.load(Ordering::Relaxed);
    assert!(fetched > 2, "it was read");
    assert!(!until_whole(&mut net, newcomer, 3).await);
    assert_eq!(given.load(Ordering::Relaxed), fetched, "once");
    net.network.set_tamper(None);
    assert!(until_whole(&mut net, newcomer, 30).await);
    agrees(&mut net, newcomer, &viewer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_wrong_rows_under_the_right_totals_show_at_the_next_payment_and_are_replaced() {
    let (mut net, video, viewer, newcomer) = net_with_a_past().await;
    show_none(&net);
    let_join(&mut net, newcomer).await;
    let name = [viewer.account().0, video.magnet.0].concat();
    let spent = forged(&mut net, |bytes| {
        let at = bytes.windows(64).position(|known| known == name);
        // Behind the name: the length of the bitmap, and its first minutes.
        let bits = at.expect("a minute was paid") + 65;
        assert_eq!(bytes[bits], 1);
        bytes[bits] = 3;
    });
    let spent = spent.await;
    show(&net, spent);
    assert!(
        until_whole(&mut net, newcomer, 12).await,
        "nothing speaks against it yet"
    );
    // A minute that is spent there, and nowhere else.
    net.watch(&viewer, &video, 1).await;
    let mut shows = false;
    for _ in 0..36 {
        net.pass(2_400).await;
        shows |= missed_rounds(&net, newcomer).await != Value::Null;
        if shows {
            break;
        }
    }
    assert!(shows, "it comes to other earnings and says so");
    net.network.set_tamper(None);
    assert!(until_whole(&mut net, newcomer, 30).await);
    agrees(&mut net, newcomer, &viewer).await;
}
