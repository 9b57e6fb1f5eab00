//! The API over HTTP: one request, one answer, no WebSocket.

use std::net::SocketAddr;

use chainflix_primitives::api::{Reply, Request};
use codec::{Decode, Encode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::net::Net;
use crate::viewer::Viewer;

/// The answer to one call, posted over a connection of its own.
async fn post(address: SocketAddr, method: &str, params: Value) -> Value {
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let body = call.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    connection
        .write_all(request.as_bytes())
        .await
        .expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    serde_json::from_str(body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_websocket_gets_the_same_answers_over_http() {
    let net = Net::start(1).await;
    let service = net.nodes[0].service.as_ref().expect("it runs");
    let address = service.api_address();
    let info = post(address, "verifier_info", json!([])).await;
    assert_eq!(info["result"]["ready"], true, "{info}");
    assert_eq!(
        info["result"]["account"],
        hex::encode(net.nodes[0].account.0)
    );

    let viewer = Viewer::new(9);
    let (opening, _) = viewer.opening(&net, 0);
    let opened = post(
        address,
        "verifier_openSession",
        json!([hex::encode(opening.encode())]),
    )
    .await;
    let id = hex::decode(opened["result"].as_str().expect("an id")).expect("hex");
    assert_eq!(id.len(), 16);

    // A session is not bound to the connection on which it was opened.
    let mut session = viewer.open(&net, 0).await;
    session.number += 1;
    let sealed = hex::encode(session.seal(&Request::Views { limit: 1 }.encode()));
    let called = post(
        address,
        "verifier_call",
        json!([session.id, session.number, sealed]),
    )
    .await;
    let sealed = hex::decode(called["result"].as_str().expect("a reply")).expect("hex");
    let reply = Reply::decode(&mut session.open(&sealed).as_slice()).expect("SCALE");
    assert!(matches!(reply, Reply::Views(views) if views.is_empty()));

    let refused = post(address, "verifier_openSession", json!(["00"])).await;
    assert_eq!(refused["error"]["code"], 1_000, "{refused}");
    assert_eq!(refused["error"]["data"], "Malformed");
}
