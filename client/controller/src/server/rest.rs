//! REST: manifests, placements, sources, and what there is to see.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chainflix_primitives::{
    Magnet, delegation::WalletSignature, manifest::MAX_MANIFEST_BYTES, placement::announcement_text,
};
use codec::DecodeAll;
use serde::Deserialize;

use super::{Shared, lock, manifests, nodes};
use crate::address;
use crate::directory::KnownManifest;
use crate::metrics::{Counters, Gauges};
use crate::protocol::{
    ApiError, CellPlacement, CellRef, EXPIRES_HEADER, ErrorCode, Health, MAX_CELLS_PER_PLACEMENT,
    MAX_MESSAGE_BYTES, MAX_SIGNATURE_AGE_MS, NODE_PATH, NodeStatus, PlacementRequest, Placements,
    SIGNATURE_HEADER, SourcesReply, Upload, VideoStatus,
};
use crate::signing;

/// A grant is good for so long, in ms: an upload over a slow line may take its time.
pub(super) const GRANT_MS: u64 = 12 * 60 * 60 * 1_000;
/// Videos on one page of the list.
const VIDEOS_PER_PAGE: usize = 100;

type Answer<T> = Result<Json<T>, ApiError>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/v1/manifests/{magnet}",
            post(add_manifest)
                .layer(DefaultBodyLimit::max(MAX_MANIFEST_BYTES))
                .get(manifest),
        )
        .route("/v1/placements", post(placements))
        .route("/v1/sources/{magnet}/{rendition}/{cell}", get(sources))
        .route("/v1/nodes", get(node_list))
        .route("/v1/videos", get(videos))
        .route("/v1/videos/{magnet}", get(video))
        .route("/v1/health", get(health))
        .route("/metrics", get(metrics))
        .route(NODE_PATH, get(connect_node))
        .fallback(async || ApiError::new(ErrorCode::NotFound, "There is nothing at this path."))
        .layer(middleware::from_fn_with_state(shared.clone(), limit_rate))
        .with_state(shared)
}

/// The address that a request counts towards, put among its extensions.
#[derive(Clone, Copy)]
struct Client(IpAddr);

async fn limit_rate(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(transport): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let forwarded = request.headers().get("x-forwarded-for");
    let client = address::client_address(
        transport.ip(),
        forwarded.and_then(|value| value.to_str().ok()),
        &shared.trusted_proxies,
    );
    let now = shared.clock.monotonic_ms();
    let allowed = lock(&shared.limiter).take(address::group(client), now);
    let response = if allowed {
        request.extensions_mut().insert(Client(client));
        next.run(request).await
    } else {
        ApiError::new(
            ErrorCode::RateLimited,
            "Too many requests from this network; try again in a moment.",
        )
        .into_response()
    };
    let counter = if response.status().is_client_error() || response.status().is_server_error() {
        &shared.counters.refused
    } else {
        &shared.counters.requests
    };
    Counters::add(counter, 1);
    response
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match self.code {
            ErrorCode::Malformed | ErrorCode::Version | ErrorCode::Manifest => {
                StatusCode::BAD_REQUEST
            }
            ErrorCode::Signature => StatusCode::UNAUTHORIZED,
            ErrorCode::NotRegistered | ErrorCode::NotEligible => StatusCode::FORBIDDEN,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::Superseded => StatusCode::CONFLICT,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::NoSpace
            | ErrorCode::NoSource
            | ErrorCode::Full
            | ErrorCode::ChainUnreachable => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, Json(self)).into_response()
    }
}

fn malformed(message: &str) -> ApiError {
    ApiError::new(ErrorCode::Malformed, message)
}

fn read_magnet(text: &str) -> Result<Magnet, ApiError> {
    Magnet::from_hex(text).ok_or_else(|| malformed("A magnet is 64 hexadecimal digits."))
}

async fn add_manifest(
    State(shared): State<Arc<Shared>>,
    Path(magnet): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<VideoStatus> {
    let body = body.map_err(|_| malformed("The manifest is longer than 8 MiB, or was cut off."))?;
    let magnet = read_magnet(&magnet)?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = header(SIGNATURE_HEADER)
        .and_then(|text| hex::decode(text).ok())
        .and_then(|bytes| WalletSignature::decode_all(&mut bytes.as_slice()).ok())
        .ok_or_else(|| malformed("The producer's signature is missing."))?;
    let expires_ms: u64 = header(EXPIRES_HEADER)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| malformed("The signature's expiry is missing."))?;
    let now = shared.clock.unix_ms();
    if !(now..=now.saturating_add(MAX_SIGNATURE_AGE_MS)).contains(&expires_ms) {
        return Err(ApiError::new(
            ErrorCode::Signature,
            "The signature has expired or holds for too long; compare the clocks and try again.",
        ));
    }
    let known = KnownManifest::read(&magnet, &body)?;
    let producer = known.manifest.producer;
    let signer = &shared.signer;
    let text = announcement_text(&signer.genesis(), &signer.public(), &magnet, expires_ms);
    if !signing::is_signed_by_wallet(&producer, &text, &signature) {
        return Err(ApiError::new(
            ErrorCode::Signature,
            "The manifest is not signed by its producer.",
        ));
    }
    let eligible = shared.registry.may_publish(&producer).await;
    if !eligible.map_err(chain_unreachable)? {
        return Err(ApiError::new(
            ErrorCode::NotEligible,
            "No supervisor has approved this account as a producer.",
        ));
    }
    if let Some(folder) = &shared.manifests {
        manifests::store(folder, &magnet, &body).map_err(|error| {
            tracing::error!(%error, "manifest not stored");
            ApiError::new(ErrorCode::Full, "The controller can't store the manifest.")
        })?;
    }
    let mut directory = lock(&shared.directory);
    directory.add_video(magnet, known)?;
    directory.video(&magnet).map(Json).ok_or_else(not_found)
}

