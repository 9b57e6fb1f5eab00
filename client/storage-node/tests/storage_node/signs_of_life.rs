//! Signs of life: each verifier is shown, once in a period, that the node is alive.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chainflix_primitives::heartbeat::{PAGE_PROVIDERS, SignOfLife};
use chainflix_storage_node::StorageNode;
use chainflix_storage_node::keys::{Turn, VerifierEndpoint, Verifiers, VerifiersError};
use chainflix_storage_node::signs_of_life::{Shown, SignsOfLife};
use ed25519_zebra::{Signature, VerificationKey};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::chain::{keys_of, node_config};
use crate::verifier::Verifier;
use crate::world::GENESIS;

/// Verifiers, and a period that goes on when the test says so.
#[derive(Default)]
struct Set {
    verifiers: Mutex<Vec<VerifierEndpoint>>,
    period: AtomicU32,
    page: AtomicU32,
}

impl Verifiers for Set {
    fn list(&self) -> BoxFuture<'_, Result<Vec<VerifierEndpoint>, VerifiersError>> {
        let listed = self.verifiers.lock().unwrap().clone();
        async move { Ok(listed) }.boxed()
    }

    fn turn(&self) -> BoxFuture<'_, Result<Turn, VerifiersError>> {
        let turn = Turn {
            period: self.period.load(Ordering::SeqCst),
            page: self.page.load(Ordering::SeqCst),
        };
        async move { Ok(turn) }.boxed()
    }
}

async fn verifier(number: u8) -> Verifier {
    Verifier::start(number, HashMap::new()).await
}

fn signs(provider: u32, verifiers: &[&Verifier]) -> (Arc<Set>, SignsOfLife) {
    let set = Arc::new(Set::default());
    *set.verifiers.lock().unwrap() = verifiers.iter().map(|v| v.listed()).collect();
    let keys = Arc::new(keys_of(provider));
    let list: Arc<dyn Verifiers> = set.clone();
    (
        set,
        SignsOfLife::new(GENESIS, provider, keys, list).unwrap(),
    )
}

fn told(verifier: &Verifier) -> Vec<SignOfLife> {
    let signs = verifier.state.signs.lock().unwrap();
    signs.iter().map(|signed| signed.sign).collect()
}

#[tokio::test]
async fn every_verifier_is_told_once_in_a_period_by_a_signature_of_the_nodes_key_that_names_it() {
    let (one, two) = (verifier(1).await, verifier(2).await);
    let (set, signs) = signs(7, &[&one, &two]);
    for period in [4, 5] {
        set.period.store(period, Ordering::SeqCst);
        for _ in 0..3 {
            signs.show().await.unwrap();
        }
        let all = Shown {
            period: Some(period),
            seen_by: 2,
            verifiers: 2,
        };
        assert_eq!(signs.shown(), all);
    }
    let key = VerificationKey::try_from(keys_of(7).peer().public()).unwrap();
    for verifier in [&one, &two] {
        let expected = [4, 5].map(|period| SignOfLife {
            genesis: GENESIS,
            verifier: verifier.account,
            provider: 7,
            period,
        });
        assert_eq!(told(verifier), expected);
        for signed in verifier.state.signs.lock().unwrap().iter() {
            let signature = Signature::from(signed.signature.0);
            key.verify(&signature, &signed.sign.signing_payload())
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_verifier_that_refuses_or_is_down_is_told_again_and_the_others_are_not() {
    let (one, two) = (verifier(1).await, verifier(2).await);
    two.state.refuses.store(2, Ordering::SeqCst);
    let (set, signs) = signs(7, &[&one, &two]);
    let down = VerifierEndpoint {
        endpoint: "ws://127.0.0.1:1".into(),
        ..verifier(3).await.listed()
    };
    set.verifiers.lock().unwrap().push(down);
    for seen_by in [1, 1, 2, 2] {
        signs.show().await.unwrap();
        assert_eq!(signs.shown().seen_by, seen_by);
    }
    assert_eq!((told(&one).len(), told(&two).len()), (1, 3));
    // The one that is down leaves the set; nobody is left to be told.
    set.verifiers.lock().unwrap().pop();
    signs.show().await.unwrap();
    assert_eq!((signs.shown().seen_by, signs.shown().verifiers), (2, 2));
}

#[tokio::test]
async fn nobody_is_told_anything_while_it_is_another_pages_turn() {
    let one = verifier(1).await;
    let (set, signs) = signs(PAGE_PROVIDERS + 1, &[&one]);
    signs.show().await.unwrap();
    assert_eq!((told(&one).len(), signs.shown()), (0, Shown::default()));
    set.page.store(1, Ordering::SeqCst);
    signs.show().await.unwrap();
    assert_eq!(told(&one).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_runs_shows_itself_without_being_asked() {
    let one = verifier(1).await;
    let folder = tempfile::tempdir().unwrap();
    let verifiers = Arc::new(vec![one.listed()]);
    let config = node_config(7, folder.path());
    let node = StorageNode::start(config, keys_of(7), verifiers).await;
    let node = node.unwrap();
    while node.status().shown.seen_by == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(told(&one).len(), 1);
}
