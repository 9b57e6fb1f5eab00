//! The description of the API in OpenRPC, for machines: methods, parameters, results, errors, and the SCALE messages that
//! are sealed inside `verifier_call`.
//!
//! `docs/verifier-api.json` is this document as it was committed. The tests fail when the two differ, when the server has a
//! method that is not described, and when an answer has another shape than is described.

use std::sync::LazyLock;

use chainflix_primitives::{
    reason::{self, Explained},
    refusal::Refusal,
};
use jsonrpsee::types::error::INVALID_PARAMS_CODE;
use serde_json::{Map, Value, json};

use super::methods::{API_FAILED, NO_PLAYS, NO_PROOF, NO_PROVIDER, NOT_SEEN, REFUSAL_BASE};

mod messages;

/// Errors that are no refusals: name, code, words.
const OTHER_ERRORS: &[(&str, i32, &str)] = &[
    (
        "InvalidParams",
        INVALID_PARAMS_CODE,
        "A parameter is missing, or is not what it has to be.",
    ),
    (
        "Failed",
        API_FAILED,
        "The verifier can't answer now; try another one.",
    ),
    (
        "NoProof",
        NO_PROOF,
        "Nothing is claimable yet, nothing was earned, or this verifier has other totals. Which is in the data.",
    ),
    (
        "NoProvider",
        NO_PROVIDER,
        "There is no storage provider with this index.",
    ),
    (
        "NoPlays",
        NO_PLAYS,
        "No registered controller's fresh request, no such settled block, or no body of it here. Which is in the message.",
    ),
    (
        "NotSeen",
        NOT_SEEN,
        "A sign of life that is not for this verifier, period or page, or not signed by the provider. Which is in the data.",
    ),
];

/// Every call may fail by these.
const ANY_CALL: &[&str] = &["RateLimited", "AddressRefused"];

struct Method {
    name: &'static str,
    summary: &'static str,
    /// Name, schema, whether it has to be given.
    params: &'static [(&'static str, &'static str, bool)],
    /// Name and schema of the result.
    result: (&'static str, &'static str),
    /// Names of errors, beside those of every call.
    errors: &'static [&'static str],
}

const METHODS: &[Method] = &[
    Method {
        name: "verifier_info",
        summary: "Who the verifier is, its keys, its time, and whether it issues tickets now.",
        params: &[],
        result: ("info", "Info"),
        errors: &[],
    },
    Method {
        name: "verifier_openSession",
        summary: "Opens a session for an account, by a delegation that its wallet signed.",
        params: &[("opening", "Scale", true)],
        result: ("session", "SessionId"),
        errors: &[
            "Malformed",
            "InvalidDelegation",
            "DelegationExpired",
            "BadSignature",
            "NotReady",
            "TooManySessions",
            "Failed",
        ],
    },
    Method {
        name: "verifier_call",
        summary: "One sealed Request in a session; its sealed Reply. Refusals inside a session are sealed replies.",
        params: &[
            ("session", "SessionId", true),
            ("number", "Number", true),
            ("sealed", "Scale", true),
        ],
        result: ("sealed", "Scale"),
        errors: &["Malformed", "UnknownSession", "NotReady", "Failed"],
    },
    Method {
        name: "verifier_claimProof",
        summary: "The proof with which an account's lifetime earnings are claimed by rewards.claim.",
        params: &[("account", "Account", true), ("as_of", "Round", false)],
        result: ("proof", "ClaimProof"),
        errors: &["InvalidParams", "NoProof", "Failed"],
    },
    Method {
        name: "verifier_earnings",
        summary: "Lifetime earnings of an account, as this verifier computed them and as they were adopted.",
        params: &[("account", "Account", true)],
        result: ("earnings", "Earnings"),
        errors: &["InvalidParams", "Failed"],
    },
    Method {
        name: "verifier_providerKey",
        summary: "The key between the verifiers and a storage provider, sealed to it: a SealedProviderKey.",
        params: &[("index", "Index", true)],
        result: ("key", "Scale"),
        errors: &["InvalidParams", "NoProvider", "NotReady", "Failed"],
    },
    Method {
        name: "verifier_plays",
        summary: "Plays by cell of a settled view block, a PlaysPage, for the SignedPlaysRequest of a registered controller.",
        params: &[("request", "Scale", true)],
        result: ("plays", "Scale"),
        errors: &["InvalidParams", "Malformed", "NoPlays", "Failed"],
    },
    Method {
        name: "verifier_signOfLife",
        summary: "A storage node shows that it is alive in this period, by a SignedSignOfLife. Durable when it is answered, by the period.",
        params: &[("sign", "Scale", true)],
        result: ("period", "Period"),
        errors: &[
            "InvalidParams",
            "Malformed",
            "NotSeen",
            "NoProvider",
            "NotReady",
            "Failed",
        ],
    },
    Method {
        name: "rpc.discover",
        summary: "This description.",
        params: &[],
        result: ("description", "Description"),
        errors: &[],
    },
];

