//! `/metrics` of what runs until Ctrl-C, for Prometheus.

use std::convert::Infallible;
use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use axum::routing::get;

/// Serves `page` at `address`, when one is given, until it fails.
pub(crate) async fn serve(
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
    axum::serve(listener, Router::new().route("/metrics", get(page))).await?;
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
}
