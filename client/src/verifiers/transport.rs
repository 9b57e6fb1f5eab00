//! JSON-RPC over WebSocket to one verifier.

use std::time::Duration;

use chainflix_primitives::refusal::Refusal;
use jsonrpsee::core::ClientError;
use jsonrpsee::core::client::ClientT;
use jsonrpsee::core::params::ArrayParams;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::VerifierError;

/// A connection is there within this time, or not at all.
const CONNECTION: Duration = Duration::from_secs(3);
/// An answer is there within this time.
const ANSWER: Duration = Duration::from_secs(6);
/// Longest message, in bytes. Play Data has 13 KB, 256 upload keys 8 KB.
const MAX_MESSAGE_BYTES: u32 = 1 << 20;
/// JSON-RPC error code of the first refusal.
const REFUSAL_BASE: i32 = 1_000;
/// JSON-RPC error codes of a verifier that could not answer.
const FAILED: i32 = 900;

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) enum CallError {
    /// A rule, outside of a session.
    Refused(Refusal),
    /// The connection is gone, or never was.
    Connection(String),
    /// It has nothing to say about what was asked.
    Nothing(String),
}

impl From<CallError> for VerifierError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refusal) => Self::Refused(refusal),
            CallError::Connection(reason) => Self::Unreachable(reason),
            CallError::Nothing(words) => Self::Nothing(words),
        }
    }
}

/// Connects to a verifier.
pub(super) async fn connect(endpoint: &str) -> Result<WsClient, VerifierError> {
    if !endpoint.starts_with("ws://") && !endpoint.starts_with("wss://") {
        let reason = "a verifier announced an endpoint that is no WebSocket address";
        return Err(VerifierError::Unreachable(reason.to_owned()));
    }
    WsClientBuilder::new()
        .connection_timeout(CONNECTION)
        .request_timeout(ANSWER)
        .max_request_size(MAX_MESSAGE_BYTES)
        .max_response_size(MAX_MESSAGE_BYTES)
        // The first attempt counts as one: no redirection is followed.
        .max_redirections(1)
        .set_tcp_no_delay(true)
        .build(endpoint)
        .await
        .map_err(|error| VerifierError::Unreachable(error.to_string()))
}

/// Calls a method.
pub(super) async fn request<T: DeserializeOwned>(
    client: &WsClient,
    method: &str,
    params: Vec<Value>,
) -> Result<T, CallError> {
    let mut array = ArrayParams::new();
    for param in params {
        array
            .insert(param)
            .map_err(|error| CallError::Connection(error.to_string()))?;
    }
    client
        .request(method, array)
        .await
        .map_err(|error| match error {
            ClientError::Call(object) => {
                let refusal = object
                    .code()
                    .checked_sub(REFUSAL_BASE)
                    .and_then(|code| u8::try_from(code).ok())
                    .and_then(Refusal::from_code);
                match refusal {
                    Some(refusal) => CallError::Refused(refusal),
                    None if object.code() == FAILED => {
                        CallError::Connection(object.message().to_owned())
                    }
                    None => CallError::Nothing(object.message().to_owned()),
                }
            }
            other => CallError::Connection(other.to_string()),
        })
}
