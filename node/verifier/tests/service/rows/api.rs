//! Q: bounds of the API.

use std::time::Duration;

use chainflix_primitives::{
    api::{Reply, Request},
    refusal::Refusal,
};
use chainflix_verifier::Limits;
use codec::{Compact, Encode};
use jsonrpsee::{
    core::{ClientError, client::ClientT, params::BatchRequestBuilder},
    rpc_params,
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::net::{Net, ROUND_MS};
use crate::provider::wanted;
use crate::viewer::{Session, Viewer};

/// Code and name of the refusal in a JSON-RPC error.
pub(super) fn refused_with(error: ClientError) -> (i32, String) {
    let ClientError::Call(error) = error else {
        panic!("not an answer: {error:?}");
    };
    let data: Option<String> = error
        .data()
        .and_then(|data| serde_json::from_str(data.get()).ok());
    (error.code(), data.unwrap_or_default())
}

/// Sends bytes that are no `Request` in a session.
async fn send_raw(session: &mut Session, plain: &[u8]) -> (i32, String) {
    session.number += 1;
    let sealed = hex::encode(session.seal(plain));
    let answer: Result<String, ClientError> = session
        .client
        .request(
            "verifier_call",
            rpc_params![&session.id, session.number, sealed],
        )
        .await;
    refused_with(answer.expect_err("no such request"))
}

#[tokio::test(flavor = "multi_thread")]
async fn q1_one_over_every_bound_is_refused_at_decode() {
    let mut net = Net::start(1).await;
    let video = net.publish(1, 1_200_000);
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    let malformed = (1_000, "Malformed".to_string());

    let cells: Vec<_> = (0..9).map(|cell| wanted(&net, &video, cell, 2)).collect();
    assert_eq!(
        send_raw(&mut session, &(1u8, cells).encode()).await,
        malformed,
        "nine cells"
    );

    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    let whole = Request::FinishCell {
        data: Box::new(data.clone()),
    }
    .encode();
    let nine_openings = {
        let openings = data.openings.to_vec().encode();
        let at = whole
            .windows(openings.len())
            .position(|w| w == openings)
            .expect("it holds them");
        let mut many = data.openings.to_vec();
        many.push(many[0].clone());
        [&whole[..at], &many.encode(), &whole[at + openings.len()..]].concat()
    };
    assert_eq!(
        send_raw(&mut session, &nine_openings).await,
        malformed,
        "nine openings"
    );
    let long_leaf = {
        let bytes = data.openings[0].bytes.to_vec().encode();
        let at = whole
            .windows(bytes.len())
            .position(|w| w == bytes)
            .expect("it holds them");
        [
            &whole[..at],
            &vec![0u8; 1_025].encode(),
            &whole[at + bytes.len()..],
        ]
        .concat()
    };
    assert_eq!(
        send_raw(&mut session, &long_leaf).await,
        malformed,
        "a leaf of 1,025 bytes"
    );
    let long_path = {
        let path = data.cell_path.to_vec().encode();
        let at = whole
            .windows(path.len())
            .position(|w| w == path)
            .expect("it holds it");
        [
            &whole[..at],
            &vec![[0u8; 32]; 33].encode(),
            &whole[at + path.len()..],
        ]
        .concat()
    };
    assert_eq!(
        send_raw(&mut session, &long_path).await,
        malformed,
        "a path of 33 hashes"
    );
    let endless = [vec![1u8], Compact(u32::MAX).encode()].concat();
    assert_eq!(
        send_raw(&mut session, &endless).await,
        malformed,
        "a length without content"
    );
    let trailing = [whole.clone(), vec![0]].concat();
    assert_eq!(
        send_raw(&mut session, &trailing).await,
        malformed,
        "bytes after the end"
    );
    assert_eq!(
        send_raw(&mut session, &[99]).await,
        malformed,
        "an unknown request"
    );
    assert_eq!(send_raw(&mut session, &[]).await, malformed, "nothing");
    session
        .finish(data)
        .await
        .expect("the session goes on, and the honest view is accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn q1_a_message_is_good_once_and_only_under_its_own_number_and_session() {
    let net = Net::start(1).await;
    let viewer = Viewer::new(9);
    let mut session = viewer.open(&net, 0).await;
    session.number = 7;
    let sealed = hex::encode(session.seal(&Request::AbandonCell { ticket: None }.encode()));
    let call = |id: String, number: u64| {
        let sealed = sealed.clone();
        let client = &session.client;
        async move {
            client
                .request::<String, _>("verifier_call", rpc_params![id, number, sealed])
                .await
        }
    };
    let id = session.id.clone();
    assert!(
        call(id.clone(), 8).await.is_err(),
        "sealed under another number"
    );
    assert!(call(id.clone(), 7).await.is_ok());
    assert!(call(id.clone(), 7).await.is_err(), "sent again");
    let other = viewer.open(&net, 0).await;
    assert!(call(other.id.clone(), 7).await.is_err(), "another session");
    let unknown = call("00".repeat(16), 9).await.expect_err("no such session");
    assert_eq!(refused_with(unknown), (1_001, "UnknownSession".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_open_only_for_a_genuine_delegation_of_this_chain_that_holds_now() {
    let net = Net::start(1).await;
    let open = |viewer: Viewer| {
        let net = &net;
        async move {
            viewer
                .try_open(net, 0)
                .await
                .map(|_| ())
                .map_err(refused_with)
        }
    };
    let mut forged = Viewer::new(9);
    forged.delegation.delegation.account = chainflix_primitives::AccountId([1; 32]);
    assert_eq!(open(forged).await, Err((1_002, "InvalidDelegation".into())));
    let mut elsewhere = Viewer::new(9);
    elsewhere.delegation.delegation.genesis = [0x99; 32];
    elsewhere.sign_delegation();
    assert_eq!(
        open(elsewhere).await,
        Err((1_002, "InvalidDelegation".into()))
    );
    assert_eq!(
        open(Viewer::with_rounds(9, 500, 600)).await,
        Err((1_003, "DelegationExpired".into()))
    );
    assert_eq!(
        open(Viewer::with_rounds(9, 0, 10_001)).await,
        Err((1_003, "DelegationExpired".into()))
    );
    let mut stolen = Viewer::new(9);
    stolen.delegation.delegation.session_key = [2; 32];
    stolen.sign_delegation();
    assert_eq!(open(stolen).await, Err((1_011, "BadSignature".into())));
    assert_eq!(open(Viewer::new(9)).await, Ok(()));

    let viewer = Viewer::new(10);
    let (opening, _) = viewer.opening(&net, 0);
    let opening = hex::encode(opening.encode());
    let client = net.client(0).await;
    let request = || client.request::<String, _>("verifier_openSession", rpc_params![&opening]);
    assert!(request().await.is_ok());
    let replayed = request().await.expect_err("an opening is good once");
    assert_eq!(refused_with(replayed), (1_000, "Malformed".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn q2_a_thousand_abandoned_sessions_of_one_account_leave_four() {
    let limits = Limits {
        opens: chainflix_verifier::Rate::per_second(10_000, 1),
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    let viewer = Viewer::new(9);
    let client = net.client(0).await;
    let mut ids: Vec<String> = Vec::new();
    for _ in 0..1_000 {
        let (opening, _) = viewer.opening(&net, 0);
        let id = client
            .request(
                "verifier_openSession",
                rpc_params![hex::encode(opening.encode())],
            )
            .await
            .expect("a session");
        ids.push(id);
    }
    let mut alive = 0;
    for id in &ids {
        let answer: Result<String, ClientError> = client
            .request("verifier_call", rpc_params![id, 1, "00"])
            .await;
        let (_, name) = refused_with(answer.expect_err("not sealed"));
        alive += u32::from(name != "UnknownSession");
    }
    assert_eq!(alive, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn q2_accounts_and_sessions_above_the_bounds_are_refused_with_their_reason() {
    let limits = Limits {
        sessions: 2,
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    Viewer::new(9).open(&net, 0).await;
    Viewer::new(10).open(&net, 0).await;
    let refused = Viewer::new(11)
        .try_open(&net, 0)
        .await
        .map(|_| ())
        .map_err(refused_with);
    assert_eq!(refused, Err((1_034, "TooManySessions".into())));
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_garbage_oversized_bodies_and_slow_senders_are_cut_off_and_others_served() {
    let limits = Limits {
        request_time: Duration::from_millis(300),
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    let address = net.nodes[0]
        .service
        .as_ref()
        .expect("it runs")
        .api_address();

    let mut garbage = TcpStream::connect(address).await.expect("a connection");
    garbage
        .write_all(&[0x16, 0x03, 0x01, 0xff, 0xfe, 0x00, 0x0a, 0x0a])
        .await
        .expect("sent");
    assert!(closed(&mut garbage).await, "garbage");

    let mut silent = TcpStream::connect(address).await.expect("a connection");
    assert!(closed(&mut silent).await, "a connection that says nothing");

    let mut slow = TcpStream::connect(address).await.expect("a connection");
    let header = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let dripped = async {
        for byte in header {
            if slow.write_all(&[*byte]).await.is_err() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        closed(&mut slow).await
    };
    assert!(dripped.await, "a header that comes byte by byte");

    let mut claims_more = TcpStream::connect(address).await.expect("a connection");
    let unfinished =
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
    claims_more.write_all(unfinished).await.expect("sent");
    assert!(closed(&mut claims_more).await, "a body that does not come");

    let client = net.client(0).await;
    let long = "0".repeat(200 * 1024);
    let oversized: Result<String, ClientError> = client
        .request("verifier_openSession", rpc_params![long])
        .await;
    assert!(oversized.is_err(), "an oversized request");

    let client = net.client(0).await;
    for text in ["", "zz", "0x", "00", &"ff".repeat(4_000)] {
        let answer: Result<String, ClientError> = client
            .request("verifier_openSession", rpc_params![text])
            .await;
        assert_eq!(refused_with(answer.expect_err("no opening")).1, "Malformed");
    }
    let mut batch = BatchRequestBuilder::new();
    batch
        .insert("verifier_info", rpc_params![])
        .expect("a call");
    assert!(
        client.batch_request::<Value>(batch).await.is_err(),
        "batches are not served"
    );

    let client = net.client(0).await;
    let info: Value = client
        .request("verifier_info", rpc_params![])
        .await
        .expect("an answer");
    assert_eq!(info["ready"], true);
}

/// Whether the other side closes the connection within some seconds.
async fn closed(connection: &mut TcpStream) -> bool {
    let mut buffer = [0u8; 4_096];
    let until_end = async {
        while let Ok(read) = connection.read(&mut buffer).await {
            if read == 0 {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), until_end)
        .await
        .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_calls_above_the_groups_rate_are_refused_and_come_back_with_time() {
    let limits = Limits {
        calls: chainflix_verifier::Rate::per_second(20, 10),
        ..Limits::default()
    };
    let mut net = Net::start_with(1, ROUND_MS, limits).await;
    let client = net.client(0).await;
    let mut refused = 0;
    for _ in 0..30 {
        let answer: Result<Value, ClientError> =
            client.request("verifier_info", rpc_params![]).await;
        if let Err(error) = answer {
            assert_eq!(refused_with(error), (1_026, "RateLimited".into()));
            refused += 1;
        }
    }
    assert!(refused >= 10, "{refused} of 30 were refused");
    net.pass(1_000).await;
    let answer: Result<Value, ClientError> = client.request("verifier_info", rpc_params![]).await;
    assert!(answer.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_that_is_not_assigned_issues_no_ticket() {
    let net = Net::start(4).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let assigned = viewer.assigned(&net);
    let stranger = (0..4)
        .find(|node| !assigned.contains(node))
        .expect("two of four");
    let mut session = viewer.open(&net, stranger).await;
    let start = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    assert_eq!(session.refusal(start).await, Refusal::NotAssigned);
    // It gives keys all the same, so that the video plays.
    let key = Request::ContentKey {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    assert!(matches!(session.ask(key).await, Reply::ContentKey(_)));
    let unknown = Request::OpenVideo {
        video: chainflix_primitives::Magnet([0; 32]),
    };
    assert_eq!(session.refusal(unknown).await, Refusal::UnknownVideo);
}
