//! Layer 3: the list of what plays in a break, as interstitials of HLS ask for it.
//!
//! The player asks while the minute before the break is still shown. An empty list says that the video goes on.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::served;
use crate::failure::Failure;
use crate::parts::Open;

const JSON: &str = "application/json";

pub(super) fn routes() -> Router<Arc<dyn Open>> {
    Router::new().route("/media/{id}/ads/{before}", get(list))
}

async fn list(
    State(open): State<Arc<dyn Open>>,
    Path((id, before)): Path<(String, u16)>,
) -> Result<Response, Failure> {
    let video = open.video(&id)?;
    let assets = match video.ad(before).await {
        Some(duration_ms) => vec![json!({
            "URI": format!("/media/{}/master.m3u8", crate::parts::ad_id(&id, before)),
            "DURATION": f64::from(duration_ms) / 1_000.0,
        })],
        None => Vec::new(),
    };
    Ok(served(JSON, json!({ "ASSETS": assets }).to_string()))
}
