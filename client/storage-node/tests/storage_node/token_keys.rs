//! Token keys: asked of verifiers once, opened by this node only.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chainflix_primitives::AccountId;
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms};
use chainflix_storage_node::keys::{CallError, ProviderKeys, TokenKeyError, VerifierEndpoint};

use crate::chain::keys_of;
use crate::verifier::Verifier;
use crate::world::{GENESIS, token};

fn terms(verifier: &Verifier, epoch: u32) -> TokenTerms {
    TokenTerms {
        issuer: verifier.account,
        epoch,
        ..token(0, 1 << 20).terms
    }
}

fn keys(index: u32, verifiers: Vec<VerifierEndpoint>) -> ProviderKeys {
    ProviderKeys::new(GENESIS, 7, Arc::new(keys_of(index)), Arc::new(verifiers)).unwrap()
}

async fn verifier(number: u8) -> Verifier {
    let exchange_key = keys_of(7).exchange_key();
    Verifier::start(number, HashMap::from([(7, exchange_key)])).await
}

fn opens(opened: Result<chainflix_content::DownloadKey, TokenKeyError>, key: [u8; 32]) -> bool {
    let mut data = [0u8; 16];
    let mut expected = [0u8; 16];
    opened.unwrap().apply(0, &mut data);
    chainflix_content::DownloadKey::new(key).apply(0, &mut expected);
    data == expected
}

#[tokio::test]
async fn a_token_of_any_verifier_opens_and_each_verifier_is_asked_once() {
    let (one, two) = (verifier(1).await, verifier(2).await);
    let keys = keys(7, vec![one.listed(), two.listed()]);
    keys.fetch_all().await;
    assert_eq!(keys.count(), 2);
    for verifier in [&one, &two] {
        let made = verifier.token(terms(verifier, 0), &[9; 32]);
        for _ in 0..3 {
            assert!(opens(keys.open(&made).await, [9; 32]));
        }
        assert_eq!(verifier.state.asked.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_token_of_a_later_epoch_opens_and_earlier_ones_still_do() {
    let one = verifier(1).await;
    let keys = keys(7, vec![one.listed()]);
    let early = one.token(terms(&one, 0), &[9; 32]);
    assert!(opens(keys.open(&early).await, [9; 32]));
    one.state.epoch.store(1, Ordering::SeqCst);
    let late = one.token(terms(&one, 1), &[8; 32]);
    // It was asked a moment ago; it is asked again a little later.
    let mut opened = keys.open(&late).await;
    while matches!(opened, Err(TokenKeyError::NotAtHand)) {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        opened = keys.open(&late).await;
    }
    assert!(opens(opened, [8; 32]));
    assert!(opens(keys.open(&early).await, [9; 32]));
    assert_eq!(one.state.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn changed_terms_another_issuers_seal_and_a_strangers_token_are_refused() {
    let (one, two) = (verifier(1).await, verifier(2).await);
    let keys = keys(7, vec![one.listed(), two.listed()]);
    let mut changed = one.token(terms(&one, 0), &[9; 32]);
    changed.terms.max_bytes += 1;
    assert!(matches!(
        keys.open(&changed).await,
        Err(TokenKeyError::Forged)
    ));
    // Made by one verifier in another's name.
    let mut borrowed = terms(&one, 0);
    borrowed.issuer = two.account;
    let borrowed = DeliveryToken {
        terms: borrowed,
        ..one.token(terms(&one, 0), &[9; 32])
    };
    assert!(matches!(
        keys.open(&borrowed).await,
        Err(TokenKeyError::Forged)
    ));
    let mut stranger = one.token(terms(&one, 0), &[9; 32]);
    stranger.terms.issuer = AccountId([99; 32]);
    assert!(matches!(
        keys.open(&stranger).await,
        Err(TokenKeyError::NotAVerifier)
    ));
}

#[tokio::test]
async fn q2_forged_tokens_make_the_node_ask_a_verifier_no_more_than_once_in_five_seconds() {
    let one = verifier(1).await;
    let keys = keys(7, vec![one.listed()]);
    for epoch in 1..200 {
        let forged = one.token(terms(&one, epoch), &[9; 32]);
        assert!(matches!(
            keys.open(&forged).await,
            Err(TokenKeyError::NotAtHand)
        ));
    }
    assert_eq!(one.state.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn d3_a_key_that_is_sealed_to_another_provider_does_not_open() {
    let one = verifier(1).await;
    // This node's exchange key is not the one that is registered for provider 7.
    let keys = keys(8, vec![one.listed()]);
    let made = one.token(terms(&one, 0), &[9; 32]);
    let words = keys.open(&made).await.unwrap_err().to_string();
    assert!(words.contains("registered exchange key"), "{words}");
}

#[tokio::test]
async fn a_verifier_that_is_down_refuses_or_has_a_strange_address_is_named_in_words() {
    let refusing = Verifier::start(3, HashMap::new()).await;
    let down = VerifierEndpoint {
        account: AccountId([4; 32]),
        endpoint: "ws://127.0.0.1:1".into(),
    };
    let strange = VerifierEndpoint {
        account: AccountId([5; 32]),
        endpoint: "file:///etc/passwd".into(),
    };
    let keys = keys(7, vec![refusing.listed(), down.clone(), strange.clone()]);
    let open = async |account: AccountId| {
        let mut token = token(0, 1);
        token.terms.issuer = account;
        keys.open(&token).await.unwrap_err()
    };
    let refused = open(refusing.account).await;
    assert!(
        refused.to_string().contains("no storage provider"),
        "{refused}"
    );
    let unreachable = open(down.account).await;
    assert!(matches!(
        unreachable,
        TokenKeyError::Call(CallError::Unreachable { .. })
    ));
    let endpoint = open(strange.account).await;
    assert!(matches!(
        endpoint,
        TokenKeyError::Call(CallError::Endpoint(_))
    ));
}
