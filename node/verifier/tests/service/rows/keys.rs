//! D: keys.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::{
    AccountId, Round,
    api::{MAX_UPLOAD_KEYS_PER_REQUEST, Reply, Request, SealedProviderKey, session_info},
    ids::UploadId,
    refusal::Refusal,
    registry::{ROUNDS_UNTIL_EFFECT, VideoState},
};
use codec::{Decode, Encode};
use hpke::{Deserializable, OpModeR, aead, kdf::HkdfSha256, kem::X25519HkdfSha256};
use jsonrpsee::{core::client::ClientT, rpc_params};

use crate::chain::GENESIS;
use crate::net::Net;
use crate::viewer::Viewer;

fn content_key(video: &crate::video::Video, cell: u16) -> Request {
    Request::ContentKey {
        video: video.magnet,
        rendition: 0,
        cell,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_every_verifier_gives_the_same_download_key_again_and_again() {
    let net = Net::start(4).await;
    let video = net.publish(1, 120_000);
    let viewer = Viewer::new(9);
    let mut keys = Vec::new();
    for node in [0, 1, 2, 3, 0] {
        let mut session = viewer.open(&net, node).await;
        keys.push(session.tokens(&net, &video, 0).await.download_key);
    }
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    let mut session = viewer.open(&net, 0).await;
    assert_ne!(session.tokens(&net, &video, 1).await.download_key, keys[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn d3_a_token_opens_by_its_own_providers_key_to_the_viewers_download_key_only() {
    let net = Net::start(1).await;
    let video = net.publish(1, 120_000);
    let (alice, bob) = (Viewer::new(9), Viewer::new(10));
    let mut first = alice.open(&net, 0).await;
    let mut second = bob.open(&net, 0).await;
    let alices = first.tokens(&net, &video, 0).await;
    let bobs = second.tokens(&net, &video, 0).await;
    assert_ne!(alices.download_key, bobs.download_key);

    let client = net.client(0).await;
    let mut provider_keys = Vec::new();
    for (index, provider) in net.providers.iter().enumerate() {
        let sealed: String = client
            .request("verifier_providerKey", rpc_params![index])
            .await
            .expect("a sealed key");
        let sealed = SealedProviderKey::decode(&mut hex::decode(sealed).expect("hex").as_slice())
            .expect("SCALE");
        let encapped =
            <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(&sealed.encapsulated)
                .expect("a key");
        let key = hpke::single_shot_open::<aead::ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &provider.exchange,
            &encapped,
            &session_info(&GENESIS, &net.nodes[0].account),
            &sealed.sealed,
            &[],
        )
        .expect("sealed to this provider");
        provider_keys.push(key);
    }
    let open = |key: &[u8], token: &chainflix_primitives::receipt::DeliveryToken| {
        XChaCha20Poly1305::new_from_slice(key)
            .expect("32 bytes")
            .decrypt(
                XNonce::from_slice(&token.seal_nonce),
                Payload {
                    msg: &token.sealed_download_key,
                    aad: &token.terms.encode(),
                },
            )
            .ok()
    };
    for (index, key) in provider_keys.iter().enumerate() {
        assert_eq!(
            open(key, &alices.tokens[index]),
            Some(alices.download_key.to_vec())
        );
        assert_eq!(
            open(key, &bobs.tokens[index]),
            Some(bobs.download_key.to_vec())
        );
        assert_eq!(
            open(key, &alices.tokens[1 - index]),
            None,
            "another provider's token"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_u2_a_restricted_video_gets_no_key_and_pays_what_was_watched() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 240_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data).await.expect("an honest view");

    let receipts = session.receipts(&net, &video, 1).await;
    let ticket = session.start(&video, 1).await;
    assert!(matches!(
        session.ask(content_key(&video, 1)).await,
        Reply::ContentKey(_)
    ));
    let effect: Round = net.chain.read(|state| state.round) + ROUNDS_UNTIL_EFFECT;
    net.chain.change(|state| {
        let states = state
            .video_states
            .get_mut(&video.magnet)
            .expect("registered");
        states.push((effect, VideoState::Restricted));
    });
    // Within the cell that plays, nothing can be had any more.
    net.pass(50_000).await;
    for request in [
        content_key(&video, 1),
        content_key(&video, 2),
        Request::OpenVideo {
            video: video.magnet,
        },
        Request::StartCell {
            video: video.magnet,
            rendition: 0,
            cell: 2,
        },
        Request::CellKeys {
            cells: vec![crate::provider::wanted(&net, &video, 2, 2)]
                .try_into()
                .expect("one"),
        },
    ] {
        assert_eq!(session.refusal(request).await, Refusal::VideoNotActive);
    }
    net.pass(10_000).await;
    let data = viewer.play(&net, &video, &ticket, receipts);
    session
        .finish(data)
        .await
        .expect("what was watched before is paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_content_keys_come_no_faster_than_the_video_plays() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 3_600_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    session.start(&video, 0).await;
    assert!(matches!(
        session.ask(content_key(&video, 0)).await,
        Reply::ContentKey(_)
    ));
    assert_eq!(
        session.refusal(content_key(&video, 1)).await,
        Refusal::TicketOpen
    );
    net.pass(44_999).await;
    assert_eq!(
        session.refusal(content_key(&video, 1)).await,
        Refusal::TicketOpen
    );
    net.pass(1).await;
    assert!(matches!(
        session.ask(content_key(&video, 1)).await,
        Reply::ContentKey(_)
    ));
    assert_eq!(
        session.refusal(content_key(&video, 2)).await,
        Refusal::TicketOpen
    );

    // Without a ticket one may jump about, but not through the whole video.
    session.ask(Request::AbandonCell { ticket: None }).await;
    let mut given = 0;
    for cell in (2..60).rev() {
        given += u32::from(matches!(
            session.ask(content_key(&video, cell)).await,
            Reply::ContentKey(_)
        ));
    }
    assert!((8..=32).contains(&given), "{given} keys at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_upload_keys_are_for_the_uploads_own_producer_and_derive_what_viewers_get() {
    let net = Net::start(1).await;
    let (producer, stranger) = (Viewer::new(9), Viewer::new(10));
    let account: AccountId = producer.account();
    net.chain.change(|state| state.producers.push(account));
    let mut session = producer.open(&net, 0).await;
    let mut other = stranger.open(&net, 0).await;
    assert_eq!(
        other.refusal(Request::BeginUpload).await,
        Refusal::NotEligible
    );
    let Reply::Upload { upload, key_epoch } = session.ask(Request::BeginUpload).await else {
        panic!("no upload");
    };
    assert_eq!(key_epoch, 0);
    let Reply::Upload { upload: second, .. } = session.ask(Request::BeginUpload).await else {
        panic!("no upload");
    };
    assert_ne!(upload, second, "an id is issued once");

    let keys = |upload: UploadId, first, count| Request::UploadKeys {
        upload,
        rendition: 0,
        first,
        count,
    };
    assert_eq!(
        other.refusal(keys(upload, 0, 2)).await,
        Refusal::UnknownUpload
    );
    assert_eq!(
        session.refusal(keys(UploadId([0; 16]), 0, 2)).await,
        Refusal::UnknownUpload
    );
    assert_eq!(
        session
            .refusal(keys(upload, 0, MAX_UPLOAD_KEYS_PER_REQUEST + 1))
            .await,
        Refusal::Malformed
    );
    assert_eq!(
        session.refusal(keys(upload, 1_439, 2)).await,
        Refusal::Malformed
    );
    let Reply::UploadKeys(given) = session.ask(keys(upload, 0, 2)).await else {
        panic!("no keys");
    };
    assert_eq!(given.len(), 2);

    let mut video = crate::video::Video::new(3, 120_000, account, crate::net::SUPERVISOR);
    video.terms.upload_id = upload;
    net.chain.change(|state| {
        state.videos.insert(video.magnet, video.terms.clone());
        state
            .video_states
            .insert(video.magnet, vec![(0, VideoState::Active)]);
    });
    assert_eq!(
        other.ask(content_key(&video, 1)).await,
        Reply::ContentKey(given[1])
    );
}
