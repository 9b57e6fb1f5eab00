//! Takes in connections, and closes those whose request does not come: without a limit, whoever opens many and sends a byte
//! now and then holds a file descriptor for each (slow loris).
//!
//! `axum::serve` sets no timer, and without one hyper waits for ever. HTTP/1.1 alone is served: nodes and players speak it, and
//! so do proxies to what stands behind them.

use std::net::SocketAddr;
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
use tokio::sync::watch;

use super::stopping;

/// After a connection could not be taken in, most likely for want of file descriptors, the next one is tried so much later.
const PAUSE: Duration = Duration::from_millis(500);

/// Serves `router` on every connection that comes; each request's header has to come within `header_time`. At the end
/// requests that are being answered still are, and connections without one are closed: they would keep the state in use.
pub(super) async fn run(
    listener: TcpListener,
    router: Router,
    header_time: Duration,
    shutdown: watch::Receiver<bool>,
) {
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                tokio::spawn(serve(
                    stream,
                    from,
                    router.clone(),
                    header_time,
                    shutdown.clone(),
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
