//! `verifier_providerKey`: one JSON-RPC call over HTTP, with bounds on time and length.

use std::time::Duration;

use chainflix_primitives::api::SealedProviderKey;
use codec::DecodeAll;
use serde::Deserialize;

use super::TokenKeyError;

/// A verifier answers within this time.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

#[derive(Deserialize)]
struct Answer {
    result: Option<String>,
    error: Option<RpcError>,
}

#[derive(Deserialize)]
struct RpcError {
    code: i64,
    message: String,
}

/// A client for all verifiers.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}

/// Asks the verifier at `endpoint`, a `ws://` or `http://` URL, for the token key of `provider`.
pub(super) async fn provider_key(
    http: &reqwest::Client,
    endpoint: &str,
    provider: u32,
) -> Result<SealedProviderKey, TokenKeyError> {
    // Verifiers answer HTTP and WebSocket at one port.
    let url = match endpoint.split_once("://") {
        Some(("ws" | "http", rest)) => format!("http://{rest}"),
        Some(("wss" | "https", rest)) => format!("https://{rest}"),
        _ => return Err(TokenKeyError::Endpoint(endpoint.to_owned())),
    };
    let unreachable = |error: reqwest::Error| TokenKeyError::Unreachable {
        endpoint: endpoint.to_owned(),
        source: error,
    };
    let question = serde_json::json!({
        "jsonrpc": "2.0", "id": 1, "method": "verifier_providerKey", "params": [provider],
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
            return Err(TokenKeyError::Malformed(endpoint.to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    let malformed = || TokenKeyError::Malformed(endpoint.to_owned());
    let answer: Answer = serde_json::from_slice(&body).map_err(|_| malformed())?;
    if let Some(error) = answer.error {
        return Err(TokenKeyError::Refused {
            endpoint: endpoint.to_owned(),
            code: error.code,
            message: error.message.chars().take(256).collect(),
        });
    }
    let text = answer.result.ok_or_else(malformed)?;
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    let bytes = hex::decode(digits).map_err(|_| malformed())?;
    SealedProviderKey::decode_all(&mut bytes.as_slice()).map_err(|_| malformed())
}
