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

use super::methods::{
    API_FAILED, NO_ABSENCES, NO_PLAYS, NO_PROOF, NO_PROVIDER, NOT_SEEN, REFUSAL_BASE,
};
use super::subscriptions::{TOO_MANY, TOO_SLOW};

mod messages;
mod schemas;

use self::schemas::schemas;

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
    (
        "TooManySubscriptions",
        TOO_MANY,
        "There are as many subscriptions as may be, of this connection or from this address.",
    ),
    (
        "TooSlow",
        TOO_SLOW,
        "Ends a subscription whose messages are not taken in time.",
    ),
    (
        "NoAbsences",
        NO_ABSENCES,
        "The issuer's acceptance was not shown, the view may still come into a block, or it is too late. Which is in the data.",
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
    /// Of a subscription: what comes of it.
    notifies: Option<&'static Notifies>,
}

/// What comes of a subscription.
struct Notifies {
    /// Method of its messages.
    method: &'static str,
    /// Schema of what they say.
    schema: &'static str,
    /// What ends it.
    unsubscribe: &'static str,
    /// Names of errors with which it may end by itself.
    ends: &'static [&'static str],
}

const VIEW_NEWS: Notifies = Notifies {
    method: "verifier_views",
    schema: "ViewNews",
    unsubscribe: "verifier_unsubscribeViews",
    ends: &["TooSlow", "UnknownSession", "DelegationExpired", "Failed"],
};

const ROUND_NEWS: Notifies = Notifies {
    method: "verifier_rounds",
    schema: "RoundNews",
    unsubscribe: "verifier_unsubscribeRounds",
    ends: &["TooSlow", "Failed"],
};

const METHODS: &[Method] = &[
    Method {
        name: "verifier_info",
        summary: "Who the verifier is, its keys, its time, and whether it issues tickets now.",
        params: &[],
        result: ("info", "Info"),
        errors: &[],
        notifies: None,
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
        notifies: None,
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
        notifies: None,
    },
    Method {
        name: "verifier_claimProof",
        summary: "The proof with which an account's lifetime earnings are claimed by rewards.claim.",
        params: &[("account", "Account", true), ("as_of", "Round", false)],
        result: ("proof", "ClaimProof"),
        errors: &["InvalidParams", "NoProof", "Failed"],
        notifies: None,
    },
    Method {
        name: "verifier_earnings",
        summary: "Lifetime earnings of an account, as this verifier computed them and as they were adopted.",
        params: &[("account", "Account", true)],
        result: ("earnings", "Earnings"),
        errors: &["InvalidParams", "Failed"],
        notifies: None,
    },
    Method {
        name: "verifier_providerKey",
        summary: "The key between the verifiers and a storage provider, sealed to it: a SealedProviderKey.",
        params: &[("index", "Index", true)],
        result: ("key", "Scale"),
        errors: &["InvalidParams", "NoProvider", "NotReady", "Failed"],
        notifies: None,
    },
    Method {
        name: "verifier_plays",
        summary: "Plays by cell of a settled view block, a PlaysPage, for the SignedPlaysRequest of a registered controller.",
        params: &[("request", "Scale", true)],
        result: ("plays", "Scale"),
        errors: &["InvalidParams", "Malformed", "NoPlays", "Failed"],
        notifies: None,
    },
    Method {
        name: "verifier_absences",
        summary: "Neighbours between which an accepted view would stand in its issuer's blocks, Absences, for an AbsencesRequest: what pov.claim_missing takes.",
        params: &[("request", "Scale", true)],
        result: ("absences", "Scale"),
        errors: &["InvalidParams", "Malformed", "NoAbsences", "Failed"],
        notifies: None,
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
        notifies: None,
    },
    Method {
        name: "verifier_subscribeViews",
        summary: "Follows the account's views at this verifier, by a sealed Request::Views. Over a WebSocket only.",
        params: &[
            ("session", "SessionId", true),
            ("number", "ShortNumber", true),
            ("sealed", "Scale", true),
        ],
        result: ("subscription", "SubscriptionId"),
        errors: &[
            "Malformed",
            "UnknownSession",
            "DelegationExpired",
            "NotReady",
            "TooManySubscriptions",
            "Failed",
        ],
        notifies: Some(&VIEW_NEWS),
    },
    Method {
        name: "verifier_unsubscribeViews",
        summary: "Ends a subscription of this connection. False when there is none.",
        params: &[("subscription", "SubscriptionId", true)],
        result: ("ended", "Ended"),
        errors: &[],
        notifies: None,
    },
    Method {
        name: "verifier_subscribeRounds",
        summary: "Follows rounds by finalized blocks; first what was settled after a round, of the last 1,000. Over a WebSocket only.",
        params: &[("after", "Round", false)],
        result: ("subscription", "SubscriptionId"),
        errors: &["InvalidParams", "TooManySubscriptions"],
        notifies: Some(&ROUND_NEWS),
    },
    Method {
        name: "verifier_unsubscribeRounds",
        summary: "Ends a subscription of this connection. False when there is none.",
        params: &[("subscription", "SubscriptionId", true)],
        result: ("ended", "Ended"),
        errors: &[],
        notifies: None,
    },
    Method {
        name: "rpc.discover",
        summary: "This description.",
        params: &[],
        result: ("description", "Description"),
        errors: &[],
        notifies: None,
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
    let mut described = json!({
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "by-position",
        "params": params.collect::<Vec<_>>(),
        "result": { "name": result, "schema": schema(of) },
        "errors": errors.collect::<Vec<_>>(),
    });
    if let (Some(fields), Some(notifies)) = (described.as_object_mut(), method.notifies) {
        let ends = notifies.ends.iter();
        let ends = ends.map(|name| json!({ "$ref": format!("#/components/errors/{name}") }));
        let subscription = json!({
            "method": notifies.method,
            "result": schema(notifies.schema),
            "unsubscribe": notifies.unsubscribe,
            "ends": ends.collect::<Vec<_>>(),
        });
        fields.insert("x-subscription".to_owned(), subscription);
    }
    described
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

#[cfg(test)]
mod tests;
