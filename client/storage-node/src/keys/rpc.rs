//! One JSON-RPC call of a verifier over HTTP, with bounds on time and length.

use std::time::Duration;

use chainflix_controller::tls::client_config;
use chainflix_primitives::api::SealedProviderKey;
use codec::DecodeAll;
use serde::Deserialize;
use serde_json::Value;

/// A verifier answers within this time.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// Why a verifier did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The endpoint is no URL that the node can call.
    #[error("the verifier's endpoint {0:?} is no wss://, https://, ws:// or http:// URL")]
    Endpoint(String),
    /// The verifier can't be reached.
    #[error("the verifier at {endpoint} can't be reached: {source}")]
    Unreachable {
        /// Its endpoint.
        endpoint: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The verifier refuses.
    #[error("the verifier at {endpoint} refuses: {message} ({code})")]
    Refused {
        /// Its endpoint.
        endpoint: String,
        /// JSON-RPC code.
        code: i64,
        /// Its words.
        message: String,
    },
    /// The answer can't be read.
    #[error("the verifier at {0} answers with something that can't be read")]
    Malformed(String),
}

#[derive(Deserialize)]
struct Answer {
    result: Option<Value>,
    error: Option<RpcError>,
}

#[derive(Deserialize)]
struct RpcError {
    code: i64,
    message: String,
}

/// A client for all verifiers.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .use_preconfigured_tls(client_config())
        .build()
}

/// Calls `method` of the verifier at `endpoint`, a `wss://`, `https://`, `ws://` or `http://` URL, with one parameter.
pub(crate) async fn call(
    http: &reqwest::Client,
    endpoint: &str,
    method: &str,
    parameter: impl Into<Value>,
) -> Result<Value, CallError> {
    // Verifiers answer HTTP and WebSocket at one port.
    let url = match endpoint.split_once("://") {
        Some(("ws" | "http", rest)) => format!("http://{rest}"),
        Some(("wss" | "https", rest)) => format!("https://{rest}"),
        _ => return Err(CallError::Endpoint(endpoint.to_owned())),
    };
    let unreachable = |error: reqwest::Error| CallError::Unreachable {
        endpoint: endpoint.to_owned(),
        source: error,
    };
    let parameter: Value = parameter.into();
    let question = serde_json::json!({
        "jsonrpc": "2.0", "id": 1, "method": method, "params": [parameter],
    });
    let mut response = http
        .post(url)
        .json(&question)
        .send()
        .await
        .map_err(unreachable)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER_BYTES {
            return Err(CallError::Malformed(endpoint.to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    let malformed = || CallError::Malformed(endpoint.to_owned());
    let answer: Answer = serde_json::from_slice(&body).map_err(|_| malformed())?;
    if let Some(error) = answer.error {
        return Err(CallError::Refused {
            endpoint: endpoint.to_owned(),
            code: error.code,
            message: error.message.chars().take(256).collect(),
        });
    }
    answer.result.ok_or_else(malformed)
}

/// Asks the verifier at `endpoint` for the token key of `provider`.
pub(super) async fn provider_key(
    http: &reqwest::Client,
    endpoint: &str,
    provider: u32,
) -> Result<SealedProviderKey, CallError> {
    let answer = call(http, endpoint, "verifier_providerKey", provider).await?;
    let text = answer.as_str().unwrap_or_default();
    hex::decode(text.strip_prefix("0x").unwrap_or(text))
        .ok()
        .and_then(|bytes| SealedProviderKey::decode_all(&mut bytes.as_slice()).ok())
        .ok_or_else(|| CallError::Malformed(endpoint.to_owned()))
}
