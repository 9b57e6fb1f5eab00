//! `/metrics` of what runs until Ctrl-C, for Prometheus.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use chainflix_controller::accept::{self, Bounds};

/// Prometheus opens one connection, and keeps it.
const BOUNDS: Bounds = Bounds {
    header_time: Duration::from_secs(10),
    connections: 32,
};

/// Serves `page` at `address`, when one is given, until it fails.
pub(crate) async fn serve(
    address: Option<SocketAddr>,
    page: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> anyhow::Result<Infallible> {
    serve_within(BOUNDS, address, page).await
}

async fn serve_within(
    bounds: Bounds,
    address: Option<SocketAddr>,
    page: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> anyhow::Result<Infallible> {
    let Some(address) = address else {
        return std::future::pending().await;
    };
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("can't listen at {address} for metrics; choose another port"))?;
    let page = move || std::future::ready(page());
    let router = Router::new().route("/metrics", get(page));
    // Stops what is served when this is dropped.
    let (_running, stop) = tokio::sync::watch::channel(false);
    accept::run(listener, router, bounds, stop).await;
    anyhow::bail!("metrics are not served any more; start again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn prometheus_reads_the_page_and_a_port_that_is_taken_is_named() {
        // The system's choice of a port, which is free again.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = taken.local_addr().expect("its address");
        let page = || "chainflix_storage_cells 7\n".to_owned();
        let refused = serve(Some(address), page).await.expect_err("it is taken");
        assert!(refused.to_string().contains(&address.to_string()));
        drop(taken);
        let reading = async {
            let mut stream = loop {
                match tokio::net::TcpStream::connect(address).await {
                    Ok(stream) => break stream,
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                }
            };
            let request = b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            stream.write_all(request).await.expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("read");
            answer
        };
        let answer = tokio::select! {
            answer = reading => answer,
            served = serve(Some(address), page) => panic!("{served:?}"),
        };
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("chainflix_storage_cells 7\n"), "{answer}");
    }

    #[tokio::test]
    async fn q3_who_sends_half_a_request_to_the_metrics_port_is_cut_off() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("its address");
        drop(free);
        let slow = async {
            let mut stream = loop {
                match tokio::net::TcpStream::connect(address).await {
                    Ok(stream) => break stream,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            };
            stream.write_all(b"GET /metr").await.expect("sent");
            let mut answer = Vec::new();
            // A reset is an end, too.
            let _ = stream.read_to_end(&mut answer).await;
        };
        let bounds = Bounds {
            header_time: Duration::from_millis(300),
            ..BOUNDS
        };
        let slow = tokio::time::timeout(BOUNDS.header_time, slow);
        tokio::select! {
            cut_off = slow => cut_off.expect("it is cut off"),
            served = serve_within(bounds, Some(address), String::new) => panic!("{served:?}"),
        }
    }
}
