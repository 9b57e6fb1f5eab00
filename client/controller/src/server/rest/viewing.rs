//! What players ask: who serves a cell.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{in_path, in_query, malformed, read_magnet};
use crate::directory::Viewer;
use crate::metrics::Counters;
use crate::protocol::{ApiError, CellRef, ErrorCode, SourcesReply};
use crate::server::{Shared, lock, log_decisions};

/// What a viewer may say of itself.
#[derive(Deserialize)]
pub(super) struct ViewerQuery {
    /// Its region, ISO 3166-1 alpha-2.
    region: Option<String>,
    /// Whether it is behind an address translation that can't be punched.
    #[serde(default)]
    symmetric: bool,
}

impl ViewerQuery {
    fn read(self) -> Result<Viewer, ApiError> {
        let region = self.region.map(|text| {
            let code = <[u8; 2]>::try_from(text.as_bytes()).ok();
            code.filter(|code| code.iter().all(u8::is_ascii_uppercase))
                .ok_or_else(|| malformed("A region is a code of two capital letters."))
        });
        Ok(Viewer {
            region: region.transpose()?,
            symmetric: self.symmetric,
        })
    }
}

/// Room for an answer with the usual number of peers, in bytes: growing to it step by step takes as long as writing it.
const ANSWER_BYTES: usize = 2_048;

/// `GET /v1/sources/{magnet}/{rendition}/{cell}`.
pub(super) async fn sources(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<(String, u8, u16)>, PathRejection>,
    viewer: Result<Query<ViewerQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let (magnet, rendition, cell) = in_path(path)?;
    let viewer = in_query(viewer)?.read()?;
    let cell = CellRef {
        video: read_magnet(&magnet)?,
        rendition,
        cell,
    };
    let began = Instant::now();
    let choice = lock(&shared.directory).sources(cell, shared.sources, &viewer)?;
    shared.counters.choice_times.took(began.elapsed());
    Counters::add(&shared.counters.choices, 1);
    let expires_ms = choice.at_ms.saturating_add(shared.sources_ms);
    let sources = shared
        .signer
        .sources(&cell, choice.chosen, expires_ms)
        .ok_or_else(|| ApiError::new(ErrorCode::NoSource, "More sources than a view can name."))?;
    log_decisions(&shared);
    let reply = SourcesReply {
        sources,
        peers: choice.peers,
    };
    let mut answer = Vec::with_capacity(ANSWER_BYTES);
    Ok(match serde_json::to_writer(&mut answer, &reply) {
        Ok(()) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        // Writing text to memory never fails.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    })
}
