//! I: addresses.

use chainflix_primitives::{api::Request, refusal::Refusal, registry::SettledRound};
use chainflix_verifier::Limits;
use codec::Encode;
use jsonrpsee::{
    core::{ClientError, client::ClientT},
    rpc_params,
    ws_client::{HeaderMap, HeaderValue, WsClientBuilder},
};

use crate::net::{Net, ROUND_MS};
use crate::viewer::{Session, Viewer};

#[tokio::test(flavor = "multi_thread")]
async fn i1_forged_proxy_headers_are_ignored() {
    let limits = Limits {
        sessions_per_group: 1,
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    let address = net.nodes[0]
        .service
        .as_ref()
        .expect("it runs")
        .api_address();
    let mut results = Vec::new();
    let mut clients = Vec::new();
    for (seed, forged) in [
        (9, "203.0.113.1"),
        (10, "198.51.100.1"),
        (11, "2001:db8::1"),
    ] {
        let mut headers = HeaderMap::new();
        for name in [
            "x-forwarded-for",
            "x-real-ip",
            "forwarded",
            "cf-connecting-ip",
        ] {
            headers.insert(name, HeaderValue::from_str(forged).expect("a header"));
        }
        let client = WsClientBuilder::default()
            .set_headers(headers)
            .build(format!("ws://{address}"))
            .await
            .expect("a connection");
        let (opening, _) = Viewer::new(seed).opening(&net, 0);
        let opened: Result<String, ClientError> = client
            .request(
                "verifier_openSession",
                rpc_params![hex::encode(opening.encode())],
            )
            .await;
        results.push(opened.is_ok());
        clients.push(client);
    }
    assert_eq!(
        results,
        [true, false, false],
        "all three came from one address group"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_fifty_viewers_behind_one_address_all_watch_and_the_quota_earns() {
    let mut net = Net::start(1).await;
    net.chain
        .change(|state| state.parameters.views_per_group = 20);
    let video = net.publish(1, 60_000);
    let viewers: Vec<Viewer> = (1..=50).map(Viewer::new).collect();
    let mut sessions: Vec<Session> = Vec::new();
    let mut played = Vec::new();
    for viewer in &viewers {
        let mut session = viewer.open(&net, 0).await;
        session
            .ask(Request::OpenVideo {
                video: video.magnet,
            })
            .await;
        let receipts = session.receipts(&net, &video, 0).await;
        let ticket = session.start(&video, 0).await;
        played.push((ticket, receipts));
        sessions.push(session);
    }
    net.pass(60_000).await;
    let mut accepted = 0;
    for ((viewer, session), (ticket, receipts)) in viewers.iter().zip(&mut sessions).zip(played) {
        let data = viewer.play(&net, &video, &ticket, receipts);
        match session.finish(data).await {
            Ok(_) => accepted += 1,
            Err(refusal) => assert_eq!(refusal, Refusal::QuotaExceeded),
        }
    }
    assert_eq!(accepted, 20);
    net.pass_rounds(8).await;
    let paid: Vec<SettledRound> = net.chain.read(|state| state.settled.clone());
    let views: u32 = paid
        .iter()
        .flat_map(|round| &round.blocks)
        .map(|block| block.count)
        .sum();
    assert_eq!(views, 20);
}
