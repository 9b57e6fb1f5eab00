//! D5, V4: key epochs, and who comes and goes.

use std::{sync::Arc, time::Duration};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::{
    AccountId,
    api::{Reply, Request},
    duty::SetSecretDuty,
    hash::label,
    ids::UploadId,
    receipt::{DeliveryToken, Receipt, TokenTerms},
    refusal::Refusal,
    registry::VideoState,
};
use codec::Encode;

use crate::net::{Net, SUPERVISOR, wait_until};
use crate::video::Video;
use crate::viewer::Viewer;

/// A producer's upload at a node: its id, key epoch and first content key.
async fn upload(net: &Net, producer: &Viewer, node: usize) -> (UploadId, u32, [u8; 32]) {
    let account = producer.account();
    net.chain.change(|state| state.producers.push(account));
    let mut session = producer.open(net, node).await;
    let Reply::Upload { upload, key_epoch } = session.ask(Request::BeginUpload).await else {
        panic!("no upload");
    };
    let keys = Request::UploadKeys {
        upload,
        rendition: 0,
        first: 0,
        count: 1,
    };
    let Reply::UploadKeys(keys) = session.ask(keys).await else {
        panic!("no keys");
    };
    (upload, key_epoch, keys[0])
}

/// Publishes a video of an upload.
fn publish(net: &Net, seed: u8, producer: &Viewer, upload: UploadId, key_epoch: u32) -> Video {
    let mut video = Video::new(seed, 120_000, producer.account(), SUPERVISOR);
    video.terms.upload_id = upload;
    video.terms.key_epoch = key_epoch;
    net.chain.change(|state| {
        state.videos.insert(video.magnet, video.terms.clone());
        state
            .video_states
            .insert(video.magnet, vec![(0, VideoState::Active)]);
    });
    video
}

