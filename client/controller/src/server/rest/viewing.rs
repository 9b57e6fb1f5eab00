//! What players ask: who serves a cell.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::{Answer, in_path, in_query, malformed, read_magnet};
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

/// `GET /v1/sources/{magnet}/{rendition}/{cell}`.
pub(super) async fn sources(
    State(shared): State<Arc<Shared>>,
    path: Result<Path<(String, u8, u16)>, PathRejection>,
    viewer: Result<Query<ViewerQuery>, QueryRejection>,
) -> Answer<SourcesReply> {
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
    Ok(Json(SourcesReply {
        sources,
        peers: choice.peers,
    }))
}