pub(super) fn chain_unreachable(error: crate::registry::RegistryError) -> ApiError {
    tracing::warn!(%error, "chain not reached");
    ApiError::new(
        ErrorCode::ChainUnreachable,
        "The controller can't reach the chain now; try again in a moment.",
    )
}

fn not_found() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This controller does not know the video; check the magnet, or ask another controller.",
    )
}

async fn manifest(
    State(shared): State<Arc<Shared>>,
    Path(magnet): Path<String>,
) -> Result<Response, ApiError> {
    let magnet = read_magnet(&magnet)?;
    let known = lock(&shared.directory)
        .manifest(&magnet)
        .ok_or_else(not_found)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, known.encoded.to_vec()).into_response())
}

async fn placements(
    State(shared): State<Arc<Shared>>,
    request: Result<Json<PlacementRequest>, JsonRejection>,
) -> Answer<Placements> {
    let Json(request) = request.map_err(|error| malformed(&error.body_text()))?;
    if request.count == 0 || request.count > MAX_CELLS_PER_PLACEMENT {
        return Err(malformed(
            "Placements are asked for 1 to 64 cells at a time.",
        ));
    }
    let expires_ms = shared.clock.unix_ms().saturating_add(GRANT_MS);
    let mut cells = Vec::with_capacity(usize::from(request.count));
    let last = request.first.saturating_add(request.count);
    for index in request.first..last {
        let cell = CellRef {
            video: request.video,
            rendition: request.rendition,
            cell: index,
        };
        let (held_by, orders) = lock(&shared.directory).place(cell)?;
        let uploads: Vec<Upload> = orders
            .into_iter()
            .map(|order| {
                let signer = &shared.signer;
                let grant = signer.grant(request.video, order.cell, &order.peer, expires_ms);
                Upload {
                    peer: order.peer,
                    grant,
                }
            })
            .collect();
        Counters::add(&shared.counters.grants, uploads.len());
        cells.push(CellPlacement {
            cell: index,
            held_by,
            uploads,
        });
    }
    Ok(Json(Placements { cells }))
}

async fn sources(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<(String, u8, u16)>, PathRejection>,
) -> Answer<SourcesReply> {
    let Path((magnet, rendition, cell)) = path.map_err(|error| malformed(&error.body_text()))?;
    let cell = CellRef {
        video: read_magnet(&magnet)?,
        rendition,
        cell,
    };
    let choice = lock(&shared.directory).sources(cell, shared.sources)?;
    Counters::add(&shared.counters.choices, 1);
    let expires_ms = choice.decision.at_ms.saturating_add(shared.sources_ms);
    let chosen = choice.decision.chosen.clone();
    let sources = shared
        .signer
        .sources(&cell, chosen, expires_ms)
        .ok_or_else(|| ApiError::new(ErrorCode::NoSource, "More sources than a view can name."))?;
    if let Err(error) = lock(&shared.log).append(choice.decision) {
        Counters::add(&shared.counters.log_errors, 1);
        tracing::error!(%error, "decision not logged");
    }
    Ok(Json(SourcesReply {
        sources,
        peers: choice.peers,
    }))
}

async fn node_list(State(shared): State<Arc<Shared>>) -> Json<Vec<NodeStatus>> {
    Json(lock(&shared.directory).nodes())
}

/// Which page of the list of videos.
#[derive(Deserialize)]
struct Page {
    /// The last magnet of the page before.
    after: Option<String>,
}

async fn videos(
    State(shared): State<Arc<Shared>>,
    Query(page): Query<Page>,
) -> Answer<Vec<VideoStatus>> {
    let after = page.after.as_deref().map(read_magnet).transpose()?;
    Ok(Json(lock(&shared.directory).videos(after, VIDEOS_PER_PAGE)))
}

async fn video(
    State(shared): State<Arc<Shared>>,
    Path(magnet): Path<String>,
) -> Answer<VideoStatus> {
    let magnet = read_magnet(&magnet)?;
    let status = lock(&shared.directory).video(&magnet);
    status.map(Json).ok_or_else(not_found)
}

async fn health(State(shared): State<Arc<Shared>>) -> Json<Health> {
    let directory = lock(&shared.directory);
    Json(Health {
        genesis: shared.signer.genesis(),
        controller: shared.signer.public(),
        nodes: directory.offered_nodes(),
        videos: directory.video_count(),
        copies: u32::try_from(shared.copies).unwrap_or(u32::MAX),
    })
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let gauges = {
        let directory = lock(&shared.directory);
        Gauges {
            nodes: directory.offered_nodes(),
            videos: directory.video_count(),
            short_cells: directory.short_cells(),
        }
    };
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, shared.counters.render(gauges)).into_response()
}

async fn connect_node(
    State(shared): State<Arc<Shared>>,
    axum::Extension(Client(client)): axum::Extension<Client>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |socket| nodes::serve(socket, client, shared))
}
