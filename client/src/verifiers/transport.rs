//! JSON-RPC over WebSocket to one verifier.

use std::time::Duration;

use chainflix_primitives::refusal::Refusal;
use jsonrpsee::core::ClientError;
use jsonrpsee::core::client::{ClientT, Subscription, SubscriptionClientT};
use jsonrpsee::core::params::ArrayParams;
use jsonrpsee::ws_client::{PingConfig, WsClient, WsClientBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::VerifierError;

/// A connection is there within this time, or not at all.
const CONNECTION: Duration = Duration::from_secs(3);
/// An answer is there within this time.
const ANSWER: Duration = Duration::from_secs(6);
/// A connection is pinged so often, and given up a little later when nothing comes back.
const PING: Duration = Duration::from_secs(20);
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
        // Who is told of something says nothing for long: a line that died shows by this.
        .enable_ws_ping(PingConfig::new().ping_interval(PING))
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
    let asked = client.request(method, array(params)?).await;
    asked.map_err(|error| failure(&error))
}

/// Subscribes to what comes under `method`, until `end` is called or the connection ends.
pub(super) async fn subscribe<T: DeserializeOwned>(
    client: &WsClient,
    method: &str,
    params: Vec<Value>,
    end: &str,
) -> Result<Subscription<T>, CallError> {
    let asked = client.subscribe(method, array(params)?, end).await;
    asked.map_err(|error| failure(&error))
}

fn array(params: Vec<Value>) -> Result<ArrayParams, CallError> {
    let mut array = ArrayParams::new();
    for param in params {
        array
            .insert(param)
            .map_err(|error| CallError::Connection(error.to_string()))?;
    }
    Ok(array)
}

fn failure(error: &ClientError) -> CallError {
    let ClientError::Call(object) = error else {
        return CallError::Connection(error.to_string());
    };
    let refusal = object
        .code()
        .checked_sub(REFUSAL_BASE)
        .and_then(|code| u8::try_from(code).ok())
        .and_then(Refusal::from_code);
    match refusal {
        Some(refusal) => CallError::Refused(refusal),
        None if object.code() == FAILED => CallError::Connection(object.message().to_owned()),
        None => CallError::Nothing(object.message().to_owned()),
    }
}
