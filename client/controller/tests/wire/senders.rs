//! Who opens connections and sends too slowly, too little or nonsense.

use std::time::{Duration, Instant};

use chainflix_controller::protocol::{ApiError, FromNode, InventoryDigest, NodeStatus};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

/// What the connection says until the other side closes it; `None` when it does not within ten seconds.
async fn told_until_closed(connection: &mut TcpStream) -> Option<Vec<u8>> {
    let mut told = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(10), connection.read_to_end(&mut told));
    // A connection that was reset is closed, too.
    let _ = reading.await.ok()?;
    Some(told)
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_who_trickles_a_header_or_a_body_is_cut_off_and_others_are_served() {
    const HEADER: Duration = Duration::from_millis(700);
    let world = World::with(3, |config| {
        config.header_time = HEADER;
        config.request_time = Duration::from_millis(700);
    })
    .await;
    let address = world.controller.address;
    let connect = || async { TcpStream::connect(address).await.unwrap() };

    let mut silent = connect().await;
    assert_eq!(told_until_closed(&mut silent).await, Some(Vec::new()));

    let mut garbage = connect().await;
    garbage
        .write_all(&[0x16, 3, 1, 0xff, 0xfe, 0, 10, 10])
        .await
        .unwrap();
    assert!(told_until_closed(&mut garbage).await.is_some());

    // Byte after byte, each well within the time: only the whole has a limit.
    let began = Instant::now();
    let (mut listens, mut trickles) = connect().await.into_split();
    let trickling = tokio::spawn(async move {
        for byte in b"GET /v1/health HTTP/1.1\r\nHost: "
            .iter()
            .chain([b'x'; 400].iter())
        {
            if trickles.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut told = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), listens.read_to_end(&mut told))
        .await
        .expect("the connection is closed");
    assert_eq!(told, b"", "nothing is answered");
    let took = began.elapsed();
    assert!(took >= HEADER && took < Duration::from_secs(5), "{took:?}");
    trickling.abort();

    let mut stays = connect().await;
    let request = "POST /v1/placements HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                   x-chainflix-signature: 00\r\nContent-Length: 1000\r\n\r\n{";
    stays.write_all(request.as_bytes()).await.unwrap();
    let told = told_until_closed(&mut stays).await.expect("it is closed");
    let told = String::from_utf8_lossy(&told);
    assert!(told.starts_with("HTTP/1.1 400"), "{told}");
    assert!(told.contains("did not come whole in time"), "{told}");

    // A good request, in two parts that come in time, and a second one on the same connection.
    let mut good = connect().await;
    for _ in 0..2 {
        good.write_all(b"GET /v1/health HTTP/1.1\r\nHo")
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        good.write_all(b"st: x\r\n\r\n").await.unwrap();
        let mut told = vec![0; 4_096];
        let count = good.read(&mut told).await.unwrap();
        assert!(told[..count].starts_with(b"HTTP/1.1 200"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn q3_hundreds_of_slow_connections_keep_nobody_out_and_are_gone_in_time() {
    let world = World::with(3, |config| {
        config.header_time = Duration::from_millis(1_500)
    })
    .await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut connection = TcpStream::connect(world.controller.address).await.unwrap();
        connection.write_all(b"GET /v1/he").await.unwrap();
        slow.push(connection);
    }
    let (status, _) = world.get::<serde_json::Value>("/v1/health").await;
    assert_eq!(status, 200);
    for mut connection in slow {
        assert!(told_until_closed(&mut connection).await.is_some());
    }
    let (status, refused) = world.get::<ApiError>("/v1/nothing").await;
    assert_eq!((status, refused.message.is_empty()), (404, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_connected_is_not_taken_for_a_slow_sender() {
    let world = World::with(3, |config| {
        config.header_time = Duration::from_millis(300);
        config.request_time = Duration::from_millis(300);
    })
    .await;
    let mut node = world.node(1, &[]).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    node.say(&FromNode::Heartbeat {
        free_bytes: 1 << 30,
        streams: 1,
        sent_bytes_per_second: 400_000,
        inventory: InventoryDigest::default(),
        serving: Vec::new(),
    })
    .await;
    let is_heard = |node: &NodeStatus| node.provider == 1 && node.load >= 400;
    world.until(|nodes| nodes.iter().any(is_heard)).await;
}
