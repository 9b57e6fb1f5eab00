//! REST: what the controller is asked over HTTP. Each refusal, whatever it is about, is an [`ApiError`].
//!
//! `openapi.rs` describes it; a test compares the two.

mod looking;
mod publishing;
mod viewing;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, Request, State, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chainflix_primitives::{Magnet, manifest::MAX_MANIFEST_BYTES};

use super::{Shared, lock, nodes};
use crate::address;
use crate::metrics::Counters;
use crate::protocol::{ApiError, ErrorCode, MAX_MESSAGE_BYTES, NODE_PATH};

/// A grant is good for so long, in ms: an upload over a slow line may take its time.
pub(super) const GRANT_MS: u64 = 12 * 60 * 60 * 1_000;

/// Bytes that are set aside for what a node sends. They are filled with zeros before each read: with the 128 KiB that the
/// library takes unasked, ten thousand nodes would hold 1.3 GB, and most of a heartbeat's work would be that.
const NODE_BUFFER: usize = 8 << 10;

type Answer<T> = Result<Json<T>, ApiError>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/v1/manifests/{magnet}",
            post(publishing::add_manifest)
                .layer(DefaultBodyLimit::max(MAX_MANIFEST_BYTES))
                .get(publishing::manifest),
        )
        .route("/v1/placements", post(publishing::placements))
        .route(
            "/v1/sources/{magnet}/{rendition}/{cell}",
            get(viewing::sources),
        )
        .route("/v1/nodes", get(looking::nodes))
        .route("/v1/nodes/{provider}", get(looking::node))
        .route("/v1/videos", get(looking::videos))
        .route("/v1/videos/{magnet}", get(looking::video))
        .route("/v1/overview", get(looking::overview))
        .route("/v1/health", get(looking::health))
        .route("/v1/openapi.json", get(looking::description))
        .route("/metrics", get(looking::metrics))
        .route("/", get(looking::dashboard))
        .route(NODE_PATH, get(connect_node))
        .fallback(async || ApiError::new(ErrorCode::NotFound, "There is nothing at this path."))
        .method_not_allowed_fallback(async || {
            ApiError::new(ErrorCode::Method, "This path does not know the method.")
        })
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
        let answered = tokio::time::timeout(shared.request_time, next.run(request)).await;
        answered.unwrap_or_else(|_| {
            malformed("The request did not come whole in time; try again over a better line.")
                .into_response()
        })
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
            ErrorCode::Method => StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::NoSpace
            | ErrorCode::NoSource
            | ErrorCode::Full
            | ErrorCode::ChainUnreachable
            | ErrorCode::StateUnavailable => StatusCode::SERVICE_UNAVAILABLE,
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

/// What stands in a path, or why it can't be read.
fn in_path<T>(path: Result<Path<T>, PathRejection>) -> Result<T, ApiError> {
    let Path(found) = path.map_err(|error| malformed(&error.body_text()))?;
    Ok(found)
}

/// What stands in a query, or why it can't be read.
fn in_query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, ApiError> {
    let Query(found) = query.map_err(|error| malformed(&error.body_text()))?;
    Ok(found)
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

async fn connect_node(
    State(shared): State<Arc<Shared>>,
    axum::Extension(Client(client)): axum::Extension<Client>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|error| malformed(&error.body_text()))?;
    Ok(upgrade
        .read_buffer_size(NODE_BUFFER)
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |socket| nodes::serve(socket, client, shared)))
}