/// What a node gives a viewer for a video's first cell: DownloadKey, and content key.
async fn keys(net: &Net, viewer: &Viewer, video: &Video, node: usize) -> ([u8; 32], [u8; 32]) {
    let mut session = viewer.open(net, node).await;
    let download = session.tokens(net, video, 0).await.download_key;
    let request = Request::ContentKey {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    let Reply::ContentKey(content) = session.ask(request).await else {
        panic!("no content key");
    };
    (download, content)
}

async fn until_in_force(net: &mut Net, epoch: u32) {
    for _ in 0..40 {
        net.pass(2_400).await;
        let in_force = net.chain.read(|state| {
            let record = state.secrets.get(&epoch);
            record.is_some_and(|record| record.in_force)
        });
        if in_force {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("epoch {epoch} does not come in force");
}

/// What a node answers when another one asks it for the secret of an epoch.
async fn ask_for_secret(net: &Net, asked: usize, asking: usize, epoch: u32) -> Vec<u8> {
    let commitment = net.chain.read(|state| state.secrets[&epoch].commitment);
    let request = (0u8, epoch, commitment).encode();
    let service = net.nodes[asked].service.as_ref().expect("it runs");
    service
        .handle_peer(net.nodes[asking].network_key, request)
        .await
}

/// Epochs whose secrets a killed node's directory holds.
async fn epochs_in(net: &Net, node: usize) -> Vec<u32> {
    let directory = net.nodes[node].directory.path();
    let held = chainflix_verifier::held_secrets(directory).expect("a stopped service");
    let lock = directory.join("verifier.redb");
    let free = || redb::Database::open(&lock).is_ok();
    wait_until("the store is let go of", free).await;
    held.iter().map(|held| held.epoch).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_what_is_published_after_a_removal_is_out_of_the_removed_verifiers_reach() {
    let mut net = Net::start(5).await;
    let producer = Viewer::new(9);
    let (id, epoch, old_key) = upload(&net, &producer, 0).await;
    assert_eq!(epoch, 0);
    let old = publish(&net, 1, &producer, id, epoch);
    let viewer = Viewer::new(10);
    let before = keys(&net, &viewer, &old, 1).await;
    assert_eq!(before.1, old_key);

    let removed = 4;
    net.leave_set(net.nodes[removed].account);
    until_in_force(&mut net, 1).await;
    // It still runs, and asks everybody.
    for asked in 0..4 {
        let answer = ask_for_secret(&net, asked, removed, 1).await;
        assert_eq!(answer[0], 0, "no copy: {answer:?}");
    }
    assert_eq!(ask_for_secret(&net, 0, 1, 1).await[0], 2, "others get one");
    net.pass_rounds(8).await;
    assert!(!net.is_ready(removed).await);
    assert_eq!(
        ask_for_secret(&net, 0, removed, 0).await[0],
        0,
        "nor an old one"
    );

    let (id, epoch, new_key) = upload(&net, &producer, 0).await;
    assert_eq!(epoch, 1, "new videos take their keys from the new epoch");
    let new = publish(&net, 2, &producer, id, epoch);
    let mut given = Vec::new();
    for node in 0..4 {
        given.push(keys(&net, &viewer, &new, node).await);
        assert_eq!(
            keys(&net, &viewer, &old, node).await,
            before,
            "old ones stay"
        );
    }
    assert!(given.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(given[0].1, new_key);

    net.kill(removed).await;
    assert_eq!(epochs_in(&net, removed).await, vec![0]);
    net.kill(0).await;
    assert_eq!(epochs_in(&net, 0).await, vec![0, 1], "old epochs are kept");
    net.is_impaired = true;
    net.revive(0).await;
    net.pass_rounds(1).await;
    assert_eq!(keys(&net, &viewer, &new, 0).await, given[0]);
    assert_eq!(keys(&net, &viewer, &old, 0).await, before);
}

/// A token that whoever knows an epoch's secret can make.
fn forge(secret: &[u8; 32], terms: TokenTerms, download_key: &[u8; 32]) -> DeliveryToken {
    let info = [
        label::PROVIDER_KEY,
        &terms.provider.to_le_bytes(),
        &terms.issuer.0,
    ];
    let mut key = [0u8; 32];
    hkdf::Hkdf::<sha2::Sha256>::new(None, secret)
        .expand_multi_info(&info, &mut key)
        .expect("32 bytes");
    let seal_nonce = [3; 24];
    let payload = Payload {
        msg: download_key,
        aad: &terms.encode(),
    };
    let sealed = XChaCha20Poly1305::new(&key.into())
        .encrypt(XNonce::from_slice(&seal_nonce), payload)
        .expect("sealed");
    DeliveryToken {
        terms,
        seal_nonce,
        sealed_download_key: sealed.try_into().expect("48 bytes"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_tokens_that_a_removed_verifier_makes_pay_nobody() {
    let mut net = Net::start(5).await;
    net.leave_set(net.nodes[4].account);
    until_in_force(&mut net, 1).await;
    net.pass_rounds(8).await;
    net.is_impaired = true;
    net.kill(4).await;
    let directory = net.nodes[4].directory.path();
    let known = chainflix_verifier::held_secrets(directory).expect("a stopped service");
    assert_eq!(known.len(), 1, "that of epoch 0");
    let video = net.publish(1, 60_000);
    let viewer = (9..)
        .map(Viewer::new)
        .find(|viewer| viewer.assigned(&net)[0] < 4);
    let viewer = viewer.expect("one of many");
    let node = viewer.assigned(&net)[0];
    let mut session = viewer.open(&net, node).await;
    let grant = session.tokens(&net, &video, 0).await;
    assert_eq!(grant.tokens[0].terms.epoch, 1);
    let bytes = u64::from(video.entry(0).bytes);
    let forged: Vec<Receipt> = grant
        .tokens
        .iter()
        .zip(&net.providers)
        .map(|(token, provider)| {
            let terms = TokenTerms {
                epoch: 0,
                ..token.terms.clone()
            };
            let token = forge(&known[0].secret, terms, &grant.download_key);
            provider.receipt(token, bytes.div_ceil(2))
        })
        .collect();
    let receipts = session.receipts(&net, &video, 0).await;
    let ticket = session.start(&video, 0).await;
    net.pass(60_000).await;
    let data = viewer.play(&net, &video, &ticket, forged);
    assert_eq!(session.finish(data).await, Err(Refusal::BadReceipt));
    let data = viewer.play(&net, &video, &ticket, receipts);
    session.finish(data).await.expect("with real tokens");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admitted_verifier_gets_the_secret_of_every_epoch_and_gives_the_same_keys() {
    let mut net = Net::start(5).await;
    let producer = Viewer::new(9);
    let (id, epoch, _) = upload(&net, &producer, 0).await;
    let old = publish(&net, 1, &producer, id, epoch);
    net.leave_set(net.nodes[4].account);
    net.is_impaired = true;
    net.kill(4).await;
    until_in_force(&mut net, 1).await;
    net.pass_rounds(3).await;
    let (id, epoch, _) = upload(&net, &producer, 0).await;
    let new = publish(&net, 2, &producer, id, epoch);

    let account = AccountId([9; 32]);
    let joined = net.join_set(account);
    net.start_node(joined).await;
    for _ in 0..40 {
        net.pass(2_400).await;
        if net.is_ready(joined).await {
            break;
        }
    }
    assert!(net.is_ready(joined).await);
    net.pass_rounds(2).await;
    let viewer = Viewer::new(10);
    for video in [&old, &new] {
        let theirs = keys(&net, &viewer, video, 0).await;
        assert_eq!(keys(&net, &viewer, video, joined).await, theirs);
    }
    // It says so of one epoch after the other.
    let says_so = |net: &Net| {
        net.chain.read(|state| {
            let mut epochs = 0..2u32;
            epochs.all(|epoch| state.acknowledged[&epoch].contains(&account))
        })
    };
    for _ in 0..40 {
        if says_so(&net) {
            break;
        }
        net.pass(2_400).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(says_so(&net));
    // It issues tickets and earns like any other.
    let mine = (20..250).map(Viewer::new).find(|viewer| {
        let assigned = viewer.assigned(&net);
        assigned[0] == joined
    });
    net.watch(&mine.expect("one of many"), &new, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_in_order_makes_the_secret_of_an_epoch_whose_maker_gives_no_copies() {
    let mut net = Net::start(4).await;
    let (first, second) = (net.nodes[0].account, net.nodes[1].account);
    let key = net.nodes[0].network_key;
    // The first in order commits, and hands nothing out.
    net.network
        .set_tamper(Some(Arc::new(move |answering, request, answer| {
            let withheld = answering == key && request.first() == Some(&0);
            if withheld { vec![0, 2] } else { answer }
        })));
    net.leave_set(net.nodes[3].account);
    net.is_impaired = true;
    net.kill(3).await;
    net.pass_rounds(4).await;
    let record = net.chain.read(|state| state.secrets[&1].clone());
    assert_eq!((record.maker, record.in_force), (first, false));
    until_in_force(&mut net, 1).await;
    let record = net.chain.read(|state| state.secrets[&1].clone());
    assert_eq!(record.maker, second);
    assert!(record.since >= 10);
    net.pass_rounds(3).await;
    // Whoever withheld it got one itself.
    let (_, epoch, _) = upload(&net, &Viewer::new(9), 0).await;
    assert_eq!(epoch, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commitment_that_hands_out_another_secret_is_not_acknowledged() {
    let mut net = Net::start(4).await;
    net.leave_set(net.nodes[3].account);
    net.is_impaired = true;
    net.kill(3).await;
    let mirrors = |net: &Net| {
        let duty = net.chain.duty(net.nodes[1].account);
        matches!(duty, Some(SetSecretDuty::Acknowledge { epoch: 1, .. }))
    };
    // Copies of another commitment than the chain's are none.
    let asked = net.nodes[0].network_key;
    net.network
        .set_tamper(Some(Arc::new(move |answering, request, answer| {
            let is_copy = answering == asked && request.first() == Some(&0) && answer.len() > 40;
            let mut changed = answer;
            if is_copy {
                changed[40] ^= 1;
            }
            changed
        })));
    net.pass_rounds(4).await;
    assert!(!mirrors(&net));
    net.network.set_tamper(None);
    until_in_force(&mut net, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn v4_views_that_a_verifier_accepts_in_its_last_rounds_are_paid_after_it_has_left() {
    let mut net = Net::start(5).await;
    let video = net.publish(1, 10_000);
    let viewer = Viewer::new(9);
    let leaver = viewer.assigned(&net)[0];
    let account = net.nodes[leaver].account;
    let mut session = viewer.open(&net, leaver).await;
    let receipts = session.receipts(&net, &video, 0).await;
    // From the beginning of a round it is in the set for two whole rounds.
    let round = net.chain.read(|state| state.round);
    while net.chain.read(|state| state.round) == round {
        net.pass(2_400).await;
    }
    let ticket = session.start(&video, 0).await;
    net.leave_set(account);
    net.pass(10_000).await;
    let data = viewer.play(&net, &video, &ticket, receipts);
    let acceptance = session.finish(data).await.expect("an honest view");
    // Whoever would end after it has gone is sent to the other verifier.
    let late = Viewer::new(10);
    let mut too_late = late.open(&net, leaver).await;
    let start = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    assert_eq!(too_late.refusal(start).await, Refusal::NotReady);
    net.pass_rounds(8).await;
    let paid: Vec<AccountId> = net.chain.read(|state| {
        let rounds = state.settled.iter();
        let paid = rounds.filter(|settled| settled.settled > 0);
        paid.flat_map(|settled| &settled.blocks)
            .filter(|block| block.approved && block.count > 0)
            .map(|block| block.issuer)
            .collect()
    });
    assert_eq!(paid, vec![account]);
    net.chain.read(|state| {
        let last = state.set_in(acceptance.round);
        assert!(last.contains(&account), "it was one of its last rounds");
        assert_eq!(state.complaints, Vec::<String>::new());
    });
    wait_until("it has no more to report", || {
        net.chain.read(|state| !state.owes(&account))
    })
    .await;
    assert!(!net.is_ready(leaver).await);
}
