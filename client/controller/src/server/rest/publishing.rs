//! What publishers ask: to take in a manifest, and where its cells go.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use chainflix_primitives::Magnet;
use chainflix_primitives::{delegation::WalletSignature, placement::announcement_text};
use codec::DecodeAll;

use super::{Answer, GRANT_MS, chain_unreachable, in_path, malformed, not_found, read_magnet};
use crate::directory::KnownManifest;
use crate::metrics::Counters;
use crate::protocol::{
    ApiError, CellPlacement, CellRef, EXPIRES_HEADER, ErrorCode, MAX_CELLS_PER_PLACEMENT,
    MAX_SIGNATURE_AGE_MS, PlacementRequest, Placements, SIGNATURE_HEADER, Upload, VideoStatus,
};
use crate::registry::Registration;
use crate::server::{Shared, lock};
use crate::signing;
use crate::state::Change;

/// How long what another controller has just taken in is waited for.
const LOOK: Duration = Duration::from_millis(250);
const LOOKS: usize = 12;

/// `POST /v1/manifests/{magnet}`.
pub(super) async fn add_manifest(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer<VideoStatus> {
    let body = body.map_err(|_| malformed("The manifest is longer than 8 MiB, or was cut off."))?;
    let magnet = read_magnet(&in_path(path)?)?;
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
    lock(&shared.directory).has_room_for(&magnet, &known)?;
    if let Some(state) = &shared.state {
        let video = Change::Video {
            video: magnet,
            encoded: known.encoded.clone(),
            registration: Registration::Unknown,
        };
        // Before the answer: the publisher goes on, and its cells would be nobody's.
        state.save(&[video]).await.map_err(|error| {
            tracing::error!(%error, "manifest not kept");
            ApiError::new(
                ErrorCode::StateUnavailable,
                "The controller can't keep the manifest now; try again in a moment.",
            )
        })?;
    }
    let mut directory = lock(&shared.directory);
    directory.add_video(magnet, known)?;
    directory.video(&magnet).map(Json).ok_or_else(not_found)
}

/// `GET /v1/manifests/{magnet}`.
pub(super) async fn manifest(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let magnet = read_magnet(&in_path(path)?)?;
    let known = lock(&shared.directory)
        .manifest(&magnet)
        .ok_or_else(not_found)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, known.encoded.to_vec()).into_response())
}

/// Waits until a manifest is known that another controller on the same database may have taken in just now: each reads what
/// the others wrote once a second.
async fn heard_of(shared: &Shared, video: &Magnet) {
    if !shared.state.as_ref().is_some_and(|state| state.is_shared()) {
        return;
    }
    for _ in 0..LOOKS {
        if lock(&shared.directory).manifest(video).is_some() {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// `POST /v1/placements`.
pub(super) async fn placements(
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
    let last = request.first.checked_add(request.count);
    let last = last.ok_or_else(|| malformed("No video has so many cells."))?;
    let place = |cell| CellRef {
        video: request.video,
        rendition: request.rendition,
        cell,
    };
    heard_of(&shared, &request.video).await;
    // All of them are looked for before space is promised for any.
    for index in request.first..last {
        lock(&shared.directory).entry(&place(index))?;
    }
    for index in request.first..last {
        let cell = place(index);
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