/// The description.
pub(super) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
        json!({
            "openrpc": "1.3.2",
            "info": {
                "title": "Chainflix verifier",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "JSON-RPC 2.0 over WebSocket or HTTP, no batches. Amounts are units of 10^-12 CFX, times \
                    ms since the Unix epoch, binary is hex. docs/verifier-api.md explains it.",
                "license": { "name": "Apache-2.0" },
            },
            "methods": METHODS.iter().map(method).collect::<Vec<_>>(),
            "components": { "schemas": schemas(), "errors": errors() },
            "x-reasons": reason::all(),
            "x-scale": messages::all(),
        })
    });
    &DOCUMENT
}

fn method(method: &Method) -> Value {
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let params = method.params.iter().map(
        |(name, of, required)| json!({ "name": name, "required": required, "schema": schema(of) }),
    );
    let names = ANY_CALL.iter().chain(method.errors);
    let errors = names.map(|name| json!({ "$ref": format!("#/components/errors/{name}") }));
    let (result, of) = method.result;
    json!({
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "by-position",
        "params": params.collect::<Vec<_>>(),
        "result": { "name": result, "schema": schema(of) },
        "errors": errors.collect::<Vec<_>>(),
    })
}

fn errors() -> Value {
    let refusals = Refusal::ALL.iter().map(|refusal| {
        let code = REFUSAL_BASE.saturating_add(refusal.code().into());
        let reason = refusal.reason();
        let error = json!({ "code": code, "message": reason.words, "data": reason.name });
        (reason.name.to_owned(), error)
    });
    let others = OTHER_ERRORS.iter().map(|(name, code, words)| {
        let error = json!({ "code": code, "message": words });
        ((*name).to_owned(), error)
    });
    Value::Object(refusals.chain(others).collect::<Map<_, _>>())
}

fn schemas() -> Value {
    let hex = |bytes: usize, what: &str| {
        let digits = bytes.saturating_mul(2);
        json!({ "type": "string", "pattern": format!("^[0-9a-f]{{{digits}}}$"), "description": what })
    };
    let number = |what: &str| json!({ "type": "integer", "minimum": 0, "description": what });
    let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let or_null = |schema: Value| json!({ "oneOf": [schema, { "type": "null" }] });
    json!({
        "Account": hex(32, "sr25519 or ed25519 public key of an account"),
        "SessionId": hex(16, "Id of a session"),
        "Hash": hex(32, "SHA-256"),
        "Key": hex(32, "A public key"),
        "Scale": {
            "type": "string",
            "pattern": "^[0-9a-f]*$",
            "description": "SCALE-encoded bytes, sealed where the method says so; the types are in x-scale",
        },
        "Round": number("Number of a round"),
        "Period": number("Number of a period of ten rounds"),
        "Number": number("Number of a message in its session; each above the last, from 1"),
        "Index": number("Index of a storage provider on chain"),
        "Amount": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "Units of 10^-12 CFX",
        },
        "Info": object(json!({
            "genesis": of("Hash"),
            "account": or_null(of("Account")),
            "serviceKey": of("Key"),
            "exchangeKey": of("Key"),
            "networkKey": of("Key"),
            "round": of("Round"),
            "timeMs": number("The service's time, ms since the Unix epoch"),
            "ready": { "type": "boolean", "description": "Whether tickets are issued now" },
            "missedRounds": or_null(object(json!({ "from": of("Round"), "until": of("Round") }))),
            "keyEpoch": or_null(number("The latest key epoch whose secret it holds")),
            "version": { "type": "string" },
        })),
        "AsOf": object(json!({
            "asOf": of("Round"),
            "total": of("Amount"),
        })),
        "Earnings": object(json!({
            "account": of("Account"),
            "lifetime": or_null(of("AsOf")),
            "adopted": or_null(of("AsOf")),
            "claimable": or_null(of("AsOf")),
        })),
        "ClaimProof": object(json!({
            "account": of("Account"),
            "as_of": of("Round"),
            "total": number("Units of 10^-12 CFX; a number of up to 128 bits"),
            "index": number("Place in the earnings tree"),
            "count": number("Accounts in the earnings tree"),
            "path": {
                "type": "array",
                "description": "Sibling hashes from the leaf up, each as 32 numbers",
                "items": {
                    "type": "array",
                    "items": { "type": "integer", "minimum": 0, "maximum": 255 },
                },
            },
        })),
        "Description": { "type": "object" },
    })
}

/// An object that has exactly these fields.
fn object(properties: Value) -> Value {
    let names: Vec<String> = properties
        .as_object()
        .map(|fields| fields.keys().cloned().collect())
        .unwrap_or_default();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests;
