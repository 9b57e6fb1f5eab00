//! Manifests of the videos of which the node holds cells, fetched from the controller, so that players find them here too.

use std::time::Duration;

use chainflix_controller::tls::client_config;
use chainflix_primitives::{Magnet, manifest::MAX_MANIFEST_BYTES};
use tokio::sync::broadcast::error::RecvError;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::store::{Store, StoreEvent};

/// What is missing is asked for again so often.
const EVERY: Duration = Duration::from_secs(60);
/// The controller answers within this time.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Fetches missing manifests from the controller at `url` until it is dropped.
pub(crate) async fn fetch_missing(store: Store, url: String) {
    let http = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .use_preconfigured_tls(client_config())
        .build();
    let http = match http {
        Ok(http) => http,
        Err(error) => {
            tracing::error!(%error, "no manifests can be fetched");
            return;
        }
    };
    let mut events = store.watch().events;
    let mut again = interval(EVERY);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(StoreEvent::Added(_)) | Err(RecvError::Lagged(_)) => {}
                Ok(StoreEvent::Removed(_) | StoreEvent::Damaged(_)) => continue,
                Err(RecvError::Closed) => return,
            },
            _ = again.tick() => {}
        }
        for video in store.without_manifest() {
            if let Err(reason) = fetch(&http, &store, &url, video).await {
                tracing::debug!(%video, reason, "manifest not fetched");
            }
        }
    }
}

async fn fetch(
    http: &reqwest::Client,
    store: &Store,
    url: &str,
    video: Magnet,
) -> Result<(), String> {
    let url = format!("{}/v1/manifests/{video}", url.trim_end_matches('/'));
    let response = http.get(url).send().await;
    let mut response = response
        .and_then(reqwest::Response::error_for_status)
        .map_err(|error| error.to_string())?;
    let mut encoded = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.to_string())? {
        if encoded.len().saturating_add(chunk.len()) > MAX_MANIFEST_BYTES {
            return Err("it is longer than a manifest may be".to_owned());
        }
        encoded.extend_from_slice(&chunk);
    }
    let store = store.clone();
    let stored = spawn_blocking(move || store.put_manifest(&video, &encoded)).await;
    stored
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())
}
