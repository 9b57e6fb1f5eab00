//! What there is to see: nodes, videos, the dashboard, figures, and the description of it all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Answer, in_path, in_query, not_found, read_magnet};
use crate::metrics::Gauges;
use crate::openapi;
use crate::protocol::{ApiError, ErrorCode, Health, Move, NodeStatus, Overview, VideoStatus};
use crate::server::{Shared, lock};

/// Videos on one page of the list.
const VIDEOS_PER_PAGE: usize = 100;
/// The dashboard's own script and style, and nothing from anywhere else.
const DASHBOARD_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                                connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /v1/nodes`.
pub(super) async fn nodes(State(shared): State<Arc<Shared>>) -> Json<Vec<NodeStatus>> {
    Json(lock(&shared.directory).nodes())
}

/// `GET /v1/nodes/{provider}`.
pub(super) async fn node(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<u32>, PathRejection>,
) -> Answer<NodeStatus> {
    let provider = in_path(path)?;
    let status = lock(&shared.directory).node(provider);
    status.map(Json).ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotFound,
            "No storage node with this index has connected to this controller.",
        )
    })
}

/// Which page of the list of videos.
#[derive(Deserialize)]
pub(super) struct Page {
    /// The last magnet of the page before.
    after: Option<String>,
}

/// `GET /v1/videos`.
pub(super) async fn videos(
    State(shared): State<Arc<Shared>>,
    page: Result<Query<Page>, QueryRejection>,
) -> Answer<Vec<VideoStatus>> {
    let after = in_query(page)?.after;
    let after = after.as_deref().map(read_magnet).transpose()?;
    Ok(Json(lock(&shared.directory).videos(after, VIDEOS_PER_PAGE)))
}

/// `GET /v1/videos/{magnet}`.
pub(super) async fn video(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<String>, PathRejection>,
) -> Answer<VideoStatus> {
    let magnet = read_magnet(&in_path(path)?)?;
    let status = lock(&shared.directory).video(&magnet);
    status.map(Json).ok_or_else(not_found)
}

/// `GET /v1/overview`.
pub(super) async fn overview(State(shared): State<Arc<Shared>>) -> Json<Overview> {
    let moves: Vec<Move> = lock(&shared.moves).iter().cloned().collect();
    let failed = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let faults = [
        (
            failed(&shared.counters.log_errors),
            "decisions could not be logged",
        ),
        (
            failed(&shared.counters.state_errors),
            "times the database did not answer",
        ),
        (
            failed(&shared.counters.damaged),
            "cells were found damaged by their nodes",
        ),
        (
            failed(&shared.counters.blocks_unread),
            "view blocks could not be read",
        ),
    ];
    let faults = faults.into_iter().filter(|(count, _)| *count > 0);
    let mut overview = lock(&shared.directory).overview();
    overview
        .alarms
        .extend(faults.map(|(count, what)| format!("{count} {what}")));
    Json(Overview { moves, ..overview })
}

/// `GET /v1/openapi.json`.
pub(super) async fn description() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, openapi::json()).into_response()
}

/// `GET /`.
pub(super) async fn dashboard() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, DASHBOARD_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, include_str!("dashboard.html")).into_response()
}

/// `GET /v1/health`.
pub(super) async fn health(State(shared): State<Arc<Shared>>) -> Json<Health> {
    let directory = lock(&shared.directory);
    Json(Health {
        genesis: shared.signer.genesis(),
        controller: shared.signer.public(),
        nodes: directory.offered_nodes(),
        videos: directory.video_count(),
        copies: u32::try_from(shared.copies).unwrap_or(u32::MAX),
    })
}

/// `GET /metrics`.
pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let gauges = {
        let directory = lock(&shared.directory);
        let seen = directory.overview();
        Gauges {
            nodes: seen.nodes,
            videos: seen.videos,
            short_cells: seen.short_cells,
            coming: seen.coming,
            crowds: directory.crowds(),
            loads: [seen.load, seen.highest_load],
            free_permille: seen.free_permille,
            leads: shared.leads(),
        }
    };
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, shared.counters.render(gauges)).into_response()
}
