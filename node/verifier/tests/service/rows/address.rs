//! I: addresses.

use std::{fs, path::Path, time::Duration};

use chainflix_primitives::{
    api::{Reply, Request},
    refusal::Refusal,
    registry::SettledRound,
};
use chainflix_verifier::{AddressPolicy, Limits};
use codec::Encode;
use jsonrpsee::{
    core::{ClientError, client::ClientT},
    rpc_params,
    ws_client::{HeaderMap, HeaderValue, WsClient, WsClientBuilder},
};

use crate::net::{Net, ROUND_MS};
use crate::viewer::{Session, Viewer};

/// A connection that brings headers of these names, all with one value.
async fn connect_with(net: &Net, node: usize, names: &[&'static str], value: &str) -> WsClient {
    let service = net.nodes[node].service.as_ref().expect("it runs");
    let mut headers = HeaderMap::new();
    for name in names {
        headers.insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    WsClientBuilder::default()
        .set_headers(headers)
        .build(format!("ws://{}", service.api_address()))
        .await
        .expect("a connection")
}

/// A session of a viewer that a proxy says sits at `address`.
async fn open_from(net: &Net, viewer: &Viewer, address: &str) -> Result<Session, ClientError> {
    let node = viewer.assigned(net)[0];
    let client = connect_with(net, node, &["x-forwarded-for"], address).await;
    viewer.open_by(net, node, client).await
}

/// Asks for a session over a connection, and does no more with it.
async fn session_by(client: &WsClient, net: &Net, seed: u8) -> Result<(), ClientError> {
    let (opening, _) = Viewer::new(seed).opening(net, 0);
    let opening = rpc_params![hex::encode(opening.encode())];
    let opened: Result<String, ClientError> = client.request("verifier_openSession", opening).await;
    opened.map(|_| ())
}

/// A connection from `address`, and with which code a session on it is refused. Connections that were dropped before are
/// waited for: as long as the server has not noticed, this one may be one too many.
async fn refused(net: &Net, seed: u8, address: &str) -> (WsClient, Option<i32>) {
    let mut attempts = 0;
    loop {
        let client = connect_with(net, 0, &["x-forwarded-for"], address).await;
        let opened = session_by(&client, net, seed).await;
        let code = code_of(opened);
        attempts += 1;
        if code != Some(1_026) || attempts == 100 {
            return (client, code);
        }
        drop(client);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A policy that believes proxies on this machine, and withholds by these rules.
fn behind_a_proxy(deny: &[&str]) -> AddressPolicy {
    AddressPolicy {
        deny: deny
            .iter()
            .map(|rule| rule.parse().expect("a rule"))
            .collect(),
        proxies: vec!["127.0.0.0/8".parse().expect("a range")],
        ..AddressPolicy::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_forged_proxy_headers_are_ignored() {
    let limits = Limits {
        sessions_per_group: 1,
        ..Limits::default()
    };
    let net = Net::start_with(1, ROUND_MS, limits).await;
    let mut results = Vec::new();
    let mut clients = Vec::new();
    for (seed, forged) in [
        (9, "203.0.113.1"),
        (10, "198.51.100.1"),
        (11, "2001:db8::1"),
    ] {
        let names = [
            "x-forwarded-for",
            "x-real-ip",
            "forwarded",
            "cf-connecting-ip",
        ];
        let client = connect_with(&net, 0, &names, forged).await;
        let opened = session_by(&client, &net, seed).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn i1_a_trusted_proxy_is_believed_and_each_group_behind_it_has_bounds_of_its_own() {
    let limits = Limits {
        connections_per_group: 2,
        sessions_per_group: 1,
        ..Limits::default()
    };
    let mut net = Net::unstarted(1, ROUND_MS, limits);
    net.nodes[0].addresses = behind_a_proxy(&[]);
    let net = net.started().await;
    let (one, other) = ("203.0.113.1", "198.51.100.1");
    let first = open_from(&net, &Viewer::new(9), one).await.expect("served");
    let (_, again) = refused(&net, 10, one).await;
    assert_eq!(again, Some(1_034), "one session for one group");
    let beside = open_from(&net, &Viewer::new(11), other).await;
    let beside = beside.expect("another group has its own");
    // What the viewer itself writes stands before what the proxy adds.
    let (_, forged) = refused(&net, 12, &format!("192.0.2.77, {one}")).await;
    assert_eq!(forged, Some(1_034), "it is the first group again");
    let (_second, code) = refused(&net, 14, one).await;
    assert_eq!(code, Some(1_034), "the group has room for a connection");
    let third = open_from(&net, &Viewer::new(13), one).await.map(|_| ());
    assert_eq!(code_of(third), Some(1_026), "a connection too many");
    drop((first, beside));
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_the_operator_refuses_get_nothing_no_keys_or_no_tickets() {
    let deny = [
        "203.0.113.0/24",
        "198.51.100.0/24=keys",
        "192.0.2.0/24=tickets",
    ];
    let mut net = Net::start_for(1, &behind_a_proxy(&deny)).await;
    let video = net.publish(1, 60_000);
    let barred = open_from(&net, &Viewer::new(9), "203.0.113.1").await;
    assert_eq!(code_of(barred.map(|_| ())), Some(1_036));
    let start = Request::StartCell {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    let key = Request::ContentKey {
        video: video.magnet,
        rendition: 0,
        cell: 0,
    };
    let without_keys = open_from(&net, &Viewer::new(10), "198.51.100.1").await;
    let mut session = without_keys.expect("a session");
    assert_eq!(session.refusal(key.clone()).await, Refusal::AddressRefused);
    assert_eq!(
        session.refusal(start.clone()).await,
        Refusal::AddressRefused
    );
    let without_tickets = open_from(&net, &Viewer::new(11), "192.0.2.1").await;
    let mut session = without_tickets.expect("a session");
    assert!(matches!(session.ask(key).await, Reply::ContentKey(_)));
    assert_eq!(session.refusal(start).await, Refusal::AddressRefused);
    let viewer = Viewer::new(12);
    let served = open_from(&net, &viewer, "2001:db8::1").await;
    let mut session = served.expect("a session");
    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data).await.expect("served in full");
    let allow = AddressPolicy {
        allow: vec!["2001:db8::/32".parse().expect("a range")],
        ..behind_a_proxy(&[])
    };
    let net = Net::start_for(1, &allow).await;
    for (address, refused) in [("2001:db8::1", None), ("203.0.113.1", Some(1_036))] {
        let opened = open_from(&net, &Viewer::new(9), address).await;
        assert_eq!(code_of(opened.map(|_| ())), refused, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_nothing_that_a_verifier_keeps_or_reports_holds_an_address() {
    let mut net = Net::start_for(4, &behind_a_proxy(&[])).await;
    let video = net.publish(1, 60_000);
    let viewer = Viewer::new(9);
    let address = "2001:db8:a1b2:c3d4:e5f6:1122:3344:5566";
    let mut session = open_from(&net, &viewer, address).await.expect("served");
    let (_, data) = net.play(&viewer, &mut session, &video, 0).await;
    session.finish(data.clone()).await.expect("an honest view");
    let again = session.finish(data).await;
    assert!(again.is_err(), "a refusal is kept, too");
    net.pass_rounds(8).await;
    let bytes: std::net::Ipv6Addr = address.parse().expect("an address");
    let group = &bytes.octets()[..8];
    let words: [&[u8]; 3] = [group, b"2001:db8:a1b2", b"20010db8a1b2c3d4"];
    let holds = |content: &[u8]| {
        let mut words = words.iter();
        words.any(|word| content.windows(word.len()).any(|part| part == *word))
    };
    let mut looked_at = 0;
    for node in &net.nodes {
        for file in files_in(node.directory.path()) {
            let content = fs::read(&file).expect("a file of the verifier");
            assert!(!holds(&content), "{}", file.display());
            looked_at += content.len();
        }
    }
    assert!(looked_at > 100_000, "{looked_at} bytes were looked at");
    let reported = net.chain.read(|state| {
        let reports = state.reports.values().map(Encode::encode);
        reports.collect::<Vec<_>>().concat()
    });
    assert!(!holds(&reported));
}

fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_file()).collect()
}

/// Code of the error that a call came to.
fn code_of(answer: Result<(), ClientError>) -> Option<i32> {
    match answer {
        Err(ClientError::Call(error)) => Some(error.code()),
        Err(other) => panic!("not an answer: {other}"),
        Ok(()) => None,
    }
}
