//! Serves HTTP to whoever comes: takes in connections, and closes those whose request does not come. Without a limit, whoever
//! opens many and sends a byte now and then holds a file descriptor for each (slow loris).
//!
//! `axum::serve` sets no timer, and without one hyper waits for ever. HTTP/1.1 alone is served: nodes, players and browsers
//! speak it, and so do proxies to what stands behind them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// After a connection could not be taken in, most likely for want of file descriptors, the next one is tried so much later.
const PAUSE: Duration = Duration::from_millis(500);

/// What whoever connects is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Each request's header has to come within this time.
    pub header_time: Duration,
    /// So many connections are open at a time; others wait until one is closed.
    pub connections: usize,
}

/// Serves `router` on every connection that comes. At the end, which `shutdown` tells by `true` or by being gone, requests that
/// are being answered still are, and connections without one are closed: they would keep what they share in use.
pub async fn run(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    shutdown: watch::Receiver<bool>,
) {
    let places = bounds.connections.min(Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(places));
    loop {
        // It is never closed.
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, from)) => {
                tokio::spawn(serve(
                    stream,
                    from,
                    router.clone(),
                    bounds.header_time,
                    shutdown.clone(),
                    place,
                ));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken in");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
    header_time: Duration,
    mut shutdown: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    // Answers are small; a failure costs some milliseconds each, no more.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        service.call(request)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = stopping(&mut shutdown) => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = served {
        tracing::trace!(%error, %from, "a connection ended early");
    }
}

/// Resolves when what is served shall stop, or whoever serves it is gone.
pub(crate) async fn stopping(shutdown: &mut watch::Receiver<bool>) {
    // An error says that the sender is gone.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const BOUNDS: Bounds = Bounds {
        header_time: Duration::from_millis(300),
        connections: 4,
    };

    async fn served() -> (SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let router = Router::new().route("/", get(|| async { "served" }));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(run(listener, router, BOUNDS, stopped));
        (address, stop)
    }

    async fn answer_to(address: SocketAddr, sent: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        // It may be cut off already.
        let _ = stream.write_all(sent).await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(10), read).await;
        // A reset is an end, too.
        let _ = read.expect("it is cut off");
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test]
    async fn q3_more_slow_connections_than_there_are_places_keep_nobody_out_for_long() {
        let (address, _stop) = served().await;
        let mut slow = Vec::new();
        for _ in 0..3 * BOUNDS.connections {
            let mut stream = TcpStream::connect(address).await.expect("it listens");
            stream
                .write_all(b"GET / HTTP/1.1\r\nHo")
                .await
                .expect("sent");
            slow.push(stream);
        }
        let began = tokio::time::Instant::now();
        let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let answer = answer_to(address, request).await;
        assert!(answer.ends_with("served"), "{answer}");
        let waited = began.elapsed();
        // Three times as many as there are places, which are cut off in time, come before it.
        let turns = BOUNDS.header_time * 3;
        assert!(
            waited >= BOUNDS.header_time,
            "there are no such bounds: {waited:?}"
        );
        assert!(waited < turns + Duration::from_secs(5), "{waited:?}");
    }

    #[tokio::test]
    async fn q3_garbage_is_cut_off_and_others_are_served() {
        let (address, _stop) = served().await;
        for garbage in [
            &[0u8; 70_000][..],
            b"\x16\x03\x01\x02\x00\x01",
            b"\r\n\r\n\xff\xfe",
        ] {
            let answer = answer_to(address, garbage).await;
            assert!(!answer.contains("served"), "{answer}");
        }
        let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assert!(answer_to(address, request).await.ends_with("served"));
    }
}
