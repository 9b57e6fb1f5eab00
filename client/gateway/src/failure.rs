//! A refusal, as the page and other programs read it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A status and one sentence.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    message: String,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, message: impl ToString) -> Self {
        Self {
            status,
            message: message.to_string(),
        }
    }

    /// What the request says can't be understood.
    pub(crate) fn bad_request(message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Whoever would have to answer behind the gateway does not.
    pub(crate) fn upstream(message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, message)
    }

    /// The session was closed, or its id is wrong.
    pub(crate) fn not_open() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "The video is no longer open; open it again.",
        )
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({ "message": self.message });
        (self.status, Json(body)).into_response()
    }
}
