//! The shapes of parameters, results and news, in JSON Schema.

use serde_json::{Value, json};

pub(super) fn schemas() -> Value {
    let hex = |bytes: usize, what: &str| {
        let digits = bytes.saturating_mul(2);
        json!({ "type": "string", "pattern": format!("^[0-9a-f]{{{digits}}}$"), "description": what })
    };
    let number = |what: &str| json!({ "type": "integer", "minimum": 0, "description": what });
    let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let list = |items: Value| json!({ "type": "array", "items": items });
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
        "SubscriptionId": number("Id of a subscription, in its connection"),
        "ShortNumber": number("Number of a message in its session, below 2^32: its news are sealed under it"),
        "Ended": { "type": "boolean", "description": "Whether there was such a subscription" },
        "ViewNews": object(json!({
            "index": number("Which message of the subscription it is, from 0"),
            "sealed": of("Scale"),
        })),
        "RoundNews": { "oneOf": [of("RoundReported"), of("RoundJudged"), of("RoundSettled")] },
        "RoundReported": object(json!({
            "event": { "const": "reported" },
            "round": of("Round"),
            "headers": list(object(json!({
                "issuer": of("Account"),
                "root": of("Hash"),
                "views": number("Leaves of the view block"),
                "playtimeMs": number("Their playtime in ms, advertisements apart"),
                "tickets": number("Tickets issued in the round"),
            }))),
        })),
        "RoundJudged": object(json!({
            "event": { "const": "judged" },
            "round": of("Round"),
            "verifier": of("Account"),
            "verdicts": list(object(json!({
                "issuer": of("Account"),
                "verdict": { "type": "string", "description": "approve, reject or absent" },
                "leaf": or_null(number("Of a rejection: index of the leaf")),
                "reason": or_null(object(json!({
                    "code": number("Number of the reason"),
                    "name": { "type": "string" },
                    "words": { "type": "string" },
                }))),
            }))),
        })),
        "RoundSettled": object(json!({
            "event": { "const": "settled" },
            "round": of("Round"),
            "emission": of("Amount"),
            "settled": of("Amount"),
            "blocks": list(object(json!({
                "issuer": of("Account"),
                "root": of("Hash"),
                "views": number("Leaves of the view block"),
                "playtimeMs": number("Their playtime in ms, advertisements apart"),
                "approved": { "type": "boolean" },
                "voided": { "type": "boolean", "description": "Whether a fault was proven in it" },
                "weightMs": number("Its weight in ms after the cap"),
                "reward": of("Amount"),
            }))),
            "reporters": list(of("Account")),
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
