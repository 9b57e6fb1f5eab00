//! Q: how many subscriptions there may be, and what becomes of one that nobody reads.

use std::time::Duration;

use bounded_collections::BoundedVec;
use chainflix_primitives::{
    AccountId, Round,
    registry::{SettledBlock, SettledRound},
};
use chainflix_verifier::Limits;
use jsonrpsee::{
    core::client::{ClientT, Subscription},
    rpc_params,
    ws_client::WsClient,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use super::api::refused_with;
use super::subscriptions::{Followed, MOMENT, PATIENCE, follow_rounds};
use crate::net::{Net, ROUND_MS};
use crate::viewer::Viewer;

#[tokio::test(flavor = "multi_thread")]
async fn q2_subscriptions_are_bounded_by_connection_and_address_group() {
    let limits = Limits {
        subscriptions_per_connection: 2,
        subscriptions_per_group: 3,
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    let too_many = Some((905, "TooManySubscriptions".to_owned()));
    let client = net.client(0).await;
    let first = follow_rounds(&client, None).await.expect("a place");
    let second = follow_rounds(&client, None).await.expect("a place");
    for _ in 0..20 {
        let third = follow_rounds(&client, None).await;
        assert_eq!(third.err().map(refused_with), too_many, "of the connection");
    }
    let other = net.client(0).await;
    let _third = follow_rounds(&other, None).await.expect("a place");
    let fourth = follow_rounds(&other, None).await;
    assert_eq!(fourth.err().map(refused_with), too_many, "of the group");
    // One that ended makes room, and so do all of a connection that is gone.
    first.unsubscribe().await.expect("ended");
    let _again = until_followed(&other).await;
    drop((client, second));
    until_followed(&net.client(0).await).await;
}

/// A place that somebody else had may take a moment to be free.
async fn until_followed(client: &WsClient) -> Subscription<Value> {
    for _ in 0..100 {
        if let Ok(followed) = follow_rounds(client, None).await {
            return followed;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no place");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_in_which_views_are_followed_is_in_use() {
    let limits = Limits {
        sessions: 1,
        session_idle_ms: 1_000,
        ..Limits::default()
    };
    let mut net = Net::start_with(1, ROUND_MS, limits).await;
    let mut session = Viewer::new(9).open(&net, 0).await;
    let mut followed = Followed::begin(&mut session, 1).await.expect("followed");
    assert_eq!(followed.next(&session).await, Some(vec![]));
    net.pass(5_000).await;
    let other = Viewer::new(10);
    let refused = other.try_open(&net, 0).await.err().map(refused_with);
    assert_eq!(refused, Some((1_034, "TooManySessions".to_owned())));
    drop(followed);
    for _ in 0..100 {
        if other.try_open(&net, 0).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the session stays");
}

/// A settled round in which nothing was approved, told in some 30 KB.
fn long_round(round: Round) -> SettledRound {
    let block = |issuer: u8| SettledBlock {
        issuer: AccountId([issuer; 32]),
        root: [issuer; 32],
        count: 1,
        playtime_ms: 60_000,
        approved: false,
        voided: false,
        weight_ms: 0,
        reward: 0,
    };
    SettledRound {
        round,
        emission: 0,
        settled: 0,
        blocks: BoundedVec::truncate_from((1..=100).map(block).collect()),
        reporters: BoundedVec::default(),
        ads: BoundedVec::default(),
    }
}

/// A WebSocket that follows rounds and takes little at a time.
async fn follow_slowly(address: std::net::SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("set");
    let mut connection = socket.connect(address).await.expect("a connection");
    let upgrade = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    connection
        .write_all(upgrade.as_bytes())
        .await
        .expect("sent");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.expect("a head"));
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    let method = "verifier_subscribeRounds";
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": [0] }).to_string();
    // One text frame, masked by zeros.
    let length = u8::try_from(call.len()).expect("short");
    assert!(length < 126);
    let frame = [&[0x81, 0x80 | length, 0, 0, 0, 0], call.as_bytes()].concat();
    connection.write_all(&frame).await.expect("sent");
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_whoever_does_not_take_what_it_follows_is_sent_away_with_the_reason_and_others_are_served()
 {
    let limits = Limits {
        subscriber_patience: MOMENT,
        subscriptions_per_group: 1,
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    let rounds = 500;
    net.chain.change(|state| {
        let first = state.round + 100;
        state.settled = (first..first + rounds).map(long_round).collect();
    });
    let service = net.nodes[0].service.as_ref().expect("it runs");
    let mut slow = follow_slowly(service.api_address()).await;
    // It has a place until it is sent away: then others have it.
    let client = net.client(0).await;
    let _other = until_followed(&client).await;

    let mut told = Vec::new();
    let ended = b"\"data\":\"TooSlow\"";
    let read = async {
        let mut buffer = vec![0; 1 << 16];
        while !told.windows(ended.len()).any(|part| part == ended) {
            let read = slow.read(&mut buffer).await.expect("read");
            assert!(read > 0, "it is told why");
            // The reason fits into what is searched twice.
            let kept = told.len().min(1_024);
            told.drain(..told.len() - kept);
            told.extend_from_slice(&buffer[..read]);
        }
    };
    let read = tokio::time::timeout(PATIENCE, read).await;
    read.expect("the reason comes after what was on its way");
    let text = String::from_utf8_lossy(&told).into_owned();
    assert!(text.contains("\"code\":906"), "{text}");
    assert!(text.contains("\"method\":\"verifier_rounds\""), "{text}");
    let info: Value = client
        .request("verifier_info", rpc_params![])
        .await
        .expect("an answer");
    assert_eq!(info["ready"], true);
}
